// SPDX-License-Identifier: Apache-2.0
// Arithmetic as WebAssembly, RFC 9669 §4.1 and §4.2. Half of a register is computed in 32 bits and extended with zeroes; so is a whole
// one of which only the low half is kept, where that follows from low halves (widths.ts). Wasm traps where BPF has an answer: dividing by
// zero gives 0, the rest of that is what was divided; the least number by -1 is itself, without a rest.

import type { Insn } from '../isa/index.ts'
import { SHORT } from './input.ts'
import type { Registers } from './registers.ts'
import { pushTurned, pushTurnedLow } from './swap.ts'
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

/** `small`: as `JitProgram.small` has it. */
export function lowerAlu(registers: Registers, insn: Insn, at: number, small = 0): void {
  const { op, dst } = insn
  switch (op.name) {
    case 'mov':
      return lowerMove(registers, insn, at)
    case 'movsx':
      return lowerSignExtended(registers, insn, at)
    case 'neg': {
      const low = inLow(registers, insn, at)
      if (low) registers.code.i32(0)
      else registers.code.i64(0)
      pushRegister(registers, dst, low ? 'i32' : 'i64').op(low ? 'i32.sub' : 'i64.sub')
      return leave(registers, insn, at, low ? 'i32' : 'i64')
    }
    case 'le':
    case 'be':
    case 'bswap':
      return lowerSwap(registers, insn, at, small)
    case 'div':
    case 'mod':
    case 'sdiv':
    case 'smod':
      return lowerDivision(registers, insn, at)
    case 'lsh':
    case 'rsh':
    case 'arsh':
      return lowerShift(registers, insn, at)
    default: {
      const width = inLow(registers, insn, at) ? 'i32' : 'i64'
      pushRegister(registers, dst, width)
      pushSource(registers, insn, width).op(`${width}.${operators.get(op.name)!}` as PlainOp)
      leave(registers, insn, at, width)
    }
  }
}

/** 32 bits are computed: that is what the instruction does, or all that is kept of it. */
const inLow = (registers: Registers, { op }: Insn, at: number): boolean => op.width === 32 || registers.keepsLow(at)

const pushRegister = (registers: Registers, register: number, width: Width): Code =>
  width === 'i32' ? registers.low(register) : registers.whole(register)

/** The source in that width. */
export function pushSource(registers: Registers, { op, src, imm }: Insn, width: Width): Code {
  if (op.source !== 'imm') return pushRegister(registers, src, width)
  return width === 'i64' ? registers.code.i64(imm) : registers.code.i32(imm)
}

function leave(registers: Registers, { dst }: Insn, at: number, width: Width): void {
  if (width === 'i32') registers.setLow(at, dst)
  else registers.setWhole(at, dst)
}

function lowerMove(registers: Registers, insn: Insn, at: number): void {
  const { code } = registers
  const { op, dst, src, imm } = insn
  if (op.source === 'imm') {
    if (registers.keepsLow(at)) code.i32(imm)
    else code.i64(op.width === 64 ? imm : imm >>> 0)
    return registers.set(at, dst)
  }
  // what has no upper half is not cut off
  const low = inLow(registers, insn, at)
  if (low && registers.isLow(src) && src === dst && registers.keepsLow(at)) return
  pushRegister(registers, src, low ? 'i32' : 'i64')
  leave(registers, insn, at, low ? 'i32' : 'i64')
}

function lowerSignExtended(registers: Registers, { op, dst, src }: Insn, at: number): void {
  registers.low(src)
  if (op.size === 1) registers.code.op('i32.extend8_s')
  if (op.size === 2) registers.code.op('i32.extend16_s')
  if (op.width === 64) registers.setSigned(at, dst)
  else registers.setLow(at, dst)
}

/** By as many bits as the source's lowest five or six say, as in Wasm. */
function lowerShift(registers: Registers, insn: Insn, at: number): void {
  const { code } = registers
  const { op, dst, src, imm } = insn
  const left = op.name === 'lsh'
  const byNumber = op.source === 'imm'
  const by = imm & (op.width - 1)
  // of what is shifted by a number the low half is enough to the left, or where there is no other
  const low = op.width === 32 || (byNumber && (left ? registers.keepsLow(at) : registers.isLow(dst)))
  if (!low) {
    registers.whole(dst)
    if (byNumber) code.i64(by)
    else registers.whole(src)
    code.op(`i64.${operators.get(op.name)!}` as PlainOp)
    return registers.setWhole(at, dst)
  }
  // beyond 32 bits nothing is left
  if (op.width === 64 && by >= 32) code.i32(0)
  else {
    registers.low(dst)
    if (byNumber) code.i32(by)
    else registers.low(src)
    // nothing has a sign of which the upper half is zero
    const name = op.width === 64 && op.name === 'arsh' ? 'shr_u' : operators.get(op.name)!
    code.op(`i32.${name}` as PlainOp)
  }
  registers.setLow(at, dst)
}

function lowerDivision(registers: Registers, insn: Insn, at: number): void {
  const { code } = registers
  const { op, dst, src, imm } = insn
  const fromImm = op.source === 'imm'
  const zeroAbove = !op.signed && registers.isLow(dst) && (fromImm ? imm >= 0 : registers.isLow(src))
  const width: Width = op.width === 32 || zeroAbove ? 'i32' : 'i64'
  const rest = op.name === 'mod' || op.name === 'smod'
  const divide = `${width}.${rest ? 'rem' : 'div'}_${op.signed ? 's' : 'u'}` as PlainOp
  const number = (value: number): Code => (width === 'i64' ? code.i64(value) : code.i32(value))
  const byZero = (): void => void (rest ? pushRegister(registers, dst, width) : number(0))
  const plain = (): void => void pushSource(pushed(registers, dst, width), insn, width).op(divide)
  // of the least number, no rest; wasm has the rest of that right
  const byMinusOne = (): void => {
    number(0)
    pushRegister(registers, dst, width).op(`${width}.sub` as PlainOp)
  }
  if (fromImm) {
    if (imm === 0) byZero()
    else if (op.name === 'sdiv' && imm === -1) byMinusOne()
    else plain()
    return leave(registers, insn, at, width)
  }
  pushSource(registers, insn, width)
    .op(`${width}.eqz` as PlainOp)
    .openValue(width)
  byZero()
  code.op('else')
  if (op.name === 'sdiv') {
    pushSource(registers, insn, width)
    number(-1)
      .op(`${width}.eq` as PlainOp)
      .openValue(width)
    byMinusOne()
    code.op('else')
  }
  plain()
  if (op.name === 'sdiv') code.op('end')
  code.op('end')
  leave(registers, insn, at, width)
}

function pushed(registers: Registers, register: number, width: Width): Registers {
  pushRegister(registers, register, width)
  return registers
}

/** Programs are little-endian: `le` cuts off, `be` and `bswap` turn the bytes around. */
function lowerSwap(registers: Registers, { op, dst }: Insn, at: number, small: number): void {
  const { code, locals } = registers
  if (op.size === 8) {
    registers.whole(dst)
    if (op.name !== 'le') pushTurned(code.set(locals.temp), locals.temp, 8)
    return registers.setWhole(at, dst)
  }
  registers.low(dst)
  if (op.name !== 'le')
    pushTurnedLow(code.set(locals.aside), locals.aside, { size: op.size as 2 | 4, bits: small === SHORT ? 16 : 32 })
  else if (op.size === 2) code.i32(0xffff).op('i32.and')
  registers.setLow(at, dst)
}
