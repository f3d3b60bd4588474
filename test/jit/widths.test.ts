// SPDX-License-Identifier: Apache-2.0
// Values are kept in 32 bits where nothing is lost by it: what is compiled comes to what is interpreted, on either side of that line.
import { describe, expect, test } from 'vitest'
import { unwrap } from '../../src/fault/index.ts'
import { assemble } from '../../src/isa/index.ts'
import { effectsOf } from '../../src/jit/effects.ts'
import { blocksOf } from '../../src/jit/flow.ts'
import { type JitProgram, SMALL, SUM } from '../../src/jit/input.ts'
import { widthsOf } from '../../src/jit/widths.ts'
import { BLOCK, prepareBoth, runBoth } from './both.ts'

const program = (text: string, small?: Uint8Array): JitProgram => {
  const insns = unwrap(assemble(text))
  const functions = [{ start: 0, end: insns.length, stack: 512 }]
  return { insns, functions, addresses: new Map(), callees: new Map(), ...(small === undefined ? {} : { small }) }
}
/** Slots whose result is kept in 32 bits. */
function lowOf(text: string, small?: Uint8Array): number[] {
  const jit = program(text, small)
  const [func] = jit.functions
  const blocks = blocksOf(jit.insns, func!)
  const effects = effectsOf(jit, blocks, () => ({ reads: 0, low: 0 }))
  const widths = widthsOf(blocks, effects, 0)
  return jit.insns.flatMap((_, at) => (effects.written[at] !== -1 && widths.isLowAfter(at) ? [at] : []))
}

describe('which values', () => {
  test('are small by what makes them', () => {
    expect(lowOf('w1 = w2\nr3 = *(u32 *)(r10 - 8)\nr3 &= r1\nr0 = r3\nexit')).toEqual([0, 1, 2, 3])
  })
  test('are read whole, and may have an upper half', () => {
    expect(lowOf('w0 = w1\nw2 = w1\nr0 += r2\nexit')).not.toContain(2)
    expect(lowOf('r0 = *(u64 *)(r10 - 8)\nexit')).toEqual([])
    expect(lowOf('r0 = -1\nexit')).toEqual([])
  })
  test('have an upper half that nobody reads', () => {
    expect(lowOf('w3 = w1\nr3 += r2\nr3 *= 3\nw0 = w3\nexit')).toEqual([0, 1, 2, 3])
    expect(lowOf('w3 = w1\nr3 += r2\nr3 >>= 1\nw0 = w3\nexit')).not.toContain(1)
  })
  test('meet where blocks do: one of them may be large, so they are', () => {
    const text = (set: string): string => `w0 = 1\nif r1 == 0 goto +1\n${set}\nr0 ^= r2\nexit`
    expect(lowOf(text('w0 = w1'))).toContain(0)
    expect(lowOf(text('r0 = r1'))).not.toContain(0)
  })
  test('were proved to be small', () => {
    const text = 'w0 = w1\nw2 = w1\nr0 += r2\nexit'
    expect(lowOf(text, Uint8Array.of(0, 0, SMALL, 0))).toContain(2)
  })
  test('are whole all the way, and nothing is gained', () => {
    expect(lowOf('r1 >>= 40\nr1 |= r2\nr0 = r1\nexit')).toEqual([])
  })
})

const values = [
  0n,
  1n,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  0x1_0000_0000n,
  0xffff_ffff_8000_0000n,
  2n ** 64n - 1n,
]

test.for([
  'w3 = w1\nw4 = w2\nr3 += r4\nr0 = r3\nexit',
  'w3 = w1\nw4 = w2\nr3 -= r4\nr0 = r3\nexit',
  'w3 = w1\nw4 = w2\nr3 *= r4\nw0 = w3\nexit',
  'r3 = r1\nr3 <<= 32\nr3 >>= 32\nr0 = r3\nexit',
  'r3 = r1\nr3 <<= 31\nw0 = w3\nexit',
  'r3 = r1\nr3 <<= 33\nw0 = w3\nexit',
  'w3 = w1\nr3 >>= 33\nr0 = r3\nexit',
  'w3 = w1\nr3 s>>= 3\nr0 = r3\nexit',
  'w3 = w1\nr3 s>>= 35\nr0 = r3\nexit',
  'w3 = w1\nr3 /= 3\nr0 = r3\nexit',
  'w3 = w1\nw4 = w2\nr3 /= r4\nr0 = r3\nexit',
  'w3 = w1\nw4 = w2\nr3 %= r4\nr0 = r3\nexit',
  'w3 = w1\nw4 = w2\nr3 s%= r4\nr0 = r3\nexit',
  'w3 = w1\nr3 /= -3\nr0 = r3\nexit',
  'w3 = w1\nr3 = -r3\nr0 = r3\nexit',
  'w3 = w1\nr3 = -r3\nw0 = w3\nexit',
  'w3 = w1\nr3 = (s8)r3\nr0 = r3\nexit',
  'w3 = w1\nr3 = be64 r3\nr0 = r3\nexit',
  'w3 = w1\nr3 = be32 r3\nr0 = r3\nexit',
  'r3 = r1\nr3 = le64 r3\nr0 = r3\nexit',
  'w3 = w1\nw4 = w2\nw0 = 1\nif r3 s< r4 goto +1\nw0 = 0\nexit',
  'w3 = w1\nw0 = 1\nif r3 s> -1 goto +1\nw0 = 0\nexit',
  'w3 = w1\nw0 = 1\nif r3 == -1 goto +1\nw0 = 0\nexit',
  'w3 = w1\nw0 = 1\nif r3 & -2147483648 goto +1\nw0 = 0\nexit',
  'w3 = w1\nw0 = 1\nif r3 > r2 goto +1\nw0 = 0\nexit',
  'w3 = 0\nw0 = 0\nr3 += 1\nr0 += r1\nif r3 != 5 goto -3\nexit',
  'r3 = r1\nr4 = r3\nr4 >>= 59\nr3 <<= 5\nr3 |= r4\nr0 = r3\nr0 ^= r4\nexit',
  'r3 = r1\nr4 = r3\nr4 <<= 59\nr3 >>= 5\nr3 |= r4\nr0 = r3\nexit',
  'r3 = r1\nr4 = r3\nr4 >>= 58\nr3 <<= 5\nr3 |= r4\nr0 = r3\nexit',
  'r3 = r1\nr4 = r3\nr4 >>= 59\nr3 <<= 5\nr3 |= r4\nw0 = w3\nexit',
  'r3 = r1\nr4 = r3\nw4 >>= 27\nw3 <<= 5\nw3 |= w4\nr0 = r3\nexit',
  'r3 = r1\nw4 = w3\nr4 >>= 59\nr3 <<= 5\nr3 |= r4\nr0 = r3\nexit',
  'r3 = r1\nr4 = r3\nw4 >>= 5\nw3 >>= 27\nw3 |= w4\nr0 = r3\nexit',
])('%s', (text) => {
  const both = prepareBoth(text)
  for (const a of values)
    for (const b of values) {
      const { interpreted, compiled } = both(a, b)
      expect({ a, b, r0: compiled }).toEqual({ a, b, r0: interpreted })
    }
})

describe('memory', () => {
  const bytes = Uint8Array.from({ length: 64 }, (_, i) => i * 37 + 200)
  const same = (text: string, small?: Uint8Array): bigint => {
    const { interpreted, compiled } = runBoth(text, { memory: bytes, ...(small === undefined ? {} : { small }) })
    expect(compiled).toEqual(interpreted)
    return compiled.r0 as bigint
  }
  test('two bytes that are turned around as they are loaded', () => {
    expect(same('r0 = *(u16 *)(r1 + 3)\nr0 = be16 r0\nexit')).toBe(BigInt((bytes[3]! << 8) | bytes[4]!))
    same('r1 = *(u16 *)(r1 + 3)\nr1 = be16 r1\nr0 = r1\nexit')
    same('r1 += 8\nr2 = *(u16 *)(r1 - 5)\nr2 = bswap16 r2\nr0 = r2\nexit')
    same('r3 = *(u16 *)(r1 + 3)\nr2 = be16 r2\nr0 = r2\nr0 += r3\nexit')
    same('r3 = *(u32 *)(r1 + 3)\nr3 = be16 r3\nr0 = r3\nexit')
    same('r3 = *(s16 *)(r1 + 3)\nr3 = be32 r3\nr0 = r3\nexit')
  })
  test('a fixed address and what was added to it', () => {
    const sum = (more: string): string => `r3 = ${BLOCK} ll\nw4 = 9\nr3 += r4\n${more}\nexit`
    const small = (text: string): Uint8Array => {
      const flags = new Uint8Array(unwrap(assemble(text)).length)
      flags[3] = SUM
      return flags
    }
    for (const more of [
      'r0 = *(u32 *)(r3 + 4)',
      'r0 = *(u32 *)(r3 - 4)',
      // what it was is no longer in either of them
      'w4 = 1\nr0 = *(u32 *)(r3 + 4)',
      'r3 += 1\nr0 = *(u32 *)(r3 + 4)',
      'r3 = *(u8 *)(r3 + 0)\nr0 = r3',
      '*(u64 *)(r3 + 7) = r4\nr0 = *(u64 *)(r3 + 3)',
      'r3 += r4\nr0 = *(u16 *)(r3 + 1)',
    ])
      same(sum(more), small(sum(more)))
  })
  test('of eight bytes the low half is loaded, where that is what is kept', () => {
    same('r3 = *(u64 *)(r1 + 8)\nw0 = w3\nexit')
    same('r3 = *(s16 *)(r1 + 8)\nw0 = w3\nexit')
    same('r3 = *(s8 *)(r1 + 8)\nr0 = r3\nexit')
  })
  test('the frame pointer, changed as only bare programs do', () => {
    same('r10 -= 8\n*(u64 *)(r10 - 8) = 5\nr0 = *(u64 *)(r10 - 8)\nexit')
  })
})
