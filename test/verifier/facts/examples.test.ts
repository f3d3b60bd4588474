// SPDX-License-Identifier: Apache-2.0
// Facts of every accepted example: none contradicts a state that the walk went through (npm run conformance -- --facts: the selftests').
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { checkFacts } from '../../../conformance/facts.ts'
import { openKernel } from '../../../src/kernel/index.ts'
import { linkProgram, openObject } from '../../../src/object/index.ts'
import { verify } from '../../../src/verifier/index.ts'

const { programs } = JSON.parse(readFileSync('examples/verdicts.json', 'utf8')) as {
  programs: { object: string; program: string; verdict: string }[]
}

/** Of programs that 6.12 accepts, and should not: no number of theirs can be proven. */
const proofs: ReadonlyMap<string, string> = new Map([
  // what is filled with its sign extended learns what was spilled learns
  ['18-memory/tracking.bpf.o filled_with_sign', 'pointers-only'],
])

test('no fact of an accepted example contradicts its walk', { timeout: 600_000 }, async () => {
  const kernel = await openKernel('6.12')
  if (!kernel.ok) throw new Error(kernel.fault.what)
  const wrong: string[] = []
  let checked = 0
  // testmod/ calls a module that does not come with us
  for (const { object, program, verdict } of programs) {
    if (verdict !== 'accept' || object.startsWith('testmod/')) continue
    const opened = openObject(readFileSync(`examples/${object}`), object)
    const linked = opened.ok ? linkProgram(opened.value, program, kernel.value) : opened
    if (!linked.ok) continue
    const report = verify(linked.value, kernel.value, { facts: true, recordStates: true })
    if (report.verdict !== 'accept') continue
    checked++
    if (report.facts?.proof !== (proofs.get(`${object} ${program}`) ?? 'whole'))
      wrong.push(`${object} ${program}: ${report.facts?.proof ?? report.factsMissing}`)
    if (report.facts === undefined || report.recorded === undefined) continue
    const { contradictions } = checkFacts(linked.value.insns, report.facts, report.recorded)
    wrong.push(...contradictions.map((what) => `${object} ${program}: ${what}`))
  }
  expect(wrong).toEqual([])
  expect(checked).toBeGreaterThan(150)
})
