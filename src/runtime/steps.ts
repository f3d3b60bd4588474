// SPDX-License-Identifier: Apache-2.0
// What is done around a program's run, as steps: each yields what the program is to run on, and is given r0. So the same steps serve runs
// that wait and runs that do not.

import type { Invocation } from './core/core.ts'
import type { LoadedProgram } from './program.ts'

/** What a program runs on; `notes`: what its helpers leave behind. */
export type Run = Pick<Invocation, 'context' | 'notes'>
export type RunSteps<T> = Generator<Run, T, bigint>

/** All steps, the program running at once where they say. */
export function settled<T>(program: LoadedProgram, steps: RunSteps<T>): T {
  let step = steps.next()
  while (step.done !== true) {
    const { context, notes } = step.value
    let r0: bigint
    try {
      r0 = program.run(context, notes)
    } catch (error) {
      step = steps.throw(error)
      continue
    }
    step = steps.next(r0)
  }
  return step.value
}
