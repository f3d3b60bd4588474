// SPDX-License-Identifier: Apache-2.0
// Runs that may wait: for a kfunc whose body answers a promise. They are interpreted, each on a stack of its own; while one waits others run.

import type { Steps } from '../../jit/index.ts'
import { type Core, FRAME_CELL, type Invocation, LEAST_ROOM } from './core.ts'
import { type Work, within } from './entry.ts'

const STACK = 64 << 10

export interface WaitingRun {
  readonly work: Work
  readonly invocation: Invocation
  /** The program's first function, on a stack that ends at `frame`. */
  readonly start: (frame: number) => Steps
}

/** r0. Rejects as the run ends: with a MachineError, or what a body threw. */
export async function runWaiting(core: Core, { work, invocation, start }: WaitingRun): Promise<bigint> {
  const { memory } = core
  const begin = memory.allocate(STACK, 'stack of a run that waits')
  let aside: Running = {
    current: invocation,
    frame: begin + STACK,
    floor: begin + LEAST_ROOM,
    mayWait: true,
    counts: true,
  }
  const steps = start(aside.frame)
  const part = <T>(run: () => T): T =>
    within(core, work, invocation.program, () => {
      aside = exchange(core, aside)
      try {
        return run()
      } finally {
        aside = exchange(core, aside)
      }
    })
  try {
    let step = part(() => steps.next())
    while (step.done !== true) {
      const kept = await step.value.then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      )
      step = part(() => {
        if ('value' in kept) return steps.next(kept.value)
        // it is the body's own
        core.thrown = kept.error
        return steps.throw(kept.error)
      })
    }
    return step.value
  } finally {
    memory.free(begin)
  }
}

/** What the machine knows of who runs. */
interface Running {
  readonly current: Invocation | undefined
  readonly frame: number
  readonly floor: number
  readonly mayWait: boolean
  /** What is moved counts against the allowance. */
  readonly counts: boolean
}

function exchange(core: Core, next: Running): Running {
  const { current, mayWait, stackFloor: floor, memory, allowance } = core
  const before = { current, mayWait, floor, frame: memory.u32(FRAME_CELL), counts: allowance?.counts === true }
  core.current = next.current
  core.mayWait = next.mayWait
  if (allowance !== undefined) allowance.counts = next.counts
  core.stackFloor = next.floor
  memory.setU32(FRAME_CELL, next.frame)
  return before
}
