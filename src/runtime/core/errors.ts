// SPDX-License-Identifier: Apache-2.0
// What a machine says where it cannot go on. Programs that were accepted cause none of it, but for what is not modelled; models and bodies
// of the user's may.

import type { Place } from '../../fault/index.ts'

/** Frames that are kept of a stack: between a model and the program that called it are some of ours. */
export const DEEP = 30
/** How many V8 keeps; other engines keep all. */
export const stacks = Error as { stackTraceLimit?: number }

/** What a program, a model or a body asked of the machine, and the machine does not do. */
export class MachineError extends Error {
  /**
   * not-modelled: a helper, kfunc or context this machine has no model of; the message names it. misuse: memory or a reference handled
   * wrongly. limit: a limit of the machine's. trap: a program did what no accepted one does, and WebAssembly stopped it.
   */
  readonly reason: 'not-modelled' | 'misuse' | 'limit' | 'trap'
  /** Where the program was: its instruction, and the line of C that it comes from. Absent where no program ran, or the engine does not tell. */
  place: Place | undefined
  /** The line of a body's, in TypeScript, that had the machine do it. */
  body: string | undefined
  constructor(reason: MachineError['reason'], message: string) {
    const { stackTraceLimit: before } = stacks
    if (before !== undefined && before < DEEP) stacks.stackTraceLimit = DEEP
    super(message)
    if (before !== undefined) stacks.stackTraceLimit = before
    this.reason = reason
  }
}

export const notModelled = (what: string): MachineError =>
  new MachineError('not-modelled', `${what} is not modelled by this machine`)
