// SPDX-License-Identifier: Apache-2.0
// BPF_MAP_TYPE_LPM_TRIE: the value of the longest prefix that a key begins with. Prefixes are elements of a table, found by the bits that
// count; look-ups go by a tree of bits.
//
// A key is a length in bits (u32), then bytes. BPF_MAP_GET_NEXT_KEY goes by bits, 0 before 1, and a prefix comes behind those that begin
// with it.

import type { Btf } from '../../btf/index.ts'
import type { MapDef } from '../../object/index.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { compiledTrieLookup } from './compiled.ts'
import { Elements } from './elements.ts'
import { RuntimeMap, updateFlags } from './map.ts'
import { PrefixTrie } from './prefix-trie.ts'

const LENGTH = 4

export class LpmTrieMap extends RuntimeMap {
  private readonly bits: number
  /** Keys with all bits zero that do not count; in front of a value the key as it was given. */
  private readonly elements: Elements
  private readonly trie: PrefixTrie
  /** A key with only the bits that count. */
  private readonly wanted: number
  /** All prefixes in the order of BPF_MAP_GET_NEXT_KEY; undefined: not known since the last change. */
  private sorted: number[] | undefined
  private readonly valueOffset: number

  constructor(core: Core, def: MapDef, btf?: Btf) {
    super(core, def, btf)
    const { name, keySize, maxEntries } = def
    this.bits = (keySize - LENGTH) * 8
    this.trie = new PrefixTrie(core, name)
    this.valueOffset = (keySize + 7) & ~7
    this.elements = new Elements(core, { name, keySize, maxEntries, valueSize: this.valueOffset + def.valueSize })
    this.wanted = core.memory.allocate(keySize, `key of map ${name}`)
  }

  /** The value of the longest prefix that `key` begins with, and that is no longer than it. */
  override lookup(key: number): number {
    const length = this.core.memory.u32(key)
    return length > this.bits ? 0 : this.trie.find(key, length)
  }
  override get lookupCall(): (key: number) => number {
    const compiled = compiledTrieLookup(this.core, { root: this.trie.root, bits: this.bits })
    return compiled ?? ((key) => this.lookup(key))
  }

  override update(key: number, value: number, flags: number): number {
    if (flags > updateFlags.BPF_EXIST) return -errno.EINVAL
    const length = this.core.memory.u32(key)
    if (length > this.bits) return -errno.EINVAL
    const old = this.exact(key, length)
    if (old !== 0 && flags === updateFlags.BPF_NOEXIST) return -errno.EEXIST
    if (old === 0 && flags === updateFlags.BPF_EXIST) return -errno.ENOENT
    if (old === 0 && this.elements.count >= this.def.maxEntries) return -errno.ENOSPC
    const element = old === 0 ? this.elements.insert(this.wanted) : this.elements.replace(old)
    const { memory } = this.core
    memory.copy(this.elements.valueOf(element), key, this.def.keySize)
    memory.copy(this.valueAt(element), value, this.def.valueSize)
    this.trie.set(key, length, this.valueAt(element))
    this.sorted = undefined
    return 0
  }

  override delete(key: number): number {
    const length = this.core.memory.u32(key)
    if (length > this.bits) return -errno.EINVAL
    const element = this.exact(key, length)
    if (element === 0) return -errno.ENOENT
    this.elements.remove(element)
    this.trie.set(key, length, 0)
    this.sorted = undefined
    return 0
  }

  override userNext(key: number, next: number): number {
    const sorted = this.inOrder()
    const length = key === 0 ? this.bits + 1 : this.core.memory.u32(key)
    const element = length > this.bits ? 0 : this.exact(key, length)
    // a key that is not there leads to the first
    const found = element === 0 ? sorted[0] : sorted[sorted.indexOf(element) + 1]
    if (found === undefined) return -errno.ENOENT
    const given = this.elements.valueOf(found)
    this.core.memory.copy(next, given, this.def.keySize)
    return 0
  }

  private valueAt(element: number): number {
    return this.elements.valueOf(element) + this.valueOffset
  }

  /** The element of a prefix: the first `length` bits of the key. */
  private exact(key: number, length: number): number {
    const { memory } = this.core
    const { u8 } = memory
    const { wanted } = this
    const whole = length >> 3
    memory.setU32(wanted, length)
    memory.copy(wanted + LENGTH, key + LENGTH, whole)
    memory.clear(wanted + LENGTH + whole, this.def.keySize - LENGTH - whole)
    if ((length & 7) !== 0) u8[wanted + LENGTH + whole] = u8[key + LENGTH + whole]! & (0xff00 >> (length & 7))
    return this.elements.find(wanted)
  }

  private inOrder(): readonly number[] {
    if (this.sorted === undefined) {
      const all: number[] = []
      for (let element = this.elements.oldest; element !== 0; element = this.elements.after(element)) all.push(element)
      this.sorted = all.sort((one, other) => this.compare(this.elements.keyOf(one), this.elements.keyOf(other)))
    }
    return this.sorted
  }

  private compare(one: number, other: number): number {
    const { memory } = this.core
    const [shorter, longer] = [memory.u32(one), memory.u32(other)]
    const common = Math.min(shorter, longer)
    for (let at = 0; at * 8 < common; at++) {
      const counts = common - at * 8 >= 8 ? 0xff : 0xff & (0xff00 >> (common - at * 8))
      const difference = (memory.u8[one + LENGTH + at]! & counts) - (memory.u8[other + LENGTH + at]! & counts)
      if (difference !== 0) return difference
    }
    return longer - shorter
  }
}
