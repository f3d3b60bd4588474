// SPDX-License-Identifier: Apache-2.0
// Is a conditional jump decided? Facts from Linux 6.12: equality looks at bits and at all four ranges (the 32-bit ones
// also for a 64-bit compare), an order at the ranges of its own sign, jset needs one side constant.

import type { Scalar } from './types.ts'
import { lessS, lessU, lessU32 } from './word.ts'

export type JumpName = 'jeq' | 'jne' | 'jset' | 'jgt' | 'jge' | 'jlt' | 'jle' | 'jsgt' | 'jsge' | 'jslt' | 'jsle'
type Width = 32 | 64

/** true: `if a op b` always jumps; false: never; undefined: both happen. */
export function branchTaken(op: JumpName | (string & {}), width: Width, a: Scalar, b: Scalar): boolean | undefined {
  switch (op) {
    case 'jeq':
      return equality(width, a, b)
    case 'jne': {
      const same = equality(width, a, b)
      return same === undefined ? undefined : !same
    }
    case 'jset':
      return commonBit(width, a, b)
    case 'jgt':
      return decided({ always: alwaysBelow(width, b, a), never: neverAbove(width, a, b) })
    case 'jge':
      return decided({ always: neverAbove(width, b, a), never: alwaysBelow(width, a, b) })
    case 'jlt':
      return decided({ always: alwaysBelow(width, a, b), never: neverAbove(width, b, a) })
    case 'jle':
      return decided({ always: neverAbove(width, a, b), never: alwaysBelow(width, b, a) })
    case 'jsgt':
      return decided({ always: alwaysBelowSigned(width, b, a), never: neverAboveSigned(width, a, b) })
    case 'jsge':
      return decided({ always: neverAboveSigned(width, b, a), never: alwaysBelowSigned(width, a, b) })
    case 'jslt':
      return decided({ always: alwaysBelowSigned(width, a, b), never: neverAboveSigned(width, b, a) })
    case 'jsle':
      return decided({ always: neverAboveSigned(width, a, b), never: alwaysBelowSigned(width, b, a) })
    default:
      return undefined
  }
}

const decided = ({ always, never }: { readonly always: boolean; readonly never: boolean }): boolean | undefined =>
  always ? true : never ? false : undefined

/** Every a < every b. */
const alwaysBelow = (width: Width, a: Scalar, b: Scalar): boolean =>
  width === 32 ? lessU32(a.umax32, b.umin32) : lessU(a.umaxHi, a.umaxLo, b.uminHi, b.uminLo)
/** Every a <= every b. */
const neverAbove = (width: Width, a: Scalar, b: Scalar): boolean =>
  width === 32 ? !lessU32(b.umin32, a.umax32) : !lessU(b.uminHi, b.uminLo, a.umaxHi, a.umaxLo)
const alwaysBelowSigned = (width: Width, a: Scalar, b: Scalar): boolean =>
  width === 32 ? a.smax32 < b.smin32 : lessS(a.smaxHi, a.smaxLo, b.sminHi, b.sminLo)
const neverAboveSigned = (width: Width, a: Scalar, b: Scalar): boolean =>
  width === 32 ? a.smax32 <= b.smin32 : !lessS(b.sminHi, b.sminLo, a.smaxHi, a.smaxLo)

function equality(width: Width, a: Scalar, b: Scalar): boolean | undefined {
  const knownLo = ~(a.maskLo | b.maskLo)
  const knownHi = width === 64 ? ~(a.maskHi | b.maskHi) : 0
  const differ = ((a.valueLo ^ b.valueLo) & knownLo) | ((a.valueHi ^ b.valueHi) & knownHi)
  if (differ !== 0) return false
  if (knownLo === -1 && (width === 32 || knownHi === -1)) return true
  return rangesApart(width, a, b) ? false : undefined
}

/** The same where bits tell only of two constants. */
export function equalityByRanges(width: Width, a: Scalar, b: Scalar): boolean | undefined {
  if (isConstAt(width, a) && isConstAt(width, b))
    return a.valueLo === b.valueLo && (width === 32 || a.valueHi === b.valueHi)
  return rangesApart(width, a, b) ? false : undefined
}

/** No value is in both, by one of the readings. */
function rangesApart(width: Width, a: Scalar, b: Scalar): boolean {
  if (alwaysBelow(32, a, b) || alwaysBelow(32, b, a)) return true
  if (alwaysBelowSigned(32, a, b) || alwaysBelowSigned(32, b, a)) return true
  if (width === 32) return false
  if (alwaysBelow(64, a, b) || alwaysBelow(64, b, a)) return true
  return alwaysBelowSigned(64, a, b) || alwaysBelowSigned(64, b, a)
}

/** `a & b != 0`, where one of them is known. */
function commonBit(width: Width, a: Scalar, b: Scalar): boolean | undefined {
  const constant = isConstAt(width, b) ? b : isConstAt(width, a) ? a : undefined
  if (constant === undefined) return undefined
  const other = constant === b ? a : b
  const hi = width === 64 ? constant.valueHi : 0
  const lo = constant.valueLo
  if (((other.valueHi & hi) | (other.valueLo & lo)) !== 0) return true
  if ((((other.valueHi | other.maskHi) & hi) | ((other.valueLo | other.maskLo) & lo)) === 0) return false
  return undefined
}

/** All bits that the compare looks at are known. */
export const isConstAt = (width: Width, s: Scalar): boolean => s.maskLo === 0 && (width === 32 || s.maskHi === 0)
