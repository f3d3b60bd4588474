// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { gateOpen, gateRows, kernelGates } from '../../src/kernel/index.ts'
import { gatesNotFollowed } from '../../src/verifier/index.ts'
import { ruleGates } from '../../src/verifier/program/rules.ts'
import { kernelsMarkdown } from '../../scripts/kernels-doc.ts'

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'))
const textOf = (path: string): string => readFileSync(join('src', path), 'utf8')

test('a gate is asked through a table, so that what is followed is known from the tables', () => {
  expect(sources.filter((path) => /\bgate(Open)?\('/.test(textOf(path)))).toEqual([])
})

test('every entry of those tables is read', () => {
  const all = sources.map(textOf).join('\n')
  // with what reads it: `rules.x`, `{ x }`, a row's `rule: 'x'`
  const reads = (name: string): RegExp => new RegExp(`(\\.|[{,] ?|rule: ')${name}\\b(?!:)`)
  expect(Object.keys({ ...ruleGates, ...kernelGates }).filter((name) => !reads(name).test(all))).toEqual([])
})

test('what nothing follows no bundled kernel has', () => {
  for (const release of ['6.12', '7.3']) expect(gatesNotFollowed((name) => gateOpen(name, release))).toEqual([])
})

test('gates are in the order they opened', () => {
  const order = gateRows.map(({ since }) => Number(since.split('.')[0]) * 1000 + Number(since.split('.')[1]))
  expect(order).toEqual([...order].sort((a, b) => a - b))
})

test('docs/kernels.md lists them (scripts/make-kernels-doc.ts)', () => {
  expect(readFileSync('docs/kernels.md', 'utf8')).toBe(kernelsMarkdown())
})

test('no gate has two rows', () => {
  const names = gateRows.map(({ name }) => name)
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
})
