// SPDX-License-Identifier: Apache-2.0
// Arithmetic on cells (cell.ts), as Linux 7.3 tracks it: sums and differences go round the circle, products and divisions are ranges
// of what the operands' ends give, and the bits of negations and byte swaps are known.

import {
  type Circle,
  type Range,
  arcSmax,
  arcSmin,
  arcUmax,
  arcUmin,
  halves,
  meet,
  negated,
  signed,
  signedArc,
  sumOf,
  unsignedArc,
  whole,
  words,
} from './arc.ts'
import { bitsToArcs, bitsToLow, type Cell, cellOf, known, makeKnown, makeLowKnown, scalarOf, settle } from './cell.ts'
import { isConst } from './read.ts'
import { unknown } from './make.ts'
import type { Scalar } from './types.ts'

type Width = 32 | 64
const LOW = halves.max
const ALL = words.max

/** `a op b`. A 32-bit operation works on the low halves and zero-extends. */
export function circularAlu(name: string, width: Width, a: Scalar, b: Scalar): Scalar {
  const d = cellOf(a)
  const s = cellOf(b)
  const operate = operators[name]
  if (operate === undefined || !operate(d, s, width, b)) return unknown
  if (width === 32) zeroExtend(d)
  settle(d)
  return scalarOf(d)
}

/** Changes the first operand in place; false where nothing is known of the result. */
type Operator = (d: Cell, s: Cell, width: Width, divisor: Scalar) => boolean

const operators: Readonly<Record<string, Operator>> = {
  add: (d, s) => {
    addCell(d, s)
    return true
  },
  sub: (d, s) => {
    subtract(d, s)
    return true
  },
  neg: (d, s) => {
    makeKnown(d, 0n)
    subtract(d, s)
    return true
  },
  mul: (d, s) => {
    setBits(d, productOfBits(d, s))
    d.low = product(halves, d.low, s.low)
    d.word = product(words, d.word, s.word)
    return true
  },
  and: (d, s) => bitwise(d, s, (x, y) => ({ value: x.value & y.value, mask: andMask(x, y) }), andRange),
  or: (d, s) => bitwise(d, s, orOfBits, orRange),
  xor: (d, s) => bitwise(d, s, xorOfBits, xorRange),
  lsh: (d, s, width) => shifted(d, s, width, shiftLeft),
  rsh: (d, s, width) => shifted(d, s, width, shiftRight),
  arsh: (d, s, width) => shifted(d, s, width, shiftSigned),
  div: (d, s, width) => divided(d, s, width, divideUnsigned),
  sdiv: (d, s, width) => divided(d, s, width, divideSigned),
  mod: (d, s, width) => remainder(d, s, width, remainderUnsigned),
  smod: (d, s, width) => remainder(d, s, width, remainderSigned),
}

interface Bits {
  readonly value: bigint
  readonly mask: bigint
}

export function zeroExtend(d: Cell): void {
  d.value &= LOW
  d.mask &= LOW
  d.word = unsignedArc(words, arcUmin(halves, d.low), arcUmax(halves, d.low))
}

/** Adds in both arcs and the bits. */
export function addCell(d: Cell, s: Cell): void {
  d.low = sumOf(halves, d.low, s.low)
  d.word = sumOf(words, d.word, s.word)
  setBits(d, sumOfBits(d, s))
}

export function subtract(d: Cell, s: Cell): void {
  d.low = sumOf(halves, d.low, negated(halves, s.low))
  d.word = sumOf(words, d.word, negated(words, s.word))
  // a bit is unknown where an operand's is, or where the least and the greatest difference differ in it
  const base = (d.value - s.value) & ALL
  const free = (((base + d.mask) & ALL) ^ ((base - s.mask) & ALL)) | d.mask | s.mask
  setBits(d, { value: base & ~free, mask: free })
}

function setBits(d: Cell, { value, mask }: Bits): void {
  d.value = value
  d.mask = mask
}

/** A bit is unknown where an operand's is, or where the least and the greatest sum differ in it. */
function sumOfBits(a: Bits, b: Bits): Bits {
  const least = (a.value + b.value) & ALL
  const most = (least + a.mask + b.mask) & ALL
  const mask = (least ^ most) | a.mask | b.mask
  return { value: least & ~mask, mask }
}

/** Long multiplication: each bit of one operand adds the other, or may add it. */
export function productOfBits(a: Bits, b: Bits): Bits {
  let sum: Bits = { value: 0n, mask: 0n }
  let { value, mask } = a
  let other: Bits = b
  while (value !== 0n || mask !== 0n) {
    if ((value & 1n) === 1n) sum = sumOfBits(sum, other)
    else if ((mask & 1n) === 1n) sum = eitherBits(sum, sumOfBits(sum, other))
    value >>= 1n
    mask >>= 1n
    other = { value: (other.value << 1n) & ALL, mask: (other.mask << 1n) & ALL }
  }
  return sum
}

/** The bits of what has the one or the other. */
function eitherBits(a: Bits, b: Bits): Bits {
  const mask = (a.value ^ b.value) | a.mask | b.mask
  return { value: a.value & b.value & ~mask, mask }
}

function product(circle: Circle, a: Range, b: Range): Range {
  let min = arcUmin(circle, a) * arcUmin(circle, b)
  let max = arcUmax(circle, a) * arcUmax(circle, b)
  if (min > circle.max || max > circle.max) [min, max] = [0n, circle.max]
  const ends = [arcSmin(circle, a), arcSmax(circle, a)].flatMap((x) => [x * arcSmin(circle, b), x * arcSmax(circle, b)])
  const lowest = ends.reduce((x, y) => smaller(x, y))
  const highest = ends.reduce((x, y) => greater(x, y))
  const fits = lowest >= -circle.sign && highest < circle.sign
  return meet(
    circle,
    unsignedArc(circle, min, max),
    fits ? signedArc(circle, lowest, highest) : signedArc(circle, -circle.sign, circle.sign - 1n),
  )
}

const andMask = (a: Bits, b: Bits): bigint => (a.value | a.mask) & (b.value | b.mask) & ~(a.value & b.value)
function orOfBits(a: Bits, b: Bits): Bits {
  const value = a.value | b.value
  return { value, mask: (a.mask | b.mask) & ~value }
}
function xorOfBits(a: Bits, b: Bits): Bits {
  const mask = a.mask | b.mask
  return { value: (a.value ^ b.value) & ~mask, mask }
}

type RangeOf = (circle: Circle, bits: Bits, a: Range, b: Range) => Range
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b)
const greater = (a: bigint, b: bigint): bigint => (a > b ? a : b)
const andRange: RangeOf = (circle, { value }, a, b) =>
  unsignedArc(circle, value, smaller(arcUmax(circle, a), arcUmax(circle, b)))
const orRange: RangeOf = (circle, { value, mask }, a, b) =>
  unsignedArc(circle, greater(arcUmin(circle, a), arcUmin(circle, b)), value | mask)
const xorRange: RangeOf = (circle, { value, mask }) => unsignedArc(circle, value, value | mask)

function bitwise(d: Cell, s: Cell, bits: (a: Bits, b: Bits) => Bits, range: RangeOf): boolean {
  setBits(d, bits(d, s))
  const low = { value: d.value & LOW, mask: d.mask & LOW }
  if (((s.mask | low.mask) & LOW) === 0n) makeLowKnown(d, low.value)
  else d.low = range(halves, low, d.low, s.low)
  if (s.mask === 0n && d.mask === 0n) makeKnown(d, d.value)
  else {
    d.word = range(words, d, d.word, s.word)
    bitsToArcs(d)
  }
  return true
}

/** By how much: a known amount below the width, or nothing is known of the result. */
function shifted(d: Cell, s: Cell, width: Width, shift: (d: Cell, n: bigint, width: Width) => void): boolean {
  const n = constantOf(s, width)
  if (n === undefined || arcUmax(words, s.word) >= BigInt(width)) return false
  shift(d, n, width)
  return true
}

/** The one value of the width's bits. */
function constantOf(s: Cell, width: Width): bigint | undefined {
  const circle = width === 32 ? halves : words
  const range = width === 32 ? s.low : s.word
  if ((s.mask & circle.max) !== 0n || range?.size !== 0n) return undefined
  return range.base
}

function shiftLeft(d: Cell, n: bigint, width: Width): void {
  const low = d.low
  d.low =
    arcUmax(halves, low) > 1n << (31n - (n > 31n ? 31n : n)) || n > 31n
      ? whole(halves)
      : unsignedArc(halves, arcUmin(halves, low) << n, arcUmax(halves, low) << n)
  if (width === 32) {
    setBits(d, { value: (d.value << n) & LOW, mask: (d.mask << n) & LOW })
    d.word = whole(words)
    return bitsToLow(d)
  }
  // the low half moved to the top: how compilers sign-extend
  const extension =
    n === 32n ? signedArc(words, arcSmin(halves, low) << 32n, arcSmax(halves, low) << 32n) : whole(words)
  const max = arcUmax(words, d.word)
  const moved = max > 1n << (63n - n) ? whole(words) : unsignedArc(words, arcUmin(words, d.word) << n, max << n)
  d.word = meet(words, moved, extension)
  setBits(d, { value: (d.value << n) & ALL, mask: (d.mask << n) & ALL })
  bitsToArcs(d)
}

function shiftRight(d: Cell, n: bigint, width: Width): void {
  if (width === 32) {
    setBits(d, { value: (d.value & LOW) >> n, mask: (d.mask & LOW) >> n })
    d.low = unsignedArc(halves, arcUmin(halves, d.low) >> n, arcUmax(halves, d.low) >> n)
    d.word = whole(words)
    return bitsToLow(d)
  }
  setBits(d, { value: d.value >> n, mask: d.mask >> n })
  d.word = unsignedArc(words, arcUmin(words, d.word) >> n, arcUmax(words, d.word) >> n)
  d.low = whole(halves)
  bitsToArcs(d)
}

function shiftSigned(d: Cell, n: bigint, width: Width): void {
  if (width === 32) {
    d.low = signedArc(halves, arcSmin(halves, d.low) >> n, arcSmax(halves, d.low) >> n)
    const value = (signed(halves, d.value & LOW) >> n) & LOW
    const mask = (signed(halves, d.mask & LOW) >> n) & LOW
    setBits(d, { value: value & ~mask, mask })
    d.word = whole(words)
    return bitsToLow(d)
  }
  d.word = signedArc(words, arcSmin(words, d.word) >> n, arcSmax(words, d.word) >> n)
  const value = (signed(words, d.value) >> n) & ALL
  const mask = (signed(words, d.mask) >> n) & ALL
  setBits(d, { value: value & ~mask, mask })
  d.low = whole(halves)
  bitsToArcs(d)
}

type Division = (circle: Circle, a: Range, by: bigint) => Range

/** By a known divisor only; by 0 the quotient is 0. */
function divided(d: Cell, s: Cell, width: Width, divide: Division): boolean {
  const by = constantOf(s, width)
  if (by === undefined) return false
  if (by === 0n) makeKnown(d, 0n)
  else onlyRange(d, width, divide)(by)
  return true
}

/** The result in the range of the width alone: nothing else is known of it yet. */
const onlyRange =
  (d: Cell, width: Width, of: Division) =>
  (by: bigint): void => {
    if (width === 32) d.low = of(halves, d.low, by)
    else d.word = of(words, d.word, by)
    forgetOthers(d, width)
  }

function forgetOthers(d: Cell, width: Width): void {
  if (width === 32) d.word = whole(words)
  else d.low = whole(halves)
  setBits(d, { value: 0n, mask: ALL })
}

const divideUnsigned: Division = (circle, a, by) =>
  unsignedArc(circle, arcUmin(circle, a) / by, arcUmax(circle, a) / by)

const divideSigned: Division = (circle, a, divisor) => {
  const by = signed(circle, divisor)
  const min = arcSmin(circle, a)
  const max = arcSmax(circle, a)
  // the least value has no negative: its quotient by -1 is itself, apart from all others
  if (min === -circle.sign && by === -1n)
    return max === min ? signedArc(circle, min, max) : signedArc(circle, -circle.sign, circle.sign - 1n)
  const [x, y] = [min / by, max / by]
  return signedArc(circle, smaller(x, y), greater(x, y))
}

/** By a known divisor only; by 0 the dividend stays, and so it does where it is smaller than the divisor. */
function remainder(d: Cell, s: Cell, width: Width, of: (circle: Circle, a: Range, by: bigint) => Range): boolean {
  const by = constantOf(s, width)
  if (by === undefined) return false
  if (by === 0n) return true
  const circle = width === 32 ? halves : words
  const before = width === 32 ? d.low : d.word
  const after = of(circle, before, by)
  if (after === before) return true
  if (width === 32) d.low = after
  else d.word = after
  forgetOthers(d, width)
  return true
}

const remainderUnsigned: Division = (circle, a, by) => (arcUmax(circle, a) < by ? a : unsignedArc(circle, 0n, by - 1n))

/** The sign is the dividend's. */
const remainderSigned: Division = (circle, a, divisor) => {
  const by = signed(circle, divisor)
  const most = (by > 0n ? by : -by) - 1n
  const min = arcSmin(circle, a)
  const max = arcSmax(circle, a)
  if (min >= -most && max <= most) return a
  if (min >= 0n) return signedArc(circle, 0n, smaller(max, most))
  if (max <= 0n) return signedArc(circle, greater(min, -most), 0n)
  return signedArc(circle, -most, most)
}

/** `le`, `be` and `bswap`: the bytes in the other order where the machine's is not the wanted one, cut to size. */
export function circularSwap(name: string, bytes: number, s: Scalar): Scalar {
  // a little-endian machine
  if (name === 'le') return bytes === 8 ? s : cutTo(cellOf(s), bytes)
  if (isConst(s) && bytes === 8) return scalarOf(known(swapped(cellOf(s).value, 8)))
  const { value, mask } = cellOf(s)
  const d: Cell = {
    value: swapped(value, bytes),
    mask: swapped(mask, bytes),
    word: whole(words),
    low: whole(halves),
  }
  if (bytes < 8) return cutTo(d, bytes)
  settle(d)
  return scalarOf(d)
}

function swapped(v: bigint, bytes: number): bigint {
  let result = 0n
  for (let i = 0; i < bytes; i++) result = (result << 8n) | ((v >> BigInt(8 * i)) & 0xffn)
  return result
}

/** The low bytes, zero-extended. */
export function cutTo(d: Cell, bytes: number): Scalar {
  const mask = (1n << BigInt(bytes * 8)) - 1n
  const min = arcUmin(words, d.word)
  const max = arcUmax(words, d.word)
  d.value &= mask
  d.mask &= mask
  // the range survives where nothing above the cut changes throughout
  d.word = (min & ~mask) === (max & ~mask) ? unsignedArc(words, min & mask, max & mask) : unsignedArc(words, 0n, mask)
  if (bytes < 4) d.low = whole(halves)
  settle(d)
  return scalarOf(d)
}
