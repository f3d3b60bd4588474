// SPDX-License-Identifier: Apache-2.0
// gotox leads where its register says, compiled as interpreted: to any of few or many places, back, and into the middle of loops.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openKernel, unwrap } from '../../src/index.ts'
import { assemble } from '../../src/isa/index.ts'
import { tableJump } from '../../src/jit/table-jump.ts'
import { createMachine } from '../../src/runtime/index.ts'
import { runBoth } from './both.ts'

/** The program, its only gotox through r3 leading to `targets`; `word`: what lies at r1. */
function jumped(program: string, targets: readonly number[], word: number) {
  const insns = [...unwrap(assemble(program))]
  const end = insns.length
  const at = insns.findIndex(({ op }) => op.kind === 'gotox')
  const tables = new Map([[at, tableJump(insns, 3, targets)]])
  const memory = new Uint8Array(8)
  new DataView(memory.buffer).setBigUint64(0, BigInt(word), true)
  const { interpreted, compiled } = runBoth(insns, { memory, tables, functions: [{ start: 0, end, stack: 512 }] })
  expect(compiled.r0).toBe(interpreted.r0)
  expect(Buffer.compare(compiled.memory, interpreted.memory)).toBe(0)
  return compiled.r0
}

test.for([1, 2, 3, 7, 64])('to any of %i places', (count) => {
  const cases = Array.from({ length: count }, (_, i) => `r0 = ${i + 100}\nexit`)
  const program = ['r3 = *(u64 *)(r1 + 0)', 'gotox r3', ...cases].join('\n')
  const targets = cases.map((_, i) => 2 + 2 * i)
  for (const [i, target] of targets.entries()) expect(jumped(program, targets, target)).toBe(BigInt(i + 100))
})

test('back, and into a loop that has another way in', () => {
  // 2: counts and goes round by way of r3; 5: leaves; the first jump goes into the middle
  const program = `r0 = 0
    r4 = 3
    r3 = *(u64 *)(r1 + 0)
    gotox r3
    r0 += 1
    r0 += 10
    r4 += -1
    if r4 != 0 goto -5
    exit`
  expect(jumped(program, [4, 5, 8], 4)).toBe(33n)
  expect(jumped(program, [4, 5, 8], 5)).toBe(30n)
  expect(jumped(program, [4, 5, 8], 8)).toBe(0n)
})

test('programs of 7.3 with jump tables of their own', async () => {
  const kernel = unwrap(await openKernel('7.3'))
  const machine = createMachine(kernel)
  const { programs } = unwrap(machine.load(readFileSync('test/kernels/objects/gotox.bpf.o')))
  const retvals = (name: string): number[] =>
    Array.from({ length: 8 }, () => unwrap(programs.get(name)!.testRun({ ctx: new Uint8Array(16) })).retval)
  expect(new Set(retvals('kept_on_stack'))).toEqual(new Set([1]))
  expect(new Set(retvals('given_to_helper'))).toEqual(new Set([0]))
  expect(new Set(retvals('by_index'))).toEqual(new Set([0, 1]))
})
