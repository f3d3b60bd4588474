// SPDX-License-Identifier: Apache-2.0
// Refusing an object or program: deep in the readers a throw, a `Fault` at the floor's edge.
import { FaultError, type Place } from '../fault/index.ts'

/** Throws with libbpf's own sentence, so that people find it where they search for it. */
export function refuse(what: string, place: Place = {}, hint?: string): never {
  throw new FaultError(what, place, hint)
}
