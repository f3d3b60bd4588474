// SPDX-License-Identifier: Apache-2.0
// What strangers' objects cost: every attack of test/hostile in a process of its own, its CPU time and peak memory beside those of a
// process that only opens the kernel. `npm run bench -- hostile [NAME]`; the figures of docs/security.md.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { check } from '../src/check.ts'
import type { Outcome } from '../src/explain/index.ts'
import { openKernel } from '../src/kernel/index.ts'
import { attacks } from '../test/hostile/attacks.ts'

const mostSeconds = 2
const mostMegabytes = 500
/** A process that takes longer is ended: it has lost. */
const patience = 120_000

/** Runs every attack, or those whose name has `wanted` in it. False: one costs more than it may. */
export async function hostile(wanted = ''): Promise<boolean> {
  let good = true
  for (const { name, what, walks = false } of attacks) {
    if (!name.includes(wanted)) continue
    const told = spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--attack', name], {
      encoding: 'utf8',
      timeout: patience,
      killSignal: 'SIGKILL',
    })
    if (told.status !== 0) {
      console.log(`  ${name}: ${told.error === undefined ? told.stderr.slice(-300) : 'no end'}`)
      good = false
      continue
    }
    const { bytes, seconds, megabytes, answer } = JSON.parse(told.stdout) as Measured
    const within = (walks || seconds <= mostSeconds) && megabytes <= mostMegabytes
    if (!within) good = false
    console.log(
      `  ${name.padEnd(16)} ${(bytes / 1000).toFixed(0).padStart(6)} kB ${seconds.toFixed(2).padStart(6)} s ${megabytes.toFixed(0).padStart(5)} MB ${within ? ' ' : '✗'} ${what}: ${answer}`,
    )
  }
  return good
}

interface Measured {
  readonly bytes: number
  readonly seconds: number
  readonly megabytes: number
  readonly answer: string
}

/** One attack, in this process: its figures as JSON. */
export async function measureAttack(name: string): Promise<void> {
  const attack = attacks.find((one) => one.name === name)
  if (attack === undefined) throw new Error(`no attack ${name}`)
  const kernel = await openKernel(attack.kernel ?? '6.12')
  if (!kernel.ok) throw new Error(kernel.fault.what)
  const bytes = attack.bytes()
  const before = process.cpuUsage()
  const checked = check(bytes, kernel.value, { name: `${name}.bpf.o` })
  const { user, system } = process.cpuUsage(before)
  const measured: Measured = {
    bytes: bytes.length,
    seconds: (user + system) / 1e6,
    megabytes: process.resourceUsage().maxRSS / 1024,
    answer: checked.ok ? answerOf(checked.value) : `fault: ${checked.fault.what.slice(0, 60)}`,
  }
  process.stdout.write(JSON.stringify(measured))
}

/** Each verdict with the message of the first program that has it, and how many have: the last may be another than the first. */
function answerOf(outcomes: readonly Outcome[]): string {
  const firsts = new Map<string, { message: string; count: number }>()
  for (const { verdict, diagnostic } of outcomes) {
    const known = firsts.get(verdict)
    if (known === undefined) firsts.set(verdict, { message: (diagnostic?.message ?? '').slice(0, 60), count: 1 })
    else known.count++
  }
  const parts = [...firsts].map(([verdict, { message, count }]) =>
    `${count === 1 ? '' : `${count} × `}${verdict} ${message}`.trim(),
  )
  return parts.length === 0 ? 'no program' : parts.join(', ')
}
