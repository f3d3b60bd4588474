// SPDX-License-Identifier: Apache-2.0
// Scalar operations as the verifier runs them, and the choice of representation: a tnum and four ranges as int32
// halves against the same as BigInt fields. Interleaved rounds, fixed counts, the minimum of each.
//   npx tsdown bench/scalar.ts --out-dir /tmp/bench --no-dts && node /tmp/bench/scalar.mjs

import * as scalar from '../src/verifier/scalar/index.ts'
import type { Scalar } from '../src/verifier/scalar/index.ts'

const rounds = 12
const count = 200_000

/** Operands of the kinds that programs have: bytes, words, sums, masked values, constants, unknowns. */
const operands: Scalar[] = [
  scalar.unsignedOfSize(1),
  scalar.unsignedOfSize(4),
  scalar.unsignedOfSize(2),
  scalar.alu('and', 64, scalar.unknown, scalar.constantNumber(0xf8)),
  scalar.alu('add', 64, scalar.unsignedOfSize(1), scalar.constantNumber(-16)),
  scalar.fromRange({ smin: -4095n, smax: 100n }),
  scalar.constantNumber(8),
  scalar.constantNumber(-1),
]
const at = (i: number): Scalar => operands[i & 7]!
const one = scalar.constantNumber(1)

/** The plainest BigInt form of the same addition: bits, two 64-bit ranges, two 32-bit ones; no deduction at all. */
interface Wide {
  value: bigint
  mask: bigint
  umin: bigint
  umax: bigint
  smin: bigint
  smax: bigint
  umin32: bigint
  umax32: bigint
  smin32: bigint
  smax32: bigint
}
const wide = operands.map(
  (s): Wide => ({
    value: scalar.tnumValue(s),
    mask: scalar.tnumMask(s),
    umin: scalar.umin(s),
    umax: scalar.umax(s),
    smin: scalar.smin(s),
    smax: scalar.smax(s),
    umin32: BigInt(scalar.u32min(s)),
    umax32: BigInt(scalar.u32max(s)),
    smin32: BigInt(scalar.s32min(s)),
    smax32: BigInt(scalar.s32max(s)),
  }),
)
function addWide(a: Wide, b: Wide): Wide {
  const least = BigInt.asUintN(64, a.value + b.value)
  const most = BigInt.asUintN(64, least + a.mask + b.mask)
  const mask = (least ^ most) | a.mask | b.mask
  const fits = a.umax + b.umax < 1n << 64n
  const signed = a.smin + b.smin >= -(1n << 63n) && a.smax + b.smax < 1n << 63n
  const fits32 = a.umax32 + b.umax32 < 1n << 32n
  const signed32 = a.smin32 + b.smin32 >= -(1n << 31n) && a.smax32 + b.smax32 < 1n << 31n
  return {
    value: least & ~mask,
    mask,
    umin: fits ? a.umin + b.umin : 0n,
    umax: fits ? a.umax + b.umax : 0xffffffffffffffffn,
    smin: signed ? a.smin + b.smin : -(1n << 63n),
    smax: signed ? a.smax + b.smax : (1n << 63n) - 1n,
    umin32: fits32 ? a.umin32 + b.umin32 : 0n,
    umax32: fits32 ? a.umax32 + b.umax32 : 0xffffffffn,
    smin32: signed32 ? a.smin32 + b.smin32 : -(1n << 31n),
    smax32: signed32 ? a.smax32 + b.smax32 : (1n << 31n) - 1n,
  }
}
const withinWide = (outer: Wide, inner: Wide): boolean =>
  (inner.mask & ~outer.mask) === 0n &&
  (inner.value & ~outer.mask) === outer.value &&
  outer.umin <= inner.umin &&
  outer.umax >= inner.umax &&
  outer.smin <= inner.smin &&
  outer.smax >= inner.smax &&
  outer.umin32 <= inner.umin32 &&
  outer.umax32 >= inner.umax32 &&
  outer.smin32 <= inner.smin32 &&
  outer.smax32 >= inner.smax32

/** Each case gives something to consume, so that nothing is optimised away. */
const cases: Record<string, (i: number) => number> = {
  'add 64, halves, with deduction': (i) => scalar.alu('add', 64, at(i), at(i >> 3)).valueLo,
  'add 64, BigInt, without deduction': (i) => Number(addWide(wide[i & 7]!, wide[(i >> 3) & 7]!).umin32),
  'add 64 of constants': (i) => scalar.alu('add', 64, at(6), at(6 + (i & 1))).valueLo,
  'add 32': (i) => scalar.alu('add', 32, at(i), one).valueLo,
  'and 64': (i) => scalar.alu('and', 64, at(i), at(i >> 3)).valueLo,
  'mul 64': (i) => scalar.alu('mul', 64, at(i), at(i >> 3)).valueLo,
  'lsh 64': (i) => scalar.alu('lsh', 64, at(i), one).valueLo,
  'branch 64: decide': (i) => (scalar.branchTaken('jlt', 64, at(i), at(i >> 3)) === undefined ? 1 : 0),
  'branch 64: refine both ways': (i) =>
    scalar.refineBranch('jgt', 64, at(i & 3), at(6), 'taken')[0].uminLo +
    scalar.refineBranch('jgt', 64, at(i & 3), at(6), 'passed')[0].uminLo,
  'within, halves': (i) => (scalar.within(at(i), at(i >> 3)) ? 1 : 0),
  'within, BigInt': (i) => (withinWide(wide[i & 7]!, wide[(i >> 3) & 7]!) ? 1 : 0),
}

const pick = new RegExp((globalThis as { process?: { argv: string[] } }).process?.argv[2] ?? '')
const names = Object.keys(cases).filter((name) => pick.test(name))
const least: Record<string, number> = {}
let sink = 0
for (let round = 0; round < rounds; round++) {
  for (const name of names) {
    const run = cases[name]!
    const start = performance.now()
    for (let i = 0; i < count; i++) sink = (sink + run(i)) | 0
    const ns = ((performance.now() - start) * 1e6) / count
    least[name] = Math.min(least[name] ?? Number.POSITIVE_INFINITY, ns)
  }
}
for (const name of names) console.log(`${least[name]!.toFixed(1).padStart(8)} ns  ${name}`)
console.log(`(${sink})`)
