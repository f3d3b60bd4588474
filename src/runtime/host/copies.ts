// SPDX-License-Identifier: Apache-2.0
// What a body that waits is given instead of views of the machine's memory: those end when the memory grows.

import type { Core } from '../core/core.ts'

interface Copy {
  readonly at: number
  readonly before: Uint8Array
  readonly given: Uint8Array
}

export class Copies {
  private readonly core: Core
  private readonly made: Copy[] = []
  constructor(core: Core) {
    this.core = core
  }

  /** A copy of what is the machine's memory; anything else as it is. */
  of(argument: unknown): unknown {
    if (!(argument instanceof Uint8Array) || argument.buffer !== this.core.memory.u8.buffer) return argument
    const given = argument.slice()
    this.made.push({ at: argument.byteOffset, before: argument.slice(), given })
    return given
  }

  /** What was changed in the copies changes in memory: others may have changed the rest. */
  giveBack(): void {
    const { memory } = this.core
    for (const { at, before, given } of this.made)
      given.forEach((byte, i) => {
        if (byte !== before[i]) memory.u8[at + i] = byte
      })
  }
}

export const isPromise = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
