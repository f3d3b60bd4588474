// SPDX-License-Identifier: Apache-2.0
// BPF_MAP_TYPE_PERF_EVENT_ARRAY: nothing is written where no event was opened. `listen` opens one a CPU, as libbpf's perf_buffer__new()
// does; what programs write is kept in `records`, as it was written, without the padding that perf puts behind it.

import type { MapDef } from '../../object/index.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { DescriptorArray } from './descriptors.ts'
import { structAt } from './objects.ts'

export interface PerfRecord {
  readonly cpu: number
  readonly data: Uint8Array
}

/** Of records that wait to be drained, for all CPUs together. */
const MOST_BYTES = 1 << 24
/** Bytes that a record takes besides its own. */
const HEADER = 64

export class PerfEventArrayMap extends DescriptorArray {
  /** What was written and not drained yet, oldest first. */
  readonly records: PerfRecord[] = []
  /** Records that found no room, as there were more than 16 MiB that nobody drained. */
  lost = 0
  private waiting = 0
  /** The CPU that the event at an index belongs to, where it takes records. */
  private readonly listening = new Map<number, number>()

  constructor(core: Core, def: MapDef) {
    // libbpf makes as many entries as there are CPUs where the object says none
    super(core, def.maxEntries === 0 ? { ...def, maxEntries: core.cpus } : def)
  }

  protected refused(address: number): number {
    return structAt(this.core, address) === 'perf_event' ? 0 : -errno.EBADF
  }
  override userLookup(): number {
    return -errno.ENOTSUPP
  }
  override userDelete(key: number): number {
    this.listening.delete(this.indexAt(key))
    return super.userDelete(key)
  }

  /** Opens an event for each CPU. */
  listen(): void {
    for (let cpu = 0; cpu < Math.min(this.core.cpus, this.def.maxEntries); cpu++) {
      this.slots[cpu] = this.core.memory.allocate(this.core.layouts.sizeOf('perf_event'), 'perf_event')
      this.listening.set(cpu, cpu)
    }
  }
  drain(): PerfRecord[] {
    this.waiting = 0
    return this.records.splice(0)
  }

  /** 0: the event at `index` (undefined: of this CPU) takes records; else a negative error. */
  ready(index: number | undefined): number {
    const { cpu } = this.core
    const slot = index ?? cpu
    if (slot >= this.def.maxEntries) return -errno.E2BIG
    if (this.slots[slot] === 0) return -errno.ENOENT
    const owner = this.listening.get(slot)
    // an event that nobody reads has no room
    if (owner === undefined) return -errno.ENOSPC
    return owner === cpu ? 0 : -errno.EOPNOTSUPP
  }
  output(data: Uint8Array): number {
    if (this.waiting + data.length + HEADER > MOST_BYTES) {
      this.lost++
      return -errno.ENOSPC
    }
    this.waiting += data.length + HEADER
    this.records.push({ cpu: this.core.cpu, data })
    return 0
  }
}
