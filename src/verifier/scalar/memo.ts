// SPDX-License-Identifier: Apache-2.0
// Results of operations on scalars that were done lately. Programs do the same few over and over: to look one up costs a hundredth of
// doing it in 64-bit arithmetic. What is not found is done; it is kept where it is done a second time, since what a loop counts never
// comes again, and would be kept only to be thrown away. The table is of one size whatever the program.

import { sameScalar } from './order.ts'
import type { Scalar } from './types.ts'

const PLACES = 4096

interface Done<Result> {
  readonly operation: number
  readonly a: Scalar
  readonly b: Scalar
  readonly result: Result
}

/** Of operations told apart by number, each a function of two scalars and nothing else. */
export class Memo<Result> {
  private readonly table: (Done<Result> | undefined)[] = Array.from({ length: PLACES }, () => undefined)
  /** What was done lately, by its hash. */
  private readonly met = new Int32Array(PLACES)
  private last: Done<Result> | undefined
  private readonly make: (operation: number, a: Scalar, b: Scalar) => Result

  constructor(make: (operation: number, a: Scalar, b: Scalar) => Result) {
    this.make = make
  }

  of(operation: number, a: Scalar, b: Scalar): Result {
    const hash = mix(mix(operation, a), b)
    const place = hash & (PLACES - 1)
    const done = this.table[place]
    if (done !== undefined && done.operation === operation && sameScalar(done.a, a) && sameScalar(done.b, b))
      return done.result
    // a comparison is asked about once more for each of its sides
    const { last } = this
    if (last !== undefined && last.operation === operation && last.a === a && last.b === b) return last.result
    const result = this.make(operation, a, b)
    this.last = { operation, a, b, result }
    if (this.met[place] === hash) this.table[place] = this.last
    this.met[place] = hash
    return result
  }
}

function mix(seed: number, s: Scalar): number {
  let hash = Math.imul(seed ^ s.valueLo, 0x9e3779b1)
  hash = Math.imul((hash ^ (hash >>> 15)) + s.maskLo, 0x85ebca6b)
  hash = Math.imul((hash ^ (hash >>> 13)) + s.umaxLo + s.umaxHi, 0xc2b2ae35)
  hash = Math.imul((hash ^ (hash >>> 16)) + s.uminLo + s.sminHi + s.smax32, 0x27d4eb2f)
  return hash ^ (hash >>> 15)
}
