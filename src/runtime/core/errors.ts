// SPDX-License-Identifier: Apache-2.0
// What a machine says where it cannot go on. Programs that were accepted cause none of it, but for what is not modelled; models and bodies
// of the user's may.

/** What a program, a model or a body asked of the machine, and the machine does not do. */
export class MachineError extends Error {
  /**
   * not-modelled: a helper, kfunc or context this machine has no model of; the message names it. misuse: memory or a reference handled
   * wrongly. limit: a limit of the machine's. trap: a program did what no accepted one does, and WebAssembly stopped it.
   */
  readonly reason: 'not-modelled' | 'misuse' | 'limit' | 'trap'
  constructor(reason: MachineError['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}

export const notModelled = (what: string): MachineError =>
  new MachineError('not-modelled', `${what} is not modelled by this machine`)
