// SPDX-License-Identifier: Apache-2.0
// A key looked up in a hash table where the call would stand.

import type { HashTable } from './inline-kinds.ts'
import type { Code, MemoryOp } from './wasm/code.ts'

/** Where a look-up's key is told, and locals to put something aside in. */
export interface LookedUp {
  /** All of a key of 4 or 8 bytes, as 64 bits. */
  pushWhole(): void
  /** The address of any other. */
  pushAddress(): void
  /** Of 64 bits. */
  readonly whole: number
  /** Of 32. */
  readonly address: number
  readonly element: number
  readonly aside: number
  /** From where an element's values lie, on the stack, to the one that is wanted, if it has several. */
  toValue?(): void
}

/** Keys whose hash is one product. */
export const isWhole = (keySize: number): boolean => keySize === 4 || keySize === 8

/** Leaves where the key's value lies, 32 bits; 0: the key is not there. */
export function writeHashLookup(code: Code, table: HashTable, looked: LookedUp): void {
  const { element } = looked
  const [result, chain] = [2, 0] as const
  code.openBlock('i32')
  pushBucket(code, table, looked)
  code.memory('i32.load', table.buckets).tee(element).op('i32.eqz').open('if').i32(0).br(1).op('end')
  code.open('loop')
  pushIsSame(code, table, looked)
  code.open('if')
  if (table.order !== undefined) writeUse(code, table.order, looked)
  code.get(element).i32(table.value).op('i32.add')
  looked.toValue?.()
  code.br(result).op('end')
  code.get(element).memory('i32.load', table.next).tee(element).brIf(chain).op('end').i32(0).op('end')
}

/** The bucket's place among the buckets, in bytes. Puts the key, or where it lies, aside. */
function pushBucket(code: Code, { keySize, shift, factor, seed, mix }: HashTable, looked: LookedUp): void {
  const { whole, address, element: hash } = looked
  if (isWhole(keySize)) {
    looked.pushWhole()
    code
      .tee(whole)
      .i64(factor)
      .op('i64.mul')
      .i64(32 + shift)
      .op('i64.shr_u', 'i32.wrap_i64')
      .i32(2)
      .op('i32.shl')
    return
  }
  looked.pushAddress()
  code.set(address).i32(seed).set(hash)
  eachPart(keySize, (load, at) => {
    const { factor: by, shift: down } = load === 'i32.load' ? mix.word : mix.byte
    code.get(hash).get(address).memory(load, at).op('i32.xor').i32(by).op('i32.mul')
    code.get(hash).i32(down).op('i32.shr_u', 'i32.xor').set(hash)
  })
  code.get(hash).get(hash).i32(16).op('i32.shr_u', 'i32.xor').i32(mix.last.factor).op('i32.mul').tee(hash)
  code.get(hash).i32(mix.last.shift).op('i32.shr_u', 'i32.xor').i32(shift).op('i32.shr_u').i32(2).op('i32.shl')
}

function pushIsSame(code: Code, { keySize, key }: HashTable, { whole, address, element }: LookedUp): void {
  if (isWhole(keySize)) {
    code.get(element).memory(keySize === 4 ? 'i64.load32_u' : 'i64.load', key)
    return void code.get(whole).op('i64.eq')
  }
  // every part that differs leaves a bit
  code.i32(0)
  eachPart(keySize, (load, at) => {
    code
      .get(address)
      .memory(load, at)
      .get(element)
      .memory(load, key + at)
      .op('i32.xor', 'i32.or')
  })
  code.op('i32.eqz')
}

function eachPart(size: number, part: (load: MemoryOp & ('i32.load' | 'i32.load8_u'), at: number) => void): void {
  const words = size & ~3
  for (let at = 0; at < words; at += 4) part('i32.load', at)
  for (let at = words; at < size; at++) part('i32.load8_u', at)
}

/** The element goes to the end of the order: out of between its neighbours, and between the last and what stands around all. */
function writeUse(code: Code, { around, before, after }: Order, { address: other, aside, element }: LookedUp): void {
  code.get(element).memory('i32.load', before).tee(other)
  code.get(element).memory('i32.load', after).tee(aside).memory('i32.store', after)
  code.get(aside).get(other).memory('i32.store', before)
  code.i32(around).memory('i32.load', before).tee(other).get(element).memory('i32.store', after)
  code.get(element).get(other).memory('i32.store', before)
  code.get(element).i32(around).memory('i32.store', after)
  code.i32(around).get(element).memory('i32.store', before)
}
type Order = NonNullable<HashTable['order']>
