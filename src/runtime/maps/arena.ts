// SPDX-License-Identifier: Apache-2.0
// BPF_MAP_TYPE_ARENA: pages that programs and users share, by number from the arena's begin. All of it has its place from the start; what
// is not allocated programs read as zeros, and what they store there is gone.
//
// An arena may have 4 GiB, all that a machine can address, of which programs use little. So a large one has memory for its first pages;
// and one of 4 GiB, in which addresses go round, for its last pages too, below the first:
//
//   | last pages | first pages ........ |
//                ^ begin

import type { MapDef } from '../../object/index.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { MachineError } from '../core/errors.ts'
import { setFields } from '../core/objects.ts'
import { RuntimeMap } from './map.ts'

export const ARENA_PAGE = 4096 as const
const NUMA_NO_NODE = -1
/** Pages of an arena of 4 GiB. */
const MOST_PAGES = 1 << 20
/** Bytes up to which an arena has memory for all of its pages, if there is as much. */
const WHOLE = 1 << 30
/** Bytes of the first pages of another. */
const FIRST = 512 << 20
/** Bytes of the last pages of one of 4 GiB. */
const LAST = 16 << 20

export class ArenaMap extends RuntimeMap {
  /** Where page 0 lies. */
  readonly begin: number
  /** Where a byte for each page says whether it is allocated. */
  readonly pagesAt: number

  constructor(core: Core, def: MapDef) {
    super(core, def)
    const { memory } = core
    const { maxEntries: count, name } = def
    this.pagesAt = memory.allocate(Math.max(count, 1), `pages of arena ${name}`)
    const pagesIn = (bytes: number): number => Math.floor(bytes / ARENA_PAGE)
    const size = count * ARENA_PAGE
    // what is left is for others, too
    const most = size <= Math.min(WHOLE, memory.left) ? size : Math.min(FIRST, memory.left / 2)
    this.first = Math.min(count, pagesIn(most))
    this.last = count === MOST_PAGES ? pagesIn(Math.min(LAST, most / 4)) : 0
    const room = (this.first + this.last) * ARENA_PAGE
    this.begin = memory.allocate(room, `arena ${name}`, { align: ARENA_PAGE }) + this.last * ARENA_PAGE
    if (def.data !== undefined) {
      const [page, pages] = [(def.dataOffset ?? 0) / ARENA_PAGE, Math.ceil(def.data.length / ARENA_PAGE)]
      this.requireRoom(page, pages)
      memory.write(this.addressOf(page), def.data)
      // whoever loads the object writes them, and has them by that
      this.pages.fill(1, page, page + pages)
    }
    if (core.layouts.find('bpf_arena', 'user_vm_start') !== undefined)
      setFields(core, this.address, 'bpf_arena', {
        user_vm_start: this.begin,
        user_vm_end: this.begin + count * ARENA_PAGE,
      })
  }

  /** How many of its first and last pages there is memory for. */
  private readonly first: number
  private readonly last: number

  /** Where a page lies. */
  addressOf(page: number): number {
    return (this.begin + page * ARENA_PAGE) >>> 0
  }
  /** The page, and parts of one, that lie from its begin to an address, which goes round as pointers do. */
  pageAt(address: number): number {
    return ((address - this.begin) >>> 0) / ARENA_PAGE
  }

  private requireRoom(page: number, count: number): void {
    const { def, first, last } = this
    if (page + count <= first || page >= def.maxEntries - last) return
    const most = last === 0 ? `first ${first}` : `first ${first} and the last ${last}`
    throw new MachineError(
      'limit',
      `the machine has no memory for ${count} pages from page ${page} of arena ${def.name}: of its ${def.maxEntries} it has the ${most}`,
    )
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
    this.requireRoom(first, count)
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
      const at = this.addressOf(page)
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
