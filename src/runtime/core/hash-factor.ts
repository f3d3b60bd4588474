// SPDX-License-Identifier: Apache-2.0
// What keys of 64 bits are multiplied with, the upper bits of the product being their hash (multiply-shift).
//
// By most odd numbers keys that are evenly spaced, as identifiers and addresses are, spread evenly; by about one in ten they meet in few
// buckets. Those are numbers which, as a part of 2^64, lie close to a fraction of a small denominator q: every q-th key comes to lie where the
// first did. A continued fraction tells: it then has a large quotient. Numbers are drawn until none has, for any spacing below.

/** A quotient of at most so much: of evenly spaced keys in a table a quarter full three meet in a bucket at the most. */
const MOST_QUOTIENT = 30
/** Denominators beyond are more than the keys of a table. 32 bits of a number tell its quotients up to there. */
const MOST_DENOMINATOR = 1 << 16
/** Keys that are powers of two apart: 2^0, 2^4, … . Between them the bound is weaker by less than a power more. */
const MOST_SPACING = 56
const SPACING_STEP = 4

/** An odd number of 64 bits, by chance, as halves with sign: the lower first. */
export function hashFactor(): readonly [number, number] {
  const drawn = new Int32Array(64)
  for (;;) {
    crypto.getRandomValues(drawn)
    for (let i = 0; i < drawn.length; i += 2) {
      const [low, high] = [drawn[i]! | 1, drawn[i + 1]!]
      if (spreads(low, high)) return [low, high]
    }
  }
}

/** Whether evenly spaced keys spread. */
export function spreads(low: number, high: number): boolean {
  for (let spacing = 0; spacing <= MOST_SPACING; spacing += SPACING_STEP)
    if (!isFarFromFractions(upper(low, high, spacing))) return false
  return true
}

/** The upper 32 bits of the number times 2^spacing. */
function upper(low: number, high: number, spacing: number): number {
  if (spacing >= 32) return (low << (spacing - 32)) >>> 0
  return spacing === 0 ? high >>> 0 : ((high << spacing) | (low >>> (32 - spacing))) >>> 0
}

/** Of `part` / 2^32, by Euclid. */
function isFarFromFractions(part: number): boolean {
  let [whole, rest] = [2 ** 32, part]
  let [before, denominator] = [0, 1]
  while (rest !== 0 && denominator < MOST_DENOMINATOR) {
    const quotient = Math.floor(whole / rest)
    if (quotient > MOST_QUOTIENT) return false
    ;[whole, rest] = [rest, whole % rest]
    ;[before, denominator] = [denominator, quotient * denominator + before]
  }
  return true
}
