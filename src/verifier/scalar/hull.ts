// SPDX-License-Identifier: Apache-2.0
// The least that the verifier can say of a value that is one of two: what both know of its bits, and each range so wide that both lie in it.

import { type Scalar, draft } from './types.ts'
import { lessS, lessU, maxU32, minU32 } from './word.ts'

/** Every value of `a` and of `b`. What only arcs say of either is lost. */
export function hull(a: Scalar, b: Scalar): Scalar {
  const d = draft()
  d.maskHi = a.maskHi | b.maskHi | (a.valueHi ^ b.valueHi)
  d.maskLo = a.maskLo | b.maskLo | (a.valueLo ^ b.valueLo)
  d.valueHi = a.valueHi & ~d.maskHi
  d.valueLo = a.valueLo & ~d.maskLo
  const umin = lessU(a.uminHi, a.uminLo, b.uminHi, b.uminLo) ? a : b
  d.uminHi = umin.uminHi
  d.uminLo = umin.uminLo
  const umax = lessU(a.umaxHi, a.umaxLo, b.umaxHi, b.umaxLo) ? b : a
  d.umaxHi = umax.umaxHi
  d.umaxLo = umax.umaxLo
  const smin = lessS(a.sminHi, a.sminLo, b.sminHi, b.sminLo) ? a : b
  d.sminHi = smin.sminHi
  d.sminLo = smin.sminLo
  const smax = lessS(a.smaxHi, a.smaxLo, b.smaxHi, b.smaxLo) ? b : a
  d.smaxHi = smax.smaxHi
  d.smaxLo = smax.smaxLo
  d.umin32 = minU32(a.umin32, b.umin32)
  d.umax32 = maxU32(a.umax32, b.umax32)
  d.smin32 = Math.min(a.smin32, b.smin32)
  d.smax32 = Math.max(a.smax32, b.smax32)
  return d
}

/** Is every value of `inner` one that the bits and the four ranges of `outer` allow? Arcs are not asked. */
export const covers = (outer: Scalar, inner: Scalar): boolean => {
  const both = hull(outer, inner)
  return (
    both.maskHi === outer.maskHi &&
    both.maskLo === outer.maskLo &&
    both.uminHi === outer.uminHi &&
    both.uminLo === outer.uminLo &&
    both.umaxHi === outer.umaxHi &&
    both.umaxLo === outer.umaxLo &&
    both.sminHi === outer.sminHi &&
    both.sminLo === outer.sminLo &&
    both.smaxHi === outer.smaxHi &&
    both.smaxLo === outer.smaxLo &&
    both.umin32 === outer.umin32 &&
    both.umax32 === outer.umax32 &&
    both.smin32 === outer.smin32 &&
    both.smax32 === outer.smax32
  )
}
