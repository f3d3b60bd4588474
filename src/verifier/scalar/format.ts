// SPDX-License-Identifier: Apache-2.0
// Scalars as the kernel's log prints them. Numbers within 16 bits are decimal, others hexadecimal; ends of ranges that
// say nothing are left out, and equal ones are printed once: `smin=0,smax=umax=255,var_off=(0x0; 0xff)`.

import { smax, smin, tnumMask, tnumValue, umax, umin } from './read.ts'
import { S32_MAX, S32_MIN, type Scalar, type Tnum } from './types.ts'
import { toS64 } from './word.ts'

const hex = (v: bigint): string => `0x${BigInt.asUintN(64, v).toString(16)}`
const isSmall = (v: bigint): boolean => v >= -0x8000n && v <= 0x7fffn

/** A signed number: decimal within s16, else its 64 bits. */
export const formatSigned = (v: bigint): string => (isSmall(v) ? v.toString() : hex(v))
/** An unsigned number: decimal within u16, else hexadecimal. */
export const formatUnsigned = (v: bigint): string => (v <= 0xffffn ? v.toString() : hex(v))

/** A constant as the log prints it in place of `scalar(...)`, and a pointer's `imm=`. */
export const formatConst = (s: Tnum): string => formatSigned(toS64(s.valueHi, s.valueLo))

/** Known bits as messages print them: `(value; mask)`, or the number where all are known. */
export const formatTnum = (s: Tnum): string =>
  (s.maskHi | s.maskLo) === 0 ? formatUnsigned(tnumValue(s)) : `(${hex(tnumValue(s))}; ${hex(tnumMask(s))})`

/** A signed 32-bit end: in decimal it reads like the 64-bit one, in hexadecimal it has 32 bits. */
const low = (v: number): bigint => (isSmall(BigInt(v)) ? BigInt(v) : BigInt(v >>> 0))

/** What stands in `scalar(...)` and after a pointer's other attributes; empty where nothing is known. */
export function formatScalar(s: Scalar, _options: Record<string, never> = {}): string {
  // Alternately least and greatest, so that equal ends of one kind are two apart.
  const ends = [
    { name: 'smin', value: smin(s), omit: s.sminHi === S32_MIN && s.sminLo === 0 },
    { name: 'smax', value: smax(s), omit: s.smaxHi === S32_MAX && s.smaxLo === -1 },
    { name: 'umin', value: umin(s), omit: (s.uminHi | s.uminLo) === 0 },
    { name: 'umax', value: umax(s), omit: (s.umaxHi & s.umaxLo) === -1 },
    { name: 'smin32', value: low(s.smin32), omit: s.smin32 === S32_MIN },
    { name: 'smax32', value: low(s.smax32), omit: s.smax32 === S32_MAX },
    { name: 'umin32', value: BigInt(s.umin32 >>> 0), omit: s.umin32 === 0 },
    { name: 'umax32', value: BigInt(s.umax32 >>> 0), omit: s.umax32 === -1 },
  ]
  const parts: string[] = []
  for (const [i, end] of ends.entries()) {
    if (end.omit) continue
    let names = `${end.name}=`
    for (let j = i + 2; j < ends.length; j += 2) {
      const other = ends[j]!
      // Values with their sign: a negative one never joins an unsigned one of the same bits.
      if (other.omit || other.value !== end.value) continue
      other.omit = true
      names += `${other.name}=`
    }
    parts.push(names + (end.name.startsWith('s') ? formatSigned(end.value) : formatUnsigned(end.value)))
  }
  if ((s.maskHi & s.maskLo) !== -1 || (s.valueHi | s.valueLo) !== 0) parts.push(`var_off=${formatTnum(s)}`)
  return parts.join(',')
}
