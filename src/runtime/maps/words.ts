// SPDX-License-Identifier: Apache-2.0
// What maps of addresses and numbers have in common: a word for each key of any bytes, or for each index.

import type { MapDef } from '../../object/index.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { Elements } from './elements.ts'
import { nextKey } from './hash.ts'
import { IndexedMap } from './indexed.ts'
import { RuntimeMap, updateFlags } from './map.ts'

/** What the flags of an update ask for: 0, or why it is not so. */
export function placeError({ isThere }: { readonly isThere: boolean }, flags: number): number {
  if (isThere && flags === updateFlags.BPF_NOEXIST) return -errno.EEXIST
  return !isThere && flags === updateFlags.BPF_EXIST ? -errno.ENOENT : 0
}

export abstract class KeyedWordsMap extends RuntimeMap {
  protected readonly elements: Elements

  constructor(core: Core, def: MapDef) {
    super(core, def)
    const { name, keySize, maxEntries } = def
    this.elements = new Elements(core, { name, keySize, maxEntries, valueSize: 8 })
  }

  /** The word; 0: there is none. */
  override lookup(key: number): number {
    const element = this.elements.find(key)
    return element === 0 ? 0 : this.core.memory.pointer(this.elements.valueOf(element))
  }
  override userNext(key: number, next: number): number {
    return nextKey(this.core, this.elements, key, next)
  }

  protected put(key: number, word: number, flags: number): number {
    if (flags > updateFlags.BPF_EXIST) return -errno.EINVAL
    const old = this.elements.find(key)
    const error = placeError({ isThere: old !== 0 }, flags)
    if (error !== 0) return error
    const at = this.place(key, old)
    if (at > 0) this.core.memory.setPointer(at, word)
    return Math.min(at, 0)
  }
  /** Where the word of the key is to lie, `old` being its element; or -E2BIG. */
  protected place(key: number, old: number): number {
    if (old === 0 && this.elements.count >= this.def.maxEntries) return -errno.E2BIG
    return this.elements.valueOf(old === 0 ? this.elements.insert(key) : old)
  }
  protected take(key: number): number {
    const element = this.elements.find(key)
    if (element === 0) return -errno.ENOENT
    this.elements.remove(element)
    return 0
  }
}

export abstract class IndexedWordsMap extends IndexedMap {
  protected readonly words: Uint32Array

  constructor(core: Core, def: MapDef) {
    super(core, def)
    this.words = new Uint32Array(def.maxEntries)
  }

  override lookup(key: number): number {
    return this.words[this.indexAt(key)] ?? 0
  }
  override target(index: number): bigint | undefined {
    const word = this.words[index] ?? 0
    return word === 0 ? undefined : BigInt(word)
  }

  /** `refused`: why the word cannot be there, asked once the flags are looked at; 0: it can. */
  protected put(index: number, word: number, flags: number, refused: () => number = () => 0): number {
    if (flags > updateFlags.BPF_EXIST) return -errno.EINVAL
    if (index >= this.def.maxEntries) return -errno.E2BIG
    const error = placeError({ isThere: this.words[index] !== 0 }, flags) || refused()
    if (error === 0) this.words[index] = word
    return error
  }
}
