// SPDX-License-Identifier: Apache-2.0
// What is compiled comes to what is interpreted, on programs that nobody wrote. `npm run fuzz:jit -- --from 300 --count 100000` runs more.
import { expect, test } from 'vitest'
import { runBoth } from './both.ts'
import { randomProgram } from './random.ts'

test('programs by chance end alike, in whatever shape they jump', () => {
  let ended = 0
  for (let seed = 0; seed < 300; seed++) {
    const { interpreted, compiled } = runBoth(randomProgram(seed), { fuel: 1000 })
    expect({ seed, r0: compiled.r0 }).toEqual({ seed, r0: interpreted.r0 })
    if (interpreted.r0 === 'trap') continue
    expect(Buffer.compare(compiled.memory, interpreted.memory), `memory of ${seed}`).toBe(0)
    ended++
  }
  expect(ended).toBeGreaterThan(150)
})
