// SPDX-License-Identifier: Apache-2.0
// What stands for kernel objects that a test made, so that one that comes back is known.

import type { Core } from './core.ts'
import { remember } from './remember.ts'

interface Made {
  readonly struct: string
  readonly address: number
}

const known = remember(() => new WeakMap<object, Made>())

/** Remembers that `object` stands for a struct of the kernel's at its address. */
export function ofMachine<T extends { readonly address: number }>(core: Core, struct: string, object: T): T {
  known(core).set(object, { struct, address: object.address })
  return object
}

/** undefined: it is nothing of this machine's. */
export const isOfMachine = (core: Core, object: object): Made | undefined => known(core).get(object)
