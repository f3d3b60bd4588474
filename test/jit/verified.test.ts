// SPDX-License-Identifier: Apache-2.0
// Some of what `node scripts/run.mjs conformance/random-runs.ts --count 100000` runs.
import { expect, test } from 'vitest'
import { openKernel, unwrap } from '../../src/index.ts'
import { VerifiedRuns } from './verified.ts'

test.for(['6.12', '7.3'])('accepted programs by chance run the same compiled and sanitized, on %s', async (release) => {
  const both = new VerifiedRuns(unwrap(await openKernel(release)))
  const outcomes = Array.from({ length: 40 }, (_, i) => both.run(`${release} test ${i}`, { runs: 3 }))
  expect(outcomes.flatMap(({ wrong }) => wrong ?? [])).toEqual([])
  // most are accepted
  expect(outcomes.filter(({ runs }) => runs > 0).length).toBeGreaterThan(30)
})
