// SPDX-License-Identifier: Apache-2.0
// Scalars that move: the variable offset of a pointer, registers linked by a constant difference, and the fork of a
// sign mask.

import { shrinking } from './bounds.ts'
import { constantNumber, finished } from './make.ts'
import { addRanges, addRanges64, subRanges64 } from './ranges.ts'
import { addBits, subBits } from './tnum.ts'
import { type Scalar, copy, known, unbind32 } from './types.ts'

/** A pointer's variable offset plus `s`. Pointers carry no 32-bit bounds of their own; a range that may wrap is lost. */
export function addPointerOffset(offset: Scalar, s: Scalar, crossings = shrinking): Scalar {
  const d = copy(offset)
  unbind32(d)
  addRanges64(d, s)
  addBits(d, s)
  return finished(d, crossings)
}

/** A pointer's variable offset less `s`. */
export function subPointerOffset(offset: Scalar, s: Scalar, crossings = shrinking): Scalar {
  const d = copy(offset)
  unbind32(d)
  subRanges64(d, s)
  subBits(d, s)
  return finished(d, crossings)
}

/** A register linked to one worth `s` at a distance of `delta`. 6.12 does not bring bits and ranges in step here. */
export function linkedPlus(s: Scalar, delta: number): Scalar {
  const distance = constantNumber(delta)
  const d = copy(s)
  addRanges(d, distance, 64)
  addBits(d, distance)
  return d
}

/**
 * `x s>>= 63; x &= K` is how compilers choose between 0 and K, so before an `and` or `or` with a constant a value that
 * is 0 or -1 is followed as both. The two, or nothing where `s` is not such a mask; where only its low half is, the
 * high half stays as it was.
 */
export function maskFork(s: Scalar): readonly [zeros: Scalar, ones: Scalar] | undefined {
  if ((s.sminHi & s.sminLo) === -1 && (s.smaxHi | s.smaxLo) === 0) return [known(0, 0), known(-1, -1)]
  if (s.smin32 === -1 && s.smax32 === 0) return [withLow(s, 0), withLow(s, -1)]
  return undefined
}

function withLow(s: Scalar, low: number): Scalar {
  const d = copy(s)
  d.valueLo = low
  d.maskLo = 0
  d.umin32 = low
  d.umax32 = low
  d.smin32 = low
  d.smax32 = low
  return d
}
