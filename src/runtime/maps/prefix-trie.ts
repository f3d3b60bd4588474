// SPDX-License-Identifier: Apache-2.0
// Values by prefix, in the machine's memory: a tree that takes four bits of a key at each node, so that an IPv4 address is looked up in at
// most eight steps.
//
//   node:   0  16 nodes, by the four bits; 0: there is none
//          64  16 values: of the longest prefix that ends in this node (after 0 to 3 bits) and that the four bits begin with
//         128  15 values: of the prefix of `length` bits, at (1 << length) - 1 + bits
//
// A prefix that ends after four bits is the one of length 0 in the next node.

import type { Core } from '../core/core.ts'
import type { Block } from '../core/memory.ts'

export const CHILDREN = 0
export const LONGEST = 64
export const EXACT = 128
const NODE = 192
/** Of a key: its length in bits, then its bytes. */
export const BYTES = 4

export class PrefixTrie {
  readonly root: number
  private readonly core: Core
  private readonly name: string
  private readonly free: number[] = []
  /** The map's. */
  private readonly blocks: Set<Block> | undefined

  constructor(core: Core, name: string) {
    this.core = core
    this.blocks = core.memory.noted
    this.name = name
    this.root = this.node()
  }

  /** The value of the longest prefix that the first `length` bits of the key begin with; 0: none. */
  find(key: number, length: number): number {
    const { i32, u8 } = this.core.memory
    let node = this.root
    let found = 0
    for (let bit = 0; ; bit += 4) {
      const left = length - bit
      if (left < 4) return this.within(node, left === 0 ? 0 : this.bits(key, bit), left) || found
      const bits = (u8[key + BYTES + (bit >> 3)]! >> (4 - (bit & 4))) & 15
      const longest = i32[(node + LONGEST + bits * 4) >> 2]!
      if (longest !== 0) found = longest
      node = i32[(node + CHILDREN + bits * 4) >> 2]!
      if (node === 0) return found
    }
  }

  /** What the prefix of that many bits has from now on; 0: nothing. */
  set(key: number, length: number, value: number): void {
    const path: { readonly node: number; readonly bits: number }[] = []
    let node = this.root
    let bit = 0
    for (; length - bit >= 4; bit += 4) {
      const bits = this.bits(key, bit)
      path.push({ node, bits })
      // making one may make the memory's views anew
      node = this.core.memory.i32[(node + CHILDREN + bits * 4) >> 2]! || this.child(node, bits)
    }
    const left = length - bit
    const bits = left === 0 ? 0 : this.bits(key, bit) >> (4 - left)
    this.core.memory.i32[(node + EXACT) / 4 + (1 << left) - 1 + bits] = value
    this.renew(node)
    if (value === 0) this.prune(node, path)
  }

  private bits(key: number, bit: number): number {
    return (this.core.memory.u8[key + BYTES + (bit >> 3)]! >> (4 - (bit & 4))) & 15
  }
  /** The longest prefix of at most `most` bits that ends in the node. */
  private within(node: number, bits: number, most: number): number {
    const { i32 } = this.core.memory
    for (let length = most; length >= 0; length--) {
      const value = i32[(node + EXACT) / 4 + (1 << length) - 1 + (bits >> (4 - length))]!
      if (value !== 0) return value
    }
    return 0
  }
  private renew(node: number): void {
    const { i32 } = this.core.memory
    for (let bits = 0; bits < 16; bits++) i32[(node + LONGEST) / 4 + bits] = this.within(node, bits, 3)
  }

  private child(node: number, bits: number): number {
    const child = this.node()
    this.core.memory.i32[(node + CHILDREN + bits * 4) >> 2] = child
    return child
  }
  private node(): number {
    const { memory } = this.core
    return this.free.pop() ?? memory.noting(this.blocks, () => memory.allocate(NODE, `node of map ${this.name}`))
  }
  /** Nodes that hold nothing any more are taken out, the deepest first. */
  private prune(last: number, path: readonly { readonly node: number; readonly bits: number }[]): void {
    const { i32 } = this.core.memory
    let node = last
    for (let depth = path.length - 1; depth >= 0; depth--) {
      if (i32.subarray(node >> 2, (node + NODE) >> 2).some((word) => word !== 0)) return
      this.free.push(node)
      const above = path[depth]!
      node = above.node
      i32[(node + CHILDREN + above.bits * 4) >> 2] = 0
    }
  }
}
