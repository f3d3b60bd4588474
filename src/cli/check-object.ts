// SPDX-License-Identifier: Apache-2.0
// One object's programs judged one after the other; shared by `check` and its workers.
import { type CheckOptions, checkProgram, openForCheck } from '../check.ts'
import type { Outcome } from '../explain/index.ts'
import { formatFault } from '../fault/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { CheckFlags } from './main.ts'
import { readInput, UsageError } from './usage.ts'

export interface Listener {
  readonly take: (outcome: Outcome) => void
  readonly trouble: (message: string) => void
  /** An object without the program that --prog asks for: the names it has. */
  readonly absent?: (names: readonly string[]) => void
  readonly begin?: (what: string) => void
  readonly done?: () => void
}

/** One object: its programs to `take`, what cannot be read to `trouble`. */
export function checkObject(path: string, kernel: Kernel, flags: CheckFlags, listener: Listener): void {
  const options: CheckOptions = {
    name: path === '-' ? 'stdin' : path,
    log: flags.log ?? false,
    legacyMaps: flags.legacyMaps ?? false,
    ...(flags.type === undefined ? {} : { type: flags.type }),
  }
  try {
    const opened = openForCheck(readInput(path), options)
    if (!opened.ok) listener.trouble(formatFault(opened.fault))
    else if (opened.value.programs.length === 0) listener.trouble(`${path}: no programs in this object`)
    else {
      const all = opened.value.programs
      const programs = flags.prog === undefined ? all : all.filter(({ name }) => name === flags.prog)
      if (programs.length === 0) listener.absent?.(all.map(({ name }) => name))
      for (const program of programs) {
        listener.begin?.(`${path}: ${program.name}`)
        listener.take(checkProgram(opened.value.object, program, kernel, options))
      }
    }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    listener.trouble(error.message)
  }
  listener.done?.()
}
