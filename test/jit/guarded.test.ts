// SPDX-License-Identifier: Apache-2.0
// Accesses that may lead anywhere, compiled as interpreted: beyond memory 0 is read and nothing is written, and no run ends for it.
import { expect, test } from 'vitest'
import { BLOCK, runBoth } from './both.ts'

const PAGE = 65536n
const run = (address: bigint, insn: string) =>
  runBoth(`r2 = ${BigInt.asIntN(64, address)} ll\nr0 = 7\n${insn}\nexit`, {
    memory: new Uint8Array(16).fill(9),
    guards: new Map([[3, { kind: 'memory' }]]),
  })

test.for([0n, BigInt(BLOCK), PAGE - 8n])('eight bytes at %s are there', (address) => {
  const loaded = run(address, 'r0 = *(u64 *)(r2 + 0)')
  expect(loaded.compiled).toEqual(loaded.interpreted)
  expect(loaded.compiled.r0).toBe(address === BigInt(BLOCK) ? 0x0909090909090909n : 0n)
  const stored = run(address, '*(u64 *)(r2 + 0) = r0')
  expect(stored.compiled).toEqual(stored.interpreted)
  expect(stored.compiled.memory[Number(address)]).toBe(7)
})

test.for([
  PAGE - 7n,
  PAGE,
  1n << 32n,
  (1n << 32n) + BigInt(BLOCK),
  1n << 63n,
  (1n << 64n) - 8n,
  (1n << 64n) - 4n,
  (1n << 64n) - 1n,
])('at %s nothing is', (address) => {
  const loaded = run(address, 'r0 = *(u64 *)(r2 + 0)')
  expect(loaded.compiled).toEqual(loaded.interpreted)
  expect(loaded.compiled.r0).toBe(0n)
  const stored = run(address, '*(u64 *)(r2 + 0) = r0')
  expect(stored.compiled).toEqual(stored.interpreted)
  expect(stored.compiled.r0).toBe(7n)
})

test('a null pointer with an offset before it leads nowhere', () => {
  const { compiled, interpreted } = run(0n, 'r0 = *(u32 *)(r2 - 4)')
  expect(compiled).toEqual(interpreted)
  expect(compiled.r0).toBe(0n)
})
