// SPDX-License-Identifier: Apache-2.0
// BPF_MAP_TYPE_STACK_TRACE: stacks by a number that follows from their addresses.

import type { MapDef } from '../../object/index.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { RuntimeMap } from './map.ts'
import { hasCpuFlags } from './one-cpu.ts'

export class StackTraceMap extends RuntimeMap {
  /** A power of two: numbers are below it. */
  private readonly buckets: number
  private readonly stacks = new Map<number, number>()

  constructor(core: Core, def: MapDef) {
    super(core, def)
    this.buckets = 2 ** Math.ceil(Math.log2(def.maxEntries))
  }

  /** bpf_get_stackid() once it has the addresses, innermost first: the stack's number, or -EEXIST where another has it and is kept. */
  record(addresses: readonly bigint[], { reuse = false } = {}): number {
    const bytes = new Uint8Array(this.def.valueSize)
    const view = new DataView(bytes.buffer)
    const most = this.def.valueSize >> 3
    let hash = 0
    for (const [i, address] of addresses.slice(0, most).entries()) {
      view.setBigUint64(i * 8, address, true)
      for (const half of [Number(address & 0xffff_ffffn), Number((address >> 32n) & 0xffff_ffffn)])
        hash = Math.imul(hash ^ half, 0x9e3779b1) ^ (hash >>> 15)
    }
    const id = (hash >>> 0) % this.buckets
    const held = this.stacks.get(id)
    const { memory } = this.core
    const same = held !== undefined && memory.read(held, bytes.length).every((byte, i) => byte === bytes[i])
    if (held !== undefined && !same && !reuse) return -errno.EEXIST
    const at = held ?? memory.allocate(bytes.length, `stack of map ${this.name}`)
    memory.write(at, bytes)
    this.stacks.set(id, at)
    return id
  }

  override update(): number {
    return -errno.EINVAL
  }
  override delete(key: number): number {
    const id = this.core.memory.u32(key)
    if (id >= this.buckets) return -errno.E2BIG
    const at = this.stacks.get(id)
    if (at === undefined) return -errno.ENOENT
    this.core.memory.free(at)
    this.stacks.delete(id)
    return 0
  }
  override userLookup(key: number): number {
    return this.stacks.get(this.core.memory.u32(key)) ?? 0
  }
  /** Since 7.0. */
  override userTake(key: number): Uint8Array | number {
    if (!hasCpuFlags(this.core)) return -errno.ENOTSUPP
    const at = this.userLookup(key)
    if (at === 0) return -errno.ENOENT
    const value = this.userValue(at)
    this.delete(key)
    return value
  }
  /** In the order of their numbers. */
  override userNext(key: number, next: number): number {
    const given = key === 0 ? undefined : this.core.memory.u32(key)
    const ids = [...this.stacks.keys()].sort((one, other) => one - other)
    const found = given === undefined || !this.stacks.has(given) ? ids[0] : ids.find((id) => id > given)
    if (found === undefined) return -errno.ENOENT
    this.core.memory.setU32(next, found)
    return 0
  }
}
