// SPDX-License-Identifier: Apache-2.0
// A function's locals. Parameters are r1 to r5 and where its stack ends; a caller keeps r6 to r9 by keeping its own locals.

import type { FunctionType } from './wasm/module.ts'
import type { ValueType } from './wasm/code.ts'

/** Of every function of a program, that they can call each other, and be called back, alike. */
export const functionType: FunctionType = { params: ['i64', 'i64', 'i64', 'i64', 'i64', 'i32'], result: 'i64' }

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
  /** Whether what was looked for is there. */
  readonly found: number
  /** How often may_goto may still not jump. */
  readonly rounds: number
  /** The next block, where blocks are cases of a loop. */
  readonly next: number
}

/** Hands out the locals of a function of WebAssembly. */
export class LocalTypes {
  readonly types: ValueType[] = []
  private readonly parameters: number
  private readonly within = new Map<Locals | undefined, Locals>()

  constructor({ params }: FunctionType) {
    this.parameters = params.length
  }

  add(type: ValueType): number {
    return this.parameters + this.types.push(type) - 1
  }
  /** Of a function whose parameters are r1 to r5 and where its stack ends. */
  own(): Locals {
    return this.registers([undefined, 0, 1, 2, 3, 4], functionType.params.length - 1)
  }
  /** Of functions that stand inside one with the locals `outer`, or of the outermost ones: one at a time is there. */
  inside(outer?: Locals): Locals {
    let locals = this.within.get(outer)
    if (locals === undefined) {
      locals = this.registers([], this.add('i32'))
      this.within.set(outer, locals)
    }
    return locals
  }

  private registers(parameters: readonly (number | undefined)[], frame: number): Locals {
    const wholes = Array.from({ length: 11 }, (_, r) => parameters[r] ?? this.add('i64'))
    const lows = Array.from({ length: 11 }, (_, r) => (r === 10 ? frame : this.add('i32')))
    return {
      low: (register) => lows[register]!,
      whole: (register) => wholes[register]!,
      temp: this.add('i64'),
      bottom: this.add('i32'),
      address: this.add('i32'),
      aside: this.add('i32'),
      found: this.add('i32'),
      rounds: this.add('i32'),
      next: this.add('i32'),
    }
  }
}
