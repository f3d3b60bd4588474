// SPDX-License-Identifier: Apache-2.0
// How a rule says no, and the engine that it cannot say.

import type { Ref } from '../../object/index.ts'

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
