// SPDX-License-Identifier: Apache-2.0
// Arithmetic as WebAssembly, RFC 9669 §4.1 and §4.2. Half of a register is computed in 32 bits and extended with zeroes. Wasm traps where
// BPF has an answer: dividing by zero gives 0, the rest of that is what was divided; the least number by -1 is itself, without a rest.

import type { Insn } from '../isa/index.ts'
import { localOf, TEMP } from './locals.ts'
import type { Code, PlainOp } from './wasm/code.ts'

type Width = 'i32' | 'i64'

const operators: ReadonlyMap<string, string> = new Map([
  ['add', 'add'],
  ['sub', 'sub'],
  ['mul', 'mul'],
  ['or', 'or'],
  ['and', 'and'],
  ['xor', 'xor'],
  ['lsh', 'shl'],
  ['rsh', 'shr_u'],
  ['arsh', 'shr_s'],
])

export function lowerAlu(code: Code, insn: Insn): void {
  const { op, dst } = insn
  switch (op.name) {
    case 'mov':
      pushOperand(code, insn)
      break
    case 'movsx':
      pushSignExtended(code, insn)
      break
    case 'neg':
      if (op.width === 64) code.i64(0).get(localOf(dst)).op('i64.sub')
      else code.i32(0).get(localOf(dst)).op('i32.wrap_i64', 'i32.sub', 'i64.extend_i32_u')
      break
    case 'le':
    case 'be':
    case 'bswap':
      lowerSwap(code, insn)
      break
    case 'div':
    case 'mod':
    case 'sdiv':
    case 'smod':
      lowerDivision(code, insn)
      break
    default:
      pushDestination(code, insn)
      pushSource(code, insn)
      code.op(`${widthOf(insn)}.${operators.get(op.name)!}` as PlainOp)
      extend(code, insn)
  }
  code.set(localOf(dst))
}

const widthOf = ({ op }: Insn): Width => (op.width === 64 ? 'i64' : 'i32')

/** After 32 bits. */
function extend(code: Code, insn: Insn): void {
  if (insn.op.width === 32) code.op('i64.extend_i32_u')
}

function pushDestination(code: Code, { op, dst }: Insn): void {
  code.get(localOf(dst))
  if (op.width === 32) code.op('i32.wrap_i64')
}

/** The source in the width of the operation. */
export function pushSource(code: Code, { op, src, imm }: Insn): void {
  if (op.source === 'imm') {
    if (op.width === 64) code.i64(imm)
    else code.i32(imm)
  } else {
    code.get(localOf(src))
    if (op.width === 32) code.op('i32.wrap_i64')
  }
}

/** What a mov puts there: 64 bits in any case. */
function pushOperand(code: Code, { op, src, imm }: Insn): void {
  if (op.source === 'imm') code.i64(op.width === 64 ? imm : imm >>> 0)
  else if (op.width === 64) code.get(localOf(src))
  else code.get(localOf(src)).op('i32.wrap_i64', 'i64.extend_i32_u')
}

function pushSignExtended(code: Code, { op, src }: Insn): void {
  code.get(localOf(src))
  if (op.width === 64) code.op(op.size === 1 ? 'i64.extend8_s' : op.size === 2 ? 'i64.extend16_s' : 'i64.extend32_s')
  else code.op('i32.wrap_i64', op.size === 1 ? 'i32.extend8_s' : 'i32.extend16_s', 'i64.extend_i32_u')
}

function lowerDivision(code: Code, insn: Insn): void {
  const { op, imm } = insn
  const width = widthOf(insn)
  const rest = op.name === 'mod' || op.name === 'smod'
  const divide = `${width}.${rest ? 'rem' : 'div'}_${op.signed ? 's' : 'u'}` as PlainOp
  const zero = (): Code => (width === 'i64' ? code.i64(0) : code.i32(0))
  const byZero = (): void => void (rest ? pushDestination(code, insn) : zero())
  // of the least number, no rest; wasm has the rest of that right
  const byMinusOne = (): void => {
    zero()
    pushDestination(code, insn)
    code.op(`${width}.sub` as PlainOp)
  }
  if (op.source === 'imm') {
    if (imm === 0) byZero()
    else if (op.name === 'sdiv' && imm === -1) byMinusOne()
    else {
      pushDestination(code, insn)
      pushSource(code, insn)
      code.op(divide)
    }
    return extend(code, insn)
  }
  pushSource(code, insn)
  code.op(`${width}.eqz` as PlainOp).openValue(width)
  byZero()
  code.op('else')
  if (op.name === 'sdiv') {
    pushSource(code, insn)
    if (width === 'i64') code.i64(-1)
    else code.i32(-1)
    code.op(`${width}.eq` as PlainOp).openValue(width)
    byMinusOne()
    code.op('else')
  }
  pushDestination(code, insn)
  pushSource(code, insn)
  code.op(divide)
  if (op.name === 'sdiv') code.op('end')
  code.op('end')
  extend(code, insn)
}

/** Programs are little-endian: `le` cuts off, `be` and `bswap` turn the bytes around. */
function lowerSwap(code: Code, { op, dst }: Insn): void {
  const value = localOf(dst)
  if (op.name === 'le') {
    code.get(value)
    if (op.size === 2) code.i64(0xffff).op('i64.and')
    if (op.size === 4) code.op('i32.wrap_i64', 'i64.extend_i32_u')
    return
  }
  pushTurned(code, value, op.size as 2 | 4 | 8)
}

/** The low bytes of a local the other way around, others zero. */
export function pushTurned(code: Code, value: number, size: 2 | 4 | 8): void {
  if (size === 2) {
    code.get(value).i64(8).op('i64.shr_u').i64(0xff).op('i64.and')
    code.get(value).i64(0xff).op('i64.and').i64(8).op('i64.shl', 'i64.or')
  } else if (size === 4) {
    code.get(value).op('i32.wrap_i64').i32(8).op('i32.rotl').i32(0x00ff00ff).op('i32.and')
    code
      .get(value)
      .op('i32.wrap_i64')
      .i32(24)
      .op('i32.rotl')
      .i32(0xff00ff00)
      .op('i32.and', 'i32.or', 'i64.extend_i32_u')
  } else {
    // bytes within pairs, pairs within halves, the halves
    swapWithin(code, value, 8, 0x00ff00ff00ff00ffn)
    swapWithin(code.set(TEMP), TEMP, 16, 0x0000ffff0000ffffn)
    code.i64(32).op('i64.rotl')
  }
}

function swapWithin(code: Code, local: number, by: number, mask: bigint): void {
  code.get(local).i64(mask).op('i64.and').i64(by).op('i64.shl')
  code.get(local).i64(by).op('i64.shr_u').i64(mask).op('i64.and', 'i64.or')
}
