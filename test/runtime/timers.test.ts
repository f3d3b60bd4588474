// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { answersOf, globalsOf, programsOf } from './programs.ts'

test('timers and work queues: errors, and how they start', async () => {
  expect(await answersOf('timers')).toEqual({ errors: 0, start: 0, delete: 0 })
})

test('callbacks run as the clock is advanced, in the order of their times, with key and value', async () => {
  const checked = await programsOf('timers')
  const { machine } = checked
  expect(checked.run('start')).toBe(0)
  const fired = (): readonly (readonly [key: number, after: number])[] => {
    const view = globalsOf(checked)
    const count = view.getInt32(offsets.count, true)
    return Array.from({ length: count }, (_, i) => [
      view.getInt32(offsets.keys + 4 * i, true),
      Number(view.getBigUint64(offsets.times + 8 * i, true) - 1_000_000_000n),
    ])
  }
  expect(fired()).toEqual([])
  machine.clock.advance(0n)
  expect(fired()).toEqual([[101, 0]])
  machine.clock.advance(999n)
  expect(fired().slice(1)).toEqual([[2, 500]])
  machine.clock.advance(10_000n)
  expect(fired().slice(2)).toEqual([
    [1, 1000],
    [7, 2000],
    [7, 3000],
    [7, 4000],
  ])
})

test('a timer goes with its element', async () => {
  const checked = await programsOf('timers')
  expect(checked.run('delete')).toBe(0)
  checked.machine.clock.advance(1_000_000n)
  expect(globalsOf(checked).getInt32(offsets.count, true)).toBe(0)
})

/** Of variables in .bss. */
const offsets = { keys: 0, count: 32, times: 40 }
