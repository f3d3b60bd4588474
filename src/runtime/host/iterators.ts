// SPDX-License-Identifier: Apache-2.0
// Iterators of the host: their state is an object that new, next and destroy are given, by where the program keeps its own.

import type { Core } from '../core/core.ts'
import { MachineError } from '../core/errors.ts'
import { remember } from '../core/remember.ts'

export class Iterators {
  private readonly states = new Map<number, object>()
  private readonly elements = new Map<number, number>()
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
    const element = this.elements.get(address)
    if (element !== undefined) this.core.memory.free(element)
    this.elements.delete(address)
  }

  /** Where the number that the iterator is at lies: the same place until it ends. */
  element(address: number, size: number): number {
    let at = this.elements.get(address)
    if (at === undefined) {
      at = this.core.memory.allocate(size, 'element of an iterator')
      this.elements.set(address, at)
    }
    return at
  }
}

export const iteratorsOf = remember((core: Core): Iterators => new Iterators(core))
