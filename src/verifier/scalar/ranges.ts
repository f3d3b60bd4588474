// SPDX-License-Identifier: Apache-2.0
// What an operator makes of the ranges, in each lane by itself; where one might wrap the lane knows nothing. The left
// operand's ranges are overwritten with the result's.

import { bitsToRanges } from './bounds.ts'
import { type Draft, S32_MAX, S32_MIN, type Scalar, unbind32, unbind64, unbindS64, unbindU64 } from './types.ts'
import { borrow, carry, lessU, lessU32, maxU32, minU32, mulHigh } from './word.ts'

/** The 32-bit lane becomes the value; the high half becomes 0. */
export function zeroExtend(d: Draft): void {
  d.valueHi = 0
  d.maskHi = 0
  d.uminHi = 0
  d.uminLo = d.umin32
  d.umaxHi = 0
  d.umaxLo = d.umax32
  d.sminHi = 0
  d.smaxHi = 0
  const positive = d.smin32 >= 0 && d.smax32 >= 0
  d.sminLo = positive ? d.smin32 : 0
  d.smaxLo = positive ? d.smax32 : -1
}

export function addRanges(d: Draft, b: Scalar, width: 32 | 64): void {
  addRanges32(d, b)
  if (width === 64) addRanges64(d, b)
}

function addRanges32(d: Draft, b: Scalar): void {
  const smin = d.smin32 + b.smin32
  const smax = d.smax32 + b.smax32
  const wraps = smin !== (smin | 0) || smax !== (smax | 0)
  d.smin32 = wraps ? S32_MIN : smin
  d.smax32 = wraps ? S32_MAX : smax
  const umin = (d.umin32 + b.umin32) | 0
  const umax = (d.umax32 + b.umax32) | 0
  const overflows = lessU32(umin, d.umin32) || lessU32(umax, d.umax32)
  d.umin32 = overflows ? 0 : umin
  d.umax32 = overflows ? -1 : umax
}

export function addRanges64(d: Draft, b: Scalar): void {
  const sminLo = (d.sminLo + b.sminLo) | 0
  const sminHi = (d.sminHi + b.sminHi + carry(sminLo, d.sminLo)) | 0
  const smaxLo = (d.smaxLo + b.smaxLo) | 0
  const smaxHi = (d.smaxHi + b.smaxHi + carry(smaxLo, d.smaxLo)) | 0
  // A signed sum wrapped where both addends' signs differ from the sum's.
  const wraps = ((d.sminHi ^ sminHi) & (b.sminHi ^ sminHi)) | ((d.smaxHi ^ smaxHi) & (b.smaxHi ^ smaxHi))
  if (wraps < 0) unbindS64(d)
  else setS64(d, sminHi, sminLo, smaxHi, smaxLo)
  const uminLo = (d.uminLo + b.uminLo) | 0
  const uminHi = (d.uminHi + b.uminHi + carry(uminLo, d.uminLo)) | 0
  const umaxLo = (d.umaxLo + b.umaxLo) | 0
  const umaxHi = (d.umaxHi + b.umaxHi + carry(umaxLo, d.umaxLo)) | 0
  if (lessU(uminHi, uminLo, d.uminHi, d.uminLo) || lessU(umaxHi, umaxLo, d.umaxHi, d.umaxLo)) unbindU64(d)
  else setU64(d, uminHi, uminLo, umaxHi, umaxLo)
}

export function subRanges(d: Draft, b: Scalar, width: 32 | 64): void {
  const smin = d.smin32 - b.smax32
  const smax = d.smax32 - b.smin32
  const wraps = smin !== (smin | 0) || smax !== (smax | 0)
  d.smin32 = wraps ? S32_MIN : smin
  d.smax32 = wraps ? S32_MAX : smax
  const below = lessU32(d.umin32, b.umax32)
  d.umin32 = below ? 0 : (d.umin32 - b.umax32) | 0
  d.umax32 = below ? -1 : (d.umax32 - b.umin32) | 0
  if (width === 64) subRanges64(d, b)
}

export function subRanges64(d: Draft, b: Scalar): void {
  const sminLo = (d.sminLo - b.smaxLo) | 0
  const sminHi = (d.sminHi - b.smaxHi - borrow(d.sminLo, b.smaxLo)) | 0
  const smaxLo = (d.smaxLo - b.sminLo) | 0
  const smaxHi = (d.smaxHi - b.sminHi - borrow(d.smaxLo, b.sminLo)) | 0
  // A signed difference wrapped where the operands' signs differ and the result's is not the minuend's.
  const wraps = ((d.sminHi ^ b.smaxHi) & (d.sminHi ^ sminHi)) | ((d.smaxHi ^ b.sminHi) & (d.smaxHi ^ smaxHi))
  if (wraps < 0) unbindS64(d)
  else setS64(d, sminHi, sminLo, smaxHi, smaxLo)
  if (lessU(d.uminHi, d.uminLo, b.umaxHi, b.umaxLo)) {
    unbindU64(d)
    return
  }
  const uminLo = (d.uminLo - b.umaxLo) | 0
  const uminHi = (d.uminHi - b.umaxHi - borrow(d.uminLo, b.umaxLo)) | 0
  const umaxLo = (d.umaxLo - b.uminLo) | 0
  const umaxHi = (d.umaxHi - b.uminHi - borrow(d.umaxLo, b.uminLo)) | 0
  setU64(d, uminHi, uminLo, umaxHi, umaxLo)
}

/** Of two operands that are never negative and at most half as wide as the lane; otherwise nothing. */
export function mulRanges(d: Draft, b: Scalar, width: 32 | 64): void {
  if (b.smin32 < 0 || d.smin32 < 0 || b.umax32 >>> 0 > 0xffff || d.umax32 >>> 0 > 0xffff) {
    unbind32(d)
  } else {
    d.umin32 = Math.imul(d.umin32, b.umin32)
    d.umax32 = Math.imul(d.umax32, b.umax32)
    const fits = d.umax32 >= 0
    d.smin32 = fits ? d.umin32 : S32_MIN
    d.smax32 = fits ? d.umax32 : S32_MAX
  }
  if (width !== 64) return
  if (b.sminHi < 0 || d.sminHi < 0 || b.umaxHi !== 0 || d.umaxHi !== 0) {
    unbind64(d)
    return
  }
  // Each end has a high half of 0 here, for a consistent value; umin <= umax.
  setU64(
    d,
    mulHigh(d.uminLo, b.uminLo),
    Math.imul(d.uminLo, b.uminLo),
    mulHigh(d.umaxLo, b.umaxLo),
    Math.imul(d.umaxLo, b.umaxLo),
  )
  if (d.umaxHi < 0) unbindS64(d)
  else setS64(d, d.uminHi, d.uminLo, d.umaxHi, d.umaxLo)
}

/** At least the known ones, at most the smaller operand. `d` has the result's bits and the left operand's ranges. */
export function andRanges(d: Draft, b: Scalar, width: 32 | 64): void {
  if ((d.maskLo | b.maskLo) === 0) set32(d, d.valueLo, d.valueLo)
  else set32(d, d.valueLo, minU32(d.umax32, b.umax32))
  if (width === 64) {
    const ours = lessU(d.umaxHi, d.umaxLo, b.umaxHi, b.umaxLo)
    setUnsigned(d, d.valueHi, d.valueLo, ours ? d.umaxHi : b.umaxHi, ours ? d.umaxLo : b.umaxLo)
  }
  bitsToRanges(d)
}

/** At least the larger operand, at most every bit that may be set. */
export function orRanges(d: Draft, b: Scalar, width: 32 | 64): void {
  if ((d.maskLo | b.maskLo) === 0) set32(d, d.valueLo, d.valueLo)
  else set32(d, maxU32(d.umin32, b.umin32), d.valueLo | d.maskLo)
  if (width === 64) {
    const ours = lessU(b.uminHi, b.uminLo, d.uminHi, d.uminLo)
    setUnsigned(d, ours ? d.uminHi : b.uminHi, ours ? d.uminLo : b.uminLo, d.valueHi | d.maskHi, d.valueLo | d.maskLo)
  }
  bitsToRanges(d)
}

/** What the bits allow. */
export function xorRanges(d: Draft, _b: Scalar, width: 32 | 64): void {
  set32(d, d.valueLo, d.valueLo | d.maskLo)
  if (width === 64) setUnsigned(d, d.valueHi, d.valueLo, d.valueHi | d.maskHi, d.valueLo | d.maskLo)
  bitsToRanges(d)
}

export function setS64(d: Draft, minHi: number, minLo: number, maxHi: number, maxLo: number): void {
  d.sminHi = minHi
  d.sminLo = minLo
  d.smaxHi = maxHi
  d.smaxLo = maxLo
}

export function setU64(d: Draft, minHi: number, minLo: number, maxHi: number, maxLo: number): void {
  d.uminHi = minHi
  d.uminLo = minLo
  d.umaxHi = maxHi
  d.umaxLo = maxLo
}

/** An unsigned range, and the signed one it is where it keeps its sign. */
function setUnsigned(d: Draft, minHi: number, minLo: number, maxHi: number, maxLo: number): void {
  setU64(d, minHi, minLo, maxHi, maxLo)
  const ordered = minHi === maxHi ? minLo >>> 0 <= maxLo >>> 0 : minHi < maxHi
  if (ordered) setS64(d, minHi, minLo, maxHi, maxLo)
  else unbindS64(d)
}

function set32(d: Draft, min: number, max: number): void {
  d.umin32 = min
  d.umax32 = max
  const ordered = min <= max
  d.smin32 = ordered ? min : S32_MIN
  d.smax32 = ordered ? max : S32_MAX
}
