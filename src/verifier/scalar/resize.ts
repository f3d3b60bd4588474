// SPDX-License-Identifier: Apache-2.0
// Narrower views of a value: 32-bit moves, sign-extending moves and loads, loads of fewer than eight bytes, byte swaps.
// Facts from Linux 6.12. The sign-extending forms are coarser than they could be, and a 64-bit one leaves its ranges
// as they are set here, without a `sync`: both show in the kernel's log.

import { type Crossings, shrinking, sync } from './bounds.ts'
import { constantNumber, finished, unknown } from './make.ts'
import { zeroExtend } from './ranges.ts'
import { type Draft, type Scalar, copy, draft, known, unbind32 } from './types.ts'
import { smear } from './word.ts'

type Narrow = 1 | 2 | 4

/** `w = w`: the low half, zero-extended. */
export function zext32(s: Scalar, crossings = shrinking): Scalar {
  if (s.maskLo === 0) return s.valueLo >= 0 ? constantNumber(s.valueLo) : known(0, s.valueLo)
  const d = copy(s)
  zeroExtend(d)
  return finished(d, crossings)
}

/** The low `bytes` of `s`, zero-extended: a load, or a narrow fill of a spilled register. */
export function truncateLoad(s: Scalar, bytes: number, crossings = shrinking): Scalar {
  if (bytes >= 8) return s
  const d = copy(s)
  const mask = bytes === 4 ? -1 : (1 << (bytes * 8)) - 1
  d.valueHi = 0
  d.maskHi = 0
  d.valueLo &= mask
  d.maskLo &= mask
  // Ranges survive where nothing above the cut changes throughout.
  const kept = d.uminHi === d.umaxHi && (d.uminLo & ~mask) === (d.umaxLo & ~mask)
  d.uminLo = kept ? d.uminLo & mask : 0
  d.umaxLo = kept ? d.umaxLo & mask : mask
  d.uminHi = 0
  d.umaxHi = 0
  d.sminHi = 0
  d.sminLo = d.uminLo
  d.smaxHi = 0
  d.smaxLo = d.umaxLo
  if (bytes < 4) unbind32(d)
  return sync(d, crossings)
}

const extend = (v: number, bytes: Narrow): number => (bytes === 1 ? (v << 24) >> 24 : bytes === 2 ? (v << 16) >> 16 : v)

/** The low `fromBytes` of `s`, sign-extended to `width`. */
export function movsx(s: Scalar, fromBytes: Narrow | number, width: 32 | 64, crossings = shrinking): Scalar {
  const bytes = fromBytes as Narrow
  return width === 64 ? signExtend64(s, bytes) : signExtend32(s, bytes, crossings)
}

function signExtend64(s: Scalar, bytes: Narrow): Scalar {
  if ((s.maskHi | s.maskLo) === 0) return constantNumber(extend(s.valueLo, bytes))
  const cut = bytes === 4 ? 0 : -1 << (bytes * 8)
  if (s.sminHi === s.smaxHi && (s.sminLo & cut) === (s.smaxLo & cut)) {
    const first = extend(s.sminLo, bytes)
    const last = extend(s.smaxLo, bytes)
    // Both ends of one sign: a range after extension as well.
    if (first >= 0 === last >= 0) return extended(Math.min(first, last), Math.max(first, last))
  }
  const d = draft()
  const min = bytes === 1 ? -0x80 : bytes === 2 ? -0x8000 : -0x80000000
  d.sminHi = -1
  d.sminLo = min
  d.smaxHi = 0
  d.smaxLo = ~min
  d.smin32 = min
  d.smax32 = ~min
  return d
}

/** Every value from `min` to `max`, both of one sign. */
function extended(min: number, max: number): Draft {
  const d = known(min >> 31, min)
  d.smaxLo = max
  d.umaxLo = max
  d.smax32 = max
  d.umax32 = max
  d.maskLo = smear(min ^ max)
  d.valueLo = min & ~d.maskLo
  return d
}

function signExtend32(s: Scalar, bytes: Narrow, crossings: Crossings): Scalar {
  if ((s.maskHi | s.maskLo) === 0) return known(0, extend(s.valueLo, bytes))
  const d = copy(s)
  const cut = bytes === 4 ? 0 : -1 << (bytes * 8)
  const first = extend(s.smin32, bytes)
  const last = extend(s.smax32, bytes)
  if ((s.smin32 & cut) === (s.smax32 & cut) && first >= 0 === last >= 0) {
    d.smin32 = Math.min(first, last)
    d.smax32 = Math.max(first, last)
    d.umin32 = d.smin32
    d.umax32 = d.smax32
    d.maskLo = smear(first ^ last)
    d.valueLo = d.smin32 & ~d.maskLo
  } else {
    d.smin32 = bytes === 1 ? -0x80 : -0x8000
    d.smax32 = ~d.smin32
    d.umin32 = 0
    d.umax32 = -1
    d.valueLo = 0
    d.maskLo = -1
  }
  zeroExtend(d)
  return finished(d, crossings)
}

const loaded: Readonly<Record<number, Scalar>> = Object.fromEntries(
  [1, 2, 4, 8].map((bytes) => [bytes, truncateLoad(unknown, bytes)]),
)
const loadedSigned: Readonly<Record<number, Scalar>> = Object.fromEntries(
  [1, 2, 4].map((bytes) => [bytes, movsx(unknown, bytes, 64)]),
)

/** What a zero-extending load of so many bytes gives. */
export const unsignedOfSize = (bytes: 1 | 2 | 4 | 8 | number): Scalar => loaded[bytes] ?? unknown
/** What a sign-extending load gives. */
export const signedOfSize = (bytes: 1 | 2 | 4 | 8 | number): Scalar => loadedSigned[bytes] ?? unknown

/** `le`, `be` and `bswap`: 6.12 knows nothing of the result, not even of a constant's. */
export const byteSwap = (_name: string, _bytes: number, _s: Scalar): Scalar => unknown
