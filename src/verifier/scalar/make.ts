// SPDX-License-Identifier: Apache-2.0
// Making scalars, from BigInt and numbers.

import { lowerSmax, lowerUmax, raiseSmin, raiseUmin, sanitized, shrinking, sync } from './bounds.ts'
import { type Draft, type Scalar, copy, draft, known } from './types.ts'
import { highOf, highOfNumber, lowOf } from './word.ts'

/** Nothing known. */
export const unknown: Scalar = draft()

/** Offsets, sizes and flags repeat: small constants are made once. */
const smallest = -512
const small: Scalar[] = Array.from({ length: 1536 }, (_, i) => known((i + smallest) >> 31, i + smallest))

export const zero: Scalar = small[-smallest]!

/** The 64-bit value `v`, signed or unsigned. */
export const constant = (v: bigint): Scalar => known(highOf(v), lowOf(v))

/** The safe integer `v`, sign-extended to 64 bits: an immediate. */
export function constantNumber(v: number): Scalar {
  const index = v - smallest
  return index >= 0 && index < small.length ? small[index]! : known(highOfNumber(v), v | 0)
}

/** The one value that the bits of `d` are: a small one as it is made once, else `d` itself. */
export function constantOf(d: Draft): Scalar {
  const { valueHi: hi, valueLo: lo } = d
  const index = lo - smallest
  if (hi === lo >> 31 && index >= 0 && index < small.length) return small[index]!
  d.uminHi = hi
  d.uminLo = lo
  d.umaxHi = hi
  d.umaxLo = lo
  d.sminHi = hi
  d.sminLo = lo
  d.smaxHi = hi
  d.smaxLo = lo
  d.umin32 = lo
  d.umax32 = lo
  d.smin32 = lo
  d.smax32 = lo
  return d
}

export interface Limits {
  readonly umin?: bigint | undefined
  readonly umax?: bigint | undefined
  readonly smin?: bigint | undefined
  readonly smax?: bigint | undefined
}

/** Every value within the limits; what they imply for bits and for the low half is deduced. */
export const fromRange = (limits: Limits): Scalar => clamped(unknown, limits)

/** `s` with the limits added to what is known. */
export function clamped(s: Scalar, { umin, umax, smin, smax }: Limits): Scalar {
  const d = copy(s)
  if (umin !== undefined) raiseUmin(d, highOf(umin), lowOf(umin))
  if (umax !== undefined) lowerUmax(d, highOf(umax), lowOf(umax))
  if (smin !== undefined) raiseSmin(d, highOf(smin), lowOf(smin))
  if (smax !== undefined) lowerSmax(d, highOf(smax), lowOf(smax))
  return finished(d)
}

/** `s`, which is at most `limit` (unsigned). */
export const withUmax = (s: Scalar, limit: number | bigint): Scalar => clamped(s, { umax: BigInt(limit) })

/** `s`, which is at least `min` and at most `max` (signed). */
export const clampSigned = (s: Scalar, min?: number | bigint, max?: number | bigint): Scalar =>
  clamped(s, { smin: min === undefined ? undefined : BigInt(min), smax: max === undefined ? undefined : BigInt(max) })

/** A draft as the kernel leaves a register after an instruction: ranges and bits in step, nothing contradictory. */
export const finished = (d: Draft, crossings = shrinking): Scalar => sanitized(sync(d, crossings))
