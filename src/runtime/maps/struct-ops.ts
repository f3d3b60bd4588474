// SPDX-License-Identifier: Apache-2.0
// BPF_MAP_TYPE_STRUCT_OPS: one value, the kernel's struct as users fill it in. What its operations do is not the map's matter.

import type { MapDef } from '../../object/index.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { IndexedMap } from './indexed.ts'

export class StructOpsMap extends IndexedMap {
  private readonly value: number
  private isSet = false

  constructor(core: Core, def: MapDef) {
    super(core, def)
    this.value = core.memory.allocate(Math.max(8, def.valueSize), `value of map ${def.name}`)
    if (def.data !== undefined) core.memory.write(this.value, def.data.subarray(0, def.valueSize))
  }

  override get firstValue(): number {
    return this.value
  }
  override userLookup(key: number): number {
    return this.indexAt(key) === 0 ? this.value : -errno.ENOENT
  }
  /** It is registered once, until it is deleted. */
  override userUpdate(key: number, value: number, flags: number): number {
    if (flags !== 0) return -errno.EINVAL
    if (this.indexAt(key) !== 0) return -errno.E2BIG
    if (this.isSet) return -errno.EBUSY
    this.core.memory.copy(this.value, value, this.def.valueSize)
    this.isSet = true
    return 0
  }
  override userDelete(key: number): number {
    if (this.indexAt(key) !== 0 || !this.isSet) return -errno.ENOENT
    this.isSet = false
    return 0
  }
}
