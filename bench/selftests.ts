// SPDX-License-Identifier: Apache-2.0
// Every privileged selftest, from cold, two at a time, in units of one cold check of one example. LAB=.lab npm run bench -- selftests
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { lab } from '../conformance/lab.ts'
import { costOf } from './measure.ts'

const bound = 60
const checkRounds = 10

export async function selftests(): Promise<boolean> {
  if (!existsSync(join(lab, 'corpus', 'v3'))) {
    console.log(`  no laboratory in ${lab}: not measured`)
    return true
  }
  const check = ['bin/kfuncs.cjs', 'check', '--prog', 'acquire_release', 'examples/03-flags/acquire.bpf.o']
  const before = costOf(check, checkRounds).ms
  const start = performance.now()
  const { stdout } = spawnSync(
    process.execPath,
    ['scripts/run.mjs', 'conformance/run.ts', '--all', '--quiet', '--jobs', '2'],
    {
      encoding: 'utf8',
      env: { ...process.env, LAB: lab },
      maxBuffer: 1 << 28,
    },
  )
  const ms = performance.now() - start
  const one = Math.min(before, costOf(check, checkRounds).ms)
  const told = /^\d+ programs in .*same verdict [^,]*/m.exec(stdout)?.[0] ?? 'no answer'
  const ratio = ms / one
  console.log(
    `  one check: ${one.toFixed(0)} ms; ${told}: ${(ms / 1000).toFixed(1)} s with the examples; ratio ${ratio.toFixed(0)} (at most ${bound})`,
  )
  return ratio <= bound && told !== 'no answer'
}
