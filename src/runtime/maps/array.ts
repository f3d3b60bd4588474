// SPDX-License-Identifier: Apache-2.0
// BPF_MAP_TYPE_ARRAY: every element is there from the start, at a place of its own.

import type { MapDef } from '../../object/index.ts'
import { errno } from '../core/errno.ts'
import type { Core } from '../core/core.ts'
import { RuntimeMap, updateFlags } from './map.ts'

export class ArrayMap extends RuntimeMap {
  /** Where element 0 lies. */
  readonly values: number
  /** Bytes from one element to the next. */
  readonly stride: number

  constructor(core: Core, def: MapDef) {
    super(core, def)
    this.stride = (def.valueSize + 7) & ~7
    this.values = core.memory.allocate(Math.max(8, this.stride * def.maxEntries), `values of map ${def.name}`)
    if (def.data !== undefined) core.memory.write(this.values, def.data)
  }

  override get firstValue(): number {
    return this.values
  }
  private at(index: number): number {
    return index < this.def.maxEntries ? this.values + index * this.stride : 0
  }

  override lookup(key: number): number {
    return this.at(this.core.memory.u32(key))
  }
  override update(key: number, value: number, flags: number): number {
    return this.put(this.core.memory.u32(key), this.core.memory.read(value, this.def.valueSize), flags)
  }
  override delete(_key: number): number {
    return -errno.EINVAL
  }
  override forEach(each: (key: number, value: number) => number): number {
    const { memory } = this.core
    const key = memory.allocate(8, `key of map ${this.name}`)
    let called = 0
    try {
      for (; called < this.def.maxEntries; ) {
        memory.setU32(key, called)
        const at = this.at(called++)
        if (each(key, at) !== 0) break
      }
    } finally {
      memory.free(key)
    }
    return called
  }

  private put(index: number, value: Uint8Array, flags: number): number {
    if (flags > updateFlags.BPF_F_LOCK + updateFlags.BPF_EXIST) return -errno.EINVAL
    if (index >= this.def.maxEntries) return -errno.E2BIG
    if ((flags & updateFlags.BPF_NOEXIST) !== 0) return -errno.EEXIST
    this.core.memory.write(this.at(index), value)
    return 0
  }

  override *entries(): Iterable<readonly [Uint8Array, Uint8Array]> {
    for (let i = 0; i < this.def.maxEntries; i++)
      yield [indexBytes(i), this.core.memory.read(this.at(i), this.def.valueSize)]
  }
  override get(key: Uint8Array): Uint8Array | undefined {
    const at = this.at(indexOf(key))
    return at === 0 ? undefined : this.core.memory.read(at, this.def.valueSize)
  }
  override set(key: Uint8Array, value: Uint8Array, flags = 0): number {
    return this.put(indexOf(key), value, flags)
  }
  override remove(_key: Uint8Array): number {
    return -errno.EINVAL
  }
}

/** The four bytes of an index, and back. */
export function indexBytes(index: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, index, true)
  return bytes
}
export const indexOf = (key: Uint8Array): number =>
  new DataView(key.buffer, key.byteOffset, key.byteLength).getUint32(0, true)
