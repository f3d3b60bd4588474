// SPDX-License-Identifier: Apache-2.0
// How a rule says no, and the engine that it cannot say.

import type { Ref } from '../../object/index.ts'
import type { KfuncArg } from './row.ts'
import type { Params, Violation, ViolationId } from './table.ts'

/** Thrown inside the engine by a broken rule; `verify` turns it into a Report, and words it then. */
export class Rejection extends Error {
  readonly violation: Violation
  constructor(violation: Violation) {
    super(violation.id)
    this.violation = violation
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

/** Runs a check; if it rejects, `instead` says what its violation means here. Anything else that is thrown is a bug of ours and goes up. */
export function orElse<T>(check: () => T, instead: (violation: Violation) => T): T {
  try {
    return check()
  } catch (error) {
    if (error instanceof Rejection) return instead(error.violation)
    throw error
  }
}

/** Parameters may be left out where there are none. */
type Given<Id extends ViolationId> = object extends Params<Id> ? [params?: Params<Id>] : [params: Params<Id>]

/** The rule `id` is broken; what is known of the case goes with it, its words stand in the table. */
export function violate<Id extends ViolationId>(id: Id, ...[params]: Given<Id>): never {
  throw new Rejection({ id, params: params ?? {} } as Violation)
}

/** A violation that was caught is what it is after all; `call` says of which argument, where it does not itself. */
export function violateAgain({ id, params }: Violation, call: Partial<KfuncArg> = {}): never {
  throw new Rejection({ id, params: { ...call, ...params } } as Violation)
}

export function unsupported(what: string): never {
  throw new Unsupported(what)
}
