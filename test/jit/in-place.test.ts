// SPDX-License-Identifier: Apache-2.0
// Functions that stand where they are called, and those that do not: the program comes to the same.
import { describe, expect, test } from 'vitest'
import { unwrap } from '../../src/fault/index.ts'
import { assemble } from '../../src/isa/index.ts'
import { compile, instantiate, type JitProgram } from '../../src/jit/index.ts'
import { BLOCK, runBoth } from './both.ts'

/** Functions follow one another; `call N` becomes a call of function N. */
function linked(functions: readonly string[]): { text: string; functions: JitProgram['functions'] } {
  const sizes = functions.map((text) => unwrap(assemble(text.replaceAll(/call f\d/g, 'call pc+0'))).length)
  const starts = sizes.map((_, i) => sizes.slice(0, i).reduce((sum, size) => sum + size, 0))
  const text = functions
    .map((body, i) => {
      const lines = body.split('\n')
      const slots = lines.map((line) => unwrap(assemble(line.replace(/call f\d/, 'call pc+0'))).length)
      return lines
        .map((line, j) => {
          const at = starts[i]! + slots.slice(0, j).reduce((sum, size) => sum + size, 0)
          return line.replace(/call f(\d)/, (_, to) => {
            const off = starts[Number(to)]! - at - 1
            return `call pc${off < 0 ? '' : '+'}${off}`
          })
        })
        .join('\n')
    })
    .join('\n')
  return { text, functions: starts.map((start, i) => ({ start, end: start + sizes[i]!, stack: 512 })) }
}

const large = Array.from({ length: 70 }, (_, i) => `r0 += ${i}`).join('\n')
const cases: Readonly<Record<string, readonly string[]>> = {
  'three deep': [
    'r6 = r2\ncall f1\nr0 += r6\nexit',
    'r6 = 7\nr1 += 1\ncall f2\nr0 += r6\nexit',
    'r0 = r1\nif r0 > 3 goto +1\nexit\nr0 *= 3\nexit',
  ],
  'the same one twice, with what it leaves in its registers': [
    'r7 = r1\ncall f1\nr6 = r0\nr1 = 5\ncall f1\nr0 += r6\nr0 += r7\nexit',
    'r0 += r8\nr8 = r1\nr0 += r8\nr6 = 1\nr7 = 2\nexit',
  ],
  'with a stack of their own': [
    '*(u64 *)(r10 - 8) = 3\nr1 = r10\nr1 += -8\ncall f1\nr1 = *(u64 *)(r10 - 8)\nr0 += r1\nexit',
    '*(u64 *)(r10 - 8) = 100\nr0 = *(u64 *)(r1 + 0)\n*(u64 *)(r1 + 0) = 11\nr1 = *(u64 *)(r10 - 8)\nr0 += r1\nexit',
  ],
  'with a loop, called in a loop': [
    'r6 = 5\nr7 = 0\nr1 = r6\ncall f1\nr7 += r0\nr6 -= 1\nif r6 != 0 goto -5\nr0 = r7\nexit',
    'r0 = 0\nr0 += r1\nr1 -= 1\nif r1 != 0 goto -3\nexit',
  ],
  'entered in two places': [
    'w1 &= 1\ncall f1\nexit',
    'r0 = 0\nif r1 == 1 goto +1\nr0 += 1\nr0 += 2\nif r0 < 9 goto -3\nexit',
  ],
  'of which the low half is enough': ['r1 = *(u64 *)(r1 + 0)\ncall f1\nw0 += 1\nexit', 'w1 *= 3\nr0 = r1\nexit'],
  'that are read whole': ['r1 = *(u64 *)(r1 + 0)\ncall f1\nr0 += 1\nexit', 'r0 = r1\nr0 *= r1\nexit'],
  'that stay where they are': [`r6 = r1\ncall f1\nr0 += r6\nexit`, `r0 = 1\n${large}\nexit`],
  'with may_goto': [
    'call f1\nr6 = r0\ncall f1\nr0 += r6\nexit',
    'r0 = 0\nr0 += 1\nif r0 > 9 goto +1\nmay_goto +0\nexit',
  ],
  'that call themselves': [
    'r1 = 6\ncall f1\nexit',
    'r0 = 0\nif r1 == 0 goto +4\nr6 = r1\nr1 -= 1\ncall f1\nr0 += r6\nexit',
  ],
  'that call each other': [
    'r1 = 7\ncall f1\nexit',
    'r0 = 1\nif r1 == 0 goto +2\nr1 -= 1\ncall f2\nexit',
    'r0 = 0\nif r1 == 0 goto +2\nr1 -= 1\ncall f1\nexit',
  ],
}

describe('functions', () => {
  test.for(Object.entries(cases))('%s', ([, bodies]) => {
    const { text, functions } = linked(bodies)
    const memory = Uint8Array.from({ length: 16 }, (_, i) => 250 - 7 * i)
    const { interpreted, compiled } = runBoth(text, { memory, functions })
    expect(interpreted.r0).not.toBe('trap')
    expect(compiled.r0).toBe(interpreted.r0)
    // below the frame nothing is told of what is left
    expect(compiled.memory.subarray(BLOCK)).toEqual(interpreted.memory.subarray(BLOCK))
    // instructions are counted alike
    for (let fuel = 1; fuel < 200; fuel += 7) {
      const counted = runBoth(text, { memory, functions, fuel })
      expect([fuel, counted.compiled.r0]).toEqual([fuel, counted.interpreted.r0])
    }
  })
  test.for(Object.entries(cases))('%s, so many times', ([, bodies]) => {
    const { text, functions } = linked(bodies)
    const program: JitProgram = { insns: unwrap(assemble(text)), functions, addresses: new Map(), callees: new Map() }
    const results = (run: (instance: ReturnType<typeof instantiate>) => number): [number, Uint8Array] => {
      const memory = new WebAssembly.Memory({ initial: 1 })
      const bytes = new Uint8Array(memory.buffer)
      bytes.fill(9, BLOCK, BLOCK + 16)
      return [run(instantiate(new WebAssembly.Module(compile(program)), memory)), bytes]
    }
    const [once, bytesOnce] = results((instance) => {
      for (let i = 0; i < 4; i++) instance.run(0, [BigInt(BLOCK)], 4096)
      return Number(BigInt.asIntN(32, instance.run(0, [BigInt(BLOCK)], 4096)))
    })
    const [repeated, bytesRepeated] = results((instance) => instance.repeat(BLOCK, 4096, 5))
    expect(repeated).toBe(once)
    expect(bytesRepeated).toEqual(bytesOnce)
  })
})
