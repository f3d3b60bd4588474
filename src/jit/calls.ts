// SPDX-License-Identifier: Apache-2.0
// Calls that lead out of the program: helpers, kfuncs, what a field is computed by.

import { type Callee, type JitFunction, type Narrow, narrow } from './input.ts'
import { type Context, FUNCTION_TYPE } from './place.ts'
import type { Registers } from './registers.ts'

/** Of one function's body. */
export class Calls {
  private readonly registers: Registers
  private readonly context: Context
  private readonly func: JitFunction

  constructor(registers: Registers, context: Context, func: JitFunction) {
    this.registers = registers
    this.context = context
    this.func = func
  }

  /** With R1 on; what it answers is R0 then. */
  write(callee: Callee, at: number): void {
    const { registers } = this
    const { code } = registers
    if (callee.callsBack === true) this.sayFrame()
    if (callee.role === 'tail-call') return this.tailCall(callee)
    this.pushCall(callee)
    const { result } = callee
    if (result === 'none') code.i32(0)
    else if (result === 'cell') code.i32(this.cells).memory('i64.load', 0)
    if (result === 'i64' || result === 'cell') registers.setWhole(at, 0)
    else if (this.cut(result)) registers.setSigned(at, 0)
    else registers.setLow(at, 0)
  }

  private get cells(): number {
    return this.context.program.argumentCells ?? 0
  }

  /** To the number that so many bits of it are, on the stack. Answers whether it has a sign. */
  private cut(kind: Narrow | 'u32' | 's32' | 'none'): boolean {
    if (kind === 'u32' || kind === 's32' || kind === 'none') return kind === 's32'
    const { bits, signed } = narrow[kind]
    const { code } = this.registers
    if (signed) code.op(bits === 8 ? 'i32.extend8_s' : 'i32.extend16_s')
    else code.i32((1 << bits) - 1).op('i32.and')
    return signed
  }

  /** With R1 on: its answer, if any, is on the stack as it crosses. */
  private pushCall(callee: Callee): void {
    this.pushArguments(callee)
    this.call(callee)
  }

  /** With what is on the stack: its answer, if any, is there of 64 bits. */
  pushWhole(callee: Callee): void {
    const { code } = this.registers
    this.call(callee)
    if (callee.result === 's32') code.op('i64.extend_i32_s')
    else if (callee.result === 'u32') code.op('i64.extend_i32_u')
  }

  private call({ name }: Callee): void {
    this.registers.code.call(this.context.called.get(name)!)
  }

  private pushArguments({ params }: Callee): void {
    const { registers } = this
    const { code } = registers
    params.forEach((param, i) => {
      if (param === 'none') return
      if (param === 'i64') return void registers.whole(i + 1)
      registers.low(i + 1)
      if (param === 'cell') {
        code.i32(this.cells + 8 * i)
        return void registers.whole(i + 1).memory('i64.store', 0)
      }
      if (param === 'i32') return
      if (param !== 'halves') return void this.cut(param)
      if (registers.isLow(i + 1)) code.i32(0)
      else
        registers
          .whole(i + 1)
          .i64(32)
          .op('i64.shr_u', 'i32.wrap_i64')
    })
  }

  /** The program there takes over with the context and the whole stack; where none is, this one goes on. */
  private tailCall(callee: Callee): void {
    const { registers } = this
    const { code } = registers
    const { address } = registers.locals
    this.pushCall(callee)
    code.tee(address).i32(0).op('i32.ge_s').open('if')
    registers.whole(1)
    for (let r = 2; r <= 5; r++) code.i64(0)
    registers.low(10).get(address).returnCallIndirect(FUNCTION_TYPE).op('end')
  }

  private sayFrame(): void {
    const { frameCell } = this.context.program
    if (frameCell === undefined) return
    this.registers.code.i32(frameCell)
    this.registers.low(10).i32(this.func.stack).op('i32.sub').memory('i32.store', 0)
  }
}
