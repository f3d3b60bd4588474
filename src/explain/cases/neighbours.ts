// SPDX-License-Identifier: Apache-2.0
// A buffer on the stack that is taken to be larger than it is: how many bytes lie before the dynptr or iterator behind it.

import { type PathStep, scalar } from '../../verifier/index.ts'
import { contractAt } from '../calls.ts'
import type { Values } from '../fill.ts'
import { stackSpanOf } from '../violations.ts'
import { type Case, plural } from './case.ts'

/** A dynptr has 16 bytes, and no iterator fewer than 8. */
const OBJECT_SIZE = 16

export function neighbourValues({ report, causes: { path }, program, kernel }: Case): Values {
  const span = report.rule === 'mem-len' ? stackSpanOf(report.violation) : undefined
  if (span === undefined || span.index === 0) return {}
  const place = span.at + span.index
  const made = path.some((step) => {
    const effects = contractAt(program, kernel, step.insn)?.effects
    return (effects?.makesDynptr !== undefined || effects?.iterator === 'new') && holds(step, place)
  })
  return made ? { stackRoom: plural(span.index, 'byte') } : {}
}

/** Is an argument of the call a place on the stack that the byte may belong to? */
const holds = ({ regs }: PathStep, place: number): boolean =>
  [1, 2, 3, 4, 5].some((number) => {
    const reg = regs[number]!
    if (reg.kind !== 'fp' || !scalar.isConst(reg.var)) return false
    const at = reg.off + scalar.constNumber(reg.var)
    return place >= at && place < at + OBJECT_SIZE
  })
