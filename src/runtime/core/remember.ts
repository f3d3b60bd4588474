// SPDX-License-Identifier: Apache-2.0
import type { Core } from './core.ts'

/** What each machine has one of, made when it is asked for first. */
export function remember<T>(make: (core: Core) => T): (core: Core) => T {
  const made = new WeakMap<Core, T>()
  return (core) => {
    let one = made.get(core)
    if (one === undefined) {
      one = make(core)
      made.set(core, one)
    }
    return one
  }
}
