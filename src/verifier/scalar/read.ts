// SPDX-License-Identifier: Apache-2.0
// Asking a scalar. The `N` forms give doubles: exact to 2^53, beyond that the nearest double, so that a comparison with
// any small limit comes out right.

import { S32_MAX, S32_MIN, type Scalar, type Tnum } from './types.ts'
import { toS64, toSignedNumber, toU64, toUnsignedNumber } from './word.ts'

/** All 64 bits are known. */
export const isConst = (s: Tnum): boolean => (s.maskHi | s.maskLo) === 0
/** The low 32 bits are known. */
export const isConst32 = (s: Tnum): boolean => s.maskLo === 0
export const isZero = (s: Tnum): boolean => (s.maskHi | s.maskLo | s.valueHi | s.valueLo) === 0
/** Its low half is. */
export const isLowZero = (s: Tnum): boolean => (s.maskLo | s.valueLo) === 0
/** The known value, unsigned. Only of a constant. */
export const constValue = (s: Tnum): bigint => toU64(s.valueHi, s.valueLo)
/** The known value, signed; NaN where `s` is not a constant or does not fit a safe integer. */
export function constNumber(s: Tnum): number {
  if ((s.maskHi | s.maskLo) !== 0) return Number.NaN
  const value = toSignedNumber(s.valueHi, s.valueLo)
  return Number.isSafeInteger(value) ? value : Number.NaN
}

/** Nothing at all is known. */
export const isUnknown = (s: Scalar): boolean =>
  (s.maskHi & s.maskLo & s.umaxHi & s.umaxLo & s.smaxLo & s.umax32) === -1 &&
  (s.uminHi | s.uminLo | s.sminLo | s.umin32) === 0 &&
  s.sminHi === S32_MIN &&
  s.smaxHi === S32_MAX &&
  s.smin32 === S32_MIN &&
  s.smax32 === S32_MAX

export const umin = (s: Scalar): bigint => toU64(s.uminHi, s.uminLo)
export const umax = (s: Scalar): bigint => toU64(s.umaxHi, s.umaxLo)
export const smin = (s: Scalar): bigint => toS64(s.sminHi, s.sminLo)
export const smax = (s: Scalar): bigint => toS64(s.smaxHi, s.smaxLo)

export const uminN = (s: Scalar): number => toUnsignedNumber(s.uminHi, s.uminLo)
export const umaxN = (s: Scalar): number => toUnsignedNumber(s.umaxHi, s.umaxLo)
export const sminN = (s: Scalar): number => toSignedNumber(s.sminHi, s.sminLo)
export const smaxN = (s: Scalar): number => toSignedNumber(s.smaxHi, s.smaxLo)

export const u32min = (s: Scalar): number => s.umin32 >>> 0
export const u32max = (s: Scalar): number => s.umax32 >>> 0
export const s32min = (s: Scalar): number => s.smin32
export const s32max = (s: Scalar): number => s.smax32

export const tnumValue = (s: Tnum): bigint => toU64(s.valueHi, s.valueLo)
export const tnumMask = (s: Tnum): bigint => toU64(s.maskHi, s.maskLo)
/** Is every possible value, `plus` so much, a multiple of `size`, a power of two up to 2^31? 0 asks for nothing. */
export const isAlignedAt = (s: Tnum, plus: number, size: number): boolean =>
  size === 0 || (((s.valueLo + plus) | s.maskLo) & (size - 1)) === 0

/** Bits that the largest unsigned value needs: 0 for a zero, 64 for an unknown. */
export const bitWidth = (s: Scalar): number => (s.umaxHi === 0 ? 32 - Math.clz32(s.umaxLo) : 64 - Math.clz32(s.umaxHi))
