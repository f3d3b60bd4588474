// SPDX-License-Identifier: Apache-2.0
// A function's locals. Parameters are r1 to r5 and where its stack ends; a caller keeps r6 to r9 by keeping its own locals.

import type { FunctionType } from './wasm/module.ts'
import type { ValueType } from './wasm/code.ts'

/** Of every function of a program, that they can call each other, and be called back, alike. */
export const functionType: FunctionType = { params: ['i64', 'i64', 'i64', 'i64', 'i64', 'i32'], result: 'i64' }
const PARAMETERS = functionType.params.length

/** The locals of one function, or of one that stands inside another. */
export interface Locals {
  /** Of a register, for 32 and for 64 bits. That of R10 is where the stack ends. */
  low(register: number): number
  whole(register: number): number
  /** Something of 64 bits put aside. */
  readonly temp: number
  /** 512 bytes below the end of the stack. */
  readonly bottom: number
  /** An address. */
  readonly address: number
  /** Something of 32 bits put aside. */
  readonly aside: number
  /** How often may_goto may still not jump. */
  readonly rounds: number
  /** The next block, where blocks are cases of a loop. */
  readonly next: number
}

/** Hands out the locals of a function of WebAssembly. */
export class LocalTypes {
  readonly types: ValueType[] = []

  /** Whose parameters are r1 to r5 and where its stack ends. */
  own(): Locals {
    return this.registers([undefined, 0, 1, 2, 3, 4], PARAMETERS - 1)
  }
  private registers(parameters: readonly (number | undefined)[], frame: number): Locals {
    const many = (type: ValueType, count: number): number => {
      const first = PARAMETERS + this.types.length
      for (let i = 0; i < count; i++) this.types.push(type)
      return first
    }
    const whole = many('i64', 12)
    const low = many('i32', 15)
    const wholes = Array.from({ length: 11 }, (_, r) => parameters[r] ?? whole + r)
    const lows = Array.from({ length: 11 }, (_, r) => (r === 10 ? frame : low + r))
    return {
      low: (register) => lows[register]!,
      whole: (register) => wholes[register]!,
      temp: whole + 11,
      bottom: low + 10,
      address: low + 11,
      aside: low + 12,
      rounds: low + 13,
      next: low + 14,
    }
  }
}
