// SPDX-License-Identifier: Apache-2.0
// BPF_MAP_TYPE_ARENA: pages that programs and users share, by number from the arena's begin. All of it has its place from the start; what
// is not allocated programs read as zeros, and what they store there is gone.

import type { MapDef } from '../../object/index.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { RuntimeMap } from './map.ts'

export const ARENA_PAGE = 4096 as const
const NUMA_NO_NODE = -1

export class ArenaMap extends RuntimeMap {
  /** Where page 0 lies. */
  readonly begin: number
  /** Where a byte for each page says whether it is allocated. */
  readonly pagesAt: number

  constructor(core: Core, def: MapDef) {
    super(core, def)
    this.begin = core.memory.allocate(def.maxEntries * ARENA_PAGE, `arena ${def.name}`, { align: ARENA_PAGE })
    this.pagesAt = core.memory.allocate(Math.max(def.maxEntries, 1), `pages of arena ${def.name}`)
    if (def.data !== undefined) {
      core.memory.write(this.begin, def.data)
      // whoever loads the object writes them, and has them by that
      this.pages.fill(1, 0, Math.ceil(def.data.length / ARENA_PAGE))
    }
  }

  /** Pages that are not allocated, and will not be. */
  private readonly reserved = new Set<number>()

  private get pages(): Uint8Array {
    return this.core.memory.u8.subarray(this.pagesAt, this.pagesAt + this.def.maxEntries)
  }

  override get firstValue(): number {
    return this.begin
  }

  /** The first of `count` pages in a row, zeroed, at page `from` or (undefined) where there is room first; undefined: there is none. */
  allocate(count: number, from?: number, node: number = NUMA_NO_NODE): number | undefined {
    const { length } = this.pages
    if (count <= 0 || count > length || (node !== NUMA_NO_NODE && node !== 0)) return undefined
    const first = from ?? this.firstFree(count)
    if (first === undefined || first < 0 || first + count > length) return undefined
    if (this.isTaken(first, count)) return undefined
    this.pages.fill(1, first, first + count)
    return first
  }
  /** bpf_arena_reserve_pages(): they are in the way of whoever allocates, until they are freed. */
  reserve(from: number, count: number): number {
    if (from < 0 || from + count > this.pages.length) return -errno.EINVAL
    if (this.isTaken(from, count)) return -errno.EBUSY
    for (let page = from; page < from + count; page++) this.reserved.add(page)
    return 0
  }
  private isTaken(from: number, count: number): boolean {
    if (this.pages.subarray(from, from + count).includes(1)) return true
    if (this.reserved.size === 0) return false
    for (let page = from; page < from + count; page++) if (this.reserved.has(page)) return true
    return false
  }
  /** Those among them that are allocated; what they held is gone. */
  release(from: number, count: number): void {
    const end = Math.min(from + count, this.pages.length)
    for (let page = Math.max(0, from); page < end; page++) {
      this.reserved.delete(page)
      if (this.pages[page] === 0) continue
      this.pages[page] = 0
      const at = this.begin + page * ARENA_PAGE
      this.core.memory.u8.fill(0, at, at + ARENA_PAGE)
    }
  }

  private firstFree(count: number): number | undefined {
    let run = 0
    for (let page = 0; page < this.pages.length; page++) {
      run = this.pages[page] === 0 && !this.reserved.has(page) ? run + 1 : 0
      if (run === count) return page - count + 1
    }
    return undefined
  }

  override userLookup(): number {
    return -errno.EINVAL
  }
  override userNext(): number {
    return -errno.EOPNOTSUPP
  }
}
