// SPDX-License-Identifier: Apache-2.0
// kfuncs run --sanitize: what a run contradicts, with the smallest input that was found to show it.
import { SanitizerError, smallestInput, type TestRunOptions } from '../runtime/index.ts'
import { BUG } from './bug.ts'
import { complain } from './usage.ts'

/** Runs that are made to find a smaller input. */
const TRIES = 60

/** Status. `again` makes the run on a machine of its own, with other input. */
export function tellContradiction(error: SanitizerError, again: (input: TestRunOptions) => unknown): number {
  complain(`this is a bug in kfuncs, please report it with the object:\n${smallest(error, again).message}`)
  return BUG
}

function smallest(error: SanitizerError, again: (input: TestRunOptions) => unknown): SanitizerError {
  const { input, kind, insn } = error.report
  if (input === undefined) return error
  let found = error
  smallestInput(
    input,
    (smaller) => {
      try {
        again(smaller)
        return false
      } catch (other) {
        if (!(other instanceof SanitizerError)) throw other
        const same = other.report.kind === kind && other.report.insn === insn
        if (same) found = other
        return same
      }
    },
    { tries: TRIES },
  )
  return found
}
