// SPDX-License-Identifier: Apache-2.0
// npm run bench [-- NAME [PART]]: the named cases whose name has NAME in it; exit status 1 where one misses its bound.
import { checkCold } from './check-cold.ts'
import { hostile, measureAttack } from './hostile.ts'
import { rulesRate } from './rules-rate.ts'
import { verifyRate } from './verify-rate.ts'

const [, , wanted = '', part] = process.argv
const cases: Readonly<Record<string, () => Promise<boolean>>> = {
  'check-cold': checkCold,
  hostile: () => hostile(part),
  'rules-rate': rulesRate,
  'verify-rate': verifyRate,
}
if (wanted === '--attack') await measureAttack(part ?? '')
else await runCases()

async function runCases(): Promise<void> {
  for (const [name, run] of Object.entries(cases)) {
    if (!name.includes(wanted)) continue
    console.log(`${name}:`)
    if (!(await run())) process.exitCode = 1
  }
}
