// SPDX-License-Identifier: Apache-2.0
// Whatever number a machine draws, evenly spaced keys spread over the buckets of a table.
import { describe, expect, test } from 'vitest'
import { hashFactor, spreads } from '../../../src/runtime/core/hash-factor.ts'

const ENTRIES = 1024
const BUCKET_BITS = 12n

/** The most keys in a bucket, of so many in a row that are 2^spacing apart. */
function fullest([low, high]: readonly [number, number], spacing: number): number {
  const factor = (BigInt(high) << 32n) | BigInt(low >>> 0)
  const buckets = new Map<bigint, number>()
  let most = 0
  for (let i = 0n; i < ENTRIES; i++) {
    const bucket = BigInt.asUintN(64, (i << BigInt(spacing)) * factor) >> (64n - BUCKET_BITS)
    const there = (buckets.get(bucket) ?? 0) + 1
    buckets.set(bucket, there)
    most = Math.max(most, there)
  }
  return most
}
const spacings = Array.from({ length: 54 }, (_, spacing) => spacing)
/** Keys 2^spacing apart cannot differ in more than 64 bits. */
const possible = spacings.filter((spacing) => spacing <= 64 - Math.log2(ENTRIES))

describe('numbers that keys are multiplied with', () => {
  test('spread evenly spaced keys', () => {
    for (let draw = 0; draw < 10; draw++) {
      const factor = hashFactor()
      expect(factor[0] & 1, 'odd').toBe(1)
      for (const spacing of possible) expect(fullest(factor, spacing), `${factor} << ${spacing}`).toBeLessThanOrEqual(8)
    }
  })

  test.for([
    ['close to 1/3', 0x55555557, 0x55555555],
    ['close to 2/5', 0x66666667, 0x66666666],
    ['close to 0', 1, 0],
    ['close to 1/7 where keys are 2^32 apart', 0x24924925, 0x9e3779b9 | 0],
  ] as const)('are not %s', ([, low, high]) => {
    expect(spreads(low, high)).toBe(false)
    expect(Math.max(...possible.map((spacing) => fullest([low, high], spacing)))).toBeGreaterThan(64)
  })
})
