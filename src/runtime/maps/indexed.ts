// SPDX-License-Identifier: Apache-2.0
// Maps whose keys are indices below max_entries: every one is a key, whether or not something is there.

import { errno } from '../core/errno.ts'
import { RuntimeMap } from './map.ts'

export abstract class IndexedMap extends RuntimeMap {
  /** bpf_map_lookup_elem() and its kin take the index from memory. */
  protected indexAt(key: number): number {
    return this.core.memory.u32(key)
  }

  override userNext(key: number, next: number): number {
    const { memory } = this.core
    const index = key === 0 ? this.def.maxEntries : memory.u32(key)
    if (index === this.def.maxEntries - 1) return -errno.ENOENT
    memory.setU32(next, index >= this.def.maxEntries ? 0 : index + 1)
    return 0
  }

  /** bpf_for_each_map_elem() over values at `valueAt`. */
  protected eachIndex(each: (key: number, value: number) => number, valueAt: (index: number) => number): number {
    const { memory } = this.core
    const key = memory.allocate(8, `key of map ${this.name}`)
    try {
      for (let index = 0; index < this.def.maxEntries; index++) {
        memory.setU32(key, index)
        if (each(key, valueAt(index)) !== 0) return index + 1
      }
      return this.def.maxEntries
    } finally {
      memory.free(key)
    }
  }
}

/** The four bytes of an index. */
export function indexBytes(index: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, index, true)
  return bytes
}
