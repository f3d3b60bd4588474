// SPDX-License-Identifier: Apache-2.0
// Conditions of jumps as WebAssembly, RFC 9669 §4.3: a number, 0 where the jump is not taken.

import type { Insn } from '../isa/index.ts'
import { pushSource } from './alu.ts'
import { localOf, ROUNDS } from './locals.ts'
import type { Code, PlainOp } from './wasm/code.ts'

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

export function pushCondition(code: Code, insn: Insn): void {
  const { op, dst } = insn
  if (op.kind === 'may_goto') return pushRoundsUsed(code)
  const width = op.width === 64 ? 'i64' : 'i32'
  code.get(localOf(dst))
  if (width === 'i32') code.op('i32.wrap_i64')
  pushSource(code, insn)
  if (op.name !== 'jset') code.op(`${width}.${comparisons.get(op.name)!}` as PlainOp)
  else if (width === 'i32') code.op('i32.and')
  else code.op('i64.and').i64(0).op('i64.ne')
}

/** may_goto jumps once its function's rounds are used up; until then each time costs one. */
function pushRoundsUsed(code: Code): void {
  code.get(ROUNDS).op('i32.eqz')
  code.get(ROUNDS).get(ROUNDS).i32(0).op('i32.ne', 'i32.sub').set(ROUNDS)
}
