// SPDX-License-Identifier: Apache-2.0
// Every violation there is: its id, its parameters, and the kernel's words as a function of them. The rules raise them
// (raise.ts) and word nothing; whoever explains one goes by its id, form and parameters.

import { arithmeticViolations } from './arithmetic.ts'
import { helperViolations } from './helpers.ts'
import { kfuncViolations } from './kfuncs.ts'
import { memoryViolations } from './memory.ts'
import { programViolations } from './program.ts'
import type { Inner, Row, Words } from './row.ts'
import { sectionViolations } from './sections.ts'
import { stackViolations } from './stack.ts'
import { stackObjectViolations } from './stack-objects.ts'
import { subprogViolations } from './subprogs.ts'
import type { Wording } from './wording.ts'

const parts = [
  arithmeticViolations,
  helperViolations,
  kfuncViolations,
  memoryViolations,
  programViolations,
  sectionViolations,
  stackViolations,
  stackObjectViolations,
  subprogViolations,
] as const

type Union<T> = (T extends unknown ? (part: T) => void : never) extends (part: infer All) => void ? All : never
type Table = Union<(typeof parts)[number]>

/** Name of a rule that can be broken. Public: explanations, JSON and SARIF have it. */
export type ViolationId = keyof Table

type ParamsOf<R> = R extends (params: infer P, wording: Wording) => string
  ? Filled<P>
  : { [Form in keyof R]: { readonly form: Form } & ParamsOf<R[Form]> }[keyof R]
type Filled<P> = unknown extends P
  ? // biome-ignore lint/complexity/noBannedTypes: nothing is known of the case
    {}
  : { readonly [Name in keyof P]: P[Name] extends Inner | undefined ? Violation : P[Name] }

/** What is known of the case, by id; where a rule can be broken in several ways, `form` says which. */
export type Params<Id extends ViolationId> = ParamsOf<Table[Id]>

/** A broken rule: told apart by `id`. */
export type Violation = { [Id in ViolationId]: { readonly id: Id; readonly params: Params<Id> } }[ViolationId]

const rows: ReadonlyMap<string, Row> = new Map(parts.flatMap((part) => Object.entries<Row>(part)))

/** Every id, for the tests of the table. */
export const violationIds: readonly string[] = [...rows.keys()]

/** Forms of an id; none where it has but one. */
export function formsOf(id: string): readonly string[] {
  const row = rows.get(id)
  return row === undefined || typeof row === 'function' ? [] : Object.keys(row)
}

/** The kernel's message, word for word. */
export function wordsOf({ id, params }: Violation, wording: Wording): string {
  const row = rows.get(id)!
  if (typeof row === 'function') return row(params, wording)
  const words: Words | undefined = 'form' in params ? row[params.form] : undefined
  if (words === undefined) throw new Error(`no such form of ${id}`)
  return words(params, wording)
}
