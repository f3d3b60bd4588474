// SPDX-License-Identifier: Apache-2.0
// What is compiled comes to what is interpreted, on programs that nobody wrote. More of them:
//   JIT_SEED=300 JIT_PROGRAMS=20000 npx vitest run test/jit/random.test.ts
import { expect, test } from 'vitest'
import { runBoth } from './both.ts'
import { randomProgram } from './random.ts'

const from = Number(process.env['JIT_SEED'] ?? 0)
const count = Number(process.env['JIT_PROGRAMS'] ?? 300)

test('programs by chance end alike, in whatever shape they jump', { timeout: 5000 + 100 * count }, () => {
  let ended = 0
  for (let seed = from; seed < from + count; seed++) {
    const { interpreted, compiled } = runBoth(randomProgram(seed), { fuel: 1000 })
    expect({ seed, r0: compiled.r0 }).toEqual({ seed, r0: interpreted.r0 })
    if (interpreted.r0 === 'trap') continue
    expect(Buffer.compare(compiled.memory, interpreted.memory), `memory of ${seed}`).toBe(0)
    ended++
  }
  expect(ended).toBeGreaterThan(count / 2)
})

test('and with parts of the stack as locals', { timeout: 5000 + 100 * count }, () => {
  let found = 0
  for (let seed = from; seed < from + count; seed++) {
    const insns = randomProgram(seed, { sameSizes: true })
    const { interpreted, compiled } = runBoth(insns, { fuel: 1000, reach: new Map() })
    expect({ seed, r0: compiled.r0 }).toEqual({ seed, r0: interpreted.r0 })
    if (Buffer.compare(compiled.memory, interpreted.memory) !== 0) found++
  }
  // what is stored there is not in memory
  expect(found).toBeGreaterThan(count / 5)
})
