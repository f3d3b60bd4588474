// SPDX-License-Identifier: Apache-2.0
// Conditions of jumps as WebAssembly, RFC 9669 §4.3: a number, 0 where the jump is not taken.

import type { Insn } from '../isa/index.ts'
import { pushSource } from './alu.ts'
import type { Registers } from './registers.ts'
import type { PlainOp } from './wasm/code.ts'

const comparisons: ReadonlyMap<string, string> = new Map([
  ['jeq', 'eq'],
  ['jne', 'ne'],
  ['jgt', 'gt_u'],
  ['jge', 'ge_u'],
  ['jlt', 'lt_u'],
  ['jle', 'le_u'],
  ['jsgt', 'gt_s'],
  ['jsge', 'ge_s'],
  ['jslt', 'lt_s'],
  ['jsle', 'le_s'],
])

export function pushCondition(registers: Registers, insn: Insn): void {
  const { op, dst, src, imm } = insn
  if (op.kind === 'may_goto') return pushRoundsUsed(registers)
  const { code } = registers
  const againstZero = op.source === 'imm' && imm === 0 && (op.name === 'jeq' || op.name === 'jne')
  // whole numbers without an upper half compare as their low halves do, which have no sign
  const small = op.width === 64 && registers.isLow(dst) && (op.source === 'imm' ? imm >= 0 : registers.isLow(src))
  const width = op.width === 32 || small ? 'i32' : 'i64'
  if (width === 'i32') registers.low(dst)
  else registers.whole(dst)
  if (againstZero) {
    code.op(`${width}.eqz`)
    if (op.name === 'jne') code.op('i32.eqz')
    return
  }
  pushSource(registers, insn, width)
  if (op.name === 'jset') {
    if (width === 'i32') code.op('i32.and')
    else code.op('i64.and').i64(0).op('i64.ne')
    return
  }
  const comparison = comparisons.get(op.name)!
  code.op(`${width}.${small ? comparison.replace('_s', '_u') : comparison}` as PlainOp)
}

/** may_goto jumps once its function's rounds are used up; until then each time costs one. */
function pushRoundsUsed({ code, locals: { rounds } }: Registers): void {
  code.get(rounds).op('i32.eqz')
  code.get(rounds).get(rounds).i32(0).op('i32.ne', 'i32.sub').set(rounds)
}
