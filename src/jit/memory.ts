// SPDX-License-Identifier: Apache-2.0
// Loads, stores and atomics as WebAssembly, RFC 9669 §5. An address is the low half of a register: an offset in the machine's memory, so
// that whatever was verified wrongly reaches nothing else. A machine is one thread: what is atomic to others is so by itself.

import type { Insn } from '../isa/index.ts'
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
