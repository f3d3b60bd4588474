// SPDX-License-Identifier: Apache-2.0
// What kernels told of four ranges before 7.2 made arcs of them: negations, products of either sign, quotients and remainders by constants, byte swaps, compares
// of a register with itself, and the one value that bits and a range have in common. Each came with a kernel of its own (gates).

import { aluUnsettled } from './alu.ts'
import { type Crossings, sanitized, sync } from './bounds.ts'
import { branchTaken, equalityByRanges, isConstAt } from './branch.ts'
import { nextOfBits } from './cell.ts'
import { productOfBits } from './circular-alu.ts'
import { type Domain, linear } from './domain.ts'
import { constant, constantNumber, finished, unknown, zero } from './make.ts'
import { addPointerOffset, linkedPlus, subPointerOffset } from './offset.ts'
import { proofOf } from './proofs.ts'
import { addRanges, mulRanges, setS64, setU64, subRanges, zeroExtend } from './ranges.ts'
import { smax, smin, tnumMask, tnumValue, umax, umin } from './read.ts'
import { refineBranchSelfRaw, refineBy } from './refine.ts'
import { movsx, truncateLoad, zext32 } from './resize.ts'
import { addBits, mulBits, subBits } from './tnum.ts'
import { copy, type Draft, draft, type Scalar, unbind32, unbind64, type Way } from './types.ts'
import { highOf, lowOf } from './word.ts'

type Width = 32 | 64

/** What of it a kernel does. */
export interface LinearRules {
  readonly negations: boolean
  /** Ranges of products, of numbers that may be negative, too. */
  readonly products: boolean
  /** Bits of products, each as far as the operands tell. */
  readonly productBits: boolean
  readonly quotients: boolean
  readonly byteSwaps: boolean
  readonly selfCompares: boolean
  readonly loneValues: boolean
  readonly deadBranches: boolean
  /** What is linked at a distance has its bits and ranges brought in step. */
  readonly linkedInStep: boolean
  /** Sums that all wrap, and differences that all do, keep their range. */
  readonly wholeWraps: boolean
  /** Numbers that differ in a known bit are not equal. */
  readonly unequalBits: boolean
  readonly crossingWords: boolean
  readonly crossingHalves: boolean
}

const usual: LinearRules = {
  negations: false,
  products: false,
  productBits: false,
  quotients: false,
  byteSwaps: false,
  selfCompares: false,
  loneValues: false,
  deadBranches: false,
  linkedInStep: false,
  wholeWraps: false,
  unequalBits: true,
  crossingWords: true,
  crossingHalves: true,
}

/** Four ranges, with what the kernel tells of them beside what 6.12 does. */
export function linearWith(rules: LinearRules): Domain {
  const differs = (Object.keys(usual) as (keyof LinearRules)[]).some((rule) => rules[rule] !== usual[rule])
  if (!differs) return linear
  const told = withCrossings(rules)
  const { crossings } = told
  const lone = rules.loneValues ? loneValue : (s: Scalar): Scalar => s
  const alu = (name: string, width: Width, a: Scalar, b: Scalar): Scalar => {
    if (rules.negations && name === 'neg') return lone(aluUnsettled('sub', width, zero, a, crossings))
    if (name === 'mul' && (rules.products || rules.productBits)) return lone(multiplied(told, width, a, b))
    if (rules.wholeWraps && (name === 'add' || name === 'sub')) return lone(sumOf(name, width, a, b, crossings))
    const row = rules.quotients ? divisions.get(name) : undefined
    return lone(row === undefined ? aluUnsettled(name, width, a, b, crossings) : divided(row, width, a, b, crossings))
  }
  const refine = (op: string, width: Width, a: Scalar, b: Scalar, way: Way): [Scalar, Scalar] => {
    const [left, right] = refineBy(proofOf(op, way), width, a, b, crossings)
    return [left === a ? a : lone(left), right === b ? b : lone(right)]
  }
  const refineSelf = (op: string, width: Width, a: Scalar, way: Way): Scalar =>
    rules.selfCompares ? a : refineBranchSelfRaw(op, width, a, way, crossings)
  const isDead = (op: string, width: Width, a: Scalar, b: Scalar, way: Way): boolean =>
    refine(op, width, a, b, way).some(hasEmptyRange)
  const decided = (op: string, width: Width, a: Scalar, b: Scalar): boolean | undefined => {
    if (rules.unequalBits || (op !== 'jeq' && op !== 'jne')) return branchTaken(op, width, a, b)
    const same = equalityByRanges(width, a, b)
    return same === undefined ? undefined : same === (op === 'jeq')
  }
  return {
    alu: (name, width, a, b) => sanitized(alu(name, width, a, b)),
    byteSwap: rules.byteSwaps ? (name, bytes, s) => lone(swapped(name, bytes, s, crossings)) : linear.byteSwap,
    zext32: (s) => lone(zext32(s, crossings)),
    linkedPlus: rules.linkedInStep
      ? (s, delta, width) => sanitized(lone(atDistance(told, s, delta, width)))
      : linkedPlus,
    truncateLoad: (s, bytes) => lone(truncateLoad(s, bytes, crossings)),
    movsx: (s, bytes, width) => lone(movsx(s, bytes, width, crossings)),
    addPointerOffset: (offset, s) => addPointerOffset(offset, s, crossings),
    subPointerOffset: (offset, s) => subPointerOffset(offset, s, crossings),
    branchTaken: (op, width, a, b) => {
      const taken = decided(op, width, a, b)
      if (taken !== undefined || !rules.deadBranches) return taken
      if (isDead(op, width, a, b, 'passed')) return true
      return isDead(op, width, a, b, 'taken') ? false : undefined
    },
    branchTakenSelf: rules.selfCompares ? decidedSelf : (op, width, a) => decided(op, width, a, a),
    refineBranch: (op, width, a, b, way) => {
      const [left, right] = refine(op, width, a, b, way)
      return [sanitized(left), sanitized(right)]
    },
    refineBranchSelf: rules.selfCompares ? refineSelf : (op, width, a, way) => sanitized(refineSelf(op, width, a, way)),
    unsettled: { alu, refineBranch: refine, refineBranchSelf: refineSelf },
  }
}

interface Told extends LinearRules {
  readonly crossings: Crossings
}
const withCrossings = (rules: LinearRules): Told => ({
  ...rules,
  crossings: { words: rules.crossingWords, halves: rules.crossingHalves },
})

type Sign = 'signed' | 'unsigned'

/** Ends of a range, signed or unsigned. */
interface Ends {
  readonly min: bigint
  readonly max: bigint
}

interface DivisionRow {
  readonly sign: Sign
  /** By 0 a quotient is 0, and a remainder what was divided. */
  readonly remainder: boolean
  of(dividend: Ends, by: bigint, width: bigint): Ends
}

const divisions: ReadonlyMap<string, DivisionRow> = new Map<string, DivisionRow>([
  ['div', { sign: 'unsigned', remainder: false, of: ({ min, max }, by) => ({ min: min / by, max: max / by }) }],
  ['sdiv', { sign: 'signed', remainder: false, of: signedQuotient }],
  ['mod', { sign: 'unsigned', remainder: true, of: (ends, by) => (ends.max < by ? ends : { min: 0n, max: by - 1n }) }],
  ['smod', { sign: 'signed', remainder: true, of: signedRemainder }],
])

function signedQuotient({ min, max }: Ends, by: bigint, width: bigint): Ends {
  const least = -(1n << (width - 1n))
  // the least value has no negative: its quotient by -1 is itself, apart from all others
  if (min === least && by === -1n) return max === least ? { min, max } : { min: least, max: -least - 1n }
  const [x, y] = [min / by, max / by]
  return { min: smaller(x, y), max: greater(x, y) }
}

/** The sign is the dividend's. */
function signedRemainder(ends: Ends, by: bigint): Ends {
  const { min, max } = ends
  const most = (by < 0n ? -by : by) - 1n
  if (min >= -most && max <= most) return ends
  if (min >= 0n) return { min: 0n, max: smaller(max, most) }
  if (max <= 0n) return { min: greater(min, -most), max: 0n }
  return { min: -most, max: most }
}

/** By a known divisor only. What is not as it was is known by the range that was worked out, and by nothing else. */
function divided(
  { sign, remainder, of }: DivisionRow,
  width: Width,
  a: Scalar,
  b: Scalar,
  crossings: Crossings,
): Scalar {
  if (!isConstAt(width, b)) return unknown
  const bits = BigInt(width)
  const by = sign === 'signed' ? BigInt.asIntN(width, tnumValue(b)) : BigInt.asUintN(width, tnumValue(b))
  if (by === 0n && !remainder) return zero
  const before = endsOf(a, width, sign)
  const after = by === 0n ? before : of(before, by, bits)
  const d = remainder && after === before ? copy(a) : rangeAlone(after, width, sign)
  if (width === 32) zeroExtend(d)
  return sync(d, crossings)
}

function endsOf(s: Scalar, width: Width, sign: Sign): Ends {
  if (width === 64) return sign === 'signed' ? { min: smin(s), max: smax(s) } : { min: umin(s), max: umax(s) }
  return sign === 'signed'
    ? { min: BigInt(s.smin32), max: BigInt(s.smax32) }
    : { min: BigInt(s.umin32 >>> 0), max: BigInt(s.umax32 >>> 0) }
}

function rangeAlone(ends: Ends, width: Width, sign: Sign): Draft {
  const d = draft()
  setEnds(d, ends, width, sign)
  return d
}

function setEnds(d: Draft, { min, max }: Ends, width: Width, sign: Sign): void {
  const signed = sign === 'signed'
  const [minHi, minLo, maxHi, maxLo] = [highOf(min), lowOf(min), highOf(max), lowOf(max)]
  if (width === 64 && signed) setS64(d, minHi, minLo, maxHi, maxLo)
  else if (width === 64) setU64(d, minHi, minLo, maxHi, maxLo)
  else if (signed) Object.assign(d, { smin32: minLo, smax32: maxLo })
  else Object.assign(d, { umin32: minLo, umax32: maxLo })
}

function multiplied({ products, productBits, crossings }: Told, width: Width, a: Scalar, b: Scalar): Scalar {
  const d = copy(a)
  if (productBits) setBits(d, productOfBits(bitsOf(a), bitsOf(b)))
  else mulBits(d, b)
  if (products) {
    for (const lane of [32, 64] as const) {
      setEnds(
        d,
        productOf(endsOf(a, lane, 'unsigned'), endsOf(b, lane, 'unsigned'), 0n, 1n << BigInt(lane)),
        lane,
        'unsigned',
      )
      const half = 1n << BigInt(lane - 1)
      setEnds(d, productOf(endsOf(a, lane, 'signed'), endsOf(b, lane, 'signed'), -half, half), lane, 'signed')
    }
  } else mulRanges(d, b, width)
  if (width === 32) zeroExtend(d)
  return sync(d, crossings)
}

const smaller = (x: bigint, y: bigint): bigint => (x < y ? x : y)
const greater = (x: bigint, y: bigint): bigint => (x > y ? x : y)

/** From `least` to below `end`; all of that where a product may be beyond it. */
function productOf(a: Ends, b: Ends, least: bigint, end: bigint): Ends {
  const corners = [a.min * b.min, a.min * b.max, a.max * b.min, a.max * b.max]
  const min = corners.reduce(smaller)
  const max = corners.reduce(greater)
  return min < least || max >= end ? { min: least, max: end - 1n } : { min, max }
}

const bitsOf = (s: Scalar): { value: bigint; mask: bigint } => ({ value: tnumValue(s), mask: tnumMask(s) })

function setBits(d: Draft, { value, mask }: { readonly value: bigint; readonly mask: bigint }): void {
  d.valueHi = highOf(value)
  d.valueLo = lowOf(value)
  d.maskHi = highOf(mask)
  d.maskLo = lowOf(mask)
}

function sumOf(name: 'add' | 'sub', width: Width, a: Scalar, b: Scalar, crossings: Crossings): Scalar {
  const d = copy(a)
  if (name === 'add') addBits(d, b)
  else subBits(d, b)
  if (name === 'add') addRanges(d, b, width)
  else subRanges(d, b, width)
  wrapWhole(d, name, 32, a, b)
  if (width === 64) wrapWhole(d, name, 64, a, b)
  if (width === 32) zeroExtend(d)
  return sync(d, crossings)
}

function wrapWhole(d: Draft, name: 'add' | 'sub', width: Width, left: Scalar, right: Scalar): void {
  const [a, b] = [endsOf(left, width, 'unsigned'), endsOf(right, width, 'unsigned')]
  const all = 1n << BigInt(width)
  const [min, max] = name === 'add' ? [a.min + b.min - all, a.max + b.max - all] : [a.min - b.max, a.max - b.min]
  if (name === 'add' && min >= 0n) setEnds(d, { min, max }, width, 'unsigned')
  if (name === 'sub' && max < 0n) setEnds(d, { min: min + all, max: max + all }, width, 'unsigned')
}

/** A register linked to one worth `s`, to which `delta` was added in so many bits. */
function atDistance({ wholeWraps, crossings }: Told, s: Scalar, delta: number, width: Width): Scalar {
  const d = copy(wholeWraps ? sumOf('add', 64, s, constantNumber(delta), crossings) : linkedPlus(s, delta))
  if (width === 32) zeroExtend(d)
  return sync(d, crossings)
}

/** The bits in the order of the swapped bytes, where the machine's is not the wanted one; cut to size. */
function swapped(name: string, bytes: number, s: Scalar, crossings: Crossings): Scalar {
  // a little-endian machine
  if (name === 'le') return bytes === 8 ? s : finished(copy(truncateLoad(s, bytes, crossings)), crossings)
  const d = copy(s)
  d.valueHi = bytes === 8 ? reversed(s.valueLo) : 0
  d.maskHi = bytes === 8 ? reversed(s.maskLo) : 0
  const shift = bytes === 2 ? 16 : 0
  d.valueLo = bytes === 8 ? reversed(s.valueHi) : reversed(s.valueLo) >>> shift
  d.maskLo = bytes === 8 ? reversed(s.maskHi) : reversed(s.maskLo) >>> shift
  unbind64(d)
  unbind32(d)
  return finished(copy(bytes === 8 ? d : truncateLoad(d, bytes, crossings)), crossings)
}

/** The four bytes of a word the other way round. */
const reversed = (v: number): number => (v << 24) | ((v & 0xff00) << 8) | ((v >>> 8) & 0xff00) | (v >>> 24)

/** `if a op a`: the same, whatever it is, but for bits of it that may be none. */
function decidedSelf(op: string, width: Width, a: Scalar): boolean | undefined {
  if (op === 'jset') {
    if (isConstAt(width, a)) return (a.valueLo | (width === 64 ? a.valueHi : 0)) !== 0
    const { min, max } = endsOf(a, width, 'signed')
    return min <= 0n && max >= 0n ? undefined : true
  }
  return reflexive.has(op)
}
const reflexive: ReadonlySet<string> = new Set(['jeq', 'jge', 'jle', 'jsge', 'jsle'])

/** What bits and the unsigned range have in common, where it is one value. */
function loneValue(s: Scalar): Scalar {
  if ((s.maskHi & s.maskLo) === -1) return s
  const [value, mask] = [tnumValue(s), tnumMask(s)]
  const [min, max] = [umin(s), umax(s)]
  const top = value | mask
  const next = nextOfBits(value, mask, min)
  if ((min & ~mask & ALL) === value) return next > max ? constant(min) : s
  if (next === top) return constant(top)
  return next <= max && nextOfBits(value, mask, next) > max ? constant(next) : s
}
const ALL = (1n << 64n) - 1n

/** Nothing lies in one of the four ranges. */
const hasEmptyRange = (s: Scalar): boolean =>
  umin(s) > umax(s) || smin(s) > smax(s) || s.umin32 >>> 0 > s.umax32 >>> 0 || s.smin32 > s.smax32
