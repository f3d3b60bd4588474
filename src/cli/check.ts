// SPDX-License-Identifier: Apache-2.0
// kfuncs check: every program of every object, printed as it is judged.
import { availableParallelism } from 'node:os'
import { fullType } from '../check.ts'
import type { Outcome } from '../explain/index.ts'
import { type Kernel, rulesNote } from '../kernel/index.ts'
import { progTypes } from '../uapi/index.ts'
import { checkObject } from './check-object.ts'
import { checkInWorkers } from './jobs.ts'
import { kernelOf } from './kernel.ts'
import type { CheckFlags } from './main.ts'
import { printer } from './print.ts'
import { progress } from './progress.ts'
import { UsageError } from './usage.ts'

export async function check(paths: readonly string[], flags: CheckFlags): Promise<number> {
  requireType(flags.type)
  const out = printer(flags)
  const shown = progress(paths.length)
  let status = 0
  const take = (outcome: Outcome): void => {
    shown.clear()
    out.add(outcome)
    if (outcome.verdict !== 'accept') status = Math.max(status, 1)
  }
  const trouble = (message: string): void => {
    shown.clear()
    process.stderr.write(`kfuncs: ${message}\n`)
    status = 2
  }
  const jobs = Math.min(flags.jobs, paths.length, availableParallelism() * 4)
  if (jobs > 1) {
    tellOfKernel(await kernelOf(flags), flags)
    await checkInWorkers(paths, flags, jobs, { take, trouble, done: shown.step })
  } else {
    const kernel = await kernelOf(flags)
    tellOfKernel(kernel, flags)
    for (const path of paths) checkObject(path, kernel, flags, { take, trouble, begin: shown.say, done: shown.step })
  }
  out.end()
  return status
}

/** What is doubtful about the kernel, and whether the rules are its own: before any verdict, on stderr. */
function tellOfKernel(kernel: Kernel, flags: CheckFlags): void {
  const notes = isBundled(flags) ? [] : [...new Set(kernel.notes)]
  for (const note of notes) process.stderr.write(`kfuncs: note: ${note}\n`)
  const rules = rulesNote(kernel)
  if (rules !== undefined) process.stderr.write(`kfuncs: warning: ${rules}\n`)
}

const isBundled = (flags: CheckFlags): boolean => /^\d+\.\d+$/.test(flags.kernel)

function requireType(type: string | undefined): void {
  if (type === undefined) return
  const names = progTypes.map((row) => row.name)
  if (names.some((name) => name === fullType(type))) return
  throw new UsageError(
    `no program type ${type} — one of ${names.map((name) => name.replace('BPF_PROG_TYPE_', '').toLowerCase()).join(', ')}`,
  )
}
