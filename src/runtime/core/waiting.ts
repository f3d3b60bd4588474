// SPDX-License-Identifier: Apache-2.0
// Runs that may wait: for a kfunc whose body answers a promise. Each has a stack of its own; while one waits others run. They are compiled where
// the engine can put WebAssembly aside (jit/suspend.ts), and interpreted where it cannot.

import { type Steps, Waiting } from '../../jit/index.ts'
import { type Core, FRAME_CELL, type Invocation, LEAST_ROOM, type Turn } from './core.ts'
import { beginPart, type Work, within } from './entry.ts'

const STACK = 64 << 10

export interface WaitingRun {
  readonly work: Work
  readonly invocation: Invocation
  /** The program's first function, on a stack that ends at `frame`: compiled, or interpreted. */
  readonly start: { readonly compiled: (frame: number) => Promise<void> } | { readonly steps: (frame: number) => Steps }
  /** r0 where the program was ended by bpf_throw(); anything else is thrown again. */
  readonly thrown: (error: unknown) => bigint
}

/** r0. Rejects as the run ends: with a MachineError, or what a body threw. */
export async function runWaiting(core: Core, run: WaitingRun): Promise<bigint> {
  const { memory, turns } = core
  const begin = memory.allocate(STACK, 'stack of a run that waits')
  const frame = begin + STACK
  const turn = new OneTurn(core, run, { frame, floor: begin + LEAST_ROOM })
  turns.set(frame, turn)
  try {
    const { start } = run
    return 'steps' in start
      ? await stepped(turn, () => start.steps(frame))
      : await suspended(turn, () => start.compiled(frame))
  } finally {
    turns.delete(frame)
    memory.free(begin)
  }
}

async function stepped(turn: OneTurn, start: () => Steps): Promise<bigint> {
  const next = (step: (steps: Steps) => IteratorResult<PromiseLike<unknown>, bigint>) =>
    turn.part(() => {
      try {
        return step(steps)
      } catch (error) {
        return { done: true, value: turn.thrown(error) } as const
      }
    })
  const steps = start()
  let step = next(() => steps.next())
  while (step.done !== true) {
    const kept = await step.value.then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    )
    step = next(() => ('value' in kept ? steps.next(kept.value) : steps.throw(turn.blame(kept.error))))
  }
  return step.value
}

async function suspended(turn: OneTurn, start: () => Promise<void>): Promise<bigint> {
  const ended = await turn.part(start).then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  return ended === undefined ? turn.r0 : turn.part(() => turn.thrown(turn.stillBlamed(ended.error)))
}

class OneTurn implements Turn {
  r0 = 0n
  private readonly core: Core
  private readonly run: WaitingRun
  readonly frame: number
  private aside: Running
  /** Functions called for it that have not returned. */
  private calls = 0
  /** Ends the part that the engine went on with; undefined: there is none. */
  private endPart: (() => void) | undefined
  /** What the function that was called last answered: at once, or a promise, and what that gave. */
  private answer: unknown
  private kept: Kept | undefined
  /** What a body threw in its last part. */
  private blamed: unknown

  constructor(core: Core, run: WaitingRun, stack: Pick<Running, 'frame' | 'floor'>) {
    this.core = core
    this.run = run
    this.frame = stack.frame
    this.aside = { ...stack, current: run.invocation, turn: this, mayWait: true, counts: true }
  }

  /** `work` has the machine for as long as it runs. */
  part<T>(work: () => T): T {
    const { core, run } = this
    return within(core, run.work, run.invocation.program, () => {
      this.aside = exchange(core, this.aside)
      try {
        return work()
      } finally {
        this.putAside()
      }
    })
  }

  thrown(error: unknown): bigint {
    return this.run.thrown(error)
  }

  /** It is a body's own. */
  blame(error: unknown): unknown {
    this.core.thrown = error
    return error
  }
  /** The same of what came out of another part. */
  stillBlamed(error: unknown): unknown {
    return error === this.blamed ? this.blame(error) : error
  }

  get isDeserted(): boolean {
    return this.endPart !== undefined && this.calls === 0
  }

  leave(): void {
    const { endPart } = this
    if (endPart === undefined) return
    this.endPart = undefined
    this.putAside()
    endPart()
  }

  private putAside(): void {
    this.blamed = this.core.thrown
    this.aside = exchange(this.core, this.aside)
  }

  during<T>(call: () => T): T {
    this.calls++
    try {
      return call()
    } finally {
      this.calls--
    }
  }

  answered(answer: unknown): boolean {
    this.answer = answer
    return answer instanceof Waiting
  }

  wait(): Promise<void> {
    // where the engine went on with it, nobody else does this
    this.leave()
    return Promise.resolve((this.answer as Waiting).promise).then(
      (value) => {
        this.kept = { value }
      },
      (error: unknown) => {
        this.kept = { error }
      },
    )
  }

  resume(): unknown {
    const { answer, kept, core } = this
    if (!(answer instanceof Waiting)) return answer
    this.endPart = beginPart(core, this.run.work)
    this.aside = exchange(core, this.aside)
    if (kept !== undefined && 'value' in kept) return this.during(() => answer.settle(kept.value))
    throw this.blame(kept?.error)
  }

  over(r0: bigint): void {
    this.r0 = BigInt.asUintN(64, r0)
    this.leave()
  }
}

/** What a promise gave. */
type Kept = { readonly value: unknown } | { readonly error: unknown }

/** What the machine knows of who runs. */
interface Running {
  readonly current: Invocation | undefined
  readonly turn: Turn | undefined
  readonly frame: number
  readonly floor: number
  readonly mayWait: boolean
  /** What is moved counts against the allowance. */
  readonly counts: boolean
}

function exchange(core: Core, next: Running): Running {
  const { current, turn, mayWait, stackFloor: floor, memory, allowance } = core
  const before = { current, turn, mayWait, floor, frame: memory.u32(FRAME_CELL), counts: allowance?.counts === true }
  core.current = next.current
  core.turn = next.turn
  core.mayWait = next.mayWait
  if (allowance !== undefined) allowance.counts = next.counts
  core.stackFloor = next.floor
  memory.setU32(FRAME_CELL, next.frame)
  return before
}
