// SPDX-License-Identifier: Apache-2.0
// What verification of one program answers.

import type { Limit } from '../fault/index.ts'
import type { Ref } from '../object/index.ts'
import type { RegState } from './state/reg.ts'

/** One executed insn on the path to a rejection, with the registers before it. */
export interface PathStep {
  readonly insn: number
  readonly frame: number
  readonly regs: readonly RegState[]
}

/** What a rule saw: machine-readable beside the message, for the explanation. Not every field fits every rule. */
export interface Details {
  /** Register number the message is about. */
  readonly reg?: number
  readonly arg?: number
  readonly kfunc?: string
  readonly helper?: string
  /** Insns that led there, e.g. where a reference was acquired. */
  readonly at?: readonly { readonly label: string; readonly insn: number }[]
  readonly expected?: string
  readonly seen?: string
  /** What keeps something from being there. */
  readonly why?: string
}

interface Common {
  readonly insnsProcessed: number
  readonly states: number
  readonly peakStates: number
  readonly maxStatesPerInsn?: number
  readonly log: readonly string[]
  readonly warnings: readonly string[]
}

/** accept and reject are the kernel's answers; unsupported is ours: we cannot say yet. */
export type Report =
  | (Common & { readonly verdict: 'accept' })
  | (Common & {
      readonly verdict: 'reject'
      /** Name of the rule that was broken; explanations are keyed by it. */
      readonly rule: string
      /** The kernel's message, word for word. */
      readonly message: string
      readonly insn: number
      readonly details: Details
      readonly path: readonly PathStep[]
    })
  /** The path reaches what the loader could not link: libbpf's own words. */
  | (Common & {
      readonly verdict: 'load_error'
      readonly message: string
      readonly insn: number
      /** What the instruction needs and is not there. */
      readonly missing?: Missing
    })
  | (Common & {
      readonly verdict: 'unsupported'
      readonly what: string
      readonly insn: number
      /** Where a limit of whoever asked was reached, or our own of memory. */
      readonly limit?: Limit
    })

/** Thrown inside the engine by a broken rule; `verify` turns it into a Report. */
export class Rejection extends Error {
  readonly rule: string
  readonly details: Details
  constructor(rule: string, message: string, details: Details = {}) {
    super(message)
    this.rule = rule
    this.details = details
  }
}

/** Thrown where a path reaches a call or load that the loader left unlinked. */
export class Unlinked extends Error {
  readonly missing: Missing | undefined
  constructor(message: string, missing?: Missing) {
    super(message)
    this.missing = missing
  }
}
export type Missing = Extract<Ref, { kind: 'missing' }>

/** Thrown where the engine cannot say; never a guess. */
export class Unsupported extends Error {}

/** Runs a check; if it rejects, `instead` says what that means here. Anything else that is thrown is a bug of ours and goes up. */
export function orElse<T>(check: () => T, instead: (rejection: Rejection) => T): T {
  try {
    return check()
  } catch (error) {
    if (error instanceof Rejection) return instead(error)
    throw error
  }
}

export function reject(rule: string, message: string, details?: Details): never {
  throw new Rejection(rule, message, details)
}
export function unsupported(what: string): never {
  throw new Unsupported(what)
}
