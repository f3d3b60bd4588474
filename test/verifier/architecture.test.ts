// SPDX-License-Identifier: Apache-2.0
// docs/architecture.md is a map: what it names is there.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const text = readFileSync('docs/architecture.md', 'utf8')
const roots = ['', 'src/', 'src/verifier/', 'src/verifier/program/']

test('every file that the map names is there', () => {
  const named = [...text.matchAll(/`((?:[\w-]+\/)*[\w-]+\.ts)`/g)].map((match) => match[1]!)
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter((name) => !roots.some((root) => existsSync(`${root}${name}`)))).toEqual(
    // told without their folder, which the row names
    ['domain.ts'],
  )
})

test('every floor of the verifier is on the map', () => {
  const folders = readdirSync('src/verifier', { withFileTypes: true }).filter((entry) => entry.isDirectory())
  expect(folders.filter(({ name }) => !text.includes(`\`${name}\``))).toEqual([])
})
