// SPDX-License-Identifier: Apache-2.0
// kfuncs check: every program of every object, printed as it is judged.
import { hasWildcard } from '../object/index.ts'
import { availableParallelism } from 'node:os'
import type { Outcome, Trouble } from '../explain/index.ts'
import { bundledKernels, type Kernel } from '../kernel/index.ts'
import { rulesNote } from '../verifier/index.ts'
import { BUG } from './bug.ts'
import { checkObject, judging, type Listener } from './check-object.ts'
import type { CheckFlags, JudgeFlags } from './flags.ts'
import { checkInWorkers } from './jobs.ts'
import { kernelOf } from './kernel.ts'
import { didYouMean } from './nearest.ts'
import { findObjects } from './objects.ts'
import { pathMapper } from './path-map.ts'
import { printer } from './print.ts'
import { progress } from './progress.ts'
import { selectionOf } from './select.ts'
import { baselineOf } from './results.ts'
import { isAmiss, shownBy } from './shown.ts'
import { settingsOf, targetOf, Unset } from './settings.ts'
import { complain, requireType, UsageError } from './usage.ts'

/** The exit status: 0 all accepted, 1 a program is not, 2 something cannot be read, 3 a bug of ours. */
export async function check(named: readonly string[], flags: CheckFlags): Promise<number> {
  if (flags.watch !== true) return checkOnce(named, flags)
  return (await import('./watch.ts')).watch(named, () => checkOnce(named, flags))
}

async function checkOnce(named: readonly string[], { set, attach, target, ...asked }: CheckFlags): Promise<number> {
  requireType(asked.type)
  const selection = selectionOf(asked)
  const flags: JudgeFlags = { ...asked, settings: settingsOf({ set, attach }), target: targetOf(target) }
  const before = flags.baseline === undefined ? undefined : baselineOf(flags.baseline)
  const mapped = pathMapper(flags.pathMap)
  const out = printer(flags)
  const shown = shownBy(out, selection, flags)
  const line = progress(flags.quiet ?? false)
  let status = 0
  const fail = (trouble: Trouble): void => {
    line.clear()
    complain(trouble.message)
    out.fail(trouble)
    status = Math.max(status, trouble.kind === 'bug' ? BUG : 2)
  }
  try {
    const { paths, met, troubles } = await findObjects(named)
    for (const trouble of troubles) fail(trouble)
    line.expect(paths.length)
    const kernel = await kernelOf(flags)
    tellOfKernel(kernel, flags)
    // --prog over several objects: those that have no such program are passed over, unless none has.
    const others = new Set<string>()
    let judged = 0
    const unset = new Unset()
    const take = (judgedOne: Outcome): void => {
      judged++
      line.clear()
      const outcome = before === undefined ? judgedOne : besideBaseline(judgedOne, before)
      if (isAmiss(outcome)) status = Math.max(status, 1)
      shown.add(mapped({ kernel: kernel.release, ...outcome }))
    }
    const listener: Listener = {
      take,
      // an object of types or libraries that a folder holds is none of those meant
      fail: (trouble) => (trouble.kind === 'no_programs' && met.has(trouble.object ?? '') ? undefined : fail(trouble)),
      absent: (names) => {
        for (const name of names) others.add(name)
      },
      unset: (unknown) => unset.add(unknown),
      begin: ({ object, program }) => line.say(`${object}: ${program}`),
      done: line.step,
    }
    await judgeAll(paths, kernel, flags, listener)
    unset.require()
    if (flags.prog.length > 0 && judged === 0 && status === 0) throw new UsageError(noProgram(flags.prog, [...others]))
  } catch (error) {
    // whoever reads a document is told in it, too
    if (error instanceof UsageError) {
      line.clear()
      out.fail({ kind: 'usage', message: error.message })
      shown.end()
    }
    throw error
  }
  line.clear()
  shown.end()
  return status
}

/** What was refused before, for the same reason, is known. */
function besideBaseline(outcome: Outcome, before: ReturnType<typeof baselineOf>): Outcome {
  if (outcome.verdict === 'accept') return outcome
  const then = before(outcome.object, outcome.program)
  const sameCode = then?.code === undefined || then.code === outcome.diagnostic?.code
  return { ...outcome, known: then?.verdict === outcome.verdict && sameCode }
}

async function judgeAll(
  paths: readonly string[],
  kernel: Kernel,
  flags: JudgeFlags,
  listener: Listener,
): Promise<void> {
  const jobs = Math.min(flags.jobs, paths.length, availableParallelism() * 4)
  // what a stranger's object does to its thread stays in it
  const apart = flags.timeout !== undefined || flags.maxMemory !== undefined
  if (jobs > 1 || (apart && !paths.includes('-'))) return checkInWorkers(paths, flags, jobs, listener)
  const how = judging(kernel, flags)
  for (const path of paths) await checkObject(path, how, listener)
}

/** More names than this are no help to a reader. */
const MOST_NAMES = 12

function noProgram(names: readonly string[], others: readonly string[]): string {
  const what =
    names.some(hasWildcard) || names.length > 1
      ? `no program is called ${names.join(' or ')}`
      : `no program ${names[0]}`
  const meant = names.length > 1 ? undefined : didYouMean(names[0]!, others)
  if (meant !== undefined) return `${what} — ${meant}`
  const more = others.length > MOST_NAMES ? ` and ${others.length - MOST_NAMES} more` : ''
  return `${what} — there ${others.length === 1 ? 'is' : 'are'} ${others.slice(0, MOST_NAMES).join(', ') || 'none'}${more}`
}

/** What is doubtful about the kernel, and whether the rules are its own: before any verdict, on stderr. */
function tellOfKernel(kernel: Kernel, flags: Pick<CheckFlags, 'kernel' | 'quiet'>): void {
  if (flags.quiet === true) return
  const notes = bundledKernels.includes(flags.kernel) ? [] : [...new Set(kernel.notes)]
  for (const note of notes) complain(`note: ${note}`)
  const rules = rulesNote(kernel)
  if (rules !== undefined) complain(`warning: ${rules}`)
}
