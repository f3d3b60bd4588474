// SPDX-License-Identifier: Apache-2.0
// BPF_MAP_TYPE_HASH_OF_MAPS: programs get the map itself.

import { innerError } from './descriptors.ts'
import { indexBytes } from './indexed.ts'
import type { RuntimeMap } from './map.ts'
import { KeyedWordsMap } from './words.ts'

export class HashOfMapsMap extends KeyedWordsMap {
  /** The key is the index, as libbpf puts it. */
  override setMap(index: number, map: RuntimeMap): number {
    const { memory } = this.core
    const key = memory.allocate(Math.max(4, this.def.keySize), `key of map ${this.name}`)
    memory.setU32(key, index)
    const error = innerError(this.core, this.def, map.address) || this.put(key, map.address, 0)
    memory.free(key)
    return error
  }

  override get userSize(): number {
    return 4
  }
  override userValue(address: number): Uint8Array {
    return indexBytes(address)
  }
  override userUpdate(key: number, value: number, flags: number): number {
    const address = this.core.memory.u32(value)
    const error = innerError(this.core, this.def, address)
    return error === 0 ? this.put(key, address, flags) : error
  }
  override userDelete(key: number): number {
    return this.take(key)
  }
}
