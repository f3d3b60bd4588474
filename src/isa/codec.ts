// SPDX-License-Identifier: Apache-2.0
// Slots to and from bytes, RFC 9669 §3: opcode, registers (dst in the low nibble on little-endian), off, imm.
import { fail, ok, type Result } from '../fault/index.ts'
import { opOf } from './table.ts'
import type { Insn } from './types.ts'

/** Bytes of one slot. */
export const slotSize = 8

/** Most slots one section may hold: the 1 M the verifier takes for a whole program, 64 times over. */
const maxSlots = 1 << 26

/** One instruction from its raw fields; missing ones are 0. `off` and `imm` are wrapped to int16 and int32. */
export function makeInsn(fields: { code: number; dst?: number; src?: number; off?: number; imm?: number }): Insn {
  const code = fields.code & 0xff
  const off = ((fields.off ?? 0) << 16) >> 16
  const imm = (fields.imm ?? 0) | 0
  return { code, dst: (fields.dst ?? 0) & 15, src: (fields.src ?? 0) & 15, off, imm, op: opOf(code, off, imm) }
}

/** The two slots of `dst = value ll`. `src` is the pseudo source (`pseudoLoads`). */
export function makeLdImm64(dst: number, value: bigint, src = 0): [Insn, Insn] {
  const low = Number(BigInt.asIntN(32, value))
  const high = Number(BigInt.asIntN(32, value >> 32n))
  return [makeInsn({ code: 0x18, dst, src, imm: low }), makeInsn({ code: 0, imm: high })]
}

/** The 64-bit immediate of an ld_imm64, unsigned. */
export function imm64(insn: Insn, next: Insn | undefined): bigint {
  return (BigInt((next?.imm ?? 0) >>> 0) << 32n) | BigInt(insn.imm >>> 0)
}

/** The slot at `index`; the caller has checked that it is there. */
export function decodeSlot(
  view: DataView,
  byte: number,
  { littleEndian = true }: { readonly littleEndian?: boolean } = {},
): Insn {
  const code = view.getUint8(byte)
  const regs = view.getUint8(byte + 1)
  const off = view.getInt16(byte + 2, littleEndian)
  const imm = view.getInt32(byte + 4, littleEndian)
  const low = regs & 15
  const high = regs >> 4
  return { code, dst: littleEndian ? low : high, src: littleEndian ? high : low, off, imm, op: opOf(code, off, imm) }
}

/** Every slot of a section, one `Insn` each; the second slot of an ld_imm64 is one of its own with code 0. */
export function decodeInsns(
  bytes: Uint8Array,
  { littleEndian = true }: { readonly littleEndian?: boolean } = {},
): Result<Insn[]> {
  if (bytes.length % slotSize !== 0) {
    const whole = bytes.length - (bytes.length % slotSize)
    return fail(`${bytes.length} bytes are not a whole number of 8-byte instructions`, { byte: whole })
  }
  const count = bytes.length / slotSize
  if (count > maxSlots) return fail(`${count} instructions in one section are more than any kernel takes`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const insns: Insn[] = []
  for (let i = 0; i < count; i++) insns.push(decodeSlot(view, i * slotSize, { littleEndian }))
  return ok(insns)
}

/** The bytes of `insns`, slot by slot. */
export function encodeInsns(
  insns: readonly Insn[],
  { littleEndian = true }: { readonly littleEndian?: boolean } = {},
): Uint8Array {
  const bytes = new Uint8Array(insns.length * slotSize)
  const view = new DataView(bytes.buffer)
  insns.forEach((insn, index) => {
    const byte = index * slotSize
    const dst = insn.dst & 15
    const src = insn.src & 15
    view.setUint8(byte, insn.code)
    view.setUint8(byte + 1, littleEndian ? (src << 4) | dst : (dst << 4) | src)
    view.setInt16(byte + 2, insn.off, littleEndian)
    view.setInt32(byte + 4, insn.imm, littleEndian)
  })
  return bytes
}
