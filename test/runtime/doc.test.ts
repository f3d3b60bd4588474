// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { withModelled } from '../../scripts/runtime-doc.ts'

test('docs/runtime.md lists what is modelled (scripts/make-runtime-doc.ts)', () => {
  const text = readFileSync('docs/runtime.md', 'utf8')
  expect(withModelled(text)).toBe(text)
  expect(text).toContain('`map_lookup_elem`')
})
