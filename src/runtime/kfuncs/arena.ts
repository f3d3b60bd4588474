// SPDX-License-Identifier: Apache-2.0
// kfuncs on the pages of an arena. They have one address, for programs and users alike.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { ARENA_PAGE, ArenaMap } from '../maps/arena.ts'

/** undefined: it is a map of another type. */
const arenaAt = (core: Core, at: number): ArenaMap | undefined => {
  const map = core.mapAt(at)
  return map instanceof ArenaMap ? map : undefined
}

export const arenaKfuncs: Models = {
  bpf_arena_alloc_pages: model(
    ['i32', 'i32', 'i32', 'i32', 'i64'],
    'u32',
    (core) => (at, wanted, count, node, flags) => {
      const arena = arenaAt(core, at)
      if (arena === undefined || flags !== 0n || wanted % ARENA_PAGE !== 0) return 0
      const from = wanted === 0 ? undefined : arena.pageAt(wanted)
      const page = arena.allocate(count >>> 0, from, node)
      return page === undefined ? 0 : arena.addressOf(page)
    },
  ),
  bpf_arena_reserve_pages: model(['i32', 'i32', 'i32'], 's32', (core) => (at, address, count) => {
    const arena = arenaAt(core, at)
    if (arena === undefined) return -errno.EINVAL
    const page = arena.pageAt(address)
    return count === 0 || !Number.isInteger(page) ? 0 : arena.reserve(page, count >>> 0)
  }),
  bpf_arena_free_pages: model(['i32', 'i32', 'i32'], 'none', (core) => (at, address, count) => {
    const arena = arenaAt(core, at)
    if (arena === undefined || count === 0 || address === 0) return
    arena.release(Math.floor(arena.pageAt(address)), count >>> 0)
  }),
}
