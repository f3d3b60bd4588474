// SPDX-License-Identifier: Apache-2.0
// Programs made to be slow (test/hostile/bombs.ts): time an instruction beside that of test_verif_scale1, beside the native verifier's where
// there is one, and memory beside the states kept. Each in a process of its own. LAB=.lab npm run bench -- bombs [NAME]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { lab, value } from '../conformance/lab.ts'
import { openKernel } from '../src/kernel/index.ts'
import { linkProgram, openObject } from '../src/object/index.ts'
import { verify } from '../src/verifier/index.ts'
import { bombs as made } from '../test/hostile/bombs.ts'
import { leastTime } from './measure.ts'
import { judgeNatively, nativeMissing } from './native.ts'

/** Times an instruction of the yardstick. */
const timeBound = 8
/** MB that a walk may add to its process: for garbage, and for a thousand states kept. */
const memoryBound = { fixed: 100, aThousand: 8 }
const yardstick = ['test_verif_scale1.bpf.o', 'balancer_ingress'] as const
const patience = 300_000

interface Measured {
  readonly verdict: string
  readonly message: string
  readonly insns: number
  readonly states: number
  readonly peakStates: number
  /** Least time of a walk, in ns. */
  readonly ns: number
  /** That the walk added to the process's peak. */
  readonly megabytes: number
}

/** Measures every bomb, or those whose name has `wanted` in it. False: one costs more than it may. */
export async function bombs(wanted = ''): Promise<boolean> {
  const missing = nativeMissing()
  const scale = join(lab, 'corpus', 'v3', yardstick[0])
  const folder = mkdtempSync(join(tmpdir(), 'kfuncs-bombs-'))
  const files = made
    .filter(({ name }) => name.includes(wanted))
    .map(({ name, what, bytes }) => {
      const path = join(folder, `${name}.bpf.o`)
      writeFileSync(path, bytes())
      return { name, what, path }
    })
  const unit = inProcess(scale, yardstick[1])
  if (unit === undefined) throw new Error(`no ${yardstick[0]} in ${lab}`)
  const perInsn = unit.ns / unit.insns
  console.log(
    `  ${yardstick[0]}: ${perInsn.toFixed(0)} ns an instruction, ${unit.megabytes.toFixed(0)} MB for ${unit.peakStates} states`,
  )
  const natives = missing === undefined ? judgeNatively(files.map(({ path }) => path)) : []
  console.log('    insns  states  ns/insn   times  native/ours   MB  kB/state')
  let within = true
  for (const { name, what, path } of files) {
    const told = inProcess(path, 'main_prog')
    if (told === undefined) {
      console.log(`  ${name}: no end, or no memory ✗`)
      within = false
      continue
    }
    const { insns, peakStates, ns, verdict, message, megabytes } = told
    const times = ns / insns / perInsn
    const good = times <= timeBound && megabytes <= memoryBound.fixed + (memoryBound.aThousand * peakStates) / 1000
    if (!good) within = false
    const native = natives.find(({ obj }) => obj === path)
    const raced =
      native?.verification_time_us === undefined ? '-' : ((1000 * native.verification_time_us) / ns).toFixed(2)
    const differs =
      native === undefined || (native.verdict === verdict && native.verified_insns === insns)
        ? ''
        : `; native: ${native.verdict} ${native.verified_insns} insns ${native.msg ?? native.libbpf ?? ''}`
    console.log(
      `  ${String(insns).padStart(7)} ${String(peakStates).padStart(7)} ${(ns / insns).toFixed(0).padStart(8)} ${times.toFixed(1).padStart(7)} ${raced.padStart(12)} ${megabytes.toFixed(0).padStart(4)} ${(peakStates === 0 ? '-' : ((1024 * megabytes) / peakStates).toFixed(1)).padStart(9)} ${good ? ' ' : '✗'} ${name}: ${what}${verdict === 'accept' ? '' : ` (${verdict}: ${message})`}${differs}`,
    )
  }
  rmSync(folder, { recursive: true })
  console.log(
    `  at most ${timeBound} times the yardstick's, ${memoryBound.fixed} MB and ${memoryBound.aThousand} MB a thousand states`,
  )
  return within
}

function inProcess(path: string, prog: string): Measured | undefined {
  const told = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--walk', path, prog], {
    encoding: 'utf8',
    timeout: patience,
    killSignal: 'SIGKILL',
  })
  return told.status === 0 ? (JSON.parse(told.stdout) as Measured) : undefined
}

/** One program, in this process: memory after one walk, the least time of some more. */
export async function measureWalk(path: string, prog: string): Promise<void> {
  const kernel = value(await openKernel('6.12'))
  const linked = value(linkProgram(value(openObject(readFileSync(path), path)), prog, kernel))
  const peak = (): number => process.resourceUsage().maxRSS / 1024
  const before = peak()
  const report = verify(linked, kernel)
  const megabytes = peak() - before
  const measured: Measured = {
    verdict: report.verdict,
    message: report.verdict === 'accept' ? '' : report.verdict === 'unsupported' ? report.what : report.message,
    insns: report.insnsProcessed,
    states: report.states,
    peakStates: report.peakStates,
    ns: leastTime(() => verify(linked, kernel), 1500),
    megabytes,
  }
  process.stdout.write(JSON.stringify(measured))
}
