// SPDX-License-Identifier: Apache-2.0
// Ways back through long runs of insns are remembered; those of short ones are gone every time.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assemble } from '../../../src/isa/index.ts'
import { Backward } from '../../../src/verifier/engine/backward.ts'

const reg = fc.integer({ min: 0, max: 9 })
const insn = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(reg, reg).map(([a, b]) => `r${a} += r${b}`) },
  { weight: 3, arbitrary: reg.map((a) => `r${a} += 1`) },
  { weight: 2, arbitrary: fc.tuple(reg, reg).map(([a, b]) => `r${a} = r${b}`) },
  { weight: 1, arbitrary: reg.map((a) => `r${a} = 1`) },
)
/** A call is rare: what is wanted of its arguments cannot be followed. */
const program = fc
  .tuple(fc.array(insn, { minLength: 400, maxLength: 700 }), fc.array(fc.nat(699), { maxLength: 2 }))
  .map(([lines, calls]) => lines.map((line, i) => (calls.includes(i) ? 'call 7' : line)))

test('a long way back is its stretches, whatever was asked before', () => {
  const asked = fc.array(fc.tuple(fc.constantFrom(0, 3, 130), fc.nat(699), fc.integer({ min: 0, max: 0x3ff })), {
    minLength: 30,
  })
  fc.assert(
    fc.property(program, asked, (lines, questions) => {
      const insns = assemble(`${lines.join('\n')}\nexit`)
      if (!insns.ok) throw new Error(insns.fault.what)
      const backward = new Backward(insns.value)
      for (const [a, b, regs] of questions) {
        const [from, to] = [a, Math.max(a, b % lines.length)]
        let inSteps: number | undefined = regs
        for (let at = to; at > from && inSteps !== undefined; at--) inSteps = backward.through(at - 1, at, inSteps)
        expect(backward.through(from, to, regs)).toBe(inSteps)
      }
    }),
    { numRuns: 100 },
  )
})
