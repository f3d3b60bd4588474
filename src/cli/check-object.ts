// SPDX-License-Identifier: Apache-2.0
// One object's programs judged one after the other; shared by `check` and its workers.
import { type CheckOptions, checkProgram, fullType, openForCheck } from '../check.ts'
import type { Outcome } from '../explain/index.ts'
import { formatFault, TotalBudget } from '../fault/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { ProgTypeName } from '../uapi/index.ts'
import { bugText } from './bug.ts'
import type { CheckFlags } from './main.ts'
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
  readonly trouble: (message: string) => void
  /** An object without the program that --prog asks for: the names it has. */
  readonly absent?: (names: readonly string[]) => void
  readonly begin?: (what: Begun) => void
  readonly done?: () => void
  /** A mistake of ours while something was judged. What is left is judged all the same. */
  readonly bug: (message: string) => void
}

/** What an object is called in messages. */
export const objectName = (path: string): string => (path === '-' ? 'stdin' : path)

/** One object: its programs to `take`, what cannot be read to `trouble`. `from`: the program to begin with, where others are done. */
export function checkObject(path: string, kernel: Kernel, flags: CheckFlags, listener: Listener, from = 0): void {
  const options = checkOptions(path, flags)
  const opened = orTold(path, listener, () => openForCheck(readInput(path), options))
  if (opened?.ok === false) listener.trouble(formatFault(opened.fault))
  else if (opened?.value.programs.length === 0) listener.trouble(`${path}: no programs in this object`)
  else if (opened !== undefined) {
    const { object, programs: all } = opened.value
    const programs = flags.prog === undefined ? all : all.filter(({ name }) => name === flags.prog)
    if (programs.length === 0) listener.absent?.(all.map(({ name }) => name))
    const total = new TotalBudget(options)
    for (let index = from; index < programs.length; index++) {
      const program = programs[index]!
      const { name, section, type } = program
      listener.begin?.({ object: object.name, program: name, section, type, index })
      const judge = () => checkProgram(object, program, kernel, options, total)
      const outcome = orTold(`${path}: ${name}`, listener, judge)
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

/** What the flags mean to `check`. */
function checkOptions(path: string, flags: CheckFlags): CheckOptions {
  const { type, timeout, totalTimeout, totalInsns, maxInsns, maxMemory } = flags
  return {
    name: objectName(path),
    log: flags.log ?? false,
    legacyMaps: flags.legacyMaps ?? false,
    ...(type === undefined ? {} : { type: fullType(type) as ProgTypeName }),
    ...(timeout === undefined ? {} : { timeMs: timeout * 1000 }),
    ...(totalTimeout === undefined ? {} : { totalMs: totalTimeout * 1000 }),
    ...(totalInsns === undefined ? {} : { totalInsns }),
    ...(maxInsns === undefined ? {} : { maxInsns }),
    ...(maxMemory === undefined ? {} : { maxMemory: maxMemory * 2 ** 20 }),
  }
}
