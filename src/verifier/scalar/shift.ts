// SPDX-License-Identifier: Apache-2.0
// Shifts by a known amount. Bits cross from one half to the other, so the 32-bit lane of a 64-bit right shift is found
// again from the bits.

import { bitsToRanges } from './bounds.ts'
import { setS64, setU64 } from './ranges.ts'
import { arshBits, lshBits, rshBits } from './tnum.ts'
import { type Draft, S32_MAX, S32_MIN, type Scalar, unbind32, unbind64, unbindS64, unbindU64 } from './types.ts'
import { lessU } from './word.ts'

/** The shift, or -1 where it is not one known amount below the width. */
export function shiftAmount(b: Scalar, width: 32 | 64): number {
  if (b.umaxHi !== 0 || b.umaxLo >>> 0 >= width || b.maskLo !== 0) return -1
  if (width === 32) return b.smin32 === b.smax32 && b.umin32 === b.umax32 ? b.umin32 : -1
  const single = b.maskHi === 0 && b.sminHi === b.smaxHi && b.sminLo === b.smaxLo && b.uminLo === b.umaxLo
  return single && b.uminHi === 0 ? b.uminLo : -1
}

export function shift(d: Draft, name: 'lsh' | 'rsh' | 'arsh', width: 32 | 64, n: number): void {
  if (width === 32) shift32(d, name, n)
  else if (name === 'lsh') lsh64(d, n)
  else if (name === 'rsh') rsh64(d, n)
  else arsh64(d, n)
  bitsToRanges(d)
}

/** The low lane only; `zeroExtend` follows. */
function shift32(d: Draft, name: 'lsh' | 'rsh' | 'arsh', n: number): void {
  if (name === 'lsh') {
    lshRange32(d, n)
    d.valueLo <<= n
    d.maskLo <<= n
  } else if (name === 'rsh') {
    d.smin32 = S32_MIN
    d.smax32 = S32_MAX
    d.umin32 = (d.umin32 >>> n) | 0
    d.umax32 = (d.umax32 >>> n) | 0
    d.valueLo = (d.valueLo >>> n) | 0
    d.maskLo = (d.maskLo >>> n) | 0
  } else {
    d.smin32 >>= n
    d.smax32 >>= n
    d.umin32 = 0
    d.umax32 = -1
    d.valueLo >>= n
    d.maskLo >>= n
  }
  d.valueHi = 0
  d.maskHi = 0
  unbind64(d)
}

/** Signed bounds are lost; unsigned ones too where a set bit may leave at the top or reach the sign. */
function lshRange32(d: Draft, n: number): void {
  d.smin32 = S32_MIN
  d.smax32 = S32_MAX
  const kept = n <= 31 && d.umax32 >>> 0 <= 2 ** (31 - n)
  d.umin32 = kept ? d.umin32 << n : 0
  d.umax32 = kept ? d.umax32 << n : -1
}

function lsh64(d: Draft, n: number): void {
  // `<<= 32; s>>= 32` is how compilers sign-extend: the signed low half moves up whole.
  if (n === 32) setS64(d, d.smin32, 0, d.smax32, 0)
  else unbindS64(d)
  const top = 63 - n
  const limitHi = top >= 32 ? 1 << (top - 32) : 0
  const limitLo = top >= 32 ? 0 : 1 << top
  if (lessU(limitHi, limitLo, d.umaxHi, d.umaxLo)) {
    unbindU64(d)
  } else if (n >= 32) {
    setU64(d, d.uminLo << (n - 32), 0, d.umaxLo << (n - 32), 0)
  } else if (n > 0) {
    setU64(
      d,
      (d.uminHi << n) | (d.uminLo >>> (32 - n)),
      d.uminLo << n,
      (d.umaxHi << n) | (d.umaxLo >>> (32 - n)),
      d.umaxLo << n,
    )
  }
  lshRange32(d, n)
  lshBits(d, n)
}

function rsh64(d: Draft, n: number): void {
  unbindS64(d)
  unbind32(d)
  rshBits(d, n)
  if (n >= 32) {
    setU64(d, 0, (d.uminHi >>> (n - 32)) | 0, 0, (d.umaxHi >>> (n - 32)) | 0)
  } else if (n > 0) {
    setU64(
      d,
      (d.uminHi >>> n) | 0,
      (d.uminLo >>> n) | (d.uminHi << (32 - n)),
      (d.umaxHi >>> n) | 0,
      (d.umaxLo >>> n) | (d.umaxHi << (32 - n)),
    )
  }
}

function arsh64(d: Draft, n: number): void {
  unbindU64(d)
  unbind32(d)
  arshBits(d, n)
  if (n >= 32) {
    setS64(d, d.sminHi >> 31, d.sminHi >> (n - 32), d.smaxHi >> 31, d.smaxHi >> (n - 32))
  } else if (n > 0) {
    setS64(
      d,
      d.sminHi >> n,
      (d.sminLo >>> n) | (d.sminHi << (32 - n)),
      d.smaxHi >> n,
      (d.smaxLo >>> n) | (d.smaxHi << (32 - n)),
    )
  }
}
