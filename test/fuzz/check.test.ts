// SPDX-License-Identifier: Apache-2.0
// Whatever the bytes: a verdict or a fault that says what and where, in bounded time; never a throw. `run.ts` does the same for as long
// as one likes (more than 10^5 mutants, last time without a finding).
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { check } from '../../src/check.ts'
import { addModuleFile, openKernel } from '../../src/kernel/index.ts'
import { mutant, random } from './mutate.ts'
import { objects } from './objects.ts'

const opened = await openKernel('6.12')
if (!opened.ok) throw new Error(opened.fault.what)
const kernel = opened.value

describe('spoilt objects', () => {
  const files = objects()
  // Some mutants loop to the verifier's million instructions; these seeds do not.
  test.for(files.map((name, index) => ({ name, index })))('$name', ({ name, index }) => {
    const good = readFileSync(name)
    for (let round = 0; round < 5; round++) {
      const { bytes, what } = mutant(good, index + 1000 * round)
      const checked = check(bytes, kernel, { name, legacyMaps: round === 0 })
      if (checked.ok) continue
      expect(checked.fault.what, what).not.toBe('')
      expect(checked.fault.place.object, what).toBe(name)
    }
  })

  test('the same seed spoils the same bytes', () => {
    const good = readFileSync(files[0]!)
    expect(mutant(good, 7)).toEqual(mutant(good, 7))
    expect(mutant(good, 7).what).not.toBe(mutant(good, 8).what)
  })
})

describe('a kernel of spoilt bytes', () => {
  /** `bytes` with a few changed, sometimes cut short. */
  function spoilt(bytes: Uint8Array, seed: number): Uint8Array {
    const pick = random(seed)
    const copy = Uint8Array.from(bytes)
    for (let left = 1 + pick(8); left > 0; left--) copy[pick(pick(2) === 0 ? 64 : copy.length)] = pick(256)
    return pick(4) === 0 ? copy.subarray(0, pick(copy.length)) : copy
  }

  test('an object is no kernel, and its BTF a poor one', async () => {
    for (const name of objects().slice(0, 10)) {
      const result = await openKernel(readFileSync(name))
      if (!result.ok) expect(result.fault.what).not.toBe('')
    }
  })

  test.for([1, 2, 3, 4, 5, 6, 7, 8])('raw BTF and module files, seed %i', async (seed) => {
    const good = readFileSync(objects()[seed]!)
    for (let round = 0; round < 30; round++) {
      const bytes = spoilt(good, 100 * seed + round)
      const kernels = [await openKernel(bytes), await addModuleFile(kernel, { name: 'm', ko: bytes })]
      for (const one of kernels) if (!one.ok) expect(one.fault.what).not.toBe('')
    }
  })
})
