// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { answersOf } from './programs.ts'

test('pages of an arena: allocated, written, freed, allocated again', async () => {
  expect(await answersOf('arena')).toEqual({ pages: 0 })
})
