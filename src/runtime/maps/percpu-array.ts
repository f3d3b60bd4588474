// SPDX-License-Identifier: Apache-2.0
// BPF_MAP_TYPE_PERCPU_ARRAY: as an array, each CPU with values of its own. Programs have those of the CPU they run on; users all, one
// behind the other at multiples of 8.

import type { Btf } from '../../btf/index.ts'
import type { Inline } from '../../jit/index.ts'
import type { MapDef } from '../../object/index.ts'
import { type Core, CPU_CELL } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { IndexedMap } from './indexed.ts'
import { updateFlags } from './map.ts'
import { hasCpuFlags, isTooMuch, updatedCpus } from './one-cpu.ts'

export class PercpuArrayMap extends IndexedMap {
  /** Where element 0 of CPU 0 lies. */
  readonly values: number
  /** Bytes from one element to the next, and from a CPU's elements to the next one's. */
  readonly stride: number
  readonly area: number

  constructor(core: Core, def: MapDef, btf?: Btf) {
    super(core, def, btf)
    this.stride = (def.valueSize + 7) & ~7
    this.area = this.stride * def.maxEntries
    this.values = core.memory.allocate(Math.max(8, this.area * core.cpus), `values of map ${def.name}`)
    if (def.data !== undefined)
      for (let cpu = 0; cpu < core.cpus; cpu++) core.memory.write(this.values + cpu * this.area, def.data)
  }

  override get lookupInline(): Inline {
    const { values: first, stride, area, def } = this
    const perCpu = { cell: CPU_CELL, stride: area }
    return { kind: 'array-lookup', first, stride, count: def.maxEntries, perCpu }
  }
  override get firstValue(): number {
    return this.values
  }
  private at(index: number, cpu: number): number {
    return this.values + cpu * this.area + index * this.stride
  }

  override valueAround(address: number): number | undefined {
    const element = Math.floor((address - this.values) / this.stride)
    return element >= 0 && element < this.def.maxEntries * this.core.cpus
      ? this.values + element * this.stride
      : undefined
  }

  override lookup(key: number): number {
    const index = this.indexAt(key)
    return index < this.def.maxEntries ? this.at(index, this.core.cpu) : 0
  }
  override lookupPercpu(key: number, cpu: number): number {
    const index = this.indexAt(key)
    return index < this.def.maxEntries && cpu < this.core.cpus ? this.at(index, cpu) : 0
  }
  override update(key: number, value: number, flags: number): number {
    const index = this.indexAt(key)
    const refused = flags > updateFlags.BPF_EXIST ? -errno.EINVAL : this.refused(index, flags)
    if (refused !== 0) return refused
    const at = this.at(index, this.core.cpu)
    this.fields.copy(at, value, this.def.valueSize)
    this.fields.release(at)
    return 0
  }
  override delete(_key: number): number {
    return -errno.EINVAL
  }
  protected override *held(): Iterable<number> {
    for (let cpu = 0; cpu < this.core.cpus; cpu++)
      for (let index = 0; index < this.def.maxEntries; index++) yield this.at(index, cpu)
  }
  override forEach(each: (key: number, value: number) => number): number {
    return this.eachIndex(each, (index) => this.at(index, this.core.cpu))
  }

  override get userSize(): number {
    return this.stride * this.core.cpus
  }
  override userLookup(key: number): number {
    const index = this.indexAt(key)
    return index < this.def.maxEntries ? this.at(index, 0) : 0
  }
  override userValue(value: number, one?: number): Uint8Array {
    if (one !== undefined) return this.fields.hidden(value + one * this.area, this.def.valueSize)
    const all = new Uint8Array(this.userSize)
    for (let cpu = 0; cpu < this.core.cpus; cpu++)
      all.set(this.fields.hidden(value + cpu * this.area, this.stride), cpu * this.stride)
    return all
  }
  override userUpdate(key: number, value: number, flags: number): number {
    const index = this.indexAt(key)
    const refused = isTooMuch(this.core, flags) ? -errno.EINVAL : this.refused(index, flags)
    if (refused !== 0) return refused
    const { from, to, step } = updatedCpus(this.core, flags, this.stride)
    const size = hasCpuFlags(this.core) ? this.def.valueSize : this.stride
    for (let cpu = from; cpu < to; cpu++) {
      const at = this.at(index, cpu)
      this.fields.copy(at, value + cpu * step, size)
      this.fields.release(at)
    }
    return 0
  }

  private refused(index: number, flags: number): number {
    if (index >= this.def.maxEntries) return -errno.E2BIG
    return flags === updateFlags.BPF_NOEXIST ? -errno.EEXIST : 0
  }
}
