// SPDX-License-Identifier: Apache-2.0
// Arithmetic. A value has two lanes of ranges, 64 and 32 bits wide, and its bits; an operator works on each by itself
// and `sync` then lets them inform each other. Facts from Linux 6.12 (what each operator tracks and where it gives up):
// - add, sub, mul, and, or, xor: both lanes and the bits; signed bounds of mul and the bitwise ones follow the unsigned;
// - shifts: by a known amount below the width only, otherwise nothing is known of the result;
// - div, mod, sdiv, smod, neg: nothing is known, not even that a 32-bit result is zero-extended.

import { type Crossings, sanitized, shrinking, sync } from './bounds.ts'
import { constantOf, unknown } from './make.ts'
import { addRanges, andRanges, mulRanges, orRanges, subRanges, xorRanges, zeroExtend } from './ranges.ts'
import { shift, shiftAmount } from './shift.ts'
import { addBits, andBits, mulBits, orBits, subBits, xorBits } from './tnum.ts'
import { type Draft, type Scalar, copy } from './types.ts'

export type AluName =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'mod'
  | 'sdiv'
  | 'smod'
  | 'or'
  | 'and'
  | 'xor'
  | 'lsh'
  | 'rsh'
  | 'arsh'
  | 'neg'

/** `a op b`. A 32-bit operation works on the low halves and zero-extends. */
export const alu = (name: AluName | (string & {}), width: 32 | 64, a: Scalar, b: Scalar): Scalar =>
  sanitized(aluUnsettled(name, width, a, b))

/** As `alu`, leaving contradictions in, for who wants to report them (`violation`). */
export function aluUnsettled(
  name: AluName | (string & {}),
  width: 32 | 64,
  a: Scalar,
  b: Scalar,
  crossings: Crossings = shrinking,
): Scalar {
  const d = copy(a)
  switch (name) {
    case 'add':
      addBits(d, b)
      if (!settled(d, width)) addRanges(d, b, width)
      break
    case 'sub':
      subBits(d, b)
      if (!settled(d, width)) subRanges(d, b, width)
      break
    case 'mul':
      mulBits(d, b)
      if (!settled(d, width)) mulRanges(d, b, width)
      break
    case 'and':
      andBits(d, b)
      if (!settled(d, width)) andRanges(d, b, width)
      break
    case 'or':
      orBits(d, b)
      if (!settled(d, width)) orRanges(d, b, width)
      break
    case 'xor':
      xorBits(d, b)
      if (!settled(d, width)) xorRanges(d, b, width)
      break
    case 'lsh':
    case 'rsh':
    case 'arsh': {
      const n = shiftAmount(b, width)
      if (n < 0) return unknown
      shift(d, name as 'lsh' | 'rsh' | 'arsh', width, n)
      break
    }
    default:
      return unknown
  }
  if (width === 32) zeroExtend(d)
  if (settled(d, 64)) return constantOf(d)
  return sync(d, crossings)
}

/** All bits of the result are known, so its ranges follow. */
const settled = (d: Draft, width: 32 | 64): boolean => (width === 64 ? (d.maskHi | d.maskLo) === 0 : d.maskLo === 0)
