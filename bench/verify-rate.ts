// SPDX-License-Identifier: Apache-2.0
// Verified instructions a second on the ten kfunc-calling selftests that cost the kernel most instructions, ours beside the real
// kernel's own (its verification time, in QEMU without KVM, on this machine, now). The best of several runs on both sides.
// Needs the laboratory (npm run conformance makes it).
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { judgeObjects } from '../conformance/fresh.ts'
import { oracleCpus } from '../conformance/judge.ts'
import { lab, labKernel, readVerdicts, type Row, value } from '../conformance/lab.ts'
import { linkProgram, openObject } from '../src/object/index.ts'
import { verify } from '../src/verifier/index.ts'

const bound = 6
const kernelRuns = 3
const ownRuns = 30

export async function verifyRate(): Promise<boolean> {
  if (!existsSync(join(lab, 'corpus', 'v3'))) {
    console.log(`  no laboratory in ${lab}: not measured`)
    return true
  }
  const rows = (await readVerdicts())
    .filter((row) => row.obj.startsWith('v3/') && row.mode === 'priv' && (row.kfuncs?.length ?? 0) > 0)
    .sort((a, b) => (b.verified_insns ?? 0) - (a.verified_insns ?? 0))
    .slice(0, 10)
  const objects = [...new Set(rows.map(({ obj }) => obj))]
  const fresh = judgeObjects(Array.from({ length: kernelRuns }, () => objects).flat())
  const kernel = await labKernel()
  let [insns, seconds, kernelSeconds] = [0, 0, 0]
  for (const row of rows) {
    const own = ownRun(row, kernel)
    if (own.insns !== row.verified_insns)
      throw new Error(`${row.prog}: ${own.insns} insns, kernel ${row.verified_insns}`)
    const same = (other: Row): boolean => other.obj === row.obj && other.prog === row.prog && other.mode === 'priv'
    const theirs = Math.min(...fresh.filter(same).map((one) => (one.verification_time_us ?? Number.NaN) / 1e6))
    insns += own.insns
    seconds += own.seconds
    kernelSeconds += theirs
    console.log(
      `  ${row.obj} ${row.prog}: ${own.insns} insns, ${rate(own.insns, own.seconds)}; kernel ${rate(own.insns, theirs)}`,
    )
  }
  const ratio = kernelSeconds / seconds
  console.log(
    `  all: ${rate(insns, seconds)}; the emulated kernel ${rate(insns, kernelSeconds)}; ratio ${ratio.toFixed(1)} (at least ${bound})`,
  )
  return ratio >= bound
}

function ownRun(row: Row, kernel: Awaited<ReturnType<typeof labKernel>>): { insns: number; seconds: number } {
  const object = value(openObject(readFileSync(join(lab, 'corpus', row.obj)), row.obj))
  const linked = value(linkProgram(object, row.prog, kernel))
  const program = { ...linked, flags: linked.flags | (row.flags ?? 0) }
  let [insns, seconds] = [0, Number.POSITIVE_INFINITY]
  for (let i = 0; i < ownRuns; i++) {
    const start = performance.now()
    insns = verify(program, kernel, { cpus: oracleCpus }).insnsProcessed
    seconds = Math.min(seconds, (performance.now() - start) / 1000)
  }
  return { insns, seconds }
}

const rate = (count: number, seconds: number): string => `${Math.round(count / seconds).toLocaleString('en')} insns/s`
