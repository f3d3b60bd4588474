// SPDX-License-Identifier: Apache-2.0
// Variables that are given a value nowhere, by the C: the compiler may make anything of a use, and the object shows no trace of it.

import type { LinkedProgram } from '../object/index.ts'
import type { Rejected } from './notes.ts'
import { codeAt, functionAt, lineAt } from './source.ts'

/** What may follow from any of them: no value to return, a loop without an end. */
const ofAny: ReadonlySet<string> = new Set(['uninitialized', 'infinite-loop'])

/** A sentence for each that the statement at hand uses. */
export function unsetWords({ insn, rule }: Rejected, program: LinkedProgram): readonly string[] {
  const line = lineAt(program, insn)
  const fn = line === undefined ? undefined : functionAt(program, line)
  const text = codeAt(program, insn) ?? ''
  const used = fn?.unset.filter(({ name }) => ofAny.has(rule) || new RegExp(`\\b${name}\\b`).test(text)) ?? []
  return used.map(
    ({ name, first }) =>
      `${name}, declared on line ${first}, is never set, and using it is undefined behaviour. Initialise it.`,
  )
}
