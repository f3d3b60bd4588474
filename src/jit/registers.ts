// SPDX-License-Identifier: Apache-2.0
// Registers as locals of WebAssembly. Each has two, one of 32 bits and one of 64; where its value is follows from where the program is
// (widths.ts). What is asked for in the other width is converted; a value of 32 bits that is read whole has zeroes above.

import type { Code } from './wasm/code.ts'
import type { Locals } from './locals.ts'
import { Sums } from './sums.ts'
import type { Widths } from './widths.ts'

export class Registers {
  readonly code: Code
  readonly locals: Locals
  readonly sums = new Sums()
  private readonly widths: Widths
  /** Bits: registers whose value is in 32 bits where the program is. */
  private now = 0

  /** Locals that are parts of the stack, by what an instruction touches of it. */
  private readonly parts: ReadonlyMap<number, readonly number[]>

  constructor({ code, locals }: { code: Code; locals: Locals }, widths: Widths, parts: Registers['parts']) {
    this.code = code
    this.locals = locals
    this.widths = widths
    this.parts = parts
  }

  /** undefined: what the instruction touches is in memory. */
  cells(at: number): readonly number[] | undefined {
    return this.parts.get(at)
  }

  get frameStays(): boolean {
    return this.widths.frameStays
  }

  /** The block begins here. */
  enter(block: number): void {
    this.now = 0
    this.sums.clear()
    for (let r = 0; r <= 10; r++) if (this.widths.isLowAt(block, r)) this.now |= 1 << r
  }

  /** Its upper half is zero, where it is read whole. */
  isLow(register: number): boolean {
    return (this.now & (1 << register)) !== 0
  }
  /** What the instruction writes is kept in 32 bits. */
  keepsLow(at: number): boolean {
    return this.widths.isLowAfter(at)
  }

  /** Where each value is, to come back to on another way. */
  mark(): number {
    return this.now
  }
  reset(mark: number): void {
    this.now = mark
  }

  /** Pushes a local. */
  push(local: number): this {
    this.code.get(local)
    return this
  }
  /** Pushes 32 bits. */
  low(register: number): Code {
    if (this.isLow(register)) return this.code.get(this.locals.low(register))
    return this.code.get(this.locals.whole(register)).op('i32.wrap_i64')
  }
  /** Pushes 64 bits. */
  whole(register: number): Code {
    if (!this.isLow(register)) return this.code.get(this.locals.whole(register))
    return this.code.get(this.locals.low(register)).op('i64.extend_i32_u')
  }

  /** What the instruction writes is on the stack, 32 bits, those above being zero. */
  setLow(at: number, register: number): void {
    if (!this.keepsLow(at)) this.code.op('i64.extend_i32_u')
    this.set(at, register)
  }
  /** The same, those above being copies of its sign. */
  setSigned(at: number, register: number): void {
    if (!this.keepsLow(at)) this.code.op('i64.extend_i32_s')
    this.set(at, register)
  }
  /** The same of 64 bits. */
  setWhole(at: number, register: number): void {
    if (this.keepsLow(at)) this.code.op('i32.wrap_i64')
    this.set(at, register)
  }
  /** What is on the stack has the width that the value is kept in. */
  set(at: number, register: number): void {
    const { low, whole } = this.locals
    this.sums.forget(register)
    if (this.keepsLow(at)) this.now |= 1 << register
    else this.now &= ~(1 << register)
    this.code.set(this.keepsLow(at) ? low(register) : whole(register))
  }
}
