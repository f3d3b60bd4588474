// SPDX-License-Identifier: Apache-2.0
// `if (n > 0 && n < SIZE)`: the compiler makes one comparison of it, of n - 1 in a register of its own, and of n itself nothing is known.

import type { LinkedProgram } from '../../object/index.ts'
import { scalar } from '../../verifier/index.ts'
import type { Values } from '../fill.ts'
import { codeAt } from '../source.ts'
import { quoted } from '../text.ts'
import { type Case, comparisonsOf, isNarrowed, placeWords } from './case.ts'
import { boundedNames, boundRules } from './dropped.ts'

export function mergedValues(one: Case): Values {
  const { report, causes, program } = one
  if (!boundRules.has(report.rule)) return { unmerged: 'yes' }
  const names = boundedNames(one)
  for (const { insn, step, dstNumber, src } of comparisonsOf(causes.path, program)) {
    const after = causes.path[step + 1]?.regs[dstNumber]
    if (src !== undefined || after?.kind !== 'scalar' || !isNarrowed(scalar.umax(after.var))) continue
    const less = takenAway(one, step, dstNumber)
    const text = codeAt(program, insn) ?? ''
    const name = names.find((each) => comparesTwice(text, each))
    if (less !== undefined && name !== undefined)
      return {
        merged: name,
        mergedOf: `${name} ${less < 0 ? '-' : '+'} ${Math.abs(less)}`,
        mergedOn: placeWords(program, insn),
      }
  }
  return { unmerged: 'yes' }
}

/** What was added to a copy of a number, the register at that step. */
function takenAway({ causes: { path }, program }: Case, step: number, register: number): number | undefined {
  const before = lastWrite(path, program, { step, register })
  const sum = before === undefined ? undefined : program.insns[path[before]!.insn]!
  if (before === undefined || sum?.op.kind !== 'alu' || sum.op.name !== 'add' || sum.op.source === 'reg')
    return undefined
  const made = lastWrite(path, program, { step: before, register })
  const copy = made === undefined ? undefined : program.insns[path[made]!.insn]!
  return copy?.op.kind === 'alu' && copy.op.name === 'mov' && copy.op.source === 'reg' && sum.imm !== 0
    ? sum.imm
    : undefined
}

/** The step before that wrote the register, where it is arithmetic. */
function lastWrite(
  path: Case['causes']['path'],
  { insns }: LinkedProgram,
  { step, register }: { readonly step: number; readonly register: number },
): number | undefined {
  for (let i = step - 1; i >= 0; i--) {
    const { op, dst } = insns[path[i]!.insn]!
    if (op.kind === 'call') return undefined
    if (dst === register && op.kind !== 'store' && op.kind !== 'jump') return op.kind === 'alu' ? i : undefined
  }
  return undefined
}

/** Both ends of it in one condition. */
function comparesTwice(text: string, name: string): boolean {
  const word = `(?<![\\w.>])${quoted(name)}(?!\\w|->|\\.|\\()`
  const found = text
    .split(/&&|\|\|/)
    .filter((part) => new RegExp(word).test(part) && /[<>]/.test(part.replaceAll('->', '')))
  return found.length > 1
}
