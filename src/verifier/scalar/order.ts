// SPDX-License-Identifier: Apache-2.0
// Comparing two scalars as knowledge: pruning's containment, and equality.

import { type Arcs, arcWithin, halves, sameArc, words } from './arc.ts'
import { arcsOf } from './cell.ts'
import { bitsWithin } from './tnum.ts'
import type { Scalar } from './types.ts'
import { lessS, lessU, lessU32 } from './word.ts'

/** What the four ranges of `outer` do not say. */
function arcsWithin(outer: Arcs, inner: Scalar): boolean {
  const { word, low } = arcsOf(inner)
  if (word === undefined || low === undefined) return true
  return arcWithin(words, outer.word, word) && arcWithin(halves, outer.low, low)
}

/** Does `outer` allow every value that `inner` does, in bits and in each range? Then what was safe for it still is. */
export const within = (outer: Scalar, inner: Scalar): boolean =>
  outer === inner ||
  (bitsWithin(outer, inner) &&
    (!outer.twofold || arcsWithin(outer.arcs!, inner)) &&
    !lessU(inner.uminHi, inner.uminLo, outer.uminHi, outer.uminLo) &&
    !lessU(outer.umaxHi, outer.umaxLo, inner.umaxHi, inner.umaxLo) &&
    !lessS(inner.sminHi, inner.sminLo, outer.sminHi, outer.sminLo) &&
    !lessS(outer.smaxHi, outer.smaxLo, inner.smaxHi, inner.smaxLo) &&
    !lessU32(inner.umin32, outer.umin32) &&
    !lessU32(outer.umax32, inner.umax32) &&
    outer.smin32 <= inner.smin32 &&
    inner.smax32 <= outer.smax32)

export const sameScalar = (a: Scalar, b: Scalar): boolean =>
  a === b ||
  (a.valueLo === b.valueLo &&
    a.valueHi === b.valueHi &&
    a.maskLo === b.maskLo &&
    a.maskHi === b.maskHi &&
    a.uminLo === b.uminLo &&
    a.uminHi === b.uminHi &&
    a.umaxLo === b.umaxLo &&
    a.umaxHi === b.umaxHi &&
    a.sminLo === b.sminLo &&
    a.sminHi === b.sminHi &&
    a.smaxLo === b.smaxLo &&
    a.smaxHi === b.smaxHi &&
    a.umin32 === b.umin32 &&
    a.umax32 === b.umax32 &&
    a.smin32 === b.smin32 &&
    a.smax32 === b.smax32 &&
    a.twofold === b.twofold &&
    (!a.twofold || (sameArc(a.arcs!.word, b.arcs!.word) && sameArc(a.arcs!.low, b.arcs!.low))))
