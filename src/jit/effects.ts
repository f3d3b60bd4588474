// SPDX-License-Identifier: Apache-2.0
// What each instruction reads and writes, and how much of it: the low half of a register, all of it, or as much as is asked for of what
// it writes. Sets of registers are bits of a number, R0 the lowest.

import type { Insn } from '../isa/index.ts'
import { type Block, pastOf } from './flow.ts'
import { type Callee, calleeSlot, type JitProgram, narrow, SMALL, SUM } from './input.ts'

/** When the upper half of what an instruction writes is zero. */
export const fits = {
  /** Nothing is known of it. */
  unknown: 0,
  always: 1,
  /** Where it is zero in each register of `from`; in one of them. */
  all: 2,
  any: 3,
} as const

export const NO_REGISTER = -1

/** Of the slots of one function. */
export class Effects {
  /** Registers of which the low half is read. */
  readonly low: Uint16Array
  /** Registers that are read whole. */
  readonly whole: Uint16Array
  /** Registers of which the low half is enough where the low half of what is written is. */
  readonly passed: Uint16Array
  readonly written: Int8Array
  readonly rule: Uint8Array
  readonly from: Uint16Array
  /** 1 where 32 bits are computed, whatever is in the registers. */
  readonly native: Uint8Array

  constructor(size: number) {
    this.low = new Uint16Array(size)
    this.whole = new Uint16Array(size)
    this.passed = new Uint16Array(size)
    this.written = new Int8Array(size).fill(NO_REGISTER)
    this.rule = new Uint8Array(size)
    this.from = new Uint16Array(size)
    this.native = new Uint8Array(size)
  }

  /** All that slot reads. */
  reads(slot: number): number {
    return this.low[slot]! | this.whole[slot]! | this.passed[slot]!
  }
}

/** Of what a function of the program takes: which of R1 to R5, and of which the low half is enough. */
export interface Taken {
  readonly reads: number
  readonly low: number
}

/** Of a function's blocks, the first of which begins it. `taken`: of the function that begins at a slot. */
export function effectsOf(program: JitProgram, blocks: readonly Block[], taken: (slot: number) => Taken): Effects {
  const { insns, callees, fields, guards, addresses, small } = program
  const start = blocks[0]!.start
  const effects = new Effects(blocks.reduce((end, block) => Math.max(end, pastOf(block)), 0) - start)
  for (const block of blocks) for (let at = block.start; at < pastOf(block); at++) at = ofInsn(at)
  return effects

  /** Answers the last of its slots. */
  function ofInsn(at: number): number {
    const { low, whole, written, rule, from } = effects
    const insn = insns[at]!
    const { op, dst, src } = insn
    const i = at - start
    const [toDst, toSrc] = [1 << dst, 1 << src]
    switch (op.kind) {
      case 'alu':
        written[i] = dst
        ofAlu(effects, i, insn)
        break
      case 'load':
        written[i] = dst
        if (guards?.get(at)?.kind === 'memory') whole[i] = toSrc
        else low[i] = toSrc
        rule[i] = op.signed || (op.size === 8 && (fields?.get(at)?.bits ?? 64) > 32) ? fits.unknown : fits.always
        break
      case 'store': {
        const stored = op.source === 'imm' ? 0 : toSrc
        const field = fields?.get(at)
        const wide = op.size === 8 || (field !== undefined && (field.kind === 'call' || field.size === 8))
        low[i] = wide ? toDst : toDst | stored
        whole[i] = (wide ? stored : 0) | (guards?.get(at)?.kind === 'memory' ? toDst : 0)
        break
      }
      case 'atomic':
        ofAtomic(effects, i, insn, { guarded: guards?.get(at)?.kind === 'memory' })
        break
      case 'ld_imm64': {
        written[i] = dst
        const address = addresses.get(at)
        const isSmall = address === undefined ? insns[at + 1]?.imm === 0 : address >> 32n === 0n
        rule[i] = isSmall ? fits.always : fits.unknown
        break
      }
      case 'jump':
        if (op.width === 64) whole[i] = op.source === 'imm' ? toDst : toDst | toSrc
        else low[i] = op.source === 'imm' ? toDst : toDst | toSrc
        break
      case 'call':
        written[i] = 0
        if (insn.src === 1) {
          const { reads, low: halves } = taken(calleeSlot(insn, at))
          low[i] = halves
          whole[i] = reads & ~halves
        } else ofCall(effects, i, callees.get(at))
        break
      case 'ld_abs':
      case 'ld_ind':
        written[i] = 0
        low[i] = (1 << 6) | (op.kind === 'ld_ind' ? toSrc : 0)
        break
      case 'exit':
        whole[i] = 1
        break
      default:
    }
    if (rule[i] === fits.always && computes(insn)) effects.native[i] = 1
    if (small !== undefined && (small[at] === SMALL || small[at] === SUM) && written[i] !== NO_REGISTER)
      rule[i] = fits.always
    if (from[i] === 0 && rule[i]! > fits.always) rule[i] = fits.unknown
    return op.kind === 'ld_imm64' ? at + 1 : at
  }
}

/** Not so of what only is there, and of upper halves that are shifted down. */
const computes = ({ op }: Insn): boolean =>
  op.kind !== 'ld_imm64' && !(op.name === 'mov' && op.source === 'imm') && !(op.name === 'rsh' && op.width === 64)

function ofAlu(effects: Effects, i: number, { op, dst, src, imm }: Insn): void {
  const { low, whole, passed, rule, from } = effects
  const byNumber = op.source === 'imm'
  const operands = byNumber ? 1 << dst : (1 << dst) | (1 << src)
  const { name } = op
  if (op.width === 32 || name === 'addr_space_cast') {
    low[i] = name === 'mov' || name === 'movsx' || name === 'addr_space_cast' ? (byNumber ? 0 : 1 << src) : operands
    rule[i] = fits.always
    return
  }
  switch (name) {
    case 'mov':
      if (byNumber) rule[i] = imm >= 0 ? fits.always : fits.unknown
      else setPassed(effects, i, 1 << src, fits.all)
      break
    case 'movsx':
      low[i] = 1 << src
      break
    case 'add':
    case 'sub':
    case 'mul':
    case 'neg':
      passed[i] = operands
      break
    case 'or':
    case 'xor':
      passed[i] = operands
      if (!byNumber || imm >= 0) setPassed(effects, i, operands, fits.all)
      break
    case 'and':
      passed[i] = operands
      if (byNumber && imm >= 0) rule[i] = fits.always
      else setPassed(effects, i, operands, fits.any)
      break
    case 'lsh':
      if (byNumber) passed[i] = operands
      else {
        whole[i] = 1 << dst
        low[i] = (1 << src) & ~(1 << dst)
      }
      break
    case 'rsh':
    case 'arsh':
      whole[i] = 1 << dst
      if (!byNumber) low[i] = (1 << src) & ~(1 << dst)
      if (byNumber && (imm & 63) >= 32 && name === 'rsh') rule[i] = fits.always
      else {
        rule[i] = fits.all
        from[i] = 1 << dst
      }
      break
    case 'div':
    case 'mod':
      whole[i] = operands
      rule[i] = fits.all
      from[i] = 1 << dst
      break
    case 'le':
    case 'be':
    case 'bswap':
      if (op.size === 8) whole[i] = 1 << dst
      else {
        low[i] = 1 << dst
        rule[i] = fits.always
      }
      break
    default:
      whole[i] = operands
  }
}

function setPassed({ passed, rule, from }: Effects, i: number, registers: number, when: number): void {
  passed[i] = registers
  rule[i] = when
  from[i] = registers
}

function ofAtomic(
  { low, whole, written, rule }: Effects,
  i: number,
  { op, dst, src }: Insn,
  { guarded }: { readonly guarded: boolean },
): void {
  const isLoad = op.name === 'load_acquire'
  const [base, value] = isLoad ? [1 << src, 0] : [1 << dst, 1 << src]
  const wide = op.size === 8
  const compared = op.name === 'cmpxchg' ? 1 : 0
  whole[i] = (wide ? value | compared : 0) | (guarded ? base : 0)
  low[i] = (wide ? 0 : value | compared) | base
  if (isLoad) written[i] = dst
  else if (compared !== 0) written[i] = 0
  else if (op.fetch) written[i] = src
  rule[i] = wide ? fits.unknown : fits.always
}

function ofCall({ low, whole, written, rule }: Effects, i: number, callee: Callee | undefined): void {
  if (callee === undefined) return
  callee.params.forEach((param, index) => {
    const register = 2 << index
    if (param === 'i32' || param in narrow) low[i]! |= register
    else if (param !== 'none') whole[i]! |= register
  })
  // where a tail call leads nowhere R0 stays what it is
  if (callee.role === 'tail-call') {
    whole[i]! |= 1 << 1
    written[i] = NO_REGISTER
  }
  rule[i] = ['u32', 'u8', 'u16', 'none'].includes(callee.result) ? fits.always : fits.unknown
}
