// SPDX-License-Identifier: Apache-2.0
// A scalar under construction as kernels since 7.2 track it: bits, and two arcs (arc.ts), of the word and of its low half. Between
// instructions it is kept as its four ranges, from which the arcs come back; those made here are kept beside them, for where one crosses both seams they say more.
//
// `settle` brings bits and arcs in step as Linux 7.3 does: bits to arcs, arcs to each other twice, arcs to bits, bits to arcs.

import {
  type Arc,
  arcOfBits,
  arcSmax,
  arcSmin,
  arcUmax,
  arcUmin,
  halves,
  isTwofold,
  lowOfArc,
  meet,
  type Range,
  signedArc,
  unsignedArc,
  whole,
  withLowIn,
  words,
} from './arc.ts'
import { smax, smin, tnumMask, tnumValue, umax, umin } from './read.ts'
import type { Scalar } from './types.ts'
import { highOf, lowOf } from './word.ts'

export interface Cell {
  value: bigint
  mask: bigint
  word: Range
  low: Range
}

const LOW = halves.max

export function cellOf(s: Scalar): Cell {
  const { word, low } = arcsOf(s)
  return { value: tnumValue(s), mask: tnumMask(s), word, low }
}

/** The value that the range of the word begins with, going round from 0. */
export const arcStart = (s: Scalar): bigint => arcsOf(s).word?.base ?? 0n

/** As they were kept, or as the four ranges say. */
export function arcsOf(s: Scalar): { readonly word: Range; readonly low: Range } {
  if (s.arcs !== undefined) return s.arcs
  const unsigned64 = unsignedArc(words, umin(s), umax(s))
  const signed64 = signedArc(words, smin(s), smax(s))
  const unsigned32 = unsignedArc(halves, BigInt(s.umin32 >>> 0), BigInt(s.umax32 >>> 0))
  const signed32 = signedArc(halves, BigInt(s.smin32), BigInt(s.smax32))
  return {
    word: either(unsigned64, signed64, words.max) ?? meet(words, unsigned64, signed64),
    low: either(unsigned32, signed32, halves.max) ?? meet(halves, unsigned32, signed32),
  }
}

/** What one of the readings says alone, where the other says nothing. */
const either = (unsigned: Arc, signed: Arc, all: bigint): Arc | undefined =>
  unsigned.size === all ? signed : signed.size === all ? unsigned : undefined

export function known(value: bigint): Cell {
  const low = value & LOW
  return { value, mask: 0n, word: { base: value, size: 0n }, low: { base: low, size: 0n } }
}

export function makeKnown(c: Cell, value: bigint): void {
  Object.assign(c, known(value))
}

export function makeLowKnown(c: Cell, value: bigint): void {
  c.value = (c.value & ~LOW) | value
  c.mask &= ~LOW
  c.low = { base: value, size: 0n }
}

/** Contradictory: this cannot be. */
export const isEmpty = ({ word, low }: Cell): boolean => word === undefined || low === undefined

export function bitsToLow(c: Cell): void {
  c.low = meet(halves, c.low, arcOfBits(halves, c.value & LOW, c.mask & LOW))
}

export function bitsToArcs(c: Cell): void {
  // nothing is known of the bits
  if (c.mask === words.max && c.word?.size !== 0n) return
  bitsToLow(c)
  c.word = meet(words, c.word, arcOfBits(words, c.value, c.mask))
  // where bits and range have a single value in common, that is it
  const { value, mask } = c
  const min = arcUmin(words, c.word)
  const max = arcUmax(words, c.word)
  const top = value | mask
  const next = nextOfBits(value, mask, min)
  if ((min & ~mask & words.max) === value) {
    if (next > max) makeKnown(c, min)
  } else if (next === top) makeKnown(c, top)
  else if (next <= max && nextOfBits(value, mask, next) > max) makeKnown(c, next)
}

/** The least value with these bits that is greater than `than`; the greatest with them where none is. */
export function nextOfBits(value: bigint, mask: bigint, than: bigint): bigint {
  const top = value | mask
  if (than >= top) return top
  if (than < value) return value
  const over = than - value
  // count up through the free bits alone: all others are set, so that a carry passes over them; below a bit that is taken the count starts anew
  const taken = over & ~mask
  const below = ones[bitLength(taken)]!
  return value | (((over | below | (~mask & words.max)) + 1n) & mask)
}

function arcsToBits(c: Cell): void {
  const least = arcUmin(words, c.word)
  const free = freeBits(least, arcUmax(words, c.word))
  const mask = c.mask & free
  const value = (c.value | (least & ~free)) & ~mask
  const min = arcUmin(halves, c.low)
  const freeLow = freeBits(min, arcUmax(halves, c.low))
  const maskLow = mask & LOW & freeLow
  const valueLow = ((value & LOW) | (min & ~freeLow)) & ~maskLow
  c.mask = (mask & ~LOW) | maskLow
  c.value = (value & ~LOW) | valueLow
}

/** So many ones. */
const ones: readonly bigint[] = Array.from({ length: 65 }, (_, length) => (1n << BigInt(length)) - 1n)

/** How many bits a word needs. */
function bitLength(v: bigint): number {
  if (v === 0n) return 0
  const high = highOf(v)
  return high === 0 ? 32 - Math.clz32(lowOf(v)) : 64 - Math.clz32(high)
}

/** Bits in which values from `min` to `max` may differ: from the highest in which the ends do downwards. */
function freeBits(min: bigint, max: bigint): bigint {
  const differ = min ^ max
  return ones[bitLength(differ)]!
}

export function settle(c: Cell): void {
  if (isEmpty(c)) return
  bitsToArcs(c)
  const { value, mask, word, low } = c
  for (let round = 0; round < 2; round++) {
    const before = c.word
    c.low = meet(halves, c.low, lowOfArc(c.word))
    c.word = withLowIn(c.word, c.low)
    if (c.word === before) break
  }
  arcsToBits(c)
  // in step already
  if (c.word !== word || c.low !== low || c.value !== value || c.mask !== mask) bitsToArcs(c)
}

/** The scalar; a contradiction keeps its bits and loses its ranges. */
export function scalarOf(c: Cell): Scalar {
  const contradictory =
    isEmpty(c) ||
    (c.mask === 0n && (c.word?.size !== 0n || c.word.base !== c.value)) ||
    ((c.mask & LOW) === 0n && (c.low?.size !== 0n || c.low.base !== (c.value & LOW)))
  return asRanges(c, contradictory ? whole(words) : c.word, contradictory ? whole(halves) : c.low)
}

function asRanges(c: Cell, word: Range, low: Range): Scalar {
  const least = arcUmin(words, word)
  const most = arcUmax(words, word)
  const lowest = arcSmin(words, word)
  const highest = arcSmax(words, word)
  const arcs = word === undefined || low === undefined ? undefined : { word, low }
  return {
    valueHi: highOf(c.value),
    valueLo: lowOf(c.value),
    maskHi: highOf(c.mask),
    maskLo: lowOf(c.mask),
    uminHi: highOf(least),
    uminLo: lowOf(least),
    umaxHi: highOf(most),
    umaxLo: lowOf(most),
    sminHi: highOf(lowest),
    sminLo: lowOf(lowest),
    smaxHi: highOf(highest),
    smaxLo: lowOf(highest),
    umin32: lowOf(arcUmin(halves, low)),
    umax32: lowOf(arcUmax(halves, low)),
    smin32: lowOf(arcSmin(halves, low)),
    smax32: lowOf(arcSmax(halves, low)),
    arcs,
    twofold: arcs !== undefined && (isTwofold(words, arcs.word) || isTwofold(halves, arcs.low)),
  }
}
