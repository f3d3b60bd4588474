// SPDX-License-Identifier: Apache-2.0
// BPF_MAP_TYPE_ARRAY: every element is there from the start, at a place of its own.

import type { Btf } from '../../btf/index.ts'
import type { Inline } from '../../jit/index.ts'
import type { MapDef } from '../../object/index.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { IndexedMap } from './indexed.ts'
import { isLocked, updateFlags } from './map.ts'

export class ArrayMap extends IndexedMap {
  /** Where element 0 lies. */
  readonly values: number
  /** Bytes from one element to the next. */
  readonly stride: number

  constructor(core: Core, def: MapDef, btf?: Btf) {
    super(core, def, btf)
    this.stride = (def.valueSize + 7) & ~7
    this.values = core.memory.allocate(Math.max(8, this.stride * def.maxEntries), `values of map ${def.name}`)
    if (def.data !== undefined) core.memory.write(this.values, def.data)
  }

  override get lookupInline(): Inline {
    return { kind: 'array-lookup', first: this.values, stride: this.stride, count: this.def.maxEntries }
  }
  override get firstValue(): number {
    return this.values
  }
  private at(index: number): number {
    return index < this.def.maxEntries ? this.values + index * this.stride : 0
  }

  override valueAround(address: number): number | undefined {
    const index = Math.floor((address - this.values) / this.stride)
    return index >= 0 && index < this.def.maxEntries ? this.at(index) : undefined
  }

  override lookup(key: number): number {
    return this.at(this.indexAt(key))
  }
  override update(key: number, value: number, flags: number): number {
    const locked = isLocked(flags)
    const rest = locked ? flags - updateFlags.BPF_F_LOCK : flags
    if (rest > updateFlags.BPF_EXIST) return -errno.EINVAL
    const index = this.indexAt(key)
    if (index >= this.def.maxEntries) return -errno.E2BIG
    if (rest === updateFlags.BPF_NOEXIST) return -errno.EEXIST
    if (locked && !this.fields.hasLock) return -errno.EINVAL
    const at = this.at(index)
    this.fields.copy(at, value, this.def.valueSize)
    this.fields.release(at)
    return 0
  }
  override delete(_key: number): number {
    return -errno.EINVAL
  }
  protected override *held(): Iterable<number> {
    for (let index = 0; index < this.def.maxEntries; index++) yield this.at(index)
  }
  override forEach(each: (key: number, value: number) => number): number {
    return this.eachIndex(each, (index) => this.at(index))
  }
}
