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

/** Conformance groups of RFC 9669 §2.4, and what Linux has beside the RFC. */
export type OpGroup = 'base32' | 'base64' | 'atomic32' | 'atomic64' | 'divmul32' | 'divmul64' | 'packet' | 'linux' // not in the RFC: may_goto, addr_space_cast, load_acquire …

/** Opcodes a kernel may lack; named as kernel gates are. Everything else is in 6.12 already. */
export type IsaFeature = 'load_acquire' | 'gotox'

/** One row of the opcode table: an opcode, the field values that select it, and its operation. */
export interface OpRow {
  readonly code: number
  /** The value of `off`, `imm` that selects this row among those with the same code; undefined: any. */
  readonly off: number | undefined
  readonly imm: number | undefined
  readonly group: OpGroup
  /** The first kernel that has it, where not every kernel since 6.12 does. */
  readonly since: IsaFeature | undefined
  /** Operator as both disassemblers print it: '+=', 's/=', '==', 's<' … */
  readonly text: string
  /** Where the RFC or the kernel's documentation defines it. */
  readonly source: string
  readonly op: Op
}
