// SPDX-License-Identifier: Apache-2.0
// The tests of bodies once more, where no code may be made from text: as in a page whose policy has no 'unsafe-eval'.
import { afterAll, expect, test } from 'vitest'

const made: string[] = []
const real = globalThis.Function
globalThis.Function = new Proxy(real, {
  construct(_, args: readonly string[]) {
    made.push(args.at(-1) ?? '')
    throw new EvalError('code from text is refused')
  },
})
afterAll(() => {
  globalThis.Function = real
})

// as modules of their own: a worker that ran these files has them already, and would register no test
for (const file of ['./host.test.ts?without-eval', './crossing.test.ts?without-eval']) await import(file)

test('what was refused held numbers and names of our own, nothing of a module', () => {
  expect(made.length).toBeGreaterThan(0)
  for (const text of made) expect(text).not.toMatch(/session|cross|["`\\]/)
})
