// SPDX-License-Identifier: Apache-2.0
// An index that is a remainder: C bounds it, the verifier does not, and the compiler drops a comparison that would only say so again.

import { scalar } from '../../verifier/index.ts'
import type { Values } from '../fill.ts'
import { codeAt, lineAt } from '../source.ts'
import { assigned, isSimple } from '../text.ts'
import type { Case } from './case.ts'

const rules: ReadonlySet<string> = new Set(['offset-range', 'min-outside', 'max-outside', 'min-bound', 'max-bound'])

export function remainderValues(one: Case): Values {
  const at = rules.has(one.report.rule) ? remainderAt(one) : undefined
  const text = at === undefined ? undefined : codeAt(one.program, at)
  const [, operand] = /%\s*([\w.>()-]+)/.exec(text ?? '') ?? []
  if (text === undefined || operand === undefined) return {}
  const variable = assigned(text)
  return {
    remainder: `“% ${operand.replace(/\)+$/, '')}”, on line ${lineAt(one.program, at!)!.line},`,
    remainderOf: variable !== undefined && isSimple(variable) ? variable : 'i',
  }
}

/** The division that the number added to the pointer is the rest of. */
function remainderAt({ causes: { path }, program, report }: Case): number | undefined {
  const last = path.at(-1)
  let i = path.length - 1
  // the sum is where the kernel stops, or a step before the access
  let number: number | undefined
  for (; i >= 0; i--) {
    const { op, src } = program.insns[path[i]!.insn]!
    if (op.kind === 'alu' && op.name === 'add' && op.source === 'reg') {
      const added = path[i]!.regs[src]!
      if (added.kind === 'scalar' && !scalar.isConst(added.var)) {
        number = src
        break
      }
    }
    if (path[i]!.insn !== report.insn && path.length - i > 16) return undefined
  }
  if (number === undefined || last === undefined) return undefined
  for (i--; i >= 0; i--) {
    const step = path[i]!
    if (step.frame !== last.frame) continue
    const { op, dst, src, insn } = { ...program.insns[step.insn]!, insn: step.insn }
    if ((op.kind === 'load' && dst === number) || (op.kind === 'call' && number === 0)) return undefined
    if (op.kind !== 'alu' || dst !== number) continue
    if (op.name === 'mod') return insn
    if (op.name !== 'mov') continue
    if (op.source !== 'reg') return undefined
    number = src
  }
  return undefined
}
