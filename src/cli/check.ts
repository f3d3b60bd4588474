// SPDX-License-Identifier: Apache-2.0
// kfuncs check: every program of every object, printed as it is judged.
import { availableParallelism } from 'node:os'
import type { Outcome } from '../explain/index.ts'
import { bundledKernels, type Kernel, rulesNote } from '../kernel/index.ts'
import { BUG } from './bug.ts'
import { checkObject } from './check-object.ts'
import { checkInWorkers } from './jobs.ts'
import { kernelOf } from './kernel.ts'
import type { CheckFlags } from './main.ts'
import { printer } from './print.ts'
import { progress } from './progress.ts'
import { nearest } from './nearest.ts'
import { complain, requireType, UsageError } from './usage.ts'

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
  const counted = (outcome: Outcome): void => {
    judged++
    take(outcome)
  }
  const trouble = (message: string): void => {
    shown.clear()
    complain(message)
    status = Math.max(status, 2)
  }
  const bug = (message: string): void => {
    shown.clear()
    complain(message)
    status = BUG
  }
  // --prog over several objects: those that have no such program are passed over, unless none has.
  const others = new Set<string>()
  let judged = 0
  const absent = (names: readonly string[]): void => {
    for (const name of names) others.add(name)
  }
  const jobs = Math.min(flags.jobs, paths.length, availableParallelism() * 4)
  // what a stranger's object does to its thread stays in it
  const apart = flags.timeout !== undefined || flags.maxMemory !== undefined
  if (jobs > 1 || (apart && !paths.includes('-'))) {
    tellOfKernel(await kernelOf(flags), flags)
    await checkInWorkers(paths, flags, jobs, { take: counted, trouble, absent, bug, done: shown.step })
  } else {
    const kernel = await kernelOf(flags)
    tellOfKernel(kernel, flags)
    for (const path of paths)
      checkObject(path, kernel, flags, {
        take: counted,
        trouble,
        absent,
        bug,
        begin: ({ object, program }) => shown.say(`${object}: ${program}`),
        done: shown.step,
      })
  }
  out.end()
  if (flags.prog !== undefined && judged === 0 && status === 0) throw new UsageError(noProgram(flags.prog, [...others]))
  return status
}

/** More names than this are no help to a reader. */
const MOST_NAMES = 12

function noProgram(name: string, others: readonly string[]): string {
  const near = nearest(name, others)
  if (near.length > 0) return `no program ${name} — did you mean ${near.join(', ')}?`
  const more = others.length > MOST_NAMES ? ` and ${others.length - MOST_NAMES} more` : ''
  return `no program ${name} — there ${others.length === 1 ? 'is' : 'are'} ${others.slice(0, MOST_NAMES).join(', ') || 'none'}${more}`
}

/** What is doubtful about the kernel, and whether the rules are its own: before any verdict, on stderr. */
function tellOfKernel(kernel: Kernel, flags: CheckFlags): void {
  const notes = isBundled(flags) ? [] : [...new Set(kernel.notes)]
  for (const note of notes) complain(`note: ${note}`)
  const rules = rulesNote(kernel)
  if (rules !== undefined) complain(`warning: ${rules}`)
}

const isBundled = (flags: CheckFlags): boolean => bundledKernels.includes(flags.kernel)
