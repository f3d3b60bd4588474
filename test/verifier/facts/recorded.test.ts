// SPDX-License-Identifier: Apache-2.0
// The states of a walk, looked at in any order.
import { expect, test } from 'vitest'
import { scalar } from '../../../src/verifier/index.ts'
import { judgeText } from '../handmade.ts'

const text = `
    r6 = 1                     ; 0
    *(u64 *)(r10 - 8) = r6     ; 1
    call 7                     ; 2
    if r0 == 0 goto other      ; 3
    r6 = 2                     ; 4
    other: r0 = r6             ; 5
    exit                       ; 6`

test('every step has its state, what led to it, and how', async () => {
  const { recorded, insnsProcessed } = await judgeText('6.12', text, { recordStates: true })
  if (recorded === undefined) throw new Error('nothing was recorded')
  expect(recorded.length).toBe(insnsProcessed)
  expect(recorded.missing).toBeUndefined()
  expect(Array.from({ length: recorded.length }, (_, step) => recorded.insnAt(step))).toEqual([
    0, 1, 2, 3, 4, 5, 6, 5, 6,
  ])
  const first = recorded.at(0)
  expect(first).toMatchObject({ insn: 0, parent: undefined, coming: 'start', kept: false, precise: [] })
  expect(first.frames[0]?.regs[1]?.kind).toBe('ctx')
  // the way that was put aside at the branch
  const other = recorded.at(7)
  expect(other).toMatchObject({ insn: 5, parent: 3, coming: 'fork' })
  expect(recorded.path(7)).toEqual([0, 1, 2, 3, 7])
  const numberIn = (step: number): bigint => scalar.constValue(recorded.at(step).frames[0]!.regs[6]!.var)
  expect([3, 5, 7, 8].map(numberIn)).toEqual([1n, 2n, 1n, 1n])
  // the spill is there from the step after it, on both ways
  expect([1, 2, 7].map((step) => recorded.at(step).frames[0]!.stack[0]?.reg.kind)).toEqual([
    undefined,
    'scalar',
    'scalar',
  ])
})

test('a path that ends in a kept state tells which, and that state what matters of it since when', async () => {
  const loop = `
    r6 = 0                     ; 0
    r7 = r10                   ; 1
    r7 += -8                   ; 2
    again: r6 += 1             ; 3
    call 7                     ; 4
    *(u8 *)(r7 + 0) = r0       ; 5
    if r0 == 3 goto out        ; 6
    if r6 < 30 goto again      ; 7
    out: r0 = 0                ; 8
    exit                       ; 9`
  const { recorded, states } = await judgeText('6.12', loop, { recordStates: true })
  if (recorded === undefined) throw new Error('nothing was recorded')
  const all = Array.from({ length: recorded.length }, (_, step) => recorded.at(step))
  const kept = all.filter((state) => state.kept)
  expect(kept.length).toBe(states)
  const covered = all.filter(({ coveredBy }) => coveredBy !== undefined)
  expect(covered.length).toBeGreaterThan(0)
  for (const { insn, coveredBy } of covered) expect(recorded.at(coveredBy!)).toMatchObject({ kept: true, insn })
  // the counter decides the jump back: it matters in the states that it comes from
  const marks = kept.flatMap(({ precise }) => precise)
  expect(marks).toContainEqual(expect.objectContaining({ frame: 0, in: 'reg', index: 6 }))
  for (const { since } of marks) expect(recorded.insnAt(since)).toBe(7)
})

test('beyond as many as were to be kept there are none, and that is told', async () => {
  const { recorded } = await judgeText('6.12', text, { recordStates: 3 })
  expect(recorded?.length).toBe(3)
  expect(recorded?.missing).toBe('the first 3 of 9 steps are kept (recordStates: 3)')
  expect(() => recorded?.at(3)).toThrow('no step 3: there are 3')
})
