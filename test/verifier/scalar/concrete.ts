// SPDX-License-Identifier: Apache-2.0
// BigInt as the oracle: what each operation does to one concrete value, and whether an abstract one allows it.

import type { JumpName, Scalar } from '../../../src/verifier/scalar/index.ts'
import * as scalar from '../../../src/verifier/scalar/index.ts'

export type Width = 32 | 64

export const u64 = (v: bigint): bigint => BigInt.asUintN(64, v)
export const s64 = (v: bigint): bigint => BigInt.asIntN(64, v)

/** Does `s` allow the value `v`, in its bits and in each of its ranges? */
export function allows(s: Scalar, v: bigint): boolean {
  const unsigned = u64(v)
  const signed = s64(v)
  const low = Number(BigInt.asUintN(32, v))
  const lowSigned = low | 0
  return (
    (unsigned & ~scalar.tnumMask(s)) === scalar.tnumValue(s) &&
    scalar.umin(s) <= unsigned &&
    unsigned <= scalar.umax(s) &&
    scalar.smin(s) <= signed &&
    signed <= scalar.smax(s) &&
    scalar.u32min(s) <= low &&
    low <= scalar.u32max(s) &&
    scalar.s32min(s) <= lowSigned &&
    lowSigned <= scalar.s32max(s)
  )
}

export const aluNames = ['add', 'sub', 'mul', 'or', 'and', 'xor', 'lsh', 'rsh', 'arsh'] as const

/** RFC 9669 §4.1: a 32-bit operation works on the low halves and zero-extends. Shift amounts are masked to the width. */
export function run(name: (typeof aluNames)[number], width: Width, a: bigint, b: bigint): bigint {
  const x = BigInt.asUintN(width, a)
  const y = BigInt.asUintN(width, b)
  const amount = y & BigInt(width - 1)
  const results = {
    add: () => x + y,
    sub: () => x - y,
    mul: () => x * y,
    or: () => x | y,
    and: () => x & y,
    xor: () => x ^ y,
    lsh: () => x << amount,
    rsh: () => x >> amount,
    arsh: () => BigInt.asIntN(width, x) >> amount,
  }
  return BigInt.asUintN(width, results[name]())
}

export const jumpNames = [
  'jeq',
  'jne',
  'jset',
  'jgt',
  'jge',
  'jlt',
  'jle',
  'jsgt',
  'jsge',
  'jslt',
  'jsle',
] as const satisfies JumpName[]

/** RFC 9669 §4.3. */
export function jumps(name: JumpName, width: Width, a: bigint, b: bigint): boolean {
  const x = BigInt.asUintN(width, a)
  const y = BigInt.asUintN(width, b)
  const sx = BigInt.asIntN(width, a)
  const sy = BigInt.asIntN(width, b)
  const results = {
    jeq: x === y,
    jne: x !== y,
    jset: (x & y) !== 0n,
    jgt: x > y,
    jge: x >= y,
    jlt: x < y,
    jle: x <= y,
    jsgt: sx > sy,
    jsge: sx >= sy,
    jslt: sx < sy,
    jsle: sx <= sy,
  }
  return results[name]
}

/** A scalar with these bits and what follows from them. */
export const withBits = (value: bigint, mask: bigint): Scalar =>
  scalar.alu('or', 64, scalar.alu('and', 64, scalar.unknown, scalar.constant(mask)), scalar.constant(value))

export const text = (s: Scalar): string => (scalar.isConst(s) ? scalar.formatConst(s) : scalar.formatScalar(s))
