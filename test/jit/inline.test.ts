// SPDX-License-Identifier: Apache-2.0
// What stands in place of a call comes to what the call comes to.
import { describe, expect, test } from 'vitest'
import type { Callee } from '../../src/jit/index.ts'
import { BLOCK, runBoth } from './both.ts'

const [FIRST, STRIDE, COUNT] = [40000, 24, 5]

describe('look-ups in arrays', () => {
  const callee: Callee = {
    name: 'lookup',
    params: ['none', 'i32'],
    result: 'u32',
    inline: { kind: 'array-lookup', first: FIRST, stride: STRIDE, count: COUNT },
  }
  const program = 'r2 = r1\nr1 = 0\ncall 1\nexit'

  test.for([0, 1, 4, 5, 6, 0x7fff_ffff, 0xffff_ffff])('element %s', (index) => {
    const memory = new Uint8Array(8)
    new DataView(memory.buffer).setUint32(0, index, true)
    const wanted = index < COUNT ? FIRST + STRIDE * index : 0
    const imports = new Map([['lookup', (key: number) => (key === BLOCK ? wanted : -1)]])
    const { interpreted, compiled } = runBoth(program, { memory, imports, callees: new Map([[2, callee]]) })
    expect(compiled.r0).toBe(BigInt(wanted))
    expect(compiled).toEqual(interpreted)
  })
})

test.for<[number, number]>([
  [-1, 3],
  [1, 3],
  [2, 3],
  [5, 3],
  [-2147483648, -2147483646],
])('numbers from %s to below %s', ([current, end]) => {
  const memory = new Uint8Array(16)
  const view = new DataView(memory.buffer)
  view.setInt32(0, current, true)
  view.setInt32(4, end, true)
  const callee: Callee = { name: 'next', params: ['i32'], result: 'u32', inline: { kind: 'iter-num-next' } }
  // two steps, each seen
  const program = 'r6 = r1\ncall 1\nr7 = r0\nr1 = r6\ncall 1\nr7 <<= 32\nr0 |= r7\nexit'
  const { compiled } = runBoth(program, {
    memory,
    imports: new Map([['next', () => 0]]),
    callees: new Map([
      [1, callee],
      [4, callee],
    ]),
  })
  const steps = [current + 1, current + 2].map((value) => (value < end ? BigInt(BLOCK) : 0n))
  expect(compiled.r0).toBe((steps[0]! << 32n) | (steps[0] === 0n ? 0n : steps[1]!))
  const left = new DataView(compiled.memory.buffer)
  expect(left.getInt32(BLOCK, true)).toBe(current + 2 < end ? current + 2 : 0)
})
