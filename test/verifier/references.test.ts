// SPDX-License-Identifier: Apache-2.0
// The list of what a state holds, beside a plain array.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Reference, References } from '../../src/verifier/state/references.ts'

const refOf = (id: number, parent: number): Reference => ({
  id,
  parent,
  insn: id,
  kind: 'ptr',
  lockMap: -1,
  lockBtf: false,
  lockId: 0,
  callback: 0,
})

test.for(['closed', 'filled by the last'] as const)('as an array, gaps %s, and versions do not change', (gap) => {
  const step = fc.record({ release: fc.boolean(), which: fc.nat(), child: fc.nat(9) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 600 }), (steps) => {
      let [held, plain, id] = [References.none, [] as Reference[], 0]
      const versions: [References, Reference[]][] = []
      for (const { release, which, child } of steps) {
        const chosen = plain[which % Math.max(plain.length, 1)]
        if (release && chosen !== undefined) {
          held = held.without(chosen, gap)
          plain = gap === 'closed' ? plain.filter((ref) => ref !== chosen) : filled(plain, chosen)
        } else {
          const ref = refOf(++id, child === 0 ? (chosen?.id ?? 0) : 0)
          held = held.with(ref)
          plain = [...plain, ref]
        }
        versions.push([held, plain])
      }
      for (const [version, array] of versions) {
        expect([...version]).toEqual(array)
        expect(version.length).toBe(array.length)
      }
      for (const ref of plain) {
        expect(held.get(ref.id)).toBe(ref)
        expect(held.childOf(ref.id)).toBe(plain.find(({ parent }) => parent === ref.id))
      }
      expect(held.get(id + 1)).toBeUndefined()
      expect(held.findLast(({ parent }) => parent !== 0)).toBe(plain.findLast(({ parent }) => parent !== 0))
      const grown = plain.length
      const [one, other] = [held.with(refOf(id + 1, 0)), held.with(refOf(id + 2, 0))]
      expect([one, other].map((more) => [...more].slice(grown).map((ref) => ref.id))).toEqual([[id + 1], [id + 2]])
      expect(held.get(id + 1)).toBeUndefined()
      const again = plain.reduce((all, ref) => all.with(ref), References.none)
      expect(held.everyPair(again, (a, b) => a === b)).toBe(true)
      expect(held.everyPair(again.with(refOf(id + 1, 0)), () => true)).toBe(false)
    }),
    { numRuns: 30 },
  )
})

/** The last one where `gone` was. */
const filled = (held: readonly Reference[], gone: Reference): Reference[] =>
  held.map((ref) => (ref === gone ? held.at(-1)! : ref)).slice(0, -1)

test('before 6.14 a lock is no reference, and fills no gap', () => {
  const [a, b, c] = [refOf(1, 0), refOf(2, 0), refOf(3, 0)]
  const lock: Reference = { ...refOf(4, 0), kind: 'lock' }
  const held = [a, b, c, lock].reduce((all, ref) => all.with(ref), References.none)
  expect([...held.without(a, 'filled by the last')]).toEqual([c, b, lock])
})

test('a lock has the id of what was acquired before it, and is not found by it', () => {
  let [held, plain] = [References.none, [] as Reference[]]
  for (let id = 1; id <= 600; id++) {
    const locks = id % 3 === 0 ? [{ ...refOf(id, 0), kind: 'lock' as const }] : []
    for (const ref of [refOf(id, 0), ...locks]) [held, plain] = [held.with(ref), [...plain, ref]]
  }
  while (plain.length > 0) {
    for (const ref of plain)
      expect(held.get(ref.id)?.kind).toBe(
        plain.some((one) => one.id === ref.id && one.kind === 'ptr') ? 'ptr' : undefined,
      )
    const gone = plain[((plain.length * 7) % 5) % plain.length]!
    ;[held, plain] = [held.without(gone, 'closed'), plain.filter((ref) => ref !== gone)]
    expect([...held]).toEqual(plain)
  }
})

test('of ten thousand, one more costs no ten thousand', () => {
  let held = References.none
  for (let id = 1; id <= 10_000; id++) held = held.with(refOf(id, 0))
  expect(held.bytes).toBeLessThan(3000)
  for (let id = 1; id <= 10_000; id++) held = held.without(held.get(id)!, 'closed')
  expect([...held]).toEqual([])
})
