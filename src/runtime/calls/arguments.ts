// SPDX-License-Identifier: Apache-2.0
// Values that a test gives a program: numbers as they are, all else as the address of where it lies.

import type { Core } from '../core/core.ts'
import { MachineError } from '../core/errors.ts'

/** A number; text and bytes, which are put into the machine's memory for the call; an object of the machine's, such as a task. */
export type Argument = number | bigint | string | Uint8Array | { readonly address: number }

export interface Placed {
  readonly values: readonly bigint[]
  /** What was put into memory for the call is gone from it. */
  free(): void
}

export function placed({ memory }: Core, args: readonly Argument[]): Placed {
  const own: number[] = []
  const values = args.map((arg) => {
    if (typeof arg === 'number' || typeof arg === 'bigint') return BigInt.asUintN(64, BigInt(arg))
    if (typeof arg === 'object' && arg !== null && 'address' in arg) return BigInt(arg.address)
    if (typeof arg !== 'string' && !(arg instanceof Uint8Array))
      throw new MachineError(
        'misuse',
        `${arg === null ? 'null' : `a value of type ${typeof arg}`} is no argument: numbers, BigInts, text, bytes and objects of the machine's are; NULL is 0`,
      )
    const bytes = typeof arg === 'string' ? new TextEncoder().encode(`${arg}\0`) : arg
    const at = memory.allocate(bytes.length, 'argument of a call')
    memory.write(at, bytes)
    own.push(at)
    return BigInt(at)
  })
  return {
    values,
    free: () => {
      for (const at of own) memory.free(at)
    },
  }
}
