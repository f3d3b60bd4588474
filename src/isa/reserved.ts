// SPDX-License-Identifier: Apache-2.0
// What a kernel says of an instruction whose encoding it does not know: unknown opcodes and reserved fields in use
// (RFC 9669 §3.2 "Unused fields MUST be zero"). Message texts and the order of tests are the kernel's (6.12, 7.3).
import type { Insn, IsaFeature } from './types.ts'
import { rowsByCode } from './table.ts'

export interface ReservedOptions {
  /** Does the kernel know these opcodes? Without it: none of those that came after 6.12. */
  readonly has?: (feature: IsaFeature) => boolean
  /** may_goto may lead to the instruction behind it. */
  readonly bareMayGoto?: boolean
}

const hex2 = (value: number): string => (value >>> 0).toString(16).padStart(2, '0')

/** Is this opcode byte one the kernel's instruction table lists? callx is in the RFC but in no kernel. */
export function isKnownOpcode(code: number, options: ReservedOptions = {}): boolean {
  if (code === 0x8d) return false
  for (const { since } of rowsByCode[code & 0xff]!)
    if (since === undefined || options.has?.(since) === true) return true
  return false
}

/**
 * What the kernel finds wrong over the whole program before it explores anything: loads with reserved fields, broken
 * ld_imm64 pairs, opcodes it does not list. The second slot of a pair is skipped by the caller.
 * @param next the slot after `insn`; undefined where the program ends
 */
export function checkEncoding(insn: Insn, next: Insn | undefined, options: ReservedOptions = {}): string | undefined {
  if ((insn.code & 7) === 1) {
    const mode = insn.code & 0xe0
    if ((mode !== 0x60 && mode !== 0x80) || insn.imm !== 0) return 'BPF_LDX uses reserved fields'
  }
  if (insn.code === 0x18) {
    if (next === undefined || next.code !== 0 || next.dst !== 0 || next.src !== 0 || next.off !== 0) {
      return 'invalid bpf_ld_imm64 insn'
    }
    if (insn.src > 6) return 'unrecognized bpf_ld_imm64 insn'
    if ((insn.src === 1 || insn.src === 5) && next.imm !== 0) return 'unrecognized bpf_ld_imm64 insn'
    return undefined
  }
  return isKnownOpcode(insn.code, options) ? undefined : `unknown opcode ${hex2(insn.code)}`
}

/**
 * The verifier's message for a reserved or unknown field of this one instruction, or undefined. 6.12 says it when it
 * reaches the instruction, newer kernels before they explore. Register numbers are not its business ('R%d is invalid').
 */
export function checkReserved(insn: Insn, options: ReservedOptions = {}): string | undefined {
  const early = insn.code === 0x18 ? undefined : checkEncoding(insn, undefined, options)
  if (early !== undefined) return early
  switch (insn.code & 7) {
    case 4:
    case 7:
      return checkAlu(insn)
    case 5:
    case 6:
      return checkJump(insn, options)
    case 3:
      if ((insn.code & 0xe0) === 0xc0) return checkAtomic(insn, options)
      return insn.imm !== 0 ? 'BPF_STX uses reserved fields' : undefined
    case 2:
      return insn.src !== 0 ? 'BPF_ST uses reserved fields' : undefined
    case 0:
      return checkLoad(insn)
    default:
      return undefined
  }
}

function checkAlu({ code, src, off, imm }: Insn): string | undefined {
  const operation = code & 0xf0
  const isReg = (code & 8) !== 0
  if (operation === 0x80) return src !== 0 || off !== 0 || imm !== 0 ? 'BPF_NEG uses reserved fields' : undefined
  if (operation === 0xd0) {
    const isWidth = imm === 16 || imm === 32 || imm === 64
    return src !== 0 || off !== 0 || !isWidth ? 'BPF_END uses reserved fields' : undefined
  }
  if (operation === 0xb0) return checkMov(code, src, off, imm)
  const signedAllowed = operation === 0x30 || operation === 0x90
  if ((isReg ? imm !== 0 : src !== 0) || (off !== 0 && !(off === 1 && signedAllowed)))
    return 'BPF_ALU uses reserved fields'
  return undefined
}

/**
 * The verifier's message for a constant operand that no value of the other makes meaningful. The kernel says it only
 * on reaching the instruction, and after both registers were found readable.
 */
export function checkConstantOperand({ op, imm }: Insn): string | undefined {
  if (op.kind !== 'alu' || op.source !== 'imm') return undefined
  switch (op.name) {
    case 'div':
    case 'mod':
    case 'sdiv':
    case 'smod':
      return imm === 0 ? 'div by zero' : undefined
    case 'lsh':
    case 'rsh':
    case 'arsh':
      return imm < 0 || imm >= op.width ? `invalid shift ${imm}` : undefined
    default:
      return undefined
  }
}

function checkMov(code: number, src: number, off: number, imm: number): string | undefined {
  const reserved = 'BPF_MOV uses reserved fields'
  if ((code & 8) === 0) return src !== 0 || off !== 0 ? reserved : undefined
  const is64 = (code & 7) === 7
  if (is64 && off === 1) {
    if (imm === 1 || imm === 0x10000) return undefined
    return 'addr_space_cast insn can only convert between address space 1 and 0'
  }
  const extends_ = off === 0 || off === 8 || off === 16 || (is64 && off === 32)
  return !extends_ || imm !== 0 ? reserved : undefined
}

function checkJump(insn: Insn, { bareMayGoto = false }: ReservedOptions): string | undefined {
  const { code, dst, src, off, imm } = insn
  switch (insn.op.kind) {
    case 'call':
      return (src !== 2 && off !== 0) || src > 2 || dst !== 0 ? 'BPF_CALL uses reserved fields' : undefined
    case 'ja':
      return src !== 0 || dst !== 0 || (code === 0x05 ? imm !== 0 : off !== 0)
        ? 'BPF_JA uses reserved fields'
        : undefined
    case 'gotox':
      return src !== 0 || off !== 0 || imm !== 0 ? 'BPF_JA|BPF_X uses reserved fields' : undefined
    case 'exit':
      return src !== 0 || dst !== 0 || imm !== 0 ? 'BPF_EXIT uses reserved fields' : undefined
    case 'may_goto':
      if (src !== 0 || dst !== 0 || imm !== 0 || (off === 0 && !bareMayGoto))
        return bareMayGoto ? `invalid may_goto imm ${imm}` : `invalid may_goto off ${off} imm ${imm}`
      return undefined
    default:
      return ((code & 8) !== 0 ? imm !== 0 : src !== 0) ? 'BPF_JMP/JMP32 uses reserved fields' : undefined
  }
}

function checkAtomic(insn: Insn, options: ReservedOptions): string | undefined {
  const isNew = insn.imm === 0x100 || insn.imm === 0x110
  if (isNew && options.has?.('load_acquire') === true) return undefined
  if (isNew || (insn.op.kind === 'invalid' && !isReadModifyWrite(insn.imm))) {
    return `BPF_ATOMIC uses invalid atomic opcode ${hex2(insn.imm)}`
  }
  return insn.op.kind === 'invalid' ? 'invalid atomic operand size' : undefined
}

function isReadModifyWrite(imm: number): boolean {
  return rowsByCode[0xdb]!.some((row) => row.imm === imm && row.since === undefined)
}

function checkLoad({ code, dst, src, off }: Insn): string | undefined {
  if (code === 0x18) return off !== 0 ? 'BPF_LD_IMM64 uses reserved fields' : undefined
  const isAbs = (code & 0xe0) === 0x20
  return dst !== 0 || off !== 0 || (isAbs && src !== 0) ? 'BPF_LD_[ABS|IND] uses reserved fields' : undefined
}
