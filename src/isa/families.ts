// SPDX-License-Identifier: Apache-2.0
// The families of the instruction set, one row an operation; `table.ts` multiplies them by width and source.
//
//   opcode byte, arithmetic and jumps      opcode byte, loads and stores
//   +----------+---+-------+               +-------+------+-------+
//   | op (4)   | s | class |               | mode  | size | class |
//   +----------+---+-------+               +-------+------+-------+
//    7        4  3  2     0                 7     5 4    3 2     0

/** Instruction classes, RFC 9669 §3.2. */
export const classes = { ld: 0, ldx: 1, st: 2, stx: 3, alu: 4, jmp: 5, jmp32: 6, alu64: 7 } as const

/** Arithmetic, RFC 9669 §4.1. `off` selects the signed variants; a signed row has the same code as its unsigned twin. */
export const aluFamily = [
  { name: 'add', code: 0x0, off: 0, text: '+=', group: 'base', signed: false },
  { name: 'sub', code: 0x1, off: 0, text: '-=', group: 'base', signed: false },
  { name: 'mul', code: 0x2, off: 0, text: '*=', group: 'divmul', signed: false },
  { name: 'div', code: 0x3, off: 0, text: '/=', group: 'divmul', signed: false },
  { name: 'sdiv', code: 0x3, off: 1, text: 's/=', group: 'divmul', signed: true },
  { name: 'or', code: 0x4, off: 0, text: '|=', group: 'base', signed: false },
  { name: 'and', code: 0x5, off: 0, text: '&=', group: 'base', signed: false },
  { name: 'lsh', code: 0x6, off: 0, text: '<<=', group: 'base', signed: false },
  { name: 'rsh', code: 0x7, off: 0, text: '>>=', group: 'base', signed: false },
  { name: 'mod', code: 0x9, off: 0, text: '%=', group: 'divmul', signed: false },
  { name: 'smod', code: 0x9, off: 1, text: 's%=', group: 'divmul', signed: true },
  { name: 'xor', code: 0xa, off: 0, text: '^=', group: 'base', signed: false },
  { name: 'mov', code: 0xb, off: 0, text: '=', group: 'base', signed: false },
  { name: 'arsh', code: 0xc, off: 0, text: 's>>=', group: 'base', signed: true },
] as const

/** Sign-extending moves, RFC 9669 §4.1: register only; `off` is the source width in bits. */
export const movsxFamily = [
  { off: 8, size: 1, text: '(s8)', alu32: true },
  { off: 16, size: 2, text: '(s16)', alu32: true },
  { off: 32, size: 4, text: '(s32)', alu32: false },
] as const

/** Byte swaps, RFC 9669 §4.2: `imm` is the width in bits. */
export const swapFamily = [
  { name: 'le', code: 0xd4, text: 'le' },
  { name: 'be', code: 0xdc, text: 'be' },
  { name: 'bswap', code: 0xd7, text: 'bswap' },
] as const

/** Conditional jumps, RFC 9669 §4.3. */
export const jumpFamily = [
  { name: 'jeq', code: 0x1, text: '==', signed: false },
  { name: 'jgt', code: 0x2, text: '>', signed: false },
  { name: 'jge', code: 0x3, text: '>=', signed: false },
  { name: 'jset', code: 0x4, text: '&', signed: false },
  { name: 'jne', code: 0x5, text: '!=', signed: false },
  { name: 'jsgt', code: 0x6, text: 's>', signed: true },
  { name: 'jsge', code: 0x7, text: 's>=', signed: true },
  { name: 'jlt', code: 0xa, text: '<', signed: false },
  { name: 'jle', code: 0xb, text: '<=', signed: false },
  { name: 'jslt', code: 0xc, text: 's<', signed: true },
  { name: 'jsle', code: 0xd, text: 's<=', signed: true },
] as const

/** Memory access sizes, RFC 9669 §5: code is the size bits in place. */
export const sizes = [
  { code: 0x00, size: 4, text: 'u32', signedText: 's32' },
  { code: 0x08, size: 2, text: 'u16', signedText: 's16' },
  { code: 0x10, size: 1, text: 'u8', signedText: 's8' },
  { code: 0x18, size: 8, text: 'u64', signedText: 's64' },
] as const

/** Modes of loads and stores, RFC 9669 §5. */
export const modes = { imm: 0x00, abs: 0x20, ind: 0x40, mem: 0x60, memsx: 0x80, atomic: 0xc0 } as const

/**
 * Atomic operations, RFC 9669 §5.3; `imm` selects. Load-acquire and store-release (bpf instruction-set.rst,
 * "Atomic operations") take every size, the rest 4 and 8 bytes only.
 */
export const atomicFamily = [
  { name: 'add', imm: 0x00, text: '+=', fetch: false, since: undefined },
  { name: 'or', imm: 0x40, text: '|=', fetch: false, since: undefined },
  { name: 'and', imm: 0x50, text: '&=', fetch: false, since: undefined },
  { name: 'xor', imm: 0xa0, text: '^=', fetch: false, since: undefined },
  { name: 'add', imm: 0x01, text: 'add', fetch: true, since: undefined },
  { name: 'or', imm: 0x41, text: 'or', fetch: true, since: undefined },
  { name: 'and', imm: 0x51, text: 'and', fetch: true, since: undefined },
  { name: 'xor', imm: 0xa1, text: 'xor', fetch: true, since: undefined },
  { name: 'xchg', imm: 0xe1, text: 'xchg', fetch: true, since: undefined },
  { name: 'cmpxchg', imm: 0xf1, text: 'cmpxchg', fetch: true, since: undefined },
  { name: 'load_acquire', imm: 0x100, text: 'load_acquire', fetch: true, since: 'load_acquire' },
  { name: 'store_release', imm: 0x110, text: 'store_release', fetch: false, since: 'load_acquire' },
] as const

/** What `src_reg` of an ld_imm64 says its immediate is; RFC 9669 §5.4 and Linux `BPF_PSEUDO_*`. */
export const pseudoLoads = [
  { src: 0, name: 'imm64', refersTo: 'nothing: a 64-bit number' },
  { src: 1, name: 'BPF_PSEUDO_MAP_FD', refersTo: 'map by file descriptor' },
  {
    src: 2,
    name: 'BPF_PSEUDO_MAP_VALUE',
    refersTo: 'value of a map by file descriptor; the second immediate is the offset',
  },
  {
    src: 3,
    name: 'BPF_PSEUDO_BTF_ID',
    refersTo: "kernel variable by BTF id; the second immediate is the BTF's file descriptor",
  },
  { src: 4, name: 'BPF_PSEUDO_FUNC', refersTo: 'subprogram, relative to the next slot' },
  { src: 5, name: 'BPF_PSEUDO_MAP_IDX', refersTo: 'map by index in fd_array' },
  { src: 6, name: 'BPF_PSEUDO_MAP_IDX_VALUE', refersTo: 'value of a map by index in fd_array' },
] as const

/** What `src_reg` of a call says its immediate is; RFC 9669 §4.3.1, §4.3.2. */
export const pseudoCalls = [
  { src: 0, name: 'helper', refersTo: 'helper function by number' },
  { src: 1, name: 'BPF_PSEUDO_CALL', refersTo: 'subprogram, relative to the next slot' },
  { src: 2, name: 'BPF_PSEUDO_KFUNC_CALL', refersTo: 'kernel function by BTF id; off is its module in fd_array' },
] as const
