// SPDX-License-Identifier: Apache-2.0
// The .BTF_ids section of an image: the kernel's lists of types and functions by BTF id, without names. Three shapes:
//
//   list   id id id …
//   set    count │ id …               ascending
//   set8   count │ flags │ (id, flags) …   ascending; flags of the set is 1 (BTF_SET8_KFUNCS) for kfunc sets
//
// Nothing marks where one begins, so a set is recognised by being one: include/linux/btf_ids.h of 6.12.

import type { Btf } from '../btf/index.ts'

export interface IdSet8 {
  /** Byte offset in the section. */
  readonly byte: number
  /** Declared with BTF_KFUNCS_START. A set without it may be a plain list that happens to look like a set. */
  readonly marked: boolean
  /** (BTF id, flags word) */
  readonly members: readonly (readonly [number, number])[]
}

export interface ScannedIds {
  readonly sets: readonly IdSet8[]
  /** Plain sets of functions or of structs. */
  readonly lists: readonly { readonly byte: number; readonly size: number; readonly ids: readonly number[] }[]
  /** A struct id directly before a function id, outside sets: what a destructor registration looks like. */
  readonly pairs: readonly { readonly struct: number; readonly func: number }[]
}

/** Flags word of a set: kfunc sets say 1, the older way of declaring one leaves 0. */
const setFlagKfuncs = 1
const maxMembers = 4096
/** Flags words have far fewer bits in use than an id has; a larger one is not a flags word. */
const flagsLimit = 1 << 24

/** Finds every kfunc set, plain function set and destructor pair. Work is linear in the section's size. */
export function scanIds(
  btf: Btf,
  section: Uint8Array,
  { littleEndian = true }: { readonly littleEndian?: boolean } = {},
): ScannedIds {
  const view = new DataView(section.buffer, section.byteOffset, section.byteLength & ~3)
  const count = view.byteLength >> 2
  const word = (i: number): number => view.getUint32(i * 4, littleEndian)
  const kind = (id: number): string | undefined => (id > 0 && id < btf.count ? btf.type(id).kind : undefined)
  const sets: IdSet8[] = []
  const lists: { byte: number; size: number; ids: number[] }[] = []
  const pairs: { struct: number; func: number }[] = []
  for (let i = 0; i < count; ) {
    const members = readSet8(i)
    if (members !== undefined) {
      sets.push({ byte: i * 4, marked: word(i + 1) === setFlagKfuncs, members })
      i += 2 + 2 * members.length
      continue
    }
    const ids = readSet(i)
    if (ids !== undefined) {
      lists.push({ byte: i * 4, size: word(i), ids })
      i += 1 + word(i)
      continue
    }
    if (i + 1 < count && kind(word(i)) === 'struct' && kind(word(i + 1)) === 'func') {
      pairs.push({ struct: word(i), func: word(i + 1) })
    }
    i++
  }
  return { sets, lists, pairs }

  function readSet8(at: number): [number, number][] | undefined {
    const size = word(at)
    if (size === 0 || size > maxMembers || at + 2 + 2 * size > count || word(at + 1) > setFlagKfuncs) return undefined
    const members: [number, number][] = []
    for (let i = 0, last = -1; i < size; i++) {
      const id = word(at + 2 + 2 * i)
      const flags = word(at + 3 + 2 * i)
      if (id < last || flags >= flagsLimit || (id !== 0 && kind(id) !== 'func')) return undefined
      last = id
      if (id !== 0) members.push([id, flags])
    }
    return members.length === size ? members : undefined
  }

  function readSet(at: number): number[] | undefined {
    const size = word(at)
    if (size < 1 || size > maxMembers || at + 1 + size > count) return undefined
    const ids: number[] = []
    for (let i = 0, last = 0; i < size; i++) {
      const id = word(at + 1 + i)
      // A member the build lacks is 0 (BTF_ID_UNUSED) and sorts first.
      if (id === 0 && last === 0) continue
      const own = kind(id)
      if (id <= last || (own !== 'func' && own !== 'struct')) return undefined
      last = id
      ids.push(id)
    }
    return ids.length >= 1 ? ids : undefined
  }
}
