// SPDX-License-Identifier: Apache-2.0
// Ranges on a circle: all values of a width in a ring, and the arc from `base` over `size` further ones. One arc says what a signed
// and an unsigned range say together, for as long as it does not cross both of their seams (0 and the sign bit).
//
//            0                      unsigned ends: where the arc does not pass over 0
//        ,---|---.                  signed ends: where it does not pass over the sign bit
//       (    o    )
//        `---|---'
//           sign

export interface Arc {
  readonly base: bigint
  /** How many values follow the first. */
  readonly size: bigint
}

/** Of a word and of its low half. */
export interface Arcs {
  readonly word: Arc
  readonly low: Arc
}

/** No value at all: what is learnt on a path that cannot be taken. */
export type Range = Arc | undefined

export interface Circle {
  readonly max: bigint
  readonly sign: bigint
}
export const words: Circle = { max: 0xffff_ffff_ffff_ffffn, sign: 0x8000_0000_0000_0000n }
export const halves: Circle = { max: 0xffff_ffffn, sign: 0x8000_0000n }

export const whole = ({ max }: Circle): Arc => ({ base: 0n, size: max })

/** From `min` to `max`, unsigned. */
export const unsignedArc = ({ max: mask }: Circle, min: bigint, max: bigint): Arc => {
  const base = min & mask
  return { base, size: ((max & mask) - base) & mask }
}

/** From `min` to `max`, signed. */
export function signedArc(circle: Circle, min: bigint, max: bigint): Arc {
  const size = (max - min) & circle.max
  return size === circle.max ? whole(circle) : { base: min & circle.max, size }
}

export const signed = ({ max, sign }: Circle, v: bigint): bigint => (v >= sign ? v - max - 1n : v)

/** Passes over 0. */
const crossesZero = ({ max }: Circle, { base, size }: Arc): boolean => base + size > max
/** Passes from the greatest signed value to the least. */
const crossesSign = ({ max, sign }: Circle, { base, size }: Arc): boolean => (base ^ sign) + size > max

export const arcUmin = (circle: Circle, a: Range): bigint => (a === undefined || crossesZero(circle, a) ? 0n : a.base)
export function arcUmax({ max }: Circle, a: Range): bigint {
  if (a === undefined) return max
  const end = a.base + a.size
  return end > max ? max : end
}
export const arcSmin = (circle: Circle, a: Range): bigint =>
  a === undefined || crossesSign(circle, a) ? -circle.sign : signed(circle, a.base)
export const arcSmax = (circle: Circle, a: Range): bigint =>
  a === undefined || crossesSign(circle, a) ? circle.sign - 1n : signed(circle, (a.base + a.size) & circle.max)

/** Neither a signed nor an unsigned reading says anything of it. */
export const isTwofold = (circle: Circle, a: Arc): boolean =>
  a.size !== circle.max && crossesZero(circle, a) && crossesSign(circle, a)

/** All of `inner` lies in `outer`. */
export const arcWithin = ({ max }: Circle, outer: Arc, inner: Arc): boolean =>
  outer.size === max || ((inner.base - outer.base) & max) + inner.size <= outer.size

export const sameArc = (a: Arc, b: Arc): boolean => a.base === b.base && a.size === b.size

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)

/** The values in both; where these are two arcs, the shorter of `a` and `b` (of equal ones that with the lower base). `a` itself where that is all. */
export function meet({ max }: Circle, a: Range, b: Range): Range {
  if (a === undefined || b === undefined) return undefined
  if (b.size === max && a.size !== max) return a
  const ahead = (b.base - a.base) & max
  if (ahead === 0n) return a.size <= b.size ? a : b
  const behind = (a.base - b.base) & max
  const startsInA = ahead <= a.size
  const startsInB = behind <= b.size
  if (startsInA && startsInB) {
    if (a.size === b.size) return a.base < b.base ? a : b
    return a.size < b.size ? a : b
  }
  if (startsInA) return { base: b.base, size: least(a.size - ahead, b.size) }
  if (!startsInB) return undefined
  return a.size <= b.size - behind ? a : { base: a.base, size: b.size - behind }
}

/** Every sum. */
export function sumOf(circle: Circle, a: Range, b: Range): Range {
  if (a === undefined || b === undefined) return undefined
  const size = a.size + b.size
  return size >= circle.max ? whole(circle) : { base: (a.base + b.base) & circle.max, size }
}

/** Every value's negative. */
export const negated = ({ max }: Circle, a: Range): Range =>
  a === undefined ? undefined : { base: -(a.base + a.size) & max, size: a.size }

/** The values that have the known bits: `mask` are those not known. */
export function arcOfBits(circle: Circle, value: bigint, mask: bigint): Arc {
  const { sign } = circle
  if (((value | mask) & sign) === 0n) return { base: value, size: mask }
  return signedArc(circle, value | (mask & sign), value | (mask & (sign - 1n)))
}

/** What the low halves of an arc of words are. */
export function lowOfArc(a: Range): Range {
  if (a === undefined) return undefined
  return a.size >= halves.max ? whole(halves) : { base: a.base & halves.max, size: a.size }
}

/** The arc of words less the ends whose low halves are not in `low`. */
export function withLowIn(a: Range, low: Range): Range {
  if (a === undefined || low === undefined) return undefined
  const beyond = (v: bigint): bigint => (v - low.base) & halves.max
  const first = beyond(a.base) <= low.size ? 0n : (low.base - a.base) & halves.max
  const past = beyond(a.base + a.size)
  const last = a.size - (past <= low.size ? 0n : past - low.size)
  if (first === 0n && last === a.size) return a
  return last < first ? undefined : { base: (a.base + first) & words.max, size: last - first }
}
