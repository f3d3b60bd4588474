// SPDX-License-Identifier: Apache-2.0
// What a register is called in the source. The compiler says nothing of variables to the kernel, so a name is read off the
// line that made or used the value, where the line leaves no doubt; else the register speaks for itself.

import type { LinkedProgram } from '../object/index.ts'
import { callee } from './calls.ts'
import { lineAt } from './source.ts'
import { argumentText, assigned, dereferenced, isSimple } from './text.ts'

/** The C text of the value that insn `at` uses through register `reg`: an argument of a call, the base of an access. */
export function usedName(program: LinkedProgram, at: number, reg: number): string | undefined {
  const text = lineAt(program, at)?.text
  const insn = program.insns[at]
  if (text === undefined || insn === undefined) return undefined
  if (insn.op.kind === 'call') {
    const argument = argumentText(text, callee(program, at)?.name, reg - 1)
    return argument !== undefined && isNameable(argument) ? argument : undefined
  }
  const base = insn.op.kind === 'load' ? insn.src : insn.dst
  return base === reg && (insn.op.kind === 'load' || insn.op.kind === 'store') ? dereferenced(text) : undefined
}

/** The variable that the line of insn `at` assigns. */
export function assignedAt(program: LinkedProgram, at: number): string | undefined {
  return assigned(lineAt(program, at)?.text)
}

/** Short enough, and without side effects: `task`, `&ptr`, `task->mm`. */
const isNameable = (text: string): boolean => text.length <= 40 && (isSimple(text) || isSimple(text.replace(/^&/, '')))

/** `held (R6)`, or `R6`. */
export const called = (name: string | undefined, reg: number): string =>
  name === undefined || name === 'NULL' ? `R${reg}` : `${name} (R${reg})`
