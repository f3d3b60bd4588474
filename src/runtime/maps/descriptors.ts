// SPDX-License-Identifier: Apache-2.0
// Arrays of what users name by descriptor: programs to tail call, maps, cgroups, events of perf.

import type { MapDef } from '../../object/index.ts'
import { mapFlags } from '../../uapi/index.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { IndexedMap, indexBytes } from './indexed.ts'
import type { RuntimeMap } from './map.ts'
import { type MapProgram, programAddress, programAt, structAt } from './objects.ts'

/** Programs may not write to it; users give descriptors. */
export abstract class DescriptorArray extends IndexedMap {
  /** Addresses; 0: nothing. */
  protected readonly slots: Uint32Array

  constructor(core: Core, def: MapDef) {
    super(core, def)
    this.slots = new Uint32Array(def.maxEntries)
  }

  /** 0, or why this cannot be put in. */
  protected abstract refused(address: number): number
  protected at(index: number): number {
    return this.slots[index] ?? 0
  }

  override get userSize(): number {
    return 4
  }
  override userLookup(key: number): number {
    return this.at(this.indexAt(key))
  }
  override userValue(address: number): Uint8Array {
    return indexBytes(address)
  }
  override userUpdate(key: number, value: number, flags: number): number {
    if (flags !== 0) return -errno.EINVAL
    return this.put(this.indexAt(key), this.core.memory.u32(value))
  }
  protected put(index: number, address: number): number {
    if (index >= this.def.maxEntries) return -errno.E2BIG
    const error = this.refused(address)
    if (error === 0) this.slots[index] = address
    return error
  }
  override userDelete(key: number): number {
    const index = this.indexAt(key)
    if (index >= this.def.maxEntries) return -errno.E2BIG
    if (this.slots[index] === 0) return -errno.ENOENT
    this.slots[index] = 0
    return 0
  }
}

/** BPF_MAP_TYPE_PROG_ARRAY. The first program that is put in decides of which type all are. */
export class ProgArrayMap extends DescriptorArray {
  private type: string | undefined

  protected refused(address: number): number {
    const program = programAt(this.core, address)
    if (program === undefined) return structAt(this.core, address) === undefined ? -errno.EBADF : -errno.EINVAL
    this.type ??= program.type
    return this.type === program.type ? 0 : -errno.EINVAL
  }
  override setProgram(index: number, program: MapProgram): number {
    return this.put(index, programAddress(this.core, program))
  }
  override programPlace(index: number): number | undefined {
    return programAt(this.core, this.at(index))?.place
  }
}

/** BPF_MAP_TYPE_CGROUP_ARRAY. */
export class CgroupArrayMap extends DescriptorArray {
  protected refused(address: number): number {
    return structAt(this.core, address) === 'cgroup' ? 0 : -errno.EBADF
  }
  override userLookup(): number {
    return -errno.ENOTSUPP
  }
  /** The struct cgroup at an index; or -E2BIG, -EAGAIN for none. */
  cgroup(index: number): number {
    if (index >= this.def.maxEntries) return -errno.E2BIG
    return this.at(index) === 0 ? -errno.EAGAIN : this.at(index)
  }
}

/** BPF_MAP_TYPE_ARRAY_OF_MAPS: programs get the map itself. */
export class ArrayOfMapsMap extends DescriptorArray {
  protected refused(address: number): number {
    return innerError(this.core, this.def, address)
  }
  override lookup(key: number): number {
    return this.at(this.indexAt(key))
  }
  override setMap(index: number, map: RuntimeMap): number {
    return this.put(index, map.address)
  }
}

/** What keeps a map from being put in one whose definition says what its maps are like. */
export function innerError(core: Core, { inner }: MapDef, address: number): number {
  const map = core.maps.get(address)
  if (map === undefined) return structAt(core, address) === undefined ? -errno.EBADF : -errno.EINVAL
  return inner === undefined || isLike(map.def, inner) ? 0 : -errno.EINVAL
}

function isLike(def: MapDef, wanted: MapDef): boolean {
  const kept = ~(mapFlags.BPF_F_RDONLY | mapFlags.BPF_F_WRONLY)
  if (def.type !== wanted.type || ((def.flags ^ wanted.flags) & kept) !== 0) return false
  if (def.keySize !== wanted.keySize || def.valueSize !== wanted.valueSize) return false
  // programs look into arrays without a call: how long they are is known to them, unless told that it is not
  const isFixed = def.type === 'BPF_MAP_TYPE_ARRAY' && (wanted.flags & mapFlags.BPF_F_INNER_MAP) === 0
  return !isFixed || def.maxEntries === wanted.maxEntries
}
