// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { answersOf } from './programs.ts'

test('memory that may not be there, of the kernel and of users', async () => {
  expect(await answersOf('text')).toEqual({ probes: 0, user: 0 })
})
