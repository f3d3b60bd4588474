// SPDX-License-Identifier: Apache-2.0
// Iterators of the host: their state is an object that new, next and destroy are given, by where the program keeps its own.

import type { Core } from '../core/core.ts'
import { MachineError } from '../core/errors.ts'
import { remember } from '../core/remember.ts'

export class Iterators {
  private readonly states = new Map<number, object>()
  private readonly elements = new Map<number, Element[]>()
  private readonly core: Core
  constructor(core: Core) {
    this.core = core
  }

  begin(address: number): object {
    const state = {}
    this.states.set(address, state)
    return state
  }
  at(address: number): object {
    const state = this.states.get(address)
    if (state === undefined) throw new MachineError('misuse', `no iterator is at 0x${address.toString(16)}`)
    return state
  }
  end(address: number): void {
    this.states.delete(address)
    for (const { at } of this.elements.get(address) ?? []) this.core.memory.free(at)
    this.elements.delete(address)
  }

  /** Where what the iterator is at lies: the same place as long as there is room. All stay until it ends, as the program may still read the ones before. */
  element(address: number, size: number): number {
    const known = this.elements.get(address) ?? []
    const last = known.at(-1)
    if (last !== undefined && last.size >= size) return last.at
    const at = this.core.memory.allocate(size, 'element of an iterator')
    this.elements.set(address, [...known, { at, size }])
    return at
  }
}

interface Element {
  readonly at: number
  readonly size: number
}

export const iteratorsOf = remember((core: Core): Iterators => new Iterators(core))
