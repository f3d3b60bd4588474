// SPDX-License-Identifier: Apache-2.0
// Loads, stores and atomics as WebAssembly, RFC 9669 §5. An address is the low half of a register: an offset in the machine's memory, so
// that whatever was verified wrongly reaches nothing else. A machine is one thread: what is atomic to others is so by itself.

import type { Insn } from '../isa/index.ts'
import { pushTurned } from './alu.ts'
import type { Arena, Callee, FieldAccess } from './input.ts'
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

export function lowerLoad(code: Code, { op, dst, src, off }: Insn): void {
  const added = pushAddress(code, src, off)
  code.memory((op.signed ? signedLoads : loads)[op.size as Size], added).set(localOf(dst))
}

/** Of an address that may be none: beyond memory 0 is loaded; below the first page all is zero. */
export function lowerGuardedLoad(code: Code, { op, dst, src, off }: Insn): void {
  guard(code, src, off)
  code.openValue('i64').get(TEMP).op('i32.wrap_i64')
  code.memory((op.signed ? signedLoads : loads)[op.size as Size], 0)
  code.op('else').i64(0).op('end').set(localOf(dst))
}

/** Such a store goes nowhere. */
export function lowerGuardedStore(code: Code, { op, dst, src, off, imm }: Insn): void {
  guard(code, dst, off)
  code.open('if').get(TEMP).op('i32.wrap_i64')
  if (op.source === 'imm') code.i64(imm)
  else code.get(localOf(src))
  code.memory(stores[op.size as Size], 0).op('end')
}

/** Puts the address aside, and whether memory is there. */
function guard(code: Code, base: number, off: number): void {
  code.get(localOf(base)).i64(off).op('i64.add').tee(TEMP)
  code.i64(7).op('i64.add').i64(16).op('i64.shr_u').memorySize().op('i64.extend_i32_u', 'i64.lt_u')
}

/** Puts the address aside in 32 bits, and pushes whether each page that it touches is there. */
function inArena(code: Code, { base, off, size }: { base: number; off: number; size: number }, arena: Arena): void {
  const from = (bytes: number): Code =>
    code
      .get(ADDRESS)
      .i32(bytes - arena.begin)
      .op('i32.add')
      .i32(12)
      .op('i32.shr_u')
      .memory('i32.load8_u', arena.pages)
  code.get(localOf(base)).op('i32.wrap_i64').i32(off).op('i32.add').tee(ADDRESS)
  code
    .i32(arena.begin)
    .op('i32.sub')
    .i32(arena.count * 4096 - size + 1)
    .op('i32.lt_u')
    .openValue('i32')
  from(0)
  from(size - 1)
    .op('i32.and', 'else')
    .i32(0)
    .op('end')
}

/** Where no page is, 0 is loaded. */
export function lowerArenaLoad(code: Code, { op, dst, src, off }: Insn, arena: Arena): void {
  inArena(code, { base: src, off, size: op.size }, arena)
  code
    .openValue('i64')
    .get(ADDRESS)
    .memory((op.signed ? signedLoads : loads)[op.size as Size], 0)
  code.op('else').i64(0).op('end').set(localOf(dst))
}

/** Where no page is, nothing is stored. */
export function lowerArenaStore(code: Code, { op, dst, src, off, imm }: Insn, arena: Arena): void {
  inArena(code, { base: dst, off, size: op.size }, arena)
  code.open('if').get(ADDRESS)
  if (op.source === 'imm') code.i64(imm)
  else code.get(localOf(src))
  code.memory(stores[op.size as Size], 0).op('end')
}

/** Where no page is, nothing is done, and 0 was there. */
export function lowerArenaAtomic(code: Code, insn: Insn, arena: Arena): void {
  if (insn.op.name === 'load_acquire') return lowerArenaLoad(code, insn, arena)
  if (insn.op.name === 'store_release') return lowerArenaStore(code, insn, arena)
  inArena(code, { base: insn.dst, off: insn.off, size: insn.op.size }, arena)
  code.open('if')
  lowerAtomic(code, insn)
  if (insn.op.fetch)
    code
      .op('else')
      .i64(0)
      .set(localOf(insn.op.name === 'cmpxchg' ? 0 : insn.src))
  code.op('end')
}

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
export function lowerFieldStore(
  code: Code,
  { op, dst, src, imm }: Insn,
  field: FieldAccess,
  call: (callee: Callee) => void,
): void {
  const value = (): Code => (op.source === 'imm' ? code.i64(imm) : code.get(localOf(src)))
  if (field.kind === 'field') {
    pushHolder(code, dst, field.through)
    value().memory(stores[field.size], field.offset)
    return
  }
  code.get(localOf(dst)).op('i32.wrap_i64')
  value()
  call(field.callee)
}

export function lowerStore(code: Code, { op, dst, src, off, imm }: Insn): void {
  const added = pushAddress(code, dst, off)
  if (op.source === 'imm') code.i64(imm)
  else code.get(localOf(src))
  code.memory(stores[op.size as Size], added)
}

const operators: ReadonlyMap<string, PlainOp> = new Map([
  ['add', 'i64.add'],
  ['or', 'i64.or'],
  ['and', 'i64.and'],
  ['xor', 'i64.xor'],
])

export function lowerAtomic(code: Code, insn: Insn): void {
  const { op, dst, src, off } = insn
  const size = op.size as Size
  if (op.name === 'load_acquire') return lowerLoad(code, insn)
  if (op.name === 'store_release') return lowerStore(code, insn)
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
