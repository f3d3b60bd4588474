// SPDX-License-Identifier: Apache-2.0
// Arithmetic on known bits. Each operator writes its result over `d`, whose bits are the left operand; `b` is the
// right one and never the same object. Method: "Sound, Precise, and Fast Abstract Interpretation with Tristate
// Numbers" (Vishwanathan et al., CGO 2022), whose addition, subtraction and bitwise operators are exact.

import type { Draft, Tnum } from './types.ts'
import { borrow, carry, mulHi64 } from './word.ts'

/** A bit of the sum is unknown where an operand's is, or where the smallest and the largest sum differ in it. */
export function addBits(d: Draft, b: Tnum): void {
  const leastLo = (d.valueLo + b.valueLo) | 0
  const leastHi = (d.valueHi + b.valueHi + carry(leastLo, d.valueLo)) | 0
  const spanLo = (d.maskLo + b.maskLo) | 0
  const spanHi = (d.maskHi + b.maskHi + carry(spanLo, d.maskLo)) | 0
  const mostLo = (leastLo + spanLo) | 0
  const mostHi = (leastHi + spanHi + carry(mostLo, leastLo)) | 0
  d.maskLo |= b.maskLo | (leastLo ^ mostLo)
  d.maskHi |= b.maskHi | (leastHi ^ mostHi)
  d.valueLo = leastLo & ~d.maskLo
  d.valueHi = leastHi & ~d.maskHi
}

/** The same for the difference: smallest less largest, largest less smallest. */
export function subBits(d: Draft, b: Tnum): void {
  const baseLo = (d.valueLo - b.valueLo) | 0
  const baseHi = (d.valueHi - b.valueHi - borrow(d.valueLo, b.valueLo)) | 0
  const mostLo = (baseLo + d.maskLo) | 0
  const mostHi = (baseHi + d.maskHi + carry(mostLo, baseLo)) | 0
  const leastLo = (baseLo - b.maskLo) | 0
  const leastHi = (baseHi - b.maskHi - borrow(baseLo, b.maskLo)) | 0
  d.maskLo |= b.maskLo | (leastLo ^ mostLo)
  d.maskHi |= b.maskHi | (leastHi ^ mostHi)
  d.valueLo = baseLo & ~d.maskLo
  d.valueHi = baseHi & ~d.maskHi
}

/**
 * Long multiplication: for each bit of the left operand that may be set, the bits of the shifted right operand that
 * are thereby uncertain are added up as masks, beside the product of the known parts. Not exact, and not
 * commutative: operand order and bit order are the kernel's (before 6.18).
 */
export function mulBits(d: Draft, b: Tnum): void {
  const productHi = mulHi64(d.valueHi, d.valueLo, b.valueHi, b.valueLo)
  const productLo = Math.imul(d.valueLo, b.valueLo)
  let { valueHi: leftValueHi, valueLo: leftValueLo, maskHi: leftMaskHi, maskLo: leftMaskLo } = d
  let { valueHi, valueLo, maskHi, maskLo } = b
  let doubtHi = 0
  let doubtLo = 0
  while ((leftValueHi | leftValueLo | leftMaskHi | leftMaskLo) !== 0) {
    if (((leftValueLo | leftMaskLo) & 1) !== 0) {
      const sure = (leftValueLo & 1) !== 0
      const partLo = sure ? maskLo : valueLo | maskLo
      const partHi = sure ? maskHi : valueHi | maskHi
      const sumLo = (doubtLo + partLo) | 0
      const sumHi = (doubtHi + partHi + carry(sumLo, doubtLo)) | 0
      doubtLo |= partLo | sumLo
      doubtHi |= partHi | sumHi
    }
    leftValueLo = (leftValueLo >>> 1) | (leftValueHi << 31)
    leftValueHi >>>= 1
    leftMaskLo = (leftMaskLo >>> 1) | (leftMaskHi << 31)
    leftMaskHi >>>= 1
    valueHi = (valueHi << 1) | (valueLo >>> 31)
    valueLo <<= 1
    maskHi = (maskHi << 1) | (maskLo >>> 31)
    maskLo <<= 1
  }
  const mostLo = (productLo + doubtLo) | 0
  const mostHi = (productHi + doubtHi + carry(mostLo, productLo)) | 0
  d.maskLo = doubtLo | (productLo ^ mostLo)
  d.maskHi = doubtHi | (productHi ^ mostHi)
  d.valueLo = productLo & ~d.maskLo
  d.valueHi = productHi & ~d.maskHi
}

/** Known 1 where both are, possibly 1 where both may be. */
export function andBits(d: Draft, b: Tnum): void {
  const mayHi = (d.valueHi | d.maskHi) & (b.valueHi | b.maskHi)
  const mayLo = (d.valueLo | d.maskLo) & (b.valueLo | b.maskLo)
  d.valueHi &= b.valueHi
  d.valueLo &= b.valueLo
  d.maskHi = mayHi & ~d.valueHi
  d.maskLo = mayLo & ~d.valueLo
}

export function orBits(d: Draft, b: Tnum): void {
  d.valueHi |= b.valueHi
  d.valueLo |= b.valueLo
  d.maskHi = (d.maskHi | b.maskHi) & ~d.valueHi
  d.maskLo = (d.maskLo | b.maskLo) & ~d.valueLo
}

export function xorBits(d: Draft, b: Tnum): void {
  d.maskHi |= b.maskHi
  d.maskLo |= b.maskLo
  d.valueHi = (d.valueHi ^ b.valueHi) & ~d.maskHi
  d.valueLo = (d.valueLo ^ b.valueLo) & ~d.maskLo
}

/** What both know; where they contradict each other, a known 1. */
export function intersectBits(d: Draft, b: Tnum): void {
  intersectHighBits(d, b)
  intersectLowBits(d, b)
}

function intersectHighBits(d: Draft, b: Tnum): void {
  d.maskHi &= b.maskHi
  d.valueHi = (d.valueHi | b.valueHi) & ~d.maskHi
}

export function intersectLowBits(d: Draft, b: Tnum): void {
  d.maskLo &= b.maskLo
  d.valueLo = (d.valueLo | b.valueLo) & ~d.maskLo
}

/** Shift by n, 0..63. */
export function lshBits(d: Draft, n: number): void {
  if (n >= 32) {
    d.valueHi = d.valueLo << (n - 32)
    d.maskHi = d.maskLo << (n - 32)
    d.valueLo = 0
    d.maskLo = 0
  } else if (n > 0) {
    d.valueHi = (d.valueHi << n) | (d.valueLo >>> (32 - n))
    d.maskHi = (d.maskHi << n) | (d.maskLo >>> (32 - n))
    d.valueLo <<= n
    d.maskLo <<= n
  }
}

export function rshBits(d: Draft, n: number): void {
  if (n >= 32) {
    d.valueLo = (d.valueHi >>> (n - 32)) | 0
    d.maskLo = (d.maskHi >>> (n - 32)) | 0
    d.valueHi = 0
    d.maskHi = 0
  } else if (n > 0) {
    d.valueLo = (d.valueLo >>> n) | (d.valueHi << (32 - n))
    d.maskLo = (d.maskLo >>> n) | (d.maskHi << (32 - n))
    d.valueHi = (d.valueHi >>> n) | 0
    d.maskHi = (d.maskHi >>> n) | 0
  }
}

/** An unknown sign bit makes every copy of it unknown; a known one is copied. */
export function arshBits(d: Draft, n: number): void {
  if (n >= 32) {
    d.valueLo = d.valueHi >> (n - 32)
    d.maskLo = d.maskHi >> (n - 32)
    d.valueHi >>= 31
    d.maskHi >>= 31
  } else if (n > 0) {
    d.valueLo = (d.valueLo >>> n) | (d.valueHi << (32 - n))
    d.maskLo = (d.maskLo >>> n) | (d.maskHi << (32 - n))
    d.valueHi >>= n
    d.maskHi >>= n
  }
}

/** Is every value that `inner` allows allowed by `outer`? */
export const bitsWithin = (outer: Tnum, inner: Tnum): boolean =>
  (inner.maskHi & ~outer.maskHi) === 0 &&
  (inner.maskLo & ~outer.maskLo) === 0 &&
  (inner.valueHi & ~outer.maskHi) === outer.valueHi &&
  (inner.valueLo & ~outer.maskLo) === outer.valueLo
