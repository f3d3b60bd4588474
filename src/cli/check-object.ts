// SPDX-License-Identifier: Apache-2.0
// One object's programs judged one after the other; shared by `check` and its workers.
import { type CheckOptions, checkProgram, openForCheck } from '../check.ts'
import type { Outcome } from '../explain/index.ts'
import { formatFault } from '../fault/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { bugText } from './bug.ts'
import type { CheckFlags } from './main.ts'
import { readInput, UsageError } from './usage.ts'

export interface Listener {
  readonly take: (outcome: Outcome) => void
  readonly trouble: (message: string) => void
  /** An object without the program that --prog asks for: the names it has. */
  readonly absent?: (names: readonly string[]) => void
  readonly begin?: (what: string) => void
  readonly done?: () => void
  /** A mistake of ours while something was judged. What is left is judged all the same. */
  readonly bug: (message: string) => void
}

/** One object: its programs to `take`, what cannot be read to `trouble`. */
export function checkObject(path: string, kernel: Kernel, flags: CheckFlags, listener: Listener): void {
  const options: CheckOptions = {
    name: path === '-' ? 'stdin' : path,
    log: flags.log ?? false,
    legacyMaps: flags.legacyMaps ?? false,
    ...(flags.type === undefined ? {} : { type: flags.type }),
  }
  const opened = orTold(path, listener, () => openForCheck(readInput(path), options))
  if (opened?.ok === false) listener.trouble(formatFault(opened.fault))
  else if (opened?.value.programs.length === 0) listener.trouble(`${path}: no programs in this object`)
  else if (opened !== undefined) {
    const { object, programs: all } = opened.value
    const programs = flags.prog === undefined ? all : all.filter(({ name }) => name === flags.prog)
    if (programs.length === 0) listener.absent?.(all.map(({ name }) => name))
    for (const program of programs) {
      const what = `${path}: ${program.name}`
      listener.begin?.(what)
      const outcome = orTold(what, listener, () => checkProgram(object, program, kernel, options))
      if (outcome !== undefined) listener.take(outcome)
    }
  }
  listener.done?.()
}

/** Undefined where it was thrown instead, and told: what the user can put right, or that it is a bug of ours. */
function orTold<T>(what: string, { trouble, bug }: Listener, work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof UsageError) trouble(error.message)
    else bug(`${what}: ${bugText(error)}`)
    return undefined
  }
}
