// SPDX-License-Identifier: Apache-2.0
// npm run bench [-- NAME [PART]]: the case of that name, or all whose name has NAME in it; exit status 1 where one misses its bound.
import { bombs, measureWalk } from './bombs.ts'
import { bytes } from './bytes.ts'
import { calls } from './calls.ts'
import { checkCold } from './check-cold.ts'
import { compile } from './compile.ts'
import { hostile, measureAttack } from './hostile.ts'
import { rulesRate } from './rules-rate.ts'
import { runCold } from './run-cold.ts'
import { selftests } from './selftests.ts'
import { verifyNative } from './verify.ts'
import { waits } from './waits.ts'
import { lookups, workloads } from './workloads.ts'

const [, , wanted = '', part, prog = 'main_prog'] = process.argv
const cases: Readonly<Record<string, () => Promise<boolean>>> = {
  'check-cold': checkCold,
  hostile: () => hostile(part),
  'rules-rate': rulesRate,
  verify: verifyNative,
  bytes: () => bytes(part),
  bombs: () => bombs(part),
  selftests,
  run: () => workloads(part),
  lookups: () => lookups(part),
  'run-cold': runCold,
  calls,
  compile,
  waits,
}
if (wanted === '--attack') await measureAttack(part ?? '')
else if (wanted === '--walk') await measureWalk(part ?? '', prog)
else await runCases()

async function runCases(): Promise<void> {
  for (const [name, run] of Object.entries(cases)) {
    if (Object.hasOwn(cases, wanted) ? name !== wanted : !name.includes(wanted)) continue
    console.log(`${name}:`)
    if (!(await run())) process.exitCode = 1
  }
}
