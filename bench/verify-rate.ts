// SPDX-License-Identifier: Apache-2.0
// Verified instructions a second on the ten kfunc-calling selftests that cost the kernel most instructions, ours beside the
// emulated kernel's own (verification_time_us of conformance/oracle). Needs the laboratory (npm run conformance makes it).
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lab, labKernel, readVerdicts, value } from '../conformance/lab.ts'
import { linkProgram, openObject } from '../src/object/index.ts'
import { verify } from '../src/verifier/index.ts'

const bound = 6

export async function verifyRate(): Promise<boolean> {
  if (!existsSync(join(lab, 'corpus', 'v3'))) {
    console.log(`  no laboratory in ${lab}: not measured`)
    return true
  }
  const rows = (await readVerdicts())
    .filter((row) => row.obj.startsWith('v3/') && row.mode === 'priv' && (row.kfuncs?.length ?? 0) > 0)
    .sort((a, b) => (b.verified_insns ?? 0) - (a.verified_insns ?? 0))
    .slice(0, 10)
  const kernel = await labKernel()
  let [ours, seconds, theirs, theirSeconds] = [0, 0, 0, 0]
  for (const row of rows) {
    const path = join(lab, 'corpus', row.obj)
    const program = value(linkProgram(value(openObject(readFileSync(path), row.obj)), row.prog, kernel))
    let best = Number.POSITIVE_INFINITY
    let insns = 0
    for (let i = 0; i < 3; i++) {
      const start = performance.now()
      insns = verify(program, kernel).insnsProcessed
      best = Math.min(best, (performance.now() - start) / 1000)
    }
    const kernelSeconds = (row.verification_time_us ?? 0) / 1e6
    ours += insns
    seconds += best
    theirs += row.verified_insns ?? 0
    theirSeconds += kernelSeconds
    const rate = (count: number, time: number): string => Math.round(count / time).toLocaleString('en')
    console.log(
      `  ${row.obj} ${row.prog}: ${insns} insns, ${rate(insns, best)}/s; kernel ${row.verified_insns}, ${rate(row.verified_insns ?? 0, kernelSeconds)}/s`,
    )
  }
  const ratio = ours / seconds / (theirs / theirSeconds)
  console.log(
    `  all: ${Math.round(ours / seconds).toLocaleString('en')} insns/s; the emulated kernel ${Math.round(theirs / theirSeconds).toLocaleString('en')}; ratio ${ratio.toFixed(1)} (at least ${bound})`,
  )
  return ratio >= bound
}
