// SPDX-License-Identifier: Apache-2.0
// The value of a scalar as the verifier tracks it: which bits are known, and four ranges.
//
// Every 64-bit word is two int32 halves (`Hi`, `Lo`); every 32-bit one is an int32, also the unsigned ones (compare
// them after `>>> 0`). BigInt appears only at the folder's edge (make.ts, read.ts, format.ts): halves are 5 to 10
// times faster (bench/scalar.ts). All values come out of `draft` or `copy`, so they share one hidden class.

import type { Arcs } from './arc.ts'

/** Known bits: a set bit of `mask` is unknown, the others are as in `value` (where `mask` is set `value` is clear). */
export interface Tnum {
  readonly valueHi: number
  readonly valueLo: number
  readonly maskHi: number
  readonly maskLo: number
}

/** Which way a conditional jump goes. */
export type Way = 'taken' | 'passed'

/** What is known of a 64-bit value: bits, and the ranges it lies in as u64, s64, and its low half as u32, s32. */
export interface Scalar extends Tnum {
  readonly uminHi: number
  readonly uminLo: number
  readonly umaxHi: number
  readonly umaxLo: number
  readonly sminHi: number
  readonly sminLo: number
  readonly smaxHi: number
  readonly smaxLo: number
  readonly umin32: number
  readonly umax32: number
  readonly smin32: number
  readonly smax32: number
  /** The ranges as arcs (arc.ts), where they were made as such. */
  readonly arcs: Arcs | undefined
  /** One of them passes over 0 and over the sign bit, so that none of the four ranges says anything of it. */
  readonly twofold: boolean
}

/** A scalar under construction: mutable until the function that made it returns it. Never leaves this folder. */
export type Draft = { -readonly [Field in keyof Scalar]: Scalar[Field] }

export const S32_MIN = -0x80000000
export const S32_MAX = 0x7fffffff

/** A draft of which nothing is known. */
export const draft = (): Draft => ({
  valueHi: 0,
  valueLo: 0,
  maskHi: -1,
  maskLo: -1,
  uminHi: 0,
  uminLo: 0,
  umaxHi: -1,
  umaxLo: -1,
  sminHi: S32_MIN,
  sminLo: 0,
  smaxHi: S32_MAX,
  smaxLo: -1,
  umin32: 0,
  umax32: -1,
  smin32: S32_MIN,
  smax32: S32_MAX,
  arcs: undefined,
  twofold: false,
})

/** A draft that starts as `s`. What only arcs say of it is not carried over. */
export const copy = (s: Scalar): Draft => ({
  valueHi: s.valueHi,
  valueLo: s.valueLo,
  maskHi: s.maskHi,
  maskLo: s.maskLo,
  uminHi: s.uminHi,
  uminLo: s.uminLo,
  umaxHi: s.umaxHi,
  umaxLo: s.umaxLo,
  sminHi: s.sminHi,
  sminLo: s.sminLo,
  smaxHi: s.smaxHi,
  smaxLo: s.smaxLo,
  umin32: s.umin32,
  umax32: s.umax32,
  smin32: s.smin32,
  smax32: s.smax32,
  arcs: undefined,
  twofold: false,
})

/** The one value hi:lo. */
export const known = (hi: number, lo: number): Draft => ({
  valueHi: hi,
  valueLo: lo,
  maskHi: 0,
  maskLo: 0,
  uminHi: hi,
  uminLo: lo,
  umaxHi: hi,
  umaxLo: lo,
  sminHi: hi,
  sminLo: lo,
  smaxHi: hi,
  smaxLo: lo,
  umin32: lo,
  umax32: lo,
  smin32: lo,
  smax32: lo,
  arcs: undefined,
  twofold: false,
})

export function unbind64(d: Draft): void {
  unbindU64(d)
  unbindS64(d)
}

export function unbindU64(d: Draft): void {
  d.uminHi = 0
  d.uminLo = 0
  d.umaxHi = -1
  d.umaxLo = -1
}

export function unbindS64(d: Draft): void {
  d.sminHi = S32_MIN
  d.sminLo = 0
  d.smaxHi = S32_MAX
  d.smaxLo = -1
}

export function unbind32(d: Draft): void {
  d.umin32 = 0
  d.umax32 = -1
  d.smin32 = S32_MIN
  d.smax32 = S32_MAX
}
