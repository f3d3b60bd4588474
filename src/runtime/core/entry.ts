// SPDX-License-Identifier: Apache-2.0
// Where the host sets programs going: a test run, a call, the clock going on. Whatever goes wrong inside comes out as a MachineError, but
// what a body of the host's own throws, which is the host's.

import { Trap } from '../../jit/index.ts'
import type { Core } from './core.ts'
import { MachineError } from './errors.ts'
import { lineOfBody, placesOf } from './places.ts'

// read ahead: where the stack has just run out, looking them up fails
const { RuntimeError } = WebAssembly
const [OutOfStack, Known, Stopped] = [RangeError, MachineError, Trap]

/** One piece of the host's work: all that runs in it shares an allowance. It is done in parts where it waits in between. */
export interface Work {
  /** Blocks that are freed when it is over: programs may use them until then, and nobody after. */
  readonly untilEnd: number[]
  /** References of host objects that its programs took and neither gave back nor put into a map, by where they lie. */
  readonly taken: Map<number, number>
  /** Instructions that may still run in it, where they are counted, as of when its last part ended. */
  left: bigint
}

/** `work` runs programs, `what` is told where one is stopped. A body may begin the like within: all of it is one piece of work. */
export function enter<T>(core: Core, what: string, work: () => T): T {
  if (core.turn?.isDeserted === true) core.turn.leave()
  if (core.work !== undefined) return told(core, what, work)
  const own = beginWork(core)
  try {
    return within(core, own, what, work)
  } catch (error) {
    giveBack(core, own)
    throw error
  } finally {
    endWork(core, own)
  }
}

export function beginWork(core: Core): Work {
  core.underWay++
  return { untilEnd: [], taken: new Map(), left: BigInt(core.allowance?.insns ?? 0) }
}

/** A program of it was cut off: what it held is given back. */
export function giveBack(core: Core, work: Work): void {
  for (const back of core.givesBack) back(work)
}

/** The work under way holds a reference more, or fewer. */
export function took({ work }: Core, address: number, by: 1 | -1): void {
  if (work === undefined) return
  const now = (work.taken.get(address) ?? 0) + by
  if (now === 0) work.taken.delete(address)
  else work.taken.set(address, now)
}

/** Nothing of it is left. */
export function endWork(core: Core, { untilEnd }: Work): void {
  for (const block of untilEnd.splice(0)) core.memory.free(block)
  core.workEnded()
}

/** A part of it; what was under way before goes on behind. */
export function within<T>(core: Core, own: Work, what: string, part: () => T): T {
  const end = beginPart(core, own)
  try {
    return told(core, what, part)
  } finally {
    end()
  }
}

/** The same for a part that ends elsewhere: by what comes back. */
export function beginPart(core: Core, own: Work): () => void {
  if (core.turn?.isDeserted === true) core.turn.leave()
  const { allowance, work: outer } = core
  if (outer !== undefined && allowance !== undefined) outer.left = allowance.end()
  core.work = own
  allowance?.begin(own.left)
  return () => {
    if (allowance !== undefined) own.left = allowance.end()
    core.work = outer
    core.thrown = undefined
    if (outer !== undefined) allowance?.begin(outer.left)
  }
}

function told<T>(core: Core, what: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw placed(core, error, asMachineError(core, what, error))
  }
}

/** A MachineError is told where it was. Those that end in no stack have been too deep for that. */
function placed(core: Core, error: unknown, told: unknown): unknown {
  if (!(told instanceof Known) || told.place !== undefined || error instanceof OutOfStack) return told
  told.place = placesOf(core).of(error)
  if (error instanceof Known && told.place !== undefined) told.body = lineOfBody(error)
  return told
}

function asMachineError(core: Core, what: string, error: unknown): unknown {
  if (error === core.thrown || error instanceof Known) return error
  const { allowance } = core
  if (!(error instanceof OutOfStack || error instanceof RuntimeError || error instanceof Stopped)) return error
  if (allowance?.isUsedUp === true) return allowance.error()
  // no patterns here: there may be no stack left to compile one. Some kernels do not look at every offset either: bpf_wq_init() until 6.18
  if (error.message.includes('DataView') || error.message.includes('offset is out of bounds'))
    return new MachineError(
      'trap',
      `${what} passes an address that is nowhere in the machine's memory: ${error.message}`,
    )
  if (error.message.includes('call stack')) return new MachineError('limit', `${what} calls too deep: ${error.message}`)
  return new MachineError(
    'trap',
    `${what} was stopped (${error.message}). It was accepted, so this is a fault of kfuncs' or of a model: please report it with the object`,
  )
}
