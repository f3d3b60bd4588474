// SPDX-License-Identifier: Apache-2.0
// npm run bench [-- NAME]: the named cases whose name has NAME in it; exit status 1 where one misses its bound.
import { checkCold } from './check-cold.ts'
import { verifyRate } from './verify-rate.ts'

const cases: Readonly<Record<string, () => Promise<boolean>>> = { 'check-cold': checkCold, 'verify-rate': verifyRate }
const wanted = process.argv[2] ?? ''
for (const [name, run] of Object.entries(cases)) {
  if (!name.includes(wanted)) continue
  console.log(`${name}:`)
  if (!(await run())) process.exitCode = 1
}
