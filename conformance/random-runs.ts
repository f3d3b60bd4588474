// SPDX-License-Identifier: Apache-2.0
/**
 * Programs by chance that our verifier accepts, run compiled and sanitized: the same must come of both, and nothing that was proved be
 * contradicted. Exit status 1: something else did.
 *
 *   node scripts/run.mjs conformance/random-runs.ts --count 100000 --seed 1      accepted programs; --runs 4 inputs of each; --kernel 7.3
 *   node scripts/run.mjs conformance/random-runs.ts --only '1 42'                one program, by the seed that was printed: its text
 */
import { parseArgs } from 'node:util'
import { openKernel, unwrap } from '../src/index.ts'
import { releaseIn } from '../src/uapi/index.ts'
import { VerifiedRuns } from '../test/jit/verified.ts'
import { verifiedProgram } from '../test/jit/verified-programs.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '4' },
    kernel: { type: 'string', default: '6.12' },
    only: { type: 'string' },
  },
})
const kernel = unwrap(await openKernel(values.kernel))
const both = new VerifiedRuns(kernel)
const runs = Number(values.runs)
if (values.only !== undefined) {
  console.log(verifiedProgram(values.only, { acquires: releaseIn(kernel.release, '6.15') }).text)
  console.log(both.run(values.only, { runs }).wrong ?? 'the same both ways')
} else {
  const wanted = Number(values.count)
  let [made, accepted, wrong] = [0, 0, 0]
  for (; accepted < wanted; made++) {
    const outcome = both.run(`${values.seed} ${made}`, { runs })
    if (outcome.runs > 0) accepted++
    if (outcome.wrong === undefined) continue
    wrong++
    console.log(`${outcome.wrong}\n`)
  }
  console.log(
    `${kernel.release}: ${accepted} accepted programs of ${made} made by chance (seed ${values.seed}), ${runs} runs of each: ${accepted - wrong} the same compiled and sanitized, nothing contradicted; ${wrong} otherwise`,
  )
  process.exitCode = wrong > 0 ? 1 : 0
}
