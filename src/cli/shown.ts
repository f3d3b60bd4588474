// SPDX-License-Identifier: Apache-2.0
// Which verdicts are printed, in which order: --filter, --sort, --top, --quiet. The exit status speaks of all that were judged.
import type { Outcome } from '../explain/index.ts'
import type { CheckFlags } from './flags.ts'
import type { Printer } from './print.ts'
import type { Selection } from './select.ts'

/** What makes the exit status 1: it is not accepted, or not as expected where that is asked. */
export const isAmiss = ({ verdict, expected, known }: Outcome): boolean =>
  known !== true && (expected === undefined ? verdict !== 'accept' : expected.met === false)

export interface Shown {
  readonly add: (outcome: Outcome) => void
  readonly end: () => void
}

type ShownFlags = Pick<CheckFlags, 'top' | 'quiet'>

export function shownBy(printer: Printer, selection: Selection, { top, quiet = false }: ShownFlags): Shown {
  const { isShown, compare } = selection
  const held: Outcome[] = []
  const waits = compare !== undefined || top !== undefined
  let hidden = 0
  return {
    add: (outcome) => {
      if (!isShown(outcome) || (quiet && !isAmiss(outcome))) hidden++
      else if (waits) held.push(outcome)
      else printer.add(outcome)
    },
    end: () => {
      if (compare !== undefined) held.sort(compare)
      const shown = held.slice(0, top)
      for (const outcome of shown) printer.add(outcome)
      printer.end(hidden + held.length - shown.length)
    },
  }
}
