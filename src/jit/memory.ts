// SPDX-License-Identifier: Apache-2.0
// Loads, stores and atomics as WebAssembly, RFC 9669 §5. An address is the low half of a register: an offset in the machine's memory, so
// that whatever was verified wrongly reaches nothing else. A machine is one thread: what is atomic to others is so by itself.

import type { Insn } from '../isa/index.ts'
import { pushTurned } from './alu.ts'
import type { Arena, Callee, FieldAccess, Guard } from './input.ts'
import { ADDRESS, BOTTOM, localOf, TEMP } from './locals.ts'
import type { Code, PlainOp } from './wasm/code.ts'

export const STACK = 512

const loads = { 1: 'i64.load8_u', 2: 'i64.load16_u', 4: 'i64.load32_u', 8: 'i64.load' } as const
const signedLoads = { 1: 'i64.load8_s', 2: 'i64.load16_s', 4: 'i64.load32_s', 8: 'i64.load' } as const
const stores = { 1: 'i64.store8', 2: 'i64.store16', 4: 'i64.store32', 8: 'i64.store' } as const
type Size = keyof typeof loads

/** Pushes where `base + off` is, and answers what the access adds to it: an access adds no less than 0. */
function pushAddress(code: Code, base: number, off: number): number {
  if (base === 10 && off >= -STACK && off < 0) {
    code.get(BOTTOM)
    return STACK + off
  }
  code.get(localOf(base)).op('i32.wrap_i64')
  if (off >= 0) return off
  code.i32(off).op('i32.add')
  return 0
}

export function lowerLoad(code: Code, { op, dst, src, off }: Insn, guard?: Guard): void {
  const load = (op.signed ? signedLoads : loads)[op.size as Size]
  if (guard === undefined) code.memory(load, pushAddress(code, src, off))
  else {
    pushIsThere(code, { base: src, off, size: op.size }, guard)
    code.openValue('i64').get(ADDRESS).memory(load, 0).op('else').i64(0).op('end')
  }
  code.set(localOf(dst))
}

export function lowerStore(code: Code, insn: Insn, guard?: Guard): void {
  const { op, dst, off } = insn
  const store = stores[op.size as Size]
  if (guard === undefined) {
    const added = pushAddress(code, dst, off)
    pushStored(code, insn).memory(store, added)
  } else {
    pushIsThere(code, { base: dst, off, size: op.size }, guard)
    code.open('if').get(ADDRESS)
    pushStored(code, insn).memory(store, 0).op('end')
  }
}

const pushStored = (code: Code, { op, src, imm }: Insn): Code =>
  op.source === 'imm' ? code.i64(imm) : code.get(localOf(src))

interface Place {
  readonly base: number
  readonly off: number
  readonly size: number
}

/** Puts the address aside, and pushes whether something is there. */
function pushIsThere(code: Code, place: Place, guard: Guard): void {
  if (guard.kind === 'arena') pushIsInArena(code, place, guard)
  else pushIsInMemory(code, place)
}

/** Below the first page all is zero: only what lies beyond memory is not there. */
function pushIsInMemory(code: Code, { base, off }: Place): void {
  code.get(localOf(base)).i64(off).op('i64.add').tee(TEMP).op('i32.wrap_i64').set(ADDRESS)
  // eight bytes from there are; an address just below 2^64 is beyond
  code.get(TEMP).memorySize().op('i64.extend_i32_u').i64(16).op('i64.shl').i64(7).op('i64.sub', 'i64.lt_u')
}

/** Each page that is touched, by the address's low half. */
function pushIsInArena(code: Code, { base, off, size }: Place, arena: Arena): void {
  const pushPage = (byte: number): Code => {
    code.get(ADDRESS).i32(byte - arena.begin)
    return code.op('i32.add').i32(12).op('i32.shr_u').memory('i32.load8_u', arena.pages)
  }
  code.get(localOf(base)).op('i32.wrap_i64').i32(off).op('i32.add').tee(ADDRESS)
  code.i32(arena.begin).op('i32.sub').i32(lastStart(arena, size)).op('i32.le_u').openValue('i32')
  pushPage(0)
  pushPage(size - 1)
    .op('i32.and', 'else')
    .i32(0)
    .op('end')
}

/** Where the last access of so many bytes begins, from the arena's begin. */
const lastStart = ({ count }: Arena, size: number): number => count * 4096 - size

/** Pushes the address of what holds the field: a null pointer on the way leads to the first page, where all is zero. */
function pushHolder(code: Code, base: number, through: readonly number[]): void {
  code.get(localOf(base)).op('i32.wrap_i64')
  for (const offset of through) code.memory('i32.load', offset)
}

/** A load of the context. */
export function lowerFieldLoad(
  code: Code,
  { op, dst, src }: Insn,
  field: FieldAccess,
  call: (callee: Callee) => void,
): void {
  if (field.kind === 'field') {
    pushHolder(code, src, field.through)
    code.memory(loads[field.size], field.offset).set(localOf(dst))
    if (field.turned === true && field.size > 1) pushTurned(code, localOf(dst), field.size as 2 | 4 | 8)
    else code.get(localOf(dst))
  } else {
    code.get(localOf(src)).op('i32.wrap_i64')
    call(field.callee)
  }
  if (field.shift > 0) code.i64(field.shift).op('i64.shr_u')
  if (field.bits < 64) code.i64((1n << BigInt(field.bits)) - 1n).op('i64.and')
  if (op.signed) code.op(op.size === 1 ? 'i64.extend8_s' : op.size === 2 ? 'i64.extend16_s' : 'i64.extend32_s')
  code.set(localOf(dst))
}

/** A store to the context. */
export function lowerFieldStore(code: Code, insn: Insn, field: FieldAccess, call: (callee: Callee) => void): void {
  if (field.kind === 'field') {
    pushHolder(code, insn.dst, field.through)
    pushStored(code, insn).memory(stores[field.size], field.offset)
    return
  }
  code.get(localOf(insn.dst)).op('i32.wrap_i64')
  pushStored(code, insn)
  call(field.callee)
}

const operators: ReadonlyMap<string, PlainOp> = new Map([
  ['add', 'i64.add'],
  ['or', 'i64.or'],
  ['and', 'i64.and'],
  ['xor', 'i64.xor'],
])

export function lowerAtomic(code: Code, insn: Insn, guard?: Guard): void {
  const { op, dst, src, off } = insn
  if (op.name === 'load_acquire') return lowerLoad(code, insn, guard)
  if (op.name === 'store_release') return lowerStore(code, insn, guard)
  if (guard === undefined) return lowerReadAndWrite(code, insn)
  pushIsThere(code, { base: dst, off, size: op.size }, guard)
  code.open('if')
  lowerReadAndWrite(code, insn)
  if (op.fetch) {
    code.op('else').i64(0)
    code.set(localOf(op.name === 'cmpxchg' ? 0 : src))
  }
  code.op('end')
}

function lowerReadAndWrite(code: Code, { op, dst, src, off }: Insn): void {
  const size = op.size as Size
  const added = pushAddress(code, dst, off)
  // what was there, put aside
  code.tee(ADDRESS).memory(loads[size], added).set(TEMP)
  if (op.name === 'cmpxchg') {
    code.get(TEMP).get(localOf(0))
    if (size === 4) code.op('i32.wrap_i64', 'i64.extend_i32_u')
    code.op('i64.eq').open('if').get(ADDRESS).get(localOf(src)).memory(stores[size], added).op('end')
    code.get(TEMP).set(localOf(0))
    return
  }
  code.get(ADDRESS)
  if (op.name === 'xchg') code.get(localOf(src))
  else code.get(TEMP).get(localOf(src)).op(operators.get(op.name)!)
  code.memory(stores[size], added)
  if (op.fetch) code.get(TEMP).set(localOf(src))
}
