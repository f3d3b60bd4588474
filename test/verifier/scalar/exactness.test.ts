// SPDX-License-Identifier: Apache-2.0
// Brute force at small widths: where the kernel's operator is exact, the result is the best there is, and a branch
// keeps exactly the values that take it.

import { describe, expect, test } from 'vitest'
import * as scalar from '../../../src/verifier/scalar/index.ts'
import { allows, aluNames, jumpNames, jumps, run, u64, withBits } from './concrete.ts'

const ones = 0xffffffffffffffffn

/** All tnums of so many bits, at `shift` in the word. */
function tnums(bits: number, shift: bigint): { value: bigint; mask: bigint; all: bigint[] }[] {
  const list = []
  for (let mask = 0; mask < 1 << bits; mask++) {
    for (let value = 0; value < 1 << bits; value++) {
      if ((value & mask) !== 0) continue
      const all: bigint[] = []
      for (let v = 0; v < 1 << bits; v++) if ((v & ~mask) === value) all.push(BigInt(v) << shift)
      list.push({ value: BigInt(value) << shift, mask: BigInt(mask) << shift, all })
    }
  }
  return list
}

/** The least tnum that allows all of them. */
function best(values: Iterable<bigint>): { value: bigint; mask: bigint } {
  let and = ones
  let or = 0n
  for (const v of values) {
    and &= v
    or |= v
  }
  return { value: and, mask: and ^ or }
}

describe('bits', () => {
  const exact = ['add', 'sub', 'and', 'or', 'xor'] as const
  // Across the seam between the halves, at the bottom, and at the top.
  for (const [bits, shift] of [
    [3, 0n],
    [4, 30n],
    [3, 61n],
  ] as const) {
    test.for(exact)(`%s is exact on ${bits}-bit tnums at bit ${shift}`, (name) => {
      const all = tnums(bits, shift)
      for (const a of all) {
        const left = withBits(a.value, a.mask)
        for (const b of all) {
          const result = scalar.alu(name, 64, left, withBits(b.value, b.mask))
          const values = a.all.flatMap((x) => b.all.map((y) => run(name, 64, x, y)))
          const want = best(values)
          if (scalar.tnumValue(result) !== want.value || scalar.tnumMask(result) !== want.mask) {
            expect({ a, b, value: scalar.tnumValue(result), mask: scalar.tnumMask(result) }).toEqual(want)
          }
        }
      }
    })
  }

  test('shifts by a constant are exact', () => {
    for (const shift of [0n, 30n, 60n]) {
      for (const a of tnums(4, shift)) {
        for (const n of [0, 1, 3, 31, 32, 33, 63]) {
          for (const name of ['lsh', 'rsh', 'arsh'] as const) {
            const result = scalar.alu(name, 64, withBits(a.value, a.mask), scalar.constantNumber(n))
            const want = best(a.all.map((x) => run(name, 64, x, BigInt(n))))
            expect({ value: scalar.tnumValue(result), mask: scalar.tnumMask(result) }).toEqual(want)
          }
        }
      }
    }
  })

  test('mul allows every product of 3-bit tnums', () => {
    const all = tnums(3, 0n)
    for (const a of all) {
      for (const b of all) {
        const result = scalar.alu('mul', 64, withBits(a.value, a.mask), withBits(b.value, b.mask))
        for (const x of a.all) for (const y of b.all) if (!allows(result, x * y)) expect({ a, b, x, y }).toBe('allowed')
      }
    }
  })

  test('alignment is that of the least known bit', () => {
    expect(scalar.isAlignedAt(withBits(8n, 0xf0n), 0, 8)).toBe(true)
    expect(scalar.isAlignedAt(withBits(8n, 0xf4n), 0, 8)).toBe(false)
    expect(scalar.isAlignedAt(scalar.unknown, 0, 1)).toBe(true)
    expect(scalar.isAlignedAt(scalar.unknown, 0, 0)).toBe(true)
    expect(scalar.isAlignedAt(withBits(6n, 0xf0n), 2, 8)).toBe(true)
    expect(scalar.isAlignedAt(withBits(6n, 0xf0n), 3, 8)).toBe(false)
  })
})

describe('ranges', () => {
  /** All signed ranges within -4..3, with their values. */
  const ranges: { known: scalar.Scalar; all: bigint[] }[] = []
  for (let min = -4n; min < 4n; min++) {
    for (let max = min; max < 4n; max++) {
      const all: bigint[] = []
      for (let v = min; v <= max; v++) all.push(v)
      ranges.push({ known: scalar.fromRange({ smin: min, smax: max }), all })
    }
  }

  test.for(jumpNames)('%s: the decision and both refinements against every pair', (name) => {
    const signed = name.startsWith('js') && name !== 'jset'
    for (const width of [32, 64] as const) {
      for (const a of ranges) {
        for (const b of ranges) {
          const pairs = a.all.flatMap((x) => b.all.map((y) => ({ x, y, taken: jumps(name, width, u64(x), u64(y)) })))
          const some = pairs.some((pair) => pair.taken)
          const every = pairs.every((pair) => pair.taken)
          const decided = scalar.branchTaken(name, width, a.known, b.known)
          if (decided !== undefined) expect(decided ? every : !some).toBe(true)
          else if (signed) expect(some && !every).toBe(true)
          const paths = {
            true: scalar.refineBranch(name, width, a.known, b.known, 'taken'),
            false: scalar.refineBranch(name, width, a.known, b.known, 'passed'),
          }
          for (const { x, y, taken } of pairs) {
            const [left, right] = paths[`${taken}`]
            if (!allows(left, x) || !allows(right, y)) expect({ name, width, x, y, taken }).toBe('allowed')
          }
        }
      }
    }
  })

  test('arithmetic allows every result of every pair', () => {
    for (const width of [32, 64] as const) {
      for (const name of aluNames) {
        for (const a of ranges) {
          for (const b of ranges) {
            const result = scalar.alu(name, width, a.known, b.known)
            for (const x of a.all) {
              for (const y of b.all) {
                // A negative amount is masked when it runs.
                if (!allows(result, run(name, width, x, y))) expect({ name, width, x, y }).toBe('allowed')
              }
            }
          }
        }
      }
    }
  })

  test('a signed range of sums and differences is exact', () => {
    for (const a of ranges) {
      for (const b of ranges) {
        const sum = scalar.alu('add', 64, a.known, b.known)
        expect(scalar.smin(sum)).toBe(a.all[0]! + b.all[0]!)
        expect(scalar.smax(sum)).toBe(a.all.at(-1)! + b.all.at(-1)!)
        const difference = scalar.alu('sub', 64, a.known, b.known)
        expect(scalar.smin(difference)).toBe(a.all[0]! - b.all.at(-1)!)
        expect(scalar.smax(difference)).toBe(a.all.at(-1)! - b.all[0]!)
      }
    }
  })
})
