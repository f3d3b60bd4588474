// SPDX-License-Identifier: Apache-2.0
// Results of operations on scalars that were done lately. Programs do the same few over and over: to look one up costs a hundredth of
// doing it in 64-bit arithmetic. What is not found is done; the table is of one size whatever the program.

import { equal } from './order.ts'
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
  private readonly make: (operation: number, a: Scalar, b: Scalar) => Result

  constructor(make: (operation: number, a: Scalar, b: Scalar) => Result) {
    this.make = make
  }

  of(operation: number, a: Scalar, b: Scalar): Result {
    const place = mix(mix(operation, a), b) & (PLACES - 1)
    const done = this.table[place]
    if (done !== undefined && done.operation === operation && equal(done.a, a) && equal(done.b, b)) return done.result
    const result = this.make(operation, a, b)
    this.table[place] = { operation, a, b, result }
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
