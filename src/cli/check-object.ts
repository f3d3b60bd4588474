// SPDX-License-Identifier: Apache-2.0
// One object's programs judged one after the other; shared by `check` and its workers.
import { type CheckOptions, checkProgram, fullType, openForCheck } from '../check.ts'
import type { Outcome, Trouble } from '../explain/index.ts'
import { formatFault, TotalBudget } from '../fault/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { Unknown } from '../object/index.ts'
import type { ProgTypeName } from '../uapi/index.ts'
import { bugText } from './bug.ts'
import { checkExpected } from './expect.ts'
import type { JudgeFlags } from './flags.ts'
import { selectionOf } from './select.ts'
import { Sources } from './sources.ts'
import { readInput, UsageError } from './usage.ts'

/** A program that is about to be judged. */
export interface Begun {
  readonly object: string
  readonly program: string
  readonly section: string
  readonly type: ProgTypeName | undefined
  /** Among the programs of the object that are asked for. */
  readonly index: number
}

export interface Listener {
  readonly take: (outcome: Outcome) => void
  /** What cannot be read, or a mistake of ours; what is left is judged all the same. */
  readonly fail: (trouble: Trouble) => void
  /** An object without the programs that --prog asks for: the names it has. */
  readonly absent?: (names: readonly string[]) => void
  /** Of --set and --attach, what the object does not have. */
  readonly unset?: (unknown: readonly Unknown[]) => void
  readonly begin?: (what: Begun) => void
  readonly done?: () => void
}

/** What an object is called in messages. */
export const objectName = (path: string): string => (path === '-' ? 'stdin' : path)

/** What judging goes by, whichever the object. */
export interface Judging {
  readonly kernel: Kernel
  readonly flags: JudgeFlags
  /** The C of objects, where explanations are to read it. */
  readonly sources: Sources | undefined
}

export const judging = (kernel: Kernel, flags: JudgeFlags): Judging => ({
  kernel,
  flags,
  sources: flags.sources === false ? undefined : new Sources(flags.pathMap),
})

/** One object: its programs to `take`, what cannot be read to `fail`. `from`: the program to begin with, where others are done. */
export async function checkObject(
  path: string,
  { kernel, flags, sources }: Judging,
  listener: Listener,
  from = 0,
): Promise<void> {
  const options = checkOptions(path, flags)
  const about = { object: objectName(path) }
  const fail = (message: string): void => listener.fail({ kind: 'open_error', ...about, message })
  const opened = orTold(path, about, listener, () => openForCheck(readInput(path), options))
  if (opened?.ok === false) fail(formatFault(opened.fault))
  else if (opened?.value.programs.length === 0)
    listener.fail({ kind: 'no_programs', ...about, message: `${path}: no programs in this object` })
  else if (opened !== undefined) {
    const { object, programs: all, unknown } = opened.value
    listener.unset?.(unknown)
    const { isWanted } = selectionOf(flags)
    const programs = all.filter(({ name }) => isWanted(object.name, name))
    if (programs.length === 0) listener.absent?.(all.map(({ name }) => name))
    const total = new TotalBudget(options)
    for (let index = from; index < programs.length; index++) {
      const program = programs[index]!
      const { name, section, type } = program
      listener.begin?.({ object: object.name, program: name, section, type, index })
      const judge = (within?: TotalBudget): Outcome => {
        const read = { ...options, sources: sources?.of(object.name) }
        return flags.expect === true
          ? checkExpected({ object, program, kernel, options: read, total: within ?? new TotalBudget(read) })
          : checkProgram(object, program, kernel, read, within)
      }
      const told = (within?: TotalBudget): Outcome | undefined =>
        orTold(`${path}: ${name}`, { ...about, program: name }, listener, () => judge(within))
      const outcome = told(total)
      if (outcome === undefined) continue
      // the first that is refused is judged once more, when its C is found: it is explained by it
      const again = (await sources?.prepare(outcome)) === true ? told() : undefined
      listener.take(again?.verdict === outcome.verdict ? again : outcome)
    }
  }
  listener.done?.()
}

/** Undefined where it was thrown instead, and told: what the user can put right, or that it is a bug of ours. */
function orTold<T>(
  what: string,
  about: Pick<Trouble, 'object' | 'program'>,
  { fail }: Listener,
  work: () => T,
): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof UsageError) fail({ kind: 'open_error', ...about, message: error.message })
    else fail({ kind: 'bug', ...about, message: `${what}: ${bugText(error)}` })
    return undefined
  }
}

/** What the flags mean to `check`. */
function checkOptions(path: string, flags: JudgeFlags): CheckOptions {
  const { type, settings, target, timeout, totalTimeout, totalInsns, maxInsns, maxMemory, cpus } = flags
  return {
    name: objectName(path),
    log: flags.log ?? false,
    loader: flags.loader,
    legacyMaps: flags.legacyMaps,
    ...settings,
    target,
    ...(type === undefined ? {} : { type: fullType(type) as ProgTypeName }),
    ...(cpus === undefined ? {} : { cpus }),
    ...(timeout === undefined ? {} : { timeMs: timeout * 1000 }),
    ...(totalTimeout === undefined ? {} : { totalMs: totalTimeout * 1000 }),
    ...(totalInsns === undefined ? {} : { totalInsns }),
    ...(maxInsns === undefined ? {} : { maxInsns }),
    ...(maxMemory === undefined ? {} : { maxMemory: maxMemory * 2 ** 20 }),
  }
}
