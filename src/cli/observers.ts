// SPDX-License-Identifier: Apache-2.0
// Several who are told of a run: --trace and --coverage.
import type { Observer } from '../runtime/index.ts'

/** One that tells each of them; undefined: there is none. */
export function joined(observers: readonly Observer[]): Observer | undefined {
  if (observers.length < 2) return observers[0]
  return {
    loaded: (...told) => observers.forEach((one) => one.loaded?.(...told)),
    before: (...told) => observers.forEach((one) => one.before?.(...told)),
    after: (...told) => observers.forEach((one) => one.after?.(...told)),
  }
}
