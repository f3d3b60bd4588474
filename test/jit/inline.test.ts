// SPDX-License-Identifier: Apache-2.0
// What stands in place of a call comes to what the call comes to.
import { describe, expect, test } from 'vitest'
import { unwrap } from '../../src/fault/index.ts'
import { assemble } from '../../src/isa/index.ts'
import { type Callee, interpret } from '../../src/jit/index.ts'
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

test('a word of memory', () => {
  const memory = new Uint8Array(8)
  new DataView(memory.buffer).setUint32(4, 0x8000_0007, true)
  const callee: Callee = { name: 'word', params: [], result: 'u32', inline: { kind: 'word', address: BLOCK + 4 } }
  const imports = new Map([['word', () => 0x8000_0007 | 0]])
  const { interpreted, compiled } = runBoth('call 1\nexit', { memory, imports, callees: new Map([[0, callee]]) })
  expect(compiled.r0).toBe(0x8000_0007n)
  expect(compiled).toEqual(interpreted)
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

describe('iterators over numbers', () => {
  const callee = (kind: 'iter-num-new' | 'iter-num-next' | 'iter-num-destroy'): Callee => ({
    name: kind,
    params: kind === 'iter-num-new' ? ['i32', 'i32', 'i32'] : ['i32'],
    result: kind === 'iter-num-new' ? 's32' : kind === 'iter-num-next' ? 'u32' : 'none',
    inline: { kind },
  })
  const imports = (view: DataView) =>
    new Map<string, (...args: never[]) => number>([
      [
        'iter-num-new',
        (it: number, start: number, end: number) => {
          const error = start > end ? 22 : end - start > 8 << 20 ? 7 : 0
          view.setInt32(it, error === 0 ? start - 1 : 0, true)
          view.setInt32(it + 4, error === 0 ? end : 0, true)
          return -error
        },
      ],
      [
        'iter-num-next',
        (it: number) => {
          const next = (view.getInt32(it, true) + 1) | 0
          const done = next >= view.getInt32(it + 4, true)
          view.setInt32(it, done ? 0 : next, true)
          if (done) view.setInt32(it + 4, 0, true)
          return done ? 0 : it
        },
      ],
      ['iter-num-destroy', () => 0],
    ])
  // what the loop saw and what new answered, then what one more next does; the jump at once, with something between, on the other way
  const loops = [
    'call 2\nif r0 == 0 goto +4\nr1 = *(u32 *)(r0 + 0)\nr7 *= 31\nr7 += r1\ngoto -8',
    'call 2\nr8 = r7\nif r0 == 0 goto +4\nr1 = *(u32 *)(r0 + 0)\nr7 *= 31\nr7 += r1\ngoto -9',
    'call 2\nif r0 != 0 goto +1\ngoto +4\nr1 = *(u32 *)(r0 + 0)\nr7 *= 31\nr7 += r1\ngoto -9',
    'call 2\nr8 = r0\nif r8 == 0 goto +4\nr1 = *(u32 *)(r0 + 0)\nr7 *= 31\nr7 += r1\ngoto -9',
  ]
  const ranges: [number, number][] = [
    [0, 5],
    [3, 3],
    [4, 3],
    [-3, 2],
    [0, (8 << 20) + 1],
    [2147483640, 2147483647],
    [-2147483648, -2147483640],
    [-2147483648, 2147483647],
  ]
  test.for(loops)('%s', (loop) => {
    for (const [start, end] of ranges) {
      const text = `r1 = r10\nr1 += -8\nr2 = ${start}\nr3 = ${end}\ncall 1\nr6 = r0\nr7 = 7\nr1 = r10\nr1 += -8\n${loop}
        r1 = r10\nr1 += -8\ncall 2\nr7 += r0\nr1 = r10\nr1 += -8\ncall 3\nr0 = r7\nr0 ^= r6\nexit`
      const insns = unwrap(assemble(text))
      const kinds = [undefined, 'iter-num-new', 'iter-num-next', 'iter-num-destroy'] as const
      const callees = new Map(
        insns.flatMap(({ op, imm }, at) => (op.kind === 'call' ? [[at, callee(kinds[imm]!)] as const] : [])),
      )
      for (const reach of [undefined, new Map()]) {
        const { compiled } = runBoth(insns, {
          callees,
          imports: imports(new DataView(new ArrayBuffer(8))),
          ...(reach === undefined ? {} : { reach }),
        })
        const memory = new DataView(new ArrayBuffer(65536))
        const program = {
          insns,
          functions: [{ start: 0, end: insns.length, stack: 512 }],
          addresses: new Map(),
          callees,
        }
        const wanted = interpret(
          program,
          { view: memory },
          { registers: [], frame: 4096 },
          { imports: imports(memory) },
        )
        expect({ start, end, r0: compiled.r0 }).toEqual({ start, end, r0: wanted })
      }
    }
  })
})
