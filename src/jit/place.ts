// SPDX-License-Identifier: Apache-2.0
// Where a function's body is written to, and what all bodies of a program have in common.

import type { Analyses } from './analyses.ts'
import type { JitFunction, JitProgram } from './input.ts'
import type { Locals, LocalTypes } from './locals.ts'
import type { Code, ValueType } from './wasm/code.ts'

export interface Context {
  readonly program: JitProgram
  /** Numbers of what is imported, by name: ours come after them. */
  readonly called: ReadonlyMap<string, number>
  readonly numbers: ReadonlyMap<number, number>
  readonly fuel: boolean
  readonly analyses: Analyses
}

/** Of the types of a module, the one of its functions. */
export const FUNCTION_TYPE = 0

/** Where a body is written to. */
export interface Place {
  readonly code: Code
  readonly types: LocalTypes
  readonly locals: Locals
  readonly room: Room
  /** Within another function's. */
  readonly inside: boolean
  /** What is left on the stack at its end. */
  readonly answer: ValueType
}

/** Of one function of WebAssembly: how much may stand in it beside its own. */
export class Room {
  private left = MOST_ROOM
  /** Functions that are being written, one within the other. */
  private readonly open: JitFunction[] = []

  /** There is room for the function; none within itself. */
  take(func: JitFunction): boolean {
    const size = func.end - func.start
    if (size > this.left || this.open.includes(func) || this.open.length === MOST_OPEN) return false
    this.left -= size
    this.open.push(func)
    return true
  }
  leave(func: JitFunction): void {
    if (this.open.at(-1) === func) this.open.pop()
  }
}
const MOST_ROOM = 1000
const MOST_OPEN = 8
