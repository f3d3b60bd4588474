// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { answersOf } from './programs.ts'

test('dynptrs: of memory, of nothing, of packets that may be written or not', async () => {
  expect(await answersOf('dynptr')).toEqual({
    of_memory: 0,
    of_nothing: 0,
    of_skb: 0,
    of_skb_read_only: 0,
    of_xdp: 0,
  })
})
