// SPDX-License-Identifier: Apache-2.0

/**
 * One row of the opcode table, as decoded code sees it. Every row has every field (one hidden class);
 * a field that makes no sense for a kind is 0 or 'none'.
 */
export interface Op {
  readonly kind:
    | 'alu' // add sub mul div sdiv mod smod or and xor lsh rsh arsh neg mov movsx end addr_space_cast
    | 'load' // *(size *)(src + off); signed for ldsx
    | 'store' // *(size *)(dst + off) = imm or src
    | 'atomic' // size 1..8; name add or and xor xchg cmpxchg load_acquire store_release; fetch says whether src/r0 is written
    | 'ld_imm64' // two slots
    | 'ld_abs'
    | 'ld_ind'
    | 'jump' // conditional: jeq jgt jge jset jne jsgt jsge jlt jle jslt jsle
    | 'ja' // unconditional; width 64: off (ja), 32: imm (gotol)
    | 'may_goto'
    | 'gotox' // indirect jump through a register (7.x)
    | 'call' // src_reg: 0 helper, 1 bpf-to-bpf, 2 kfunc
    | 'callx'
    | 'exit'
    | 'invalid' // unknown opcode
  readonly name: string
  /** Operation width of alu/jump: 32 or 64; 0 elsewhere. */
  readonly width: 0 | 32 | 64
  /** Bytes of a memory access; for movsx the source bytes (1, 2, 4); for end the bytes swapped (2, 4, 8). */
  readonly size: 0 | 1 | 2 | 4 | 8
  readonly source: 'imm' | 'reg' | 'none'
  readonly signed: boolean
  /** end: 'le' | 'be' | 'bswap' */
  readonly fetch: boolean
}

/** One 8-byte slot, decoded. The second slot of an ld_imm64 is an `Insn` of its own with code 0. */
export interface Insn {
  /** The raw opcode byte. */
  readonly code: number
  readonly dst: number
  readonly src: number
  /** int16 */
  readonly off: number
  /** int32 */
  readonly imm: number
  readonly op: Op
}
