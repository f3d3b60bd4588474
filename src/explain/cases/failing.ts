// SPDX-License-Identifier: Apache-2.0
// A number that is negative where a call failed, and then used as a size or an offset: which call, and in which variable.

import { type RegState, scalar } from '../../verifier/index.ts'
import { callee } from '../calls.ts'
import { rulesOf } from '../codes/index.ts'
import type { Values } from '../fill.ts'
import { codeAt } from '../source.ts'
import { assignedName, quoted } from '../text.ts'
import type { Case } from './case.ts'

const rules = rulesOf('KF019', 'KF103', 'KF109', 'KF110')

/** Errors are -1 to -4095. */
const LEAST_ERROR = -4095n

export function failingValues({ report, causes: { path }, program }: Case): Values {
  const text = rules.has(report.rule) ? codeAt(program, report.insn) : undefined
  if (text === undefined) return {}
  for (let i = path.length - 2; i >= 0; i--) {
    const called = callee(program, path[i]!.insn)
    if (called === undefined || called.kind === 'subprog' || !mayBeError(path[i + 1]!.regs[0]!)) continue
    const name = assignedName(codeAt(program, path[i]!.insn), called.name)
    if (name !== undefined && new RegExp(`(?<![\\w.>])${quoted(name)}(?!\\w)`).test(text))
      return { failing: called.name, failingName: name }
  }
  return {}
}

const mayBeError = ({ kind, var: value }: RegState): boolean =>
  kind === 'scalar' && scalar.smin(value) < 0n && scalar.smin(value) >= LEAST_ERROR
