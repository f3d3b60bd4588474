// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type GateRow, gateRows } from '../../src/kernel/index.ts'
import { laterFields } from '../../src/verifier/program/records/record.ts'
import { ruleGates } from '../../src/verifier/program/rules.ts'
import { wordingGates } from '../../src/verifier/violations/wording.ts'
import { kernelsMarkdown } from '../../scripts/kernels-doc.ts'

test('every gate that the verifier asks is marked as asked', () => {
  const asked = new Set<string>(gateRows.filter((row: GateRow) => row.asked).map(({ name }) => name))
  for (const gate of [...Object.values(ruleGates), ...wordingGates, ...laterFields.map((row) => row.gate)])
    expect(asked, gate).toContain(gate)
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
