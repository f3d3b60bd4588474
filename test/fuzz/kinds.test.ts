// SPDX-License-Identifier: Apache-2.0
// A few cases of every kind; run.ts goes on from there for as long as one likes.
import { beforeAll, expect, test } from 'vitest'
import { caseOf, kinds } from './kinds.ts'
import { makeWorld, type World } from './world.ts'

const names = Object.keys(kinds)
const rounds = 12
let world: World
beforeAll(async () => {
  world = await makeWorld()
})

test.for(names.map((name, at) => [name, at] as const))('%s', async ([name, at]) => {
  for (let round = 0; round < rounds; round++) {
    const seed = at + round * names.length
    const { kind, what, run } = caseOf(world, seed)
    expect(kind).toBe(name)
    await expect(Promise.resolve().then(run), `seed ${seed}: ${what}`).resolves.toBeUndefined()
  }
})

test('the same seed makes the same case', () => {
  const seed = 7 * names.length
  expect(caseOf(world, seed).what).toBe(caseOf(world, seed).what)
  expect(caseOf(world, seed).what).not.toBe(caseOf(world, seed + names.length).what)
})
