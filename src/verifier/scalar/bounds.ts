// SPDX-License-Identifier: Apache-2.0
// How bits and the four ranges of one value inform each other.
//
// Each relation below is a function: where its premise holds, one representation is intersected with what another
// proves. `sync` applies them as Linux 6.12 does: bits to ranges, the relations at most three times over, ranges to
// bits, bits to ranges. That is no fixed point; the order and the count are part of the result the kernel's log and
// verdicts show, so they are kept. A round that changes nothing ends it early: the next would find the same values.
//
// Sound because every relation only intersects with a superset of the concrete values.
//
// One relation is not every kernel's: `Crossings`, a value of the kernel's rules that comes with the draft.

import { type Draft, S32_MAX, S32_MIN, type Scalar, copy, unbind32, unbind64 } from './types.ts'
import { lessS, lessU, lessU32, smear } from './word.ts'

/** Whether a range that crosses its sign shrinks to the end that its other reading meets: of words, and of their low halves. */
export interface Crossings {
  readonly words: boolean
  readonly halves: boolean
}
/** 6.12 has both by a stable release; some kernels after it do not. */
export const shrinking: Crossings = { words: true, halves: true }

/** Set by every narrowing that changed something. */
let changed = false

export function narrowU32(d: Draft, min: number, max: number): void {
  if (lessU32(d.umin32, min)) {
    d.umin32 = min
    changed = true
  }
  if (lessU32(max, d.umax32)) {
    d.umax32 = max
    changed = true
  }
}

export function narrowS32(d: Draft, min: number, max: number): void {
  if (d.smin32 < min) {
    d.smin32 = min
    changed = true
  }
  if (max < d.smax32) {
    d.smax32 = max
    changed = true
  }
}

export function raiseUmin(d: Draft, hi: number, lo: number): void {
  if (lessU(d.uminHi, d.uminLo, hi, lo)) {
    d.uminHi = hi
    d.uminLo = lo
    changed = true
  }
}

export function lowerUmax(d: Draft, hi: number, lo: number): void {
  if (lessU(hi, lo, d.umaxHi, d.umaxLo)) {
    d.umaxHi = hi
    d.umaxLo = lo
    changed = true
  }
}

export function raiseSmin(d: Draft, hi: number, lo: number): void {
  if (lessS(d.sminHi, d.sminLo, hi, lo)) {
    d.sminHi = hi
    d.sminLo = lo
    changed = true
  }
}

export function lowerSmax(d: Draft, hi: number, lo: number): void {
  if (lessS(hi, lo, d.smaxHi, d.smaxLo)) {
    d.smaxHi = hi
    d.smaxLo = lo
    changed = true
  }
}

/** Smallest and largest completion of the unknown bits, in each reading. */
export function bitsToRanges(d: Draft): void {
  const { valueHi, valueLo, maskHi, maskLo } = d
  narrowS32(d, valueLo | (maskLo & S32_MIN), valueLo | (maskLo & S32_MAX))
  narrowU32(d, valueLo, valueLo | maskLo)
  raiseSmin(d, valueHi | (maskHi & S32_MIN), valueLo)
  lowerSmax(d, valueHi | (maskHi & S32_MAX), valueLo | maskLo)
  raiseUmin(d, valueHi, valueLo)
  lowerUmax(d, valueHi | maskHi, valueLo | maskLo)
}

/** Bits above the highest in which a range's ends differ are the same throughout it. */
function rangesToBits(d: Draft): void {
  const differHi = d.uminHi ^ d.umaxHi
  const freeHi = smear(differHi)
  const freeLo = differHi === 0 ? smear(d.uminLo ^ d.umaxLo) : -1
  const maskHi = d.maskHi & freeHi
  d.valueHi = (d.valueHi | (d.uminHi & ~freeHi)) & ~maskHi
  d.maskHi = maskHi
  const lowMask = d.maskLo & freeLo
  const lowValue = (d.valueLo | (d.uminLo & ~freeLo)) & ~lowMask
  const free32 = smear(d.umin32 ^ d.umax32)
  d.maskLo = lowMask & free32
  d.valueLo = (lowValue | (d.umin32 & ~free32)) & ~d.maskLo
}

/**
 * A 64-bit window lo..hi onto the low half: with one high half throughout, the low halves are a range of their own
 * (where it does not wrap in that reading); with two neighbouring high halves they are one signed range around 0.
 */
function unsignedWindowToLow(d: Draft): void {
  const { uminHi, uminLo, umaxHi, umaxLo } = d
  if (uminHi !== umaxHi) return
  narrowU32(d, uminLo, umaxLo)
  if (uminLo <= umaxLo) narrowS32(d, uminLo, umaxLo)
}

function signedWindowToLow(d: Draft): void {
  const { sminHi, sminLo, smaxHi, smaxLo } = d
  if (sminHi !== smaxHi) return
  if (!lessU32(smaxLo, sminLo)) narrowU32(d, sminLo, smaxLo)
  if (sminLo <= smaxLo) narrowS32(d, sminLo, smaxLo)
}

function windowAroundZeroToLow(d: Draft): void {
  if (((d.uminHi + 1) | 0) === d.umaxHi && d.uminLo < 0 && d.umaxLo >= 0) narrowS32(d, d.uminLo, d.umaxLo)
  if (((d.sminHi + 1) | 0) === d.smaxHi && d.sminLo < 0 && d.smaxLo >= 0) narrowS32(d, d.sminLo, d.smaxLo)
}

/**
 * Signed and unsigned readings agree on a range that keeps its sign. One that does not is, in the other reading, two
 * ends of the number line; if the other range meets only one of them, both shrink to it.
 */
function signs32(d: Draft, crossings: Crossings): void {
  if (d.umin32 <= d.umax32) narrowS32(d, d.umin32, d.umax32)
  if (!lessU32(d.smax32, d.smin32)) {
    narrowU32(d, d.smin32, d.smax32)
  } else if (!crossings.halves) {
    return
  } else if (lessU32(d.umax32, d.smin32)) {
    // Only the non-negative end is left.
    if (d.smin32 !== d.umin32) changed = true
    d.smin32 = d.umin32
    narrowU32(d, d.umin32, d.smax32)
  } else if (lessU32(d.smax32, d.umin32)) {
    // Only the negative end is left.
    if (d.smax32 !== d.umax32) changed = true
    d.smax32 = d.umax32
    narrowU32(d, d.smin32, d.umax32)
  }
}

function signs64(d: Draft, crossings: Crossings): void {
  if (!lessS(d.umaxHi, d.umaxLo, d.uminHi, d.uminLo)) {
    raiseSmin(d, d.uminHi, d.uminLo)
    lowerSmax(d, d.umaxHi, d.umaxLo)
  }
  if (!lessU(d.smaxHi, d.smaxLo, d.sminHi, d.sminLo)) {
    raiseUmin(d, d.sminHi, d.sminLo)
    lowerUmax(d, d.smaxHi, d.smaxLo)
  } else if (!crossings.words) {
    return
  } else if (lessU(d.umaxHi, d.umaxLo, d.sminHi, d.sminLo)) {
    if (d.sminHi !== d.uminHi || d.sminLo !== d.uminLo) changed = true
    d.sminHi = d.uminHi
    d.sminLo = d.uminLo
    lowerUmax(d, d.smaxHi, d.smaxLo)
  } else if (lessU(d.smaxHi, d.smaxLo, d.uminHi, d.uminLo)) {
    if (d.smaxHi !== d.umaxHi || d.smaxLo !== d.umaxLo) changed = true
    d.smaxHi = d.umaxHi
    d.smaxLo = d.umaxLo
    raiseUmin(d, d.sminHi, d.sminLo)
  }
}

/** The low halves of all four 64-bit ends lie in min..max (unsigned), so an end outside moves to it. */
function lowIntoEnds(d: Draft, min: number, max: number): void {
  if (lessU32(d.uminLo, min)) {
    d.uminLo = min
    changed = true
  }
  if (lessU32(max, d.umaxLo)) {
    d.umaxLo = max
    changed = true
  }
  if (lessU32(d.sminLo, min)) {
    d.sminLo = min
    changed = true
  }
  if (lessU32(max, d.smaxLo)) {
    d.smaxLo = max
    changed = true
  }
}

/**
 * After a sign-extending load: the value is in s32's range and its low half is not negative, so it has no sign bits
 * to extend and the value is the low half.
 */
function signExtendedPositive(d: Draft): void {
  if (d.smin32 < 0) return
  if (lessS(d.sminHi, d.sminLo, -1, S32_MIN) || lessS(0, S32_MAX, d.smaxHi, d.smaxLo)) return
  const min = d.smin32
  const max = d.smax32
  const maxHi = max >> 31
  if (
    (d.sminHi | d.uminHi) !== 0 ||
    d.smaxHi !== maxHi ||
    d.umaxHi !== maxHi ||
    d.sminLo !== min ||
    d.uminLo !== min ||
    d.smaxLo !== max ||
    d.umaxLo !== max
  ) {
    changed = true
  }
  d.sminHi = 0
  d.sminLo = min
  d.uminHi = 0
  d.uminLo = min
  d.smaxHi = maxHi
  d.smaxLo = max
  d.umaxHi = maxHi
  d.umaxLo = max
  const free = smear(min ^ max)
  const freeHi = maxHi
  const keptHi = d.maskHi & freeHi
  d.valueHi &= ~keptHi
  d.maskHi = keptHi
  const kept = d.maskLo & free
  d.valueLo = (d.valueLo | (min & ~free)) & ~kept
  d.maskLo = kept
}

function deduce(d: Draft, crossings: Crossings): void {
  unsignedWindowToLow(d)
  signedWindowToLow(d)
  windowAroundZeroToLow(d)
  signs32(d, crossings)
  signs64(d, crossings)
  lowIntoEnds(d, d.umin32, d.umax32)
  if (!lessU32(d.smax32, d.smin32)) lowIntoEnds(d, d.smin32, d.smax32)
  signExtendedPositive(d)
}

/** Brings bits and ranges of `d` into step. */
export function sync(d: Draft, crossings = shrinking): Draft {
  bitsToRanges(d)
  for (let round = 0; round < 3; round++) {
    changed = false
    deduce(d, crossings)
    if (!changed) break
  }
  rangesToBits(d)
  bitsToRanges(d)
  return d
}

/**
 * An empty range, or a known value whose ranges disagree: what the kernel reports as "REG INVARIANTS VIOLATION". It
 * happens on branches that cannot be taken but were not predicted so.
 */
export function isInconsistent(s: Scalar): boolean {
  return violation(s) !== undefined
}

/** The violated invariant in the kernel's words, or nothing. */
export function violation(s: Scalar): string | undefined {
  if (
    lessU(s.umaxHi, s.umaxLo, s.uminHi, s.uminLo) ||
    lessS(s.smaxHi, s.smaxLo, s.sminHi, s.sminLo) ||
    lessU32(s.umax32, s.umin32) ||
    s.smax32 < s.smin32
  ) {
    return 'range bounds violation'
  }
  if (s.maskLo !== 0) return undefined
  const lo = s.valueLo
  if (s.maskHi === 0) {
    const hi = s.valueHi
    const agree =
      s.uminHi === hi &&
      s.umaxHi === hi &&
      s.sminHi === hi &&
      s.smaxHi === hi &&
      s.uminLo === lo &&
      s.umaxLo === lo &&
      s.sminLo === lo &&
      s.smaxLo === lo
    if (!agree) return 'const tnum out of sync with range bounds'
  }
  if (s.umin32 === lo && s.umax32 === lo && s.smin32 === lo && s.smax32 === lo) return undefined
  return 'const subreg tnum out of sync with range bounds'
}

/** `s`, or where it is inconsistent its bits with no ranges, as a kernel without BPF_F_TEST_REG_INVARIANTS goes on. */
export function sanitized<T extends Scalar>(s: T): T | Draft {
  if (violation(s) === undefined) return s
  const d = copy(s)
  unbind64(d)
  unbind32(d)
  return d
}
