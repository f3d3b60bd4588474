// SPDX-License-Identifier: Apache-2.0
// What a branch proves about the two sides of its compare. Facts from Linux 6.12:
// - equal: both sides have what either had (ranges and bits of the compare's width);
// - not equal to a constant: a range that ends in it ends one short of it;
// - an order: each side's ranges of that sign and width end at the other's;
// - jset taken with a single bit: that bit is set; not taken: all the constant's bits are clear, and the ranges are
//   forgotten and found again from the bits.
// Afterwards bits and ranges are brought in step, and a contradiction (a dead branch) loses its ranges.

import { type JumpName, isConstAt } from './branch.ts'
import {
  type Crossings,
  narrowS32,
  narrowU32,
  lowerSmax,
  lowerUmax,
  raiseSmin,
  raiseUmin,
  sanitized,
  shrinking,
  sync,
  violation,
} from './bounds.ts'
import { sameScalar } from './order.ts'
import { type Condition, type Proof, proofOf } from './proofs.ts'
import { andBits, intersectBits, intersectLowBits, orBits } from './tnum.ts'
import { type Draft, type Scalar, type Way, copy, known, unbind32, unbind64 } from './types.ts'
import { lessS, lessU, maxU32, minU32 } from './word.ts'

type Width = 32 | 64
/** Both sides of `if a op b`, the way that it goes. A side that learns nothing is returned as it was. */
export function refineBranch(
  op: JumpName | (string & {}),
  width: Width,
  a: Scalar,
  b: Scalar,
  way: Way,
): [Scalar, Scalar] {
  const [left, right] = refineBranchRaw(op, width, a, b, way)
  return [sanitized(left), sanitized(right)]
}

/** As `refineBranch`, leaving contradictions in, for who wants to report them (`violation`). */
export function refineBranchRaw(
  op: JumpName | (string & {}),
  width: Width,
  a: Scalar,
  b: Scalar,
  way: Way,
): [Scalar, Scalar] {
  return refineBy(proofOf(op, way), width, a, b)
}

/** Both sides where that is proved of them. */
export function refineBy(
  proof: Proof | undefined,
  width: Width,
  a: Scalar,
  b: Scalar,
  crossings = shrinking,
): [Scalar, Scalar] {
  if (proof === undefined) return [a, b]
  const left = copy(a)
  const right = copy(b)
  if (proof.swapped) refine(proof.condition, width, right, left)
  else refine(proof.condition, width, left, right)
  return [settled(left, a, crossings), settled(right, b, crossings)]
}

/** `if a op a`: one register on both sides. The kernel refines it in place, so this is not `refineBranch(a, a)`. */
export const refineBranchSelf = (op: JumpName | (string & {}), width: Width, a: Scalar, way: Way): Scalar =>
  sanitized(refineBranchSelfRaw(op, width, a, way))

/** As `refineBranchSelf`, leaving contradictions in. */
export function refineBranchSelfRaw(
  op: JumpName | (string & {}),
  width: Width,
  a: Scalar,
  way: Way,
  crossings = shrinking,
): Scalar {
  const proof = proofOf(op, way)
  if (proof === undefined) return a
  const d = copy(a)
  refine(proof.condition, width, d, d)
  return settled(sync(d, crossings), a, crossings)
}

function settled(d: Draft, before: Scalar, crossings: Crossings): Scalar {
  // An untouched constant is in step already; of other values `sync`, being no fixed point, may still learn.
  if ((d.maskHi | d.maskLo) === 0 && sameScalar(d, before) && violation(before) === undefined) return before
  sync(d, crossings)
  return sameScalar(d, before) ? before : d
}

function refine(condition: Condition, width: Width, a: Draft, b: Draft): void {
  switch (condition) {
    case 'equal':
      if (width === 32) refineEqual32(a, b)
      else refineEqual64(a, b)
      break
    case 'unequal':
      if (isConstAt(width, b)) refineUnequal(width, a, b)
      else if (isConstAt(width, a)) refineUnequal(width, b, a)
      break
    case 'set':
      if (isConstAt(width, b)) refineSet(width, a, b)
      else if (isConstAt(width, a)) refineSet(width, b, a)
      break
    case 'clear':
      if (isConstAt(width, b)) refineClear(width, a, b)
      else if (isConstAt(width, a)) refineClear(width, b, a)
      break
    case 'le':
      refineOrder(width, a, b, 0)
      break
    case 'lt':
      refineOrder(width, a, b, 1)
      break
    case 'sle':
      refineSignedOrder(width, a, b, 0)
      break
    case 'slt':
      refineSignedOrder(width, a, b, 1)
      break
  }
}

function refineEqual64(a: Draft, b: Draft): void {
  raiseUmin(a, b.uminHi, b.uminLo)
  lowerUmax(a, b.umaxHi, b.umaxLo)
  raiseSmin(a, b.sminHi, b.sminLo)
  lowerSmax(a, b.smaxHi, b.smaxLo)
  intersectBits(a, b)
  b.uminHi = a.uminHi
  b.uminLo = a.uminLo
  b.umaxHi = a.umaxHi
  b.umaxLo = a.umaxLo
  b.sminHi = a.sminHi
  b.sminLo = a.sminLo
  b.smaxHi = a.smaxHi
  b.smaxLo = a.smaxLo
  b.valueHi = a.valueHi
  b.valueLo = a.valueLo
  b.maskHi = a.maskHi
  b.maskLo = a.maskLo
}

function refineEqual32(a: Draft, b: Draft): void {
  narrowU32(a, b.umin32, b.umax32)
  narrowS32(a, b.smin32, b.smax32)
  intersectLowBits(a, b)
  b.umin32 = a.umin32
  b.umax32 = a.umax32
  b.smin32 = a.smin32
  b.smax32 = a.smax32
  b.valueLo = a.valueLo
  b.maskLo = a.maskLo
}

/** `a` is not the constant `k`. */
function refineUnequal(width: Width, a: Draft, k: Draft): void {
  const hi = k.valueHi
  const lo = k.valueLo
  if (width === 32) {
    if (a.umin32 === lo) a.umin32 = (lo + 1) | 0
    if (a.umax32 === lo) a.umax32 = (lo - 1) | 0
    if (a.smin32 === lo) a.smin32 = (lo + 1) | 0
    if (a.smax32 === lo) a.smax32 = (lo - 1) | 0
    return
  }
  const nextLo = (lo + 1) | 0
  const nextHi = nextLo === 0 ? (hi + 1) | 0 : hi
  const previousLo = (lo - 1) | 0
  const previousHi = lo === 0 ? (hi - 1) | 0 : hi
  if (a.uminHi === hi && a.uminLo === lo) {
    a.uminHi = nextHi
    a.uminLo = nextLo
  }
  if (a.umaxHi === hi && a.umaxLo === lo) {
    a.umaxHi = previousHi
    a.umaxLo = previousLo
  }
  if (a.sminHi === hi && a.sminLo === lo) {
    a.sminHi = nextHi
    a.sminLo = nextLo
  }
  if (a.smaxHi === hi && a.smaxLo === lo) {
    a.smaxHi = previousHi
    a.smaxLo = previousLo
  }
}

/** `a & k` is not 0: only of a single bit does that say which. */
function refineSet(width: Width, a: Draft, k: Draft): void {
  const hi = width === 64 ? k.valueHi : 0
  const lo = k.valueLo
  const single = hi === 0 ? lo !== 0 && (lo & (lo - 1)) === 0 : lo === 0 && (hi & (hi - 1)) === 0
  if (single) orBits(a, known(hi, lo))
}

/** `a & k` is 0. */
function refineClear(width: Width, a: Draft, k: Draft): void {
  const keptHi = width === 64 ? ~k.valueHi : -1
  const keptLo = ~k.valueLo
  unbind64(a)
  unbind32(a)
  andBits(a, known(keptHi, keptLo))
}

/** `a + gap <= b`, gap 0 or 1, unsigned: a's maximum comes down to b's, b's minimum goes up to a's. */
function refineOrder(width: Width, a: Draft, b: Draft, gap: 0 | 1): void {
  if (width === 32) {
    a.umax32 = minU32(a.umax32, (b.umax32 - gap) | 0)
    b.umin32 = maxU32((a.umin32 + gap) | 0, b.umin32)
    return
  }
  const maxLo = (b.umaxLo - gap) | 0
  const maxHi = gap === 1 && b.umaxLo === 0 ? (b.umaxHi - 1) | 0 : b.umaxHi
  if (lessU(maxHi, maxLo, a.umaxHi, a.umaxLo)) {
    a.umaxHi = maxHi
    a.umaxLo = maxLo
  }
  const minLo = (a.uminLo + gap) | 0
  const minHi = gap === 1 && minLo === 0 ? (a.uminHi + 1) | 0 : a.uminHi
  if (lessU(b.uminHi, b.uminLo, minHi, minLo)) {
    b.uminHi = minHi
    b.uminLo = minLo
  }
}

function refineSignedOrder(width: Width, a: Draft, b: Draft, gap: 0 | 1): void {
  if (width === 32) {
    a.smax32 = Math.min(a.smax32, (b.smax32 - gap) | 0)
    b.smin32 = Math.max((a.smin32 + gap) | 0, b.smin32)
    return
  }
  const maxLo = (b.smaxLo - gap) | 0
  const maxHi = gap === 1 && b.smaxLo === 0 ? (b.smaxHi - 1) | 0 : b.smaxHi
  if (lessS(maxHi, maxLo, a.smaxHi, a.smaxLo)) {
    a.smaxHi = maxHi
    a.smaxLo = maxLo
  }
  const minLo = (a.sminLo + gap) | 0
  const minHi = gap === 1 && minLo === 0 ? (a.sminHi + 1) | 0 : a.sminHi
  if (lessS(b.sminHi, b.sminLo, minHi, minLo)) {
    b.sminHi = minHi
    b.sminLo = minLo
  }
}
