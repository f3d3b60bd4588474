// SPDX-License-Identifier: Apache-2.0
// Loads, stores and atomics as WebAssembly, RFC 9669 §5. An address is the low half of a register: an offset in the machine's memory, so
// that whatever was verified wrongly reaches nothing else. A machine is one thread: what is atomic to others is so by itself.

import type { Insn } from '../isa/index.ts'
import { type Arena, type Callee, type FieldAccess, goesRound, type Guard } from './input.ts'
import type { Registers } from './registers.ts'
import { pushTurned, turnPair } from './swap.ts'
import type { Code, MemoryOp, PlainOp } from './wasm/code.ts'

export const STACK = 512

const loads = { 1: 'i64.load8_u', 2: 'i64.load16_u', 4: 'i64.load32_u', 8: 'i64.load' } as const
const signedLoads = { 1: 'i64.load8_s', 2: 'i64.load16_s', 4: 'i64.load32_s', 8: 'i64.load' } as const
const stores = { 1: 'i64.store8', 2: 'i64.store16', 4: 'i64.store32', 8: 'i64.store' } as const
/** Of what is kept in 32 bits: of eight bytes the low half is read. */
const lowLoads = { 1: 'i32.load8_u', 2: 'i32.load16_u', 4: 'i32.load', 8: 'i32.load' } as const
const lowSignedLoads = { 1: 'i32.load8_s', 2: 'i32.load16_s', 4: 'i32.load', 8: 'i32.load' } as const
const lowStores = { 1: 'i32.store8', 2: 'i32.store16', 4: 'i32.store' } as const
type Size = keyof typeof loads

/** Pushes where `base + off` is, and answers what the access adds to it: an access adds no less than 0. */
function pushAddress(registers: Registers, base: number, off: number): number {
  if (base === 10 && off >= -STACK && off < 0 && registers.frameStays) {
    registers.code.get(registers.locals.bottom)
    return STACK + off
  }
  const sum = registers.sums.of(base, off)
  if (sum !== undefined) {
    registers.low(sum.register)
    return sum.fixed
  }
  registers.low(base)
  if (off >= 0) return off
  registers.code.i32(off).op('i32.add')
  return 0
}

export function lowerLoad(registers: Registers, insn: Insn, at: number, guard?: Guard): void {
  const { op, dst, src, off } = insn
  const { code, locals } = registers
  const cell = registers.cells(at)?.[0]
  if (cell !== undefined) return loadCell(registers, insn, at, cell)
  const low = registers.keepsLow(at)
  const load: MemoryOp = (low ? (op.signed ? lowSignedLoads : lowLoads) : op.signed ? signedLoads : loads)[
    op.size as Size
  ]
  if (guard === undefined) code.memory(load, pushAddress(registers, src, off))
  else {
    pushIsThere(registers, { base: src, off, size: op.size }, guard)
    code
      .openValue(low ? 'i32' : 'i64')
      .get(locals.address)
      .memory(load, 0)
      .op('else')
    if (low) code.i32(0)
    else code.i64(0)
    code.op('end')
  }
  registers.set(at, dst)
}

/** From a local, which has zeroes above what is stored there. */
function loadCell(registers: Registers, { op, dst }: Insn, at: number, cell: number): void {
  const { code } = registers
  code.get(cell)
  if (op.size === 8) return registers.setWhole(at, dst)
  if (!op.signed) return registers.setLow(at, dst)
  if (op.size === 1) code.op('i32.extend8_s')
  if (op.size === 2) code.op('i32.extend16_s')
  registers.setSigned(at, dst)
}

function storeCell(registers: Registers, { op, src, imm }: Insn, cell: number): void {
  const { code } = registers
  if (op.size === 8) {
    if (op.source === 'imm') code.i64(imm)
    else registers.whole(src)
  } else {
    if (op.source === 'imm') code.i32(imm)
    else registers.low(src)
    if (op.size < 4) code.i32(op.size === 1 ? 0xff : 0xffff).op('i32.and')
  }
  code.set(cell)
}

/** The load of two bytes and the turning around that follows it, at `at`. */
export function lowerTurnedLoad(registers: Registers, { dst, src, off }: Insn, at: number): void {
  const { code } = registers
  code.memory('i32.load16_u', pushAddress(registers, src, off))
  turnPair(code)
  registers.setLow(at, dst)
}

export function lowerStore(registers: Registers, insn: Insn, at: number, guard?: Guard): void {
  const { op, dst, off } = insn
  const cell = registers.cells(at)?.[0]
  if (cell !== undefined) return storeCell(registers, insn, cell)
  const { code, locals } = registers
  if (guard === undefined) {
    const added = pushAddress(registers, dst, off)
    store(registers, insn, op.size as Size, added)
  } else {
    pushIsThere(registers, { base: dst, off, size: op.size }, guard)
    code.open('if').get(locals.address)
    store(registers, insn, op.size as Size, 0)
    code.op('end')
  }
}

/** What the instruction stores, to the address on the stack. */
function store(registers: Registers, { op, src, imm }: Insn, size: Size, added: number): void {
  const { code } = registers
  if (size === 8 || (op.source === 'reg' && !registers.isLow(src))) {
    if (op.source === 'imm') code.i64(imm)
    else registers.whole(src)
    code.memory(stores[size], added)
    return
  }
  if (op.source === 'imm') code.i32(imm)
  else registers.low(src)
  code.memory(lowStores[size], added)
}

interface Place {
  readonly base: number
  readonly off: number
  readonly size: number
}

/** Puts the address aside, and pushes whether something is there. */
function pushIsThere(registers: Registers, place: Place, guard: Guard): void {
  if (guard.kind === 'arena') pushIsInArena(registers, place, guard)
  else pushIsInMemory(registers, place)
}

/** Below the first page all is zero: only what lies beyond memory is not there. */
function pushIsInMemory(registers: Registers, { base, off }: Place): void {
  const { code, locals } = registers
  registers.whole(base).i64(off).op('i64.add').tee(locals.temp).op('i32.wrap_i64').set(locals.address)
  // eight bytes from there are; an address just below 2^64 is beyond
  code.get(locals.temp).memorySize().op('i64.extend_i32_u').i64(16).op('i64.shl').i64(7).op('i64.sub', 'i64.lt_u')
}

/** Each page that is touched, by the address's low half. */
function pushIsInArena(registers: Registers, { base, off, size }: Place, arena: Arena): void {
  const { code, locals } = registers
  const pushPage = (byte: number): Code => {
    code.get(locals.address).i32(byte - arena.begin)
    return code.op('i32.add').i32(12).op('i32.shr_u').memory('i32.load8_u', arena.pages)
  }
  registers.low(base).i32(off).op('i32.add').tee(locals.address)
  code.i32(arena.begin).op('i32.sub').i32(lastStart(arena, size)).op('i32.le_u')
  if (goesRound(arena) && off !== 0) {
    registers.low(base).i32(arena.begin).op('i32.sub')
    if (off > 0) code.i32(lastStart(arena, size) - off).op('i32.le_u')
    else code.i32(-off).op('i32.ge_u')
    code.op('i32.and')
  }
  code.openValue('i32')
  pushPage(0)
  pushPage(size - 1)
    .op('i32.and', 'else')
    .i32(0)
    .op('end')
}

/** Where the last access of so many bytes begins, from the arena's begin. */
const lastStart = ({ count }: Arena, size: number): number => count * 4096 - size

/** Pushes the address of what holds the field: a null pointer on the way leads to the first page, where all is zero. */
function pushHolder(registers: Registers, base: number, through: readonly number[]): void {
  registers.low(base)
  for (const offset of through) registers.code.memory('i32.load', offset)
}

/** Calls what answers 64 bits. */
type Call = (callee: Callee) => void

/** A load of the context. */
export function lowerFieldLoad(registers: Registers, insn: Insn, at: number, field: FieldAccess, call: Call): void {
  const { op, dst, src } = insn
  const { code, locals } = registers
  if (field.kind === 'field') {
    pushHolder(registers, src, field.through)
    const whole = field.turned !== true && field.shift === 0 && field.bits >= 8 * field.size
    // all of a field that has no more than is kept
    if (whole && !op.signed && (registers.keepsLow(at) || field.size === 8)) {
      code.memory((registers.keepsLow(at) ? lowLoads : loads)[field.size], field.offset)
      return registers.set(at, dst)
    }
    code.memory(loads[field.size], field.offset)
    if (field.turned === true && field.size > 1) pushTurned(code.set(locals.temp), locals.temp, field.size as 2 | 4 | 8)
  } else {
    registers.low(src)
    call(field.callee)
  }
  if (field.shift > 0) code.i64(field.shift).op('i64.shr_u')
  if (field.bits < 64) code.i64((1n << BigInt(field.bits)) - 1n).op('i64.and')
  if (op.signed) code.op(op.size === 1 ? 'i64.extend8_s' : op.size === 2 ? 'i64.extend16_s' : 'i64.extend32_s')
  registers.setWhole(at, dst)
}

/** A store to the context. */
export function lowerFieldStore(registers: Registers, insn: Insn, field: FieldAccess, call: Call): void {
  if (field.kind === 'field') {
    pushHolder(registers, insn.dst, field.through)
    store(registers, insn, field.size, field.offset)
    return
  }
  registers.low(insn.dst)
  if (insn.op.source === 'imm') registers.code.i64(insn.imm)
  else registers.whole(insn.src)
  call(field.callee)
}

const operators: ReadonlyMap<string, PlainOp> = new Map([
  ['add', 'i64.add'],
  ['or', 'i64.or'],
  ['and', 'i64.and'],
  ['xor', 'i64.xor'],
])

export function lowerAtomic(registers: Registers, insn: Insn, at: number, guard?: Guard): void {
  const { op, dst, src, off } = insn
  if (op.name === 'load_acquire') return lowerLoad(registers, insn, at, guard)
  if (op.name === 'store_release') return lowerStore(registers, insn, at, guard)
  if (guard === undefined) return lowerReadAndWrite(registers, insn, at)
  const { code } = registers
  const written = op.name === 'cmpxchg' ? 0 : src
  pushIsThere(registers, { base: dst, off, size: op.size }, guard)
  code.open('if')
  const before = registers.mark()
  lowerReadAndWrite(registers, insn, at)
  if (op.fetch) {
    registers.reset(before)
    code.op('else').i64(0)
    registers.setWhole(at, written)
  }
  code.op('end')
}

function lowerReadAndWrite(registers: Registers, insn: Insn, at: number): void {
  const { op, dst, src, off } = insn
  const { code, locals } = registers
  const size = op.size as Size
  const added = pushAddress(registers, dst, off)
  // what was there, put aside
  code.tee(locals.address).memory(loads[size], added).set(locals.temp)
  if (op.name === 'cmpxchg') {
    code.get(locals.temp)
    if (size === 8) registers.whole(0)
    else registers.low(0).op('i64.extend_i32_u')
    code.op('i64.eq').open('if').get(locals.address)
    pushOperand(registers, src, size).memory(stores[size], added).op('end')
    code.get(locals.temp)
    return registers.setWhole(at, 0)
  }
  code.get(locals.address)
  if (op.name === 'xchg') pushOperand(registers, src, size)
  else pushOperand(registers.push(locals.temp), src, size).op(operators.get(op.name)!)
  code.memory(stores[size], added)
  if (!op.fetch) return
  code.get(locals.temp)
  registers.setWhole(at, src)
}

/** As 64 bits, of which as many matter as the access has. */
const pushOperand = (registers: Registers, register: number, size: Size): Code =>
  size === 8 ? registers.whole(register) : registers.low(register).op('i64.extend_i32_u')
