// SPDX-License-Identifier: Apache-2.0
// CO-RE: answers as libbpf 1.5 gives them (its bpf_core_read.h documents each kind's value).
import { describe, expect, test } from 'vitest'
import { BtfBuilder, coreResolver, type CoreRelo, type CoreReloKind, isCorePoison } from '../../src/btf/index.ts'
import { patchInsn, resolveCoreRelo } from '../../src/btf/index.ts'
import { type Insn, makeInsn, makeLdImm64 } from '../../src/isa/index.ts'

function localBtf() {
  const b = new BtfBuilder()
  const int = b.int('int', 4, { signed: true })
  const u32 = b.int('unsigned int', 4)
  const array = b.array(u32, int, 4)
  const s = b.struct('s___mine', 40, [
    { name: 'a', type: u32, offset: 0 },
    { name: 'bits', type: u32, bitOffset: 32, bitSize: 5 },
    { name: 'sbits', type: int, bitOffset: 37, bitSize: 7 },
    { name: 'list', type: array, offset: 8 },
    { name: 'p', type: b.nextId + 1, offset: 24 },
    { name: 'gone', type: int, offset: 32 },
    { name: 'signed_one', type: int, offset: 36 },
  ])
  b.ptr(s)
  const e = b.enum('e', { ONE: 1, TWO___v2: 2, GONE: 3 })
  const missing = b.struct('missing', 4, [{ name: 'x', type: u32, offset: 0 }])
  const t = b.typedef('t', u32)
  return { btf: b.build('prog.o'), s, e, missing, t }
}

function targetBtf(extra?: (b: BtfBuilder) => void) {
  const b = new BtfBuilder()
  const int = b.int('int', 4, { signed: true })
  const u64 = b.int('long unsigned int', 8)
  const u32 = b.int('unsigned int', 4)
  const array = b.array(u32, int, 8)
  const anonymous = b.struct('', 72, [
    { name: 'list', type: array, offset: 0 },
    { name: 'p', type: b.nextId + 1, offset: 64 },
  ])
  b.ptr(0)
  const s = b.struct('s', 96, [
    { name: 'pad', type: u64, offset: 0 },
    { name: 'a', type: u64, offset: 8 },
    { name: '', type: anonymous, offset: 16 },
    { name: 'bits', type: u32, bitOffset: 88 * 8 + 3, bitSize: 6 },
    { name: 'sbits', type: int, bitOffset: 88 * 8 + 9, bitSize: 4 },
    { name: 'signed_one', type: u64, offset: 88 + 0 },
  ])
  const e = b.enum('e', { ZERO: 0, ONE: 11, TWO: 22 })
  b.typedef('t', u32)
  extra?.(b)
  return { btf: b.build('vmlinux'), s, e }
}

const local = localBtf()
const target = targetBtf()
const relo = (typeId: number, spec: string, kind: CoreReloKind): CoreRelo => ({ byte: 0, typeId, spec, kind })

describe('resolveCoreRelo', () => {
  const cases: [CoreReloKind, number, string, bigint, bigint, boolean][] = [
    ['field_byte_offset', local.s, '0:0', 0n, 8n, false],
    ['field_byte_size', local.s, '0:0', 4n, 8n, false],
    ['field_exists', local.s, '0:0', 1n, 1n, false],
    ['field_exists', local.s, '0:5', 1n, 0n, false],
    ['field_byte_offset', local.s, '0:5', 32n, 0n, true],
    // through an anonymous struct of the target, into its array
    ['field_byte_offset', local.s, '0:3:2', 16n, 24n, false],
    ['field_byte_size', local.s, '0:3', 16n, 32n, false],
    // the second of two
    ['field_byte_offset', local.s, '1:0', 40n, 104n, false],
    // bits at 3..8 of a 4-byte unit at 88
    ['field_byte_offset', local.s, '0:1', 4n, 88n, false],
    ['field_byte_size', local.s, '0:1', 4n, 4n, false],
    ['field_lshift_u64', local.s, '0:1', 59n, 55n, false],
    ['field_rshift_u64', local.s, '0:1', 59n, 58n, false],
    ['field_signed', local.s, '0:1', 0n, 0n, false],
    ['field_signed', local.s, '0:2', 1n, 1n, false],
    ['type_id_local', local.s, '0', BigInt(local.s), BigInt(local.s), false],
    ['type_id_target', local.s, '0', BigInt(local.s), BigInt(target.s), false],
    ['type_exists', local.s, '0', 1n, 1n, false],
    ['type_exists', local.missing, '0', 1n, 0n, false],
    ['type_size', local.s, '0', 40n, 96n, false],
    ['type_size', local.missing, '0', 4n, 0n, false],
    ['type_matches', local.t, '0', 1n, 1n, false],
    ['type_matches', local.s, '0', 1n, 0n, false],
    ['enumval_exists', local.e, '1', 1n, 1n, false],
    ['enumval_exists', local.e, '2', 1n, 0n, false],
    ['enumval_value', local.e, '0', 1n, 11n, false],
    ['enumval_value', local.e, '1', 2n, 22n, false],
    ['enumval_value', local.e, '2', 3n, 0n, true],
  ]
  test.for(cases)('%s of [%i] %s: %s becomes %s', ([kind, type, spec, original, value, poison]) => {
    const result = resolveCoreRelo(relo(type, spec, kind), local.btf, [target.btf])
    expect(result).toMatchObject({ ok: true, value: { original, value, poison } })
  })

  const bad: [CoreReloKind, number, string][] = [
    ['field_byte_offset', local.s, ''],
    ['field_byte_offset', local.s, '0:x'],
    ['field_byte_offset', local.s, '0:99'],
    ['field_byte_offset', local.s, '0:3:4'],
    ['field_byte_offset', local.s, Array(70).fill('0').join(':')],
    ['type_exists', local.s, '1'],
    ['enumval_value', local.e, '7'],
    ['enumval_value', local.s, '0'],
    ['field_signed', local.s, '0:3:1'],
  ]
  test.for(bad)('%s of [%i] %s is a fault', ([kind, type, spec]) => {
    expect(resolveCoreRelo(relo(type, spec, kind), local.btf, [target.btf])).toMatchObject({ ok: false })
  })

  test('two candidates that disagree are ambiguous', () => {
    const two = targetBtf((b) => b.struct('s___other', 8, [{ name: 'a', type: 3, offset: 4 }]))
    const result = resolveCoreRelo(relo(local.s, '0:0', 'field_byte_offset'), local.btf, [two.btf])
    expect(result).toMatchObject({
      ok: false,
      fault: { what: expect.stringContaining('field offset ambiguity: 32 != 64') },
    })
  })

  test('candidates narrow to those that matched before', () => {
    const two = targetBtf((b) => b.struct('s___other', 8, [{ name: 'gone', type: 1, offset: 4 }]))
    const resolve = coreResolver(local.btf, [two.btf])
    expect(resolve(relo(local.s, '0:0', 'field_byte_offset'))).toMatchObject({ value: { poison: false } })
    expect(resolve(relo(local.s, '0:5', 'field_byte_offset'))).toMatchObject({ value: { poison: true } })
  })

  test('a module is asked only where vmlinux has no candidate', () => {
    const m = new BtfBuilder({ base: target.btf })
    const own = m.struct('missing', 8, [{ name: 'x', type: 3, offset: 4 }])
    m.struct('s', 4, [{ name: 'a', type: 3, offset: 0 }])
    const targets = [target.btf, m.build('mod')]
    const found = resolveCoreRelo(relo(local.missing, '0:0', 'field_byte_offset'), local.btf, targets)
    expect(found).toMatchObject({ value: { value: 4n, target: { id: own } } })
    expect(resolveCoreRelo(relo(local.s, '0:0', 'field_byte_offset'), local.btf, targets)).toMatchObject({
      value: { value: 8n },
    })
  })
})

describe('patchInsn', () => {
  const patch = (kind: CoreReloKind, type: number, spec: string, insn: Insn, next?: Insn) => {
    const resolved = resolveCoreRelo(relo(type, spec, kind), local.btf, [target.btf])
    if (!resolved.ok) throw new Error(resolved.fault.what)
    return patchInsn(insn, next, resolved.value)
  }
  test('a load follows an unsigned field to its new offset and size', () => {
    const done = patch('field_byte_offset', local.s, '0:0', makeInsn({ code: 0x61, dst: 1, src: 2 }))
    expect(done).toMatchObject({ ok: true, value: [{ code: 0x79, dst: 1, src: 2, off: 8 }] })
  })
  test('a signed field of another size poisons the load', () => {
    const done = patch('field_byte_offset', local.s, '0:6', makeInsn({ code: 0x61, off: 36 }))
    expect(done.ok && done.value.map(isCorePoison)).toEqual([true])
  })
  test('an immediate', () => {
    const done = patch('type_size', local.s, '0', makeInsn({ code: 0xb7, dst: 1, imm: 40 }))
    expect(done).toMatchObject({ value: [{ code: 0xb7, dst: 1, imm: 96 }] })
  })
  test('both slots of an ld_imm64', () => {
    expect(patch('enumval_value', local.e, '0', ...makeLdImm64(3, 1n))).toMatchObject({
      value: [{ dst: 3, imm: 11 }, { imm: 0 }],
    })
    const poisoned = patch('enumval_value', local.e, '2', ...makeLdImm64(3, 3n))
    expect(poisoned.ok && poisoned.value.map(isCorePoison)).toEqual([true, true])
  })
  test.for([
    ['another value than the local types say', makeInsn({ code: 0xb7, imm: 41 })],
    ['a register operand', makeInsn({ code: 0xbf })],
    ['a jump', makeInsn({ code: 0x95 })],
    ['an ld_imm64 without its second slot', makeInsn({ code: 0x18, imm: 40 })],
  ] as const)('%s is a fault', ([, insn]) => {
    expect(patch('type_size', local.s, '0', insn)).toMatchObject({ ok: false })
  })
})
