// SPDX-License-Identifier: Apache-2.0
// Numbers in a machine's memory: written as numbers or as BigInts the same bytes are there, and are read without sign.
import { expect, test } from 'vitest'
import { Memory } from '../../src/runtime/core/memory.ts'

const values = [0, 1, -1, 255, -256, 0x7fff_ffff, 0x8000_0000, 2 ** 32, -(2 ** 32) - 3, 2 ** 53 - 1, -(2 ** 53) + 1]

test.for([1, 2, 3, 4, 5, 6, 7, 8])('of %s bytes', (size) => {
  const memory = new Memory()
  const at = memory.allocate(32, 'numbers')
  for (const value of values) {
    memory.u8.fill(0xaa, at, at + 32)
    memory.setNumber(at, size, value)
    memory.setNumber(at + 16, size, BigInt(value))
    expect(memory.read(at, 16)).toEqual(memory.read(at + 16, 16))
    expect(memory.number(at, size)).toBe(BigInt.asUintN(8 * size, BigInt(value)))
  }
  expect(memory.integer(at + 8)).toBe(Number(0xaaaa_aaaa_aaaa_aaaan))
})
