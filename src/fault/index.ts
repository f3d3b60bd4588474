// SPDX-License-Identifier: Apache-2.0
// What every floor returns instead of throwing: where something is, what is wrong there, what to do.
import { wrongArgument } from './arguments.ts'

export { argumentKinds, kindOf, wrongArgument } from './arguments.ts'
export { withJson } from './json.ts'

import { printable } from './printable.ts'

export { type DeepOptions, printable, printableDeep, printableLines, type TextForm } from './printable.ts'
export {
  Budget,
  type BudgetOptions,
  type Limit,
  type LimitName,
  LimitReached,
  type Limits,
  limitText,
  TotalBudget,
  type TotalLimits,
} from './budget.ts'

export { fewOf } from './few.ts'
export { remembered, rememberedOfBoth } from './remember.ts'

/** Where. The reader that finds a fault fills in what it knows; each caller adds its part. */
export interface Place {
  readonly object?: string
  readonly section?: string
  /** Byte offset within `section`, or within the whole input where there is no section. */
  readonly byte?: number
  readonly program?: string
  /** Instruction index (8-byte slots) within the program. */
  readonly insn?: number
  readonly file?: string
  readonly line?: number
  readonly column?: number
}

/** Input that cannot be used: what is wrong, where, and what to do about it. Never a verdict on a program. */
export interface Fault {
  readonly kind: 'fault'
  readonly what: string
  readonly place: Place
  readonly hint?: string
}

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault }

export const ok = <T>(value: T): Result<T> => ({ ok: true, value })

export function fail(what: string, place: Place = {}, hint?: string): { readonly ok: false; readonly fault: Fault } {
  return { ok: false, fault: { kind: 'fault', what, place, ...(hint === undefined ? {} : { hint }) } }
}

/** What `unwrap` throws: the fault as one line, with its place and its hint; the fault itself is beside it. */
export class UnwrapError extends Error {
  readonly fault: Fault
  constructor(fault: Fault) {
    super(formatFault(fault))
    this.name = 'UnwrapError'
    this.fault = fault
  }
}

/** The value of a result that must not fail, for scripts and tests; a fault is thrown with its place and its hint. */
export function unwrap<T>(result: Result<T>): T {
  const fault = wrongArgument('what is unwrapped', result, {
    what: 'a Result',
    fits: (value) => typeof value === 'object' && value !== null && 'ok' in value,
  })
  if (fault !== undefined) throw new TypeError(formatFault(fault))
  if (!result.ok) throw new UnwrapError(result.fault)
  return result.value
}

/** Carried through deep readers and turned into a `Result` at the public edge by `attempt`; never leaves a floor. */
export class FaultError extends Error {
  readonly fault: Fault
  constructor(what: string, place: Place = {}, hint?: string) {
    super(what)
    this.fault = { kind: 'fault', what, place, ...(hint === undefined ? {} : { hint }) }
  }
}

/** Runs a reader; a `FaultError` becomes a `Result` with `place` filled in around it; any other throw is our bug and passes. */
export function attempt<T>(place: Place, read: () => T): Result<T> {
  try {
    return ok(read())
  } catch (error) {
    if (!(error instanceof FaultError)) throw error
    return { ok: false, fault: { ...error.fault, place: { ...place, ...error.fault.place } } }
  }
}

/** A place as text: `prog.bpf.o: section .text: byte 0x18`. */
export function formatPlace(place: Place): string {
  const parts: string[] = []
  if (place.object !== undefined) parts.push(place.object)
  if (place.program !== undefined) parts.push(`program ${place.program}`)
  if (place.section !== undefined) parts.push(`section ${place.section}`)
  if (place.insn !== undefined) parts.push(`insn ${place.insn}`)
  if (place.byte !== undefined) parts.push(`byte 0x${place.byte.toString(16)}`)
  if (place.file !== undefined) parts.push(place.line === undefined ? place.file : `${place.file}:${place.line}`)
  return parts.join(': ')
}

/** A fault as one line, safe to print: place, what, and the hint behind a dash. */
export function formatFault(fault: Fault): string {
  const place = formatPlace(fault.place)
  return printable(
    `${place === '' ? '' : `${place}: `}${fault.what}${fault.hint === undefined ? '' : ` — ${fault.hint}`}`,
  )
}

/** What somebody's code threw, which may be anything, as text. */
export function thrownText(thrown: unknown): string {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown)
  } catch {
    return 'something that has no text'
  }
}
