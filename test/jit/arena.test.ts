// SPDX-License-Identifier: Apache-2.0
// Accesses of an arena are held to its pages, compiled as interpreted: nothing else of the machine's memory is in reach.
import { expect, test } from 'vitest'
import { BLOCK, runBoth } from './both.ts'

/** Two pages of three, from 16384; what says so lies in the block. */
const BEGIN = 16384
const memory = Uint8Array.from([1, 0, 1])
const arena = { kind: 'arena', begin: BEGIN, count: 3, pages: BLOCK } as const

const at = (address: number, insn: string, width: number): string =>
  `r2 = ${address} ll\nr0 = 7\n${insn.replaceAll('W', `u${width}`)}\nr1 = ${BLOCK} ll\nexit`

/** The instruction under test is the fourth slot: ld_imm64 takes two. */
const run = (address: number, insn: string, width: number) =>
  runBoth(at(address, insn, width), { memory, guards: new Map([[3, arena]]) })

const inside = [BEGIN, BEGIN + 4088, BEGIN + 2 * 4096, BEGIN + 3 * 4096 - 8]
const outside = [
  0,
  BLOCK,
  BEGIN - 8,
  BEGIN - 1,
  BEGIN + 4089,
  BEGIN + 4096,
  BEGIN + 2 * 4096 - 1,
  BEGIN + 3 * 4096 - 7,
  2 ** 32 - 4,
]

test.for([...inside.map((a) => [a, true] as const), ...outside.map((a) => [a, false] as const)])(
  'eight bytes at %s: there %s',
  ([address, there]) => {
    const stored = run(address, '*(W *)(r2 + 0) = r0', 64)
    expect(stored.compiled).toEqual(stored.interpreted)
    const changed = stored.compiled.memory[address] === 7
    expect(changed).toBe(there)
    const loaded = run(address, 'r0 = *(W *)(r2 + 0)', 64)
    expect(loaded.compiled).toEqual(loaded.interpreted)
    expect(loaded.compiled.r0).toBe(0n)
    const added = run(address, 'lock *(W *)(r2 + 0) += r0', 64)
    expect(added.compiled).toEqual(added.interpreted)
    expect(added.compiled.memory[address] === 7).toBe(there)
  },
)
