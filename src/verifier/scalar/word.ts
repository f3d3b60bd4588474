// SPDX-License-Identifier: Apache-2.0
// 64-bit words as two int32 halves: comparison, the pieces of multiplication, and the way to BigInt and number.

export const lessU32 = (a: number, b: number): boolean => a >>> 0 < b >>> 0
export const minU32 = (a: number, b: number): number => (a >>> 0 < b >>> 0 ? a : b)
export const maxU32 = (a: number, b: number): number => (a >>> 0 < b >>> 0 ? b : a)

/** a < b, unsigned. */
export const lessU = (ah: number, al: number, bh: number, bl: number): boolean =>
  ah === bh ? al >>> 0 < bl >>> 0 : ah >>> 0 < bh >>> 0

/** a < b, signed. */
export const lessS = (ah: number, al: number, bh: number, bl: number): boolean =>
  ah === bh ? al >>> 0 < bl >>> 0 : ah < bh

/** 1 where the low sum wrapped. */
export const carry = (sumLo: number, addendLo: number): number => (sumLo >>> 0 < addendLo >>> 0 ? 1 : 0)
/** 1 where al - bl wraps. */
export const borrow = (al: number, bl: number): number => (al >>> 0 < bl >>> 0 ? 1 : 0)

/** High half of the 64-bit product of two unsigned 32-bit words, by 16-bit pieces. */
export function mulHigh(a: number, b: number): number {
  const a0 = a & 0xffff
  const a1 = a >>> 16
  const b0 = b & 0xffff
  const b1 = b >>> 16
  const middle = a1 * b0 + ((a0 * b0) >>> 16)
  const low = a0 * b1 + (middle & 0xffff)
  return (a1 * b1 + (middle >>> 16) + (low >>> 16)) | 0
}

/** High half of the 64-bit product of two 64-bit words; the low one is Math.imul(al, bl). */
export const mulHi64 = (ah: number, al: number, bh: number, bl: number): number =>
  (mulHigh(al, bl) + Math.imul(ah, bl) + Math.imul(al, bh)) | 0

/** Bits from the highest set one of `x` downwards, all ones. */
export const smear = (x: number): number => (x === 0 ? 0 : (-1 >>> Math.clz32(x)) | 0)

// A word of memory seen as one and as two: nothing is allocated on the way, where shifts would make a BigInt each.
const word = new BigInt64Array(1)
const unsignedWord = new BigUint64Array(word.buffer)
const pair = new Int32Array(word.buffer)
const [LOW, HIGH] = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? ([0, 1] as const) : ([1, 0] as const)

export function toU64(hi: number, lo: number): bigint {
  pair[HIGH] = hi
  pair[LOW] = lo
  return unsignedWord[0]!
}
export function toS64(hi: number, lo: number): bigint {
  pair[HIGH] = hi
  pair[LOW] = lo
  return word[0]!
}
/** The nearest double; exact up to 2^53, and then still on the right side of every exact number. */
export const toUnsignedNumber = (hi: number, lo: number): number => (hi >>> 0) * 0x100000000 + (lo >>> 0)
export const toSignedNumber = (hi: number, lo: number): number => hi * 0x100000000 + (lo >>> 0)

export function highOf(v: bigint): number {
  word[0] = v
  return pair[HIGH]!
}
export function lowOf(v: bigint): number {
  word[0] = v
  return pair[LOW]!
}
/** High half of a safe integer, two's complement; the low one is `v | 0`. */
export const highOfNumber = (v: number): number => (v === (v | 0) ? v >> 31 : Math.floor(v / 0x100000000) | 0)
