// SPDX-License-Identifier: Apache-2.0
// BPF_MAP_TYPE_QUEUE and BPF_MAP_TYPE_STACK: values without keys, in a ring.

import type { Btf } from '../../btf/index.ts'
import type { MapDef } from '../../object/index.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { RuntimeMap, updateFlags } from './map.ts'

abstract class RingOfValues extends RuntimeMap {
  private readonly ring: number
  /** Place of the oldest, and how many there are. */
  protected oldest = 0
  protected count = 0

  constructor(core: Core, def: MapDef, btf?: Btf) {
    super(core, def, btf)
    this.ring = core.memory.allocate(Math.max(8, def.valueSize * def.maxEntries), `values of map ${def.name}`)
  }

  /** By age: 0 is the oldest. */
  protected at(index: number): number {
    return this.ring + ((this.oldest + index) % this.def.maxEntries) * this.def.valueSize
  }

  /** BPF_EXIST: where it is full, the oldest makes room. */
  override push(value: number, flags: number): number {
    if (flags !== updateFlags.BPF_ANY && flags !== updateFlags.BPF_EXIST) return -errno.EINVAL
    if (this.count === this.def.maxEntries) {
      if (flags !== updateFlags.BPF_EXIST) return -errno.E2BIG
      this.dropOldest()
    }
    this.core.memory.copy(this.at(this.count), value, this.def.valueSize)
    this.count++
    return 0
  }
  override peek(value: number): number {
    const { memory } = this.core
    if (this.count === 0) {
      memory.clear(value, this.def.valueSize)
      return -errno.ENOENT
    }
    const from = this.at(this.nextIndex)
    memory.copy(value, from, this.def.valueSize)
    return 0
  }
  override pop(value: number): number {
    const error = this.peek(value)
    if (error === 0) this.dropNext()
    return error
  }
  override update(): number {
    return -errno.EINVAL
  }
  override delete(): number {
    return -errno.EINVAL
  }

  override userTake(): Uint8Array | number {
    if (this.count === 0) return -errno.ENOENT
    const value = this.core.memory.read(this.at(this.nextIndex), this.def.valueSize)
    this.dropNext()
    return value
  }
  override userNext(): number {
    return -errno.EINVAL
  }
  /** Values by age; their keys are empty. */
  override *entries(): Iterable<readonly [Uint8Array, Uint8Array]> {
    for (let i = 0; i < this.count; i++)
      yield [new Uint8Array(0), this.core.memory.read(this.at(i), this.def.valueSize)]
  }

  /** Which is popped next, by age. */
  protected abstract readonly nextIndex: number
  protected abstract dropNext(): void
  protected dropOldest(): void {
    this.oldest = (this.oldest + 1) % this.def.maxEntries
    this.count--
  }
}

export class QueueMap extends RingOfValues {
  protected get nextIndex(): number {
    return 0
  }
  protected dropNext(): void {
    this.dropOldest()
  }
}

export class StackMap extends RingOfValues {
  protected get nextIndex(): number {
    return this.count - 1
  }
  protected dropNext(): void {
    this.count--
  }
}
