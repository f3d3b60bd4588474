// SPDX-License-Identifier: Apache-2.0
// One instruction as `llvm-objdump -d` prints it (LLVM 19), which is also what clang's BPF assembler reads.
import { imm64 } from './codec.ts'
import { rowOf } from './table.ts'
import type { Insn } from './types.ts'

export interface LlvmOptions {
  /**
   * As with `--mattr=+alu32`: loads and stores of up to 4 bytes name w registers, and 32-bit atomics other than add have
   * a spelling. llvm-objdump's default is without, and prints `<unknown>` for the latter.
   */
  readonly alu32?: boolean
}

const sizeNames: Readonly<Record<number, string>> = { 1: 'u8', 2: 'u16', 4: 'u32', 8: 'u64' }

/** A number as LLVM prints immediates: hexadecimal with a sign. */
function hex(value: number | bigint): string {
  return value < 0 ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`
}
const jumpTarget = (value: number): string => (value < 0 ? hex(value) : `+${hex(value)}`)
const displacement = (value: number): string => (value < 0 ? `- ${hex(-value)}` : `+ ${hex(value)}`)

/**
 * An instruction in LLVM's syntax, without the opcode byte and without symbols: `r1 = *(u32 *)(r2 + 0x4)`. Helper,
 * subprogram and kfunc calls look alike in it (`call 0x1`): the difference is in the bytes only.
 */
export function disassembleLlvm(insn: Insn, next: Insn | undefined, options: LlvmOptions = {}): string {
  const { dst, src, off, imm, op } = insn
  // LLVM 19 knows r0 to r11.
  if (dst > 11 || src > 11) return '<unknown>'
  const text = rowOf(insn.code, off, imm)?.text
  const memoryLetter = options.alu32 === true && op.size < 8 && !op.signed ? 'w' : 'r'
  const place = (register: number): string => `(${sizeType(insn)} *)(r${register} ${displacement(off)})`
  const letter = op.width === 32 ? 'w' : 'r'
  switch (op.kind) {
    case 'alu':
      return text === undefined ? '<unknown>' : aluStatement(insn, text)
    case 'load':
      return `${memoryLetter}${dst} = *${place(src)}`
    case 'store':
      return `*${place(dst)} = ${op.source === 'reg' ? `${memoryLetter}${src}` : hex(imm)}`
    case 'atomic':
      return atomicStatement(insn, text ?? '?', place, options)
    case 'ld_imm64':
      if (src !== 0) return `ld_pseudo\tr${dst}, ${hex(src)}, ${hex(BigInt.asIntN(64, imm64(insn, next)))}`
      return `r${dst} = ${hex(BigInt.asIntN(64, imm64(insn, next)))} ll`
    case 'ld_abs':
      return `r0 = *(${sizeType(insn)} *)skb[${hex(imm)}]`
    case 'ld_ind':
      return `r0 = *(${sizeType(insn)} *)skb[r${src}]`
    case 'ja':
      return op.width === 32 ? `gotol ${jumpTarget(imm)}` : `goto ${jumpTarget(off)}`
    case 'may_goto':
      return `may_goto ${jumpTarget(off)}`
    case 'gotox':
      return `gotox r${dst}`
    case 'jump':
      return `if ${letter}${dst} ${text} ${op.source === 'reg' ? `${letter}${src}` : hex(imm)} goto ${jumpTarget(off)}`
    case 'call':
      return `call ${hex(imm)}`
    case 'callx':
      return `callx r${dst}`
    case 'exit':
      return 'exit'
    case 'invalid':
      return '<unknown>'
    default:
      return op.kind satisfies never
  }
}

function sizeType({ op }: Insn): string {
  const name = sizeNames[op.size]!
  return op.signed ? name.replace('u', 's') : name
}

function aluStatement(insn: Insn, text: string): string {
  const { dst, src, imm, op } = insn
  const letter = op.width === 32 ? 'w' : 'r'
  switch (op.name) {
    case 'neg':
      return `${letter}${dst} = -${letter}${dst}`
    case 'le':
    case 'be':
    case 'bswap':
      return `r${dst} = ${text} r${dst}`
    case 'addr_space_cast':
      return `r${dst} = addr_space_cast(r${src}, ${hex(imm >>> 16)}, ${hex(imm & 0xffff)})`
    case 'movsx':
      return `${letter}${dst} = ${text}${letter}${src}`
    default:
      return `${letter}${dst} ${text} ${op.source === 'reg' ? `${letter}${src}` : hex(imm)}`
  }
}

function atomicStatement(insn: Insn, text: string, place: (register: number) => string, options: LlvmOptions): string {
  const { dst, src, off, op } = insn
  const bare = `r${dst} ${displacement(off)}`
  const is32 = op.size === 4
  if (is32 && options.alu32 !== true && !(op.name === 'add' && !op.fetch)) {
    // fetch_add without alu32 has the plain add's decoder entry in LLVM 19, whose result nobody names.
    return op.name === 'add' ? `lock *${place(dst)} += r${src}` : '<unknown>'
  }
  const letter = op.size < 8 && options.alu32 === true ? 'w' : 'r'
  switch (op.name) {
    case 'load_acquire':
      return `${letter}${dst} = load_acquire((${sizeType(insn)} *)(r${src} ${displacement(off)}))`
    case 'store_release':
      return `store_release(${place(dst)}, ${letter}${src})`
    case 'xchg':
      return is32 ? `w${src} = xchg32_32(${bare}, w${src})` : `r${src} = xchg_64(${bare}, r${src})`
    case 'cmpxchg':
      return is32 ? `w0 = cmpxchg32_32(${bare}, w0, w${src})` : `r0 = cmpxchg_64(${bare}, r0, r${src})`
    default:
      if (!op.fetch) return `lock *${place(dst)} ${text} ${letter}${src}`
      return `${letter}${src} = atomic_fetch_${op.name}(${place(dst)}, ${letter}${src})`
  }
}
