// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import {
  checkConstantOperand,
  checkEncoding,
  checkReserved,
  makeInsn,
  makeLdImm64,
  opRows,
} from '../../src/isa/index.ts'

type Fields = Parameters<typeof makeInsn>[0]
const has = (): boolean => true

/** Messages of the 6.12 verifier, and of 7.3 where `new`. */
describe('reserved fields', () => {
  test.for<[Fields, string]>([
    [{ code: 0xff }, 'unknown opcode ff'],
    [{ code: 0x00 }, 'unknown opcode 00'],
    [{ code: 0x8d }, 'unknown opcode 8d'],
    [{ code: 0x0d }, 'unknown opcode 0d'],
    [{ code: 0x99 }, 'unknown opcode 99'],
    [{ code: 0xd3, imm: 0x100 }, 'unknown opcode d3'],
    [{ code: 0x07, src: 1, imm: 1 }, 'BPF_ALU uses reserved fields'],
    [{ code: 0x0f, imm: 1 }, 'BPF_ALU uses reserved fields'],
    [{ code: 0x07, off: 1, imm: 1 }, 'BPF_ALU uses reserved fields'],
    [{ code: 0x37, off: 2, imm: 1 }, 'BPF_ALU uses reserved fields'],
    [{ code: 0x87, imm: 1 }, 'BPF_NEG uses reserved fields'],
    [{ code: 0xd4, imm: 8 }, 'BPF_END uses reserved fields'],
    [{ code: 0xd7, imm: 16, src: 1 }, 'BPF_END uses reserved fields'],
    [{ code: 0xbf, off: 7 }, 'BPF_MOV uses reserved fields'],
    [{ code: 0xbc, off: 32 }, 'BPF_MOV uses reserved fields'],
    [{ code: 0xbc, off: 1 }, 'BPF_MOV uses reserved fields'],
    [{ code: 0xb7, src: 1 }, 'BPF_MOV uses reserved fields'],
    [{ code: 0xbf, off: 1, imm: 7 }, 'addr_space_cast insn can only convert between address space 1 and 0'],
    [{ code: 0x79, imm: 1 }, 'BPF_LDX uses reserved fields'],
    [{ code: 0x21 }, 'BPF_LDX uses reserved fields'],
    [{ code: 0x7a, src: 1 }, 'BPF_ST uses reserved fields'],
    [{ code: 0x7b, imm: 1 }, 'BPF_STX uses reserved fields'],
    [{ code: 0xdb, imm: 0x33 }, 'BPF_ATOMIC uses invalid atomic opcode 33'],
    [{ code: 0xdb, imm: 0x100 }, 'BPF_ATOMIC uses invalid atomic opcode 100'],
    [{ code: 0x85, dst: 1 }, 'BPF_CALL uses reserved fields'],
    [{ code: 0x85, src: 3 }, 'BPF_CALL uses reserved fields'],
    [{ code: 0x85, src: 1, off: 1 }, 'BPF_CALL uses reserved fields'],
    [{ code: 0x05, imm: 1 }, 'BPF_JA uses reserved fields'],
    [{ code: 0x06, off: 1 }, 'BPF_JA uses reserved fields'],
    [{ code: 0x95, imm: 1 }, 'BPF_EXIT uses reserved fields'],
    [{ code: 0x15, src: 1 }, 'BPF_JMP/JMP32 uses reserved fields'],
    [{ code: 0x1e, imm: 1 }, 'BPF_JMP/JMP32 uses reserved fields'],
    [{ code: 0xe5, off: 0, imm: 3 }, 'invalid may_goto off 0 imm 3'],
    [{ code: 0x30, src: 1 }, 'BPF_LD_[ABS|IND] uses reserved fields'],
    [{ code: 0x18, off: 1 }, 'BPF_LD_IMM64 uses reserved fields'],
  ])('of %j: %s', ([fields, message]) => {
    expect(checkReserved(makeInsn(fields))).toBe(message)
  })

  test.for<[Fields, string]>([
    [{ code: 0x0d, src: 1 }, 'BPF_JA|BPF_X uses reserved fields'],
    [{ code: 0xd3, imm: 0x01 }, 'invalid atomic operand size'],
  ])('of %j, new: %s', ([fields, message]) => {
    expect(checkReserved(makeInsn(fields), { has })).toBe(message)
  })

  test('are clean in every row of the table', () => {
    for (const { code, off, imm, op } of opRows) {
      if (op.kind === 'callx') continue
      const cast = op.name === 'addr_space_cast' ? 1 : 0
      const insn = makeInsn({ code, off: off ?? (op.kind === 'may_goto' ? 1 : 0), imm: imm ?? cast })
      expect(checkReserved(insn, { has }), JSON.stringify(insn)).toBeUndefined()
    }
  })
})

test.for<[Fields, string | undefined]>([
  [{ code: 0x37 }, 'div by zero'],
  [{ code: 0x94, off: 1 }, 'div by zero'],
  [{ code: 0x67, imm: 64 }, 'invalid shift 64'],
  [{ code: 0x64, imm: 32 }, 'invalid shift 32'],
  [{ code: 0xc7, imm: -1 }, 'invalid shift -1'],
  [{ code: 0x67, imm: 63 }, undefined],
  [{ code: 0x3f }, undefined],
])('the constant operand of %j: %s', ([fields, message]) => {
  expect(checkConstantOperand(makeInsn(fields))).toBe(message)
})

test.for<[string, Fields | undefined, number, string | undefined]>([
  ['the end', undefined, 0, 'invalid bpf_ld_imm64 insn'],
  ['another instruction', { code: 0x95 }, 0, 'invalid bpf_ld_imm64 insn'],
  ['a second half with registers', { code: 0, dst: 1 }, 0, 'invalid bpf_ld_imm64 insn'],
  ['a second half, src 7', { code: 0 }, 7, 'unrecognized bpf_ld_imm64 insn'],
  ['an upper immediate, src 1', { code: 0, imm: 1 }, 1, 'unrecognized bpf_ld_imm64 insn'],
  ['an upper immediate, src 2', { code: 0, imm: 1 }, 2, undefined],
])('ld_imm64 before %s', ([, next, src, message]) => {
  const first = makeLdImm64(1, 0n, src)[0]
  expect(checkEncoding(first, next === undefined ? undefined : makeInsn(next))).toBe(message)
})
