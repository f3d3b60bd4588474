// SPDX-License-Identifier: Apache-2.0
// One instruction in the syntax of the verifier's log: what users see there, grep for and paste.
import { imm64 } from './codec.ts'
import { addrPercpuOff, rowOf } from './table.ts'
import type { Insn } from './types.ts'

export interface DisassembleOptions {
  /** Name of a helper by number: 'bpf_map_lookup_elem'. Without it, or where it has none: 'unknown'. */
  readonly helperName?: (id: number) => string | undefined
  /** Name of the kfunc that a call with src 2 reaches. Without it: 'kernel-function'. */
  readonly kfuncName?: (insn: Insn) => string | undefined
  /** Text of a 64-bit immediate, where the address that the kernel would print is not ours to know. */
  readonly immText?: (insn: Insn, value: bigint) => string | undefined
  /** Unprivileged programs are not shown addresses: those of ld_imm64 pseudo sources print as 0x0. */
  readonly hidePointers?: boolean
}

const sizeNames: Readonly<Record<number, string>> = { 1: 'u8', 2: 'u16', 4: 'u32', 8: 'u64' }
const classNames = ['ld', 'ldx', 'st', 'stx', 'alu', 'jmp', 'jmp32', 'alu64'] as const

const hex2 = (value: number): string => value.toString(16).padStart(2, '0')
const signedText = (value: number): string => (value < 0 ? `${value}` : `+${value}`)

/**
 * An instruction as the kernel's log prints it, opcode byte included: `(bf) r6 = r1`.
 * @param next the following slot, for the upper half of an ld_imm64
 */
export function disassemble(insn: Insn, next: Insn | undefined, options: DisassembleOptions = {}): string {
  return `(${hex2(insn.code)}) ${statement(insn, next, options)}`
}

function statement(insn: Insn, next: Insn | undefined, options: DisassembleOptions): string {
  const { code, dst, src, off, imm, op } = insn
  const place = (register: number): string => `(${sizeType(insn)} *)(r${register} ${signedText(off)})`
  switch (op.kind) {
    case 'alu':
      return aluStatement(insn)
    case 'load':
      return `r${dst} = *${place(src)}`
    case 'store':
      return `*${place(dst)} = ${op.source === 'reg' ? `r${src}` : imm}`
    case 'atomic':
      return atomicStatement(insn, place)
    case 'ld_imm64': {
      const isPointer = src !== 0 && src !== 4
      const value = isPointer && options.hidePointers === true ? 0n : imm64(insn, next)
      return `r${dst} = ${options.immText?.(insn, value) ?? `0x${value.toString(16)}`}`
    }
    case 'ld_abs':
      return `r0 = *(${sizeType(insn)} *)skb[${imm}]`
    case 'ld_ind':
      return `r0 = *(${sizeType(insn)} *)skb[r${src} + ${imm}]`
    case 'ja':
      return op.width === 32 ? `gotol pc${signedText(imm)}` : `goto pc${signedText(off)}`
    case 'may_goto':
      return `may_goto pc${signedText(off)}`
    case 'gotox':
      return `gotox r${dst}`
    case 'jump': {
      const letter = op.width === 32 ? 'w' : 'r'
      const right = op.source === 'reg' ? `${letter}${src}` : `0x${(imm >>> 0).toString(16)}`
      return `if ${letter}${dst} ${operator(insn)} ${right} goto pc${signedText(off)}`
    }
    case 'call':
      return callStatement(insn, options)
    case 'callx':
      return `callx r${dst}`
    case 'exit':
      return 'exit'
    case 'invalid':
      return classNames[code & 7]!
    default:
      return op.kind satisfies never
  }
}

function sizeType({ op }: Insn): string {
  const name = sizeNames[op.size]!
  return op.signed ? name.replace('u', 's') : name
}

/** The operator of the row; where reserved fields are in use, that of the plain operation. */
function operator(insn: Insn): string {
  return (rowOf(insn.code, insn.off, insn.imm) ?? rowOf(insn.code, 0, insn.imm))?.text ?? '?'
}

function aluStatement(insn: Insn): string {
  const { dst, src, off, imm, op } = insn
  const letter = op.width === 32 ? 'w' : 'r'
  switch (op.name) {
    case 'neg':
      return `${letter}${dst} = -${letter}${dst}`
    case 'le':
    case 'be':
    case 'bswap':
      return `r${dst} = ${op.name}${imm} r${dst}`
    case 'addr_space_cast':
      return `r${dst} = addr_space_cast(r${src}, ${imm >>> 16}, ${imm & 0xffff})`
    case 'movsx':
      return `${letter}${dst} = ${operator(insn)}${letter}${src}`
    default:
  }
  if (op.name === 'mov' && op.width === 64 && op.source === 'reg' && off === addrPercpuOff) {
    return `r${dst} = &(void __percpu *)(r${src})`
  }
  return `${letter}${dst} ${operator(insn)} ${op.source === 'reg' ? `${letter}${src}` : imm}`
}

function atomicStatement(insn: Insn, place: (register: number) => string): string {
  const { dst, src, op } = insn
  const width = op.size === 8 ? '64' : ''
  switch (op.name) {
    case 'load_acquire':
      return `r${dst} = load_acquire(${place(src)})`
    case 'store_release':
      return `store_release(${place(dst)}, r${src})`
    case 'xchg':
      return `r${src} = atomic${width}_xchg(${place(dst)}, r${src})`
    case 'cmpxchg':
      return `r0 = atomic${width}_cmpxchg(${place(dst)}, r0, r${src})`
    default:
      if (!op.fetch) return `lock *${place(dst)} ${operator(insn)} r${src}`
      return `r${src} = atomic${width}_fetch_${op.name}(${place(dst)}, r${src})`
  }
}

function callStatement(insn: Insn, options: DisassembleOptions): string {
  const { src, imm } = insn
  if (src === 1) return `call pc${signedText(imm)}`
  if (src === 2) return `call ${options.kfuncName?.(insn) ?? 'kernel-function'}#${imm}`
  return `call ${(src === 0 ? options.helperName?.(imm) : undefined) ?? 'unknown'}#${imm}`
}
