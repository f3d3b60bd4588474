// SPDX-License-Identifier: Apache-2.0
// Views of memory that bodies are given are kept, and are of memory as it is now.
import { expect, test } from 'vitest'
import { Memory } from '../../src/runtime/core/memory.ts'
import { Views } from '../../src/runtime/host/views.ts'

test('the same bytes are the same view, others another', () => {
  const memory = new Memory()
  const views = new Views(memory)
  const at = memory.allocate(1024, 'buffer')
  const first = views.at(at, 16)
  expect(views.at(at, 16)).toBe(first)
  // in the same place
  expect(views.at(at + 512, 16).byteOffset).toBe(at + 512)
  expect(views.at(at, 8).length).toBe(8)
  expect(views.at(at, 16).length).toBe(16)
})

test('memory that grew is seen', () => {
  const memory = new Memory()
  const views = new Views(memory)
  const at = memory.allocate(16, 'buffer')
  views.at(at, 16)
  memory.allocate(8 << 20, 'much')
  memory.u8[at] = 7
  expect(views.at(at, 16)[0]).toBe(7)
})
