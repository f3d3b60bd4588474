// SPDX-License-Identifier: Apache-2.0
// Where the host sets programs going: a test run, a call, the clock going on. Whatever goes wrong inside comes out as a MachineError, but
// what a body of the host's own throws, which is the host's.

import { Trap } from '../../jit/index.ts'
import type { Core } from './core.ts'
import { MachineError } from './errors.ts'

/** `work` runs programs, `what` is told where WebAssembly stops one. A body may begin the like within: all of it is one piece of work. */
export function enter<T>(core: Core, what: string, work: () => T): T {
  const { allowance } = core
  if (core.entered++ === 0) allowance?.begin()
  try {
    return work()
  } catch (error) {
    throw asMachineError(core, what, error)
  } finally {
    if (--core.entered === 0) settle(core)
  }
}

/** Nothing of the work is left. */
function settle(core: Core): void {
  core.allowance?.end()
  core.thrown = undefined
  for (const block of core.untilEnd.splice(0)) core.memory.free(block)
}

function asMachineError(core: Core, what: string, error: unknown): unknown {
  if (error === core.thrown || error instanceof MachineError) return error
  const { allowance } = core
  if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError || error instanceof Trap)) return error
  if (allowance?.isUsedUp === true) return allowance.error()
  if (/call stack/.test(error.message)) return new MachineError('limit', `${what} calls too deep: ${error.message}`)
  return new MachineError(
    'trap',
    `${what} was stopped (${error.message}). It was accepted, so this is a fault of kfuncs' or of a model: please report it with the object`,
  )
}
