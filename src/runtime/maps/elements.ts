// SPDX-License-Identifier: Apache-2.0
// Elements found by keys of any bytes: chained hashing, all of it in the machine's memory.
//
//   buckets: the first element, 0 for none        element:  0  next in its bucket
//   one u32 each, a power of two of them                    4  hash
//   behind them what is the last element's next             8  the one put in before it
//   and the first one's before                             12  the one put in after it
//                                                          16  key, then at a multiple of 8 the value
//
// Keys of 4 and 8 bytes are hashed by a product (core/hash-factor.ts). Programs look up without a call (jit/inline-hash.ts).
//
// Memory of an element stays an element's, and what a freed one held stays readable until it is used again: programs may go on using a
// value that they looked up before it was deleted or replaced, as in the kernel, where a new element is taken before an old one is given
// back. That is also why an element freed last is used first.

import { type HashTable, isWhole } from '../../jit/index.ts'
import type { Core } from '../core/core.ts'
import type { Block } from '../core/memory.ts'

const NEXT = 0
export const HASH = 4
const BEFORE = 8
const AFTER = 12
export const HEADER = 16
/** What words and bytes of keys are mixed with, and what it ends with. */
const mix = {
  word: { factor: 0x9e3779b1, shift: 15 },
  byte: { factor: 0x85ebca6b, shift: 13 },
  last: { factor: 0x21f0aaad, shift: 15 },
} as const
/** Bytes that are asked for at once. */
const CHUNK = 64 << 10
const MOST_BUCKETS = 1 << 20

export interface ElementsOptions {
  readonly name: string
  readonly keySize: number
  /** Bytes of all that an element holds beside its key. */
  readonly valueSize: number
  readonly maxEntries: number
  /** Where programs can read how many there are. */
  readonly counter?: number | undefined
}

export class Elements {
  /** How many there are. */
  count = 0
  private readonly core: Core
  private readonly factor: readonly [number, number]
  private readonly name: string
  private readonly counter: number | undefined
  private readonly keySize: number
  private readonly valueOffset: number
  private readonly stride: number
  private readonly buckets: number
  /** From a hash to its bucket's number. */
  private readonly shift: number
  /** Stands around all elements in their order. */
  private readonly order: number
  private readonly mostMade: number
  private made = 0
  /** Where elements lie, many of them in a row. */
  private readonly chunks: { readonly begin: number; readonly count: number }[] = []
  private free = 0

  /** The map's. */
  private readonly blocks: Set<Block> | undefined

  constructor(core: Core, { name, keySize, valueSize, maxEntries, counter }: ElementsOptions) {
    this.core = core
    this.factor = core.hashFactor
    this.blocks = core.memory.noted
    this.name = name
    this.counter = counter
    this.keySize = keySize
    this.valueOffset = HEADER + ((keySize + 7) & ~7)
    this.stride = this.valueOffset + ((valueSize + 7) & ~7)
    this.mostMade = maxEntries + 1
    let buckets = 4
    while (buckets < 4 * maxEntries && buckets < MOST_BUCKETS) buckets *= 2
    this.shift = 32 - Math.log2(buckets)
    this.buckets = core.memory.allocate(4 * buckets + HEADER, `buckets of map ${name}`)
    this.order = this.buckets + 4 * buckets
    core.memory.setU32(this.order + BEFORE, this.order)
    core.memory.setU32(this.order + AFTER, this.order)
  }

  /** For programs. `uses`: what is looked up goes to the end of the order. */
  table({ uses }: { readonly uses: boolean }): HashTable {
    const { keySize, buckets, shift, valueOffset, order: around, core } = this
    const [low, high] = this.factor
    return {
      keySize,
      buckets,
      shift,
      factor: (BigInt(high) << 32n) | BigInt(low >>> 0),
      seed: core.hashSeed,
      mix,
      next: NEXT,
      key: HEADER,
      value: valueOffset,
      order: uses ? { around, before: BEFORE, after: AFTER } : undefined,
    }
  }

  keyOf(element: number): number {
    return element + HEADER
  }
  valueOf(element: number): number {
    return element + this.valueOffset
  }

  /** The element with the key that lies there; 0: there is none. */
  find(key: number): number {
    const { i32 } = this.core.memory
    const hash = this.hash(key)
    let element = i32[(this.buckets >> 2) + (hash >>> this.shift)]!
    while (element !== 0) {
      if (i32[(element + HASH) >> 2] === hash && this.sameKey(element + HEADER, key)) return element
      element = i32[(element + NEXT) >> 2]!
    }
    return 0
  }

  /** A new element with this key, its value zero. There is none with it yet. */
  insert(key: number): number {
    const element = this.enter(key)
    this.link(element)
    this.counted(1)
    return element
  }

  /** A new element of the same key, in the old one's place; that one is as if removed. */
  replace(old: number): number {
    const element = this.enter(old + HEADER)
    const { i32 } = this.core.memory
    const before = i32[(old + BEFORE) >> 2]!
    const after = i32[(old + AFTER) >> 2]!
    i32[(element + BEFORE) >> 2] = before
    i32[(element + AFTER) >> 2] = after
    i32[(before + AFTER) >> 2] = element
    i32[(after + BEFORE) >> 2] = element
    this.leave(old)
    return element
  }

  /** Its memory may become another element's from now on. */
  remove(element: number): void {
    this.unlink(element)
    this.leave(element)
    this.counted(-1)
  }
  private counted(by: 1 | -1): void {
    this.count += by
    if (this.counter !== undefined) this.core.memory.setU32(this.counter, this.count)
  }

  /** To the end of the order. */
  touch(element: number): void {
    this.unlink(element)
    this.link(element)
  }

  /** The element that an address lies in, or directly behind, whether one is there now or was; undefined: none. */
  around(address: number): number | undefined {
    for (const { begin, count } of this.chunks)
      if (address >= begin && address <= begin + count * this.stride)
        return begin + Math.min(count - 1, Math.floor((address - begin) / this.stride)) * this.stride
    return undefined
  }

  /** Of all elements, in the order they were put in; 0: there is none. */
  get oldest(): number {
    return this.after(this.order)
  }
  after(element: number): number {
    const after = this.core.memory.i32[(element + AFTER) >> 2]!
    return after === this.order ? 0 : after
  }

  /** Memory for an element, in the bucket of its key. */
  private enter(key: number): number {
    const element = this.take()
    const { memory } = this.core
    const { i32 } = memory
    const hash = this.hash(key)
    memory.copy(element + HEADER, key, this.keySize)
    memory.clear(element + this.valueOffset, this.stride - this.valueOffset)
    const bucket = (this.buckets >> 2) + (hash >>> this.shift)
    i32[(element + NEXT) >> 2] = i32[bucket]!
    i32[(element + HASH) >> 2] = hash
    i32[bucket] = element
    return element
  }
  /** Out of its bucket, to what is free. */
  private leave(element: number): void {
    const { i32 } = this.core.memory
    let link = this.buckets + 4 * (i32[(element + HASH) >> 2]! >>> this.shift)
    while (i32[link >> 2] !== element) link = i32[link >> 2]! + NEXT
    i32[link >> 2] = i32[(element + NEXT) >> 2]!
    i32[(element + NEXT) >> 2] = this.free
    this.free = element
  }

  private link(element: number): void {
    const { i32 } = this.core.memory
    const { order } = this
    const last = i32[(order + BEFORE) >> 2]!
    i32[(element + BEFORE) >> 2] = last
    i32[(element + AFTER) >> 2] = order
    i32[(last + AFTER) >> 2] = element
    i32[(order + BEFORE) >> 2] = element
  }
  private unlink(element: number): void {
    const { i32 } = this.core.memory
    const before = i32[(element + BEFORE) >> 2]!
    const after = i32[(element + AFTER) >> 2]!
    i32[(before + AFTER) >> 2] = after
    i32[(after + BEFORE) >> 2] = before
  }

  private take(): number {
    const { memory } = this.core
    if (this.free === 0) {
      const most = Math.max(1, Math.min(this.mostMade - this.made, Math.floor(CHUNK / this.stride)))
      const size = most * this.stride
      const chunk = memory.noting(this.blocks, () => memory.allocate(size, `elements of map ${this.name}`))
      this.made += most
      this.chunks.push({ begin: chunk, count: most })
      for (let i = most - 1; i >= 0; i--) {
        const element = chunk + i * this.stride
        memory.i32[(element + NEXT) >> 2] = this.free
        this.free = element
      }
    }
    const element = this.free
    this.free = memory.i32[(element + NEXT) >> 2]!
    return element
  }

  private hash(key: number): number {
    const { keySize } = this
    const { memory } = this.core
    if (isWhole(keySize)) return this.product(memory.u32(key), keySize === 4 ? 0 : memory.u32(key + 4))
    const { word, byte, last } = mix
    let hash = this.core.hashSeed
    const mixed = (part: number, { factor, shift }: typeof word | typeof byte): void => {
      hash = Math.imul(hash ^ part, factor) ^ (hash >>> shift)
    }
    const words = key + (keySize & ~3)
    if ((key & 3) === 0) for (let at = key; at < words; at += 4) mixed(memory.i32[at >> 2]!, word)
    else for (let at = key; at < words; at += 4) mixed(memory.view.getInt32(at, true), word)
    for (let at = words; at < key + keySize; at++) mixed(memory.u8[at]!, byte)
    hash = Math.imul(hash ^ (hash >>> 16), last.factor)
    return hash ^ (hash >>> last.shift)
  }
  /** Of a key as halves: the upper half of the product. */
  private product(low: number, high: number): number {
    const [by, byHigh] = this.factor
    // the product's upper half: of the low halves by 16 bits each, what is carried up being below 2^32 all along
    const [a, b, c, d] = [low & 0xffff, low >>> 16, by & 0xffff, by >>> 16]
    const middle = b * c + ((a * c) >>> 16)
    const carried = a * d + (middle & 0xffff)
    const upper = b * d + (middle >>> 16) + (carried >>> 16) + Math.imul(low, byHigh) + Math.imul(high, by)
    return upper | 0
  }

  /** `held` is at a multiple of 8. */
  private sameKey(held: number, key: number): boolean {
    const { keySize } = this
    const { memory } = this.core
    const words = keySize & ~3
    if ((key & 3) === 0) {
      const { i32 } = memory
      for (let at = 0; at < words; at += 4) if (i32[(held + at) >> 2] !== i32[(key + at) >> 2]) return false
    } else {
      const { view } = memory
      for (let at = 0; at < words; at += 4)
        if (view.getInt32(held + at, true) !== view.getInt32(key + at, true)) return false
    }
    if (words === keySize) return true
    const { u8 } = memory
    for (let at = words; at < keySize; at++) if (u8[held + at] !== u8[key + at]) return false
    return true
  }
}
