// SPDX-License-Identifier: Apache-2.0
// Which parts of the stack are locals, and which stay in memory.
import { describe, expect, test } from 'vitest'
import { unwrap } from '../../src/fault/index.ts'
import { assemble } from '../../src/isa/index.ts'
import { cellsOf } from '../../src/jit/cells.ts'
import { effectsOf } from '../../src/jit/effects.ts'
import { blocksOf } from '../../src/jit/flow.ts'
import type { Callee, JitProgram } from '../../src/jit/index.ts'
import { widthsOf } from '../../src/jit/widths.ts'

const helper: Callee = { name: 'helper', params: ['i32', 'i32'], result: 's32' }

/** Offsets of those that are locals. */
function cells(text: string, reach: JitProgram['reach'] = new Map()): number[] {
  const insns = unwrap(assemble(text))
  const callees = new Map(insns.flatMap(({ op, src }, at) => (op.kind === 'call' && src === 0 ? [[at, helper]] : [])))
  const functions = [{ start: 0, end: insns.length, stack: 512 }]
  const program: JitProgram = {
    insns,
    functions,
    addresses: new Map(),
    callees,
    ...(reach === undefined ? {} : { reach }),
  }
  const blocks = blocksOf(insns, functions[0]!)
  const taken = () => ({ reads: 0b10, low: 0 })
  const { liveAt: live } = widthsOf(blocks, effectsOf(program, blocks, taken), 0)
  return [...new Set([...cellsOf(program, blocks, { live, taken }).values()].flat().map(({ off }) => off))]
}

describe('what is accessed always as the same bytes', () => {
  test('is a local', () => {
    expect(cells('*(u64 *)(r10 - 8) = r1\n*(u32 *)(r10 - 16) = 2\nr0 = *(u64 *)(r10 - 8)\nexit')).toEqual([-8, -16])
  })
  test('through copies of R10 as well', () => {
    expect(cells('r2 = r10\nr2 += -24\n*(u64 *)(r2 + 8) = r1\nr0 = *(u64 *)(r10 - 16)\nexit')).toEqual([-16])
  })
  test('is none where other bytes overlap it', () => {
    const text = '*(u64 *)(r10 - 8) = r1\n*(u64 *)(r10 - 16) = r1\nr0 = *(u32 *)(r10 - 4)\nr0 = *(u8 *)(r10 - 16)\nexit'
    expect(cells(text)).toEqual([])
    expect(cells(text.replace('r0 = *(u8 *)(r10 - 16)', 'r0 = 0'))).toEqual([-16])
  })
  test('is none of a program of which nothing was proved', () => {
    const text = '*(u64 *)(r10 - 8) = r1\nr0 = *(u64 *)(r10 - 8)\nexit'
    expect(cells(text)).toEqual([-8])
    const insns = unwrap(assemble(text))
    const program: JitProgram = { insns, functions: [], addresses: new Map(), callees: new Map() }
    expect(
      cellsOf(program, blocksOf(insns, { start: 0, end: 3 }), { live: () => 0, taken: () => ({ reads: 0, low: 0 }) })
        .size,
    ).toBe(0)
  })
})

describe('an address', () => {
  const store = '*(u64 *)(r10 - 8) = r1\n*(u64 *)(r10 - 16) = r1\n'
  test('that a call is given, of so many bytes', () => {
    const text = `${store}r1 = r10\nr1 += -16\nr2 = 0\ncall 1\nr0 = *(u64 *)(r10 - 8)\nexit`
    expect(cells(text, new Map([[5, [undefined, 8]]]))).toEqual([-8])
    expect(cells(text, new Map([[5, [undefined, 9]]]))).toEqual([])
    expect(cells(text)).toEqual([])
  })
  test('that is stored', () => {
    expect(cells(`${store}r2 = r10\n*(u64 *)(r1 + 0) = r2\nexit`)).toEqual([])
    expect(cells(`${store}r2 = r10\n*(u64 *)(r10 - 24) = r2\nexit`)).toEqual([])
  })
  test('to which is added what is not known', () => {
    expect(cells(`${store}r2 = r10\nr2 += r1\nexit`)).toEqual([])
    expect(cells(`${store}r1 += r10\nexit`)).toEqual([])
    expect(cells(`${store}w2 = w10\nexit`)).toEqual([])
    expect(cells(`${store}r2 = r10\nr2 *= 2\nexit`)).toEqual([])
  })
  test('that a function of the program takes', () => {
    expect(cells(`${store}r1 = r10\ncall pc+1\nexit\nr0 = 0\nexit`)).toEqual([])
    expect(cells(`${store}r2 = r10\ncall pc+1\nexit\nr0 = 0\nexit`)).toEqual([-8, -16])
  })
  test('that is another one on another way', () => {
    const two = (use: string): string =>
      `${store}r2 = r10\nr2 += -8\nif r1 == 0 goto +2\nr2 = r10\nr2 += -16\n${use}\nexit`
    expect(cells(two('r0 = *(u64 *)(r2 + 0)'))).toEqual([])
    expect(cells(two('r0 = 0'))).toEqual([-8, -16])
  })
  test('that moves in a loop', () => {
    expect(cells(`${store}r2 = r10\nr2 += -16\nr0 = *(u64 *)(r2 + 0)\nr2 += 8\nif r0 != 0 goto -3\nexit`)).toEqual([])
  })
  test('of an atomic instruction', () => {
    expect(cells(`${store}lock *(u64 *)(r10 - 8) += r1\nexit`)).toEqual([-16])
  })
})
