// SPDX-License-Identifier: Apache-2.0
// BPF_MAP_TYPE_HASH_OF_MAPS: programs get the map itself.

import type { MapDef } from '../../object/index.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { innerError } from './descriptors.ts'
import { Elements } from './elements.ts'
import { nextKey } from './hash.ts'
import { indexBytes } from './indexed.ts'
import { RuntimeMap, updateFlags } from './map.ts'

export class HashOfMapsMap extends RuntimeMap {
  private readonly elements: Elements

  constructor(core: Core, def: MapDef) {
    super(core, def)
    const { name, keySize, maxEntries } = def
    this.elements = new Elements(core, { name, keySize, maxEntries, valueSize: 8 })
  }

  override lookup(key: number): number {
    const element = this.elements.find(key)
    return element === 0 ? 0 : this.core.memory.pointer(this.elements.valueOf(element))
  }
  override setMap(index: number, map: RuntimeMap): void {
    const { memory } = this.core
    const key = memory.allocate(Math.max(4, this.def.keySize), `key of map ${this.name}`)
    memory.setU32(key, index)
    this.put(key, map.address, 0)
    memory.free(key)
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
    const element = this.elements.find(key)
    if (element === 0) return -errno.ENOENT
    this.elements.remove(element)
    return 0
  }
  override userNext(key: number, next: number): number {
    return nextKey(this.core, this.elements, key, next)
  }

  private put(key: number, address: number, flags: number): number {
    if (flags > updateFlags.BPF_EXIST) return -errno.EINVAL
    const old = this.elements.find(key)
    if (old !== 0 && flags === updateFlags.BPF_NOEXIST) return -errno.EEXIST
    if (old === 0 && flags === updateFlags.BPF_EXIST) return -errno.ENOENT
    if (old === 0 && this.elements.count >= this.def.maxEntries) return -errno.E2BIG
    const element = old === 0 ? this.elements.insert(key) : old
    this.core.memory.setPointer(this.elements.valueOf(element), address)
    return 0
  }
}
