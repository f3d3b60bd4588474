// SPDX-License-Identifier: Apache-2.0
// Objects of many programs: what belongs to the object is settled once, and of a program nothing is kept. Work is counted, not timed.
import { expect, test } from 'vitest'
import { check } from '../../src/check.ts'
import { TotalBudget } from '../../src/fault/index.ts'
import { openKernel } from '../../src/kernel/index.ts'
import { linkProgram, openObject } from '../../src/object/index.ts'
import { manyPrograms, mapSlots, programsOfBadMaps } from './attacks.ts'

const opened = await openKernel('6.12')
if (!opened.ok) throw new Error(opened.fault.what)
const kernel = opened.value

function judge(bytes: Uint8Array, options: Parameters<typeof check>[2] = {}) {
  const checked = check(bytes, kernel, { name: 'many.bpf.o', ...options })
  if (!checked.ok) throw new Error(checked.fault.what)
  return checked.value
}

test('all programs share one array of maps', () => {
  const object = openObject(mapSlots(50, 50), 'many.bpf.o')
  if (!object.ok) throw new Error(object.fault.what)
  const [first, second] = [1, 2].map(() => {
    const linked = linkProgram(object.value, object.value.programs[0]!, kernel)
    if (!linked.ok) throw new Error(linked.fault.what)
    return linked.value
  })
  expect(second!.maps).toBe(first!.maps)
})

test('a program tells of few of the maps that are not made', () => {
  const [outcome] = judge(programsOfBadMaps(1, 1000))
  expect(outcome!.warnings.length).toBeLessThan(40)
  expect(outcome!.warnings).toContain('… and 984 more maps that are not made')
})

test('programs of one object may walk four million instructions together, or as many as are allowed', () => {
  expect(new TotalBudget().totalInsns).toBe(4_000_000)
  const verdicts = judge(manyPrograms(20, 360), { totalInsns: 4000 }).map(
    ({ verdict, limit }) => limit?.name ?? verdict,
  )
  expect(verdicts).toEqual([...Array<string>(5).fill('accept'), ...Array<string>(15).fill('totalInsns')])
})

test('a long function counts for every program that it is linked into', () => {
  const bytes = manyPrograms(30, 1)
  const answers = judge(bytes, { totalInsns: 100 }).map(({ verdict, limit }) => limit?.name ?? verdict)
  expect(answers[0]).toBe('accept')
  expect(answers.at(-1)).toBe('totalInsns')
  expect(judge(bytes).map(({ verdict }) => verdict)).toEqual(Array(30).fill('accept'))
})

test('an outcome keeps neither the program nor registers, and gives both back', () => {
  const [outcome] = judge(manyPrograms(1, 3))
  expect(Object.keys(outcome!)).not.toContain('linked')
  expect(outcome!.linked?.insns.length).toBeGreaterThan(3)
  expect(outcome!.linked).not.toBe(outcome!.linked)
})
