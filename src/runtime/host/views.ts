// SPDX-License-Identifier: Apache-2.0
// Views of the machine's memory that bodies are given for buffers. Making one costs as much as several calls, and programs pass the same buffer
// again and again: the latest are kept, each in one of a few places that follows from its address.

import type { Core } from '../core/core.ts'
import type { Memory } from '../core/memory.ts'
import { remember } from '../core/remember.ts'

const RECENT = 64

export class Views {
  private readonly memory: Memory
  /** What they are views of: another when memory has grown. */
  private all: Uint8Array
  private readonly recent: Uint8Array[]
  private readonly addresses = new Int32Array(RECENT)
  private readonly sizes = new Int32Array(RECENT)

  constructor(memory: Memory) {
    this.memory = memory
    this.all = memory.u8
    this.recent = Array.from({ length: RECENT }, () => this.all)
  }

  /** What is written there the program sees. */
  at(address: number, size: number): Uint8Array {
    const place = (address >> 3) & (RECENT - 1)
    const { u8 } = this.memory
    if (this.addresses[place] === address && this.sizes[place] === size && this.all === u8) return this.recent[place]!
    if (this.all !== u8) {
      this.all = u8
      this.addresses.fill(0)
    }
    const view = u8.subarray(address, address + size)
    this.addresses[place] = address
    this.sizes[place] = size
    this.recent[place] = view
    return view
  }
}

export const viewsOf = remember((core: Core): Views => new Views(core.memory))
