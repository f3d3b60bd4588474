// SPDX-License-Identifier: Apache-2.0
// Callers of a deprecated kfunc hear of it, each at its line, and of what replaces it; others hear nothing.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import contract from '../../examples/modules/contract-module.ts'
import { check } from '../../src/check.ts'
import { deprecationText } from '../../src/explain/index.ts'
import { defineModule } from '../../src/kfunc/index.ts'
import { openKernel, withModule } from '../../src/kernel/index.ts'

const [module, opened] = await Promise.all([defineModule(contract), openKernel('6.12')])
if (!module.ok) throw new Error(module.fault.what)
if (!opened.ok) throw new Error(opened.fault.what)
const kernel = withModule(opened.value, module.value)
if (!kernel.ok) throw new Error(kernel.fault.what)
const checked = check(readFileSync('examples/modules/flags.bpf.o'), kernel.value, { name: 'flags.bpf.o' })
if (!checked.ok) throw new Error(checked.fault.what)
const source = readFileSync('examples/modules/flags.bpf.c', 'utf8').split('\n')
const callLines = source.flatMap((text, index) => (text.includes('kc_old(') ? [index + 1] : []))

test.for([
  ['deprecated_used', 'accept', callLines[0]],
  ['deprecated_elsewhere', 'reject', callLines[1]],
] as const)('%s: %s, with a warning at line %i', ([program, verdict, line]) => {
  const outcome = checked.value.find((one) => one.program === program)!
  expect(outcome.verdict).toBe(verdict)
  expect(outcome.warnings).toEqual([
    expect.stringMatching(
      new RegExp(`flags\\.bpf\\.c:${line}: kc_old is deprecated \\(since 1\\.0; to be removed in 1\\.2; use kc_k\\)$`),
    ),
  ])
})

test('nobody else is warned', () => {
  const others = checked.value.filter(({ program }) => !program.startsWith('deprecated'))
  expect(others.length).toBeGreaterThan(10)
  expect(others.flatMap(({ warnings }) => warnings.filter((text) => text.includes('deprecated')))).toEqual([])
})

test('what is not known is not said', () => {
  expect(deprecationText({})).toBe('')
  expect(deprecationText({ note: 'slow' })).toBe('slow')
})
