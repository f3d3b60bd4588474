// SPDX-License-Identifier: Apache-2.0
// The slab caches that objects of the kernel come from: one for each struct that the machine has made.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { createObject } from '../core/objects.ts'
import { remember } from '../core/remember.ts'

class Caches {
  private readonly core: Core
  private readonly byName = new Map<string, number>()
  constructor(core: Core) {
    this.core = core
  }

  /** struct kmem_cache of what begins there; 0: nothing that comes from one does. */
  of(address: bigint): number {
    const block = address < 2n ** 31n ? this.core.memory.block(Number(address)) : undefined
    if (block === undefined || block.freed || this.core.layouts.struct(block.what) === undefined) return 0
    let cache = this.byName.get(block.what)
    if (cache === undefined) {
      cache = this.create(block.what)
      this.byName.set(block.what, cache)
    }
    return cache
  }

  /** Those that there are, in the order in which they were asked for; tasks' among them from the start. */
  all(): readonly number[] {
    if (!this.byName.has('task_struct')) this.byName.set('task_struct', this.create('task_struct'))
    return [...this.byName.values()]
  }

  private create(name: string): number {
    const { memory, layouts } = this.core
    const text = new TextEncoder().encode(`${name}\0`)
    const at = memory.allocate(text.length, 'name of a slab cache')
    memory.write(at, text)
    return createObject(this.core, 'kmem_cache', {
      name: at,
      size: layouts.sizeOf(name),
      object_size: layouts.sizeOf(name),
    })
  }
}

const cachesOf = remember((core: Core) => new Caches(core))

/** struct bpf_iter_kmem_cache: how many were answered. */
export const slabKfuncs: Models = {
  bpf_iter_kmem_cache_new: model(['i32'], 's32', ({ memory }) => (it) => {
    memory.clear(it, 8)
    return 0
  }),
  bpf_iter_kmem_cache_next: model(['i32'], 'u32', (core) => (it) => {
    const at = core.memory.u32(it)
    core.memory.setU32(it, at + 1)
    return cachesOf(core).all()[at] ?? 0
  }),
  bpf_iter_kmem_cache_destroy: model(['none'], 'none', () => () => {}),
  bpf_get_kmem_cache: model(['i64'], 'u32', (core) => (address) => cachesOf(core).of(BigInt.asUintN(64, address))),
}
