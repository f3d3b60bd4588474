// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  alignOf,
  BtfBuilder,
  dumpC,
  memberNamed,
  parseBtf,
  printC,
  resolveCoreRelo,
  sizeOf,
} from '../../src/btf/index.ts'
import { typesAreCompatible, walkStruct } from '../../src/btf/index.ts'
import type { Btf, BtfType } from '../../src/btf/index.ts'

test('BTF at an odd place in a Buffer', () => {
  const bytes = everyKind().bytes()
  const odd = Buffer.concat([Buffer.of(0), bytes]).subarray(1)
  const parsed = parseBtf(odd, { name: 'odd' })
  expect(parsed.ok && parsed.value.count).toBe(everyKind().build('even').count)
})

/** One of each kind. */
function everyKind(littleEndian = true): BtfBuilder {
  const b = new BtfBuilder({ littleEndian })
  const int = b.int('int', 4, { signed: true })
  const ptr = b.ptr(int)
  b.array(int, int, 7)
  const struct = b.struct('s', 16, [
    { name: 'a', type: int, offset: 0 },
    { name: 'b', type: int, bitOffset: 32, bitSize: 3 },
    { name: 'p', type: ptr, offset: 8 },
  ])
  b.union('u', 8, [
    { name: 'x', type: int, offset: 0 },
    { name: 'y', type: ptr, offset: 0 },
  ])
  b.enum('e', { MINUS: -1, ZERO: 0 })
  b.enum('e64', { BIG: 0xffff_ffff_ffffn }, { size: 8 })
  b.fwd('later', { union: true })
  b.typedef('t', struct)
  b.volatile(int)
  b.const(int)
  b.restrict(ptr)
  b.typeTag('rcu', struct)
  const proto = b.funcProto(int, [
    { name: 'a', type: ptr },
    { name: '', type: 0 },
  ])
  const func = b.func('f', proto, 'global')
  const variable = b.var('v', int, 'extern')
  b.datasec('.data', 4, [{ type: variable, offset: 0, size: 4 }])
  b.float('double', 8)
  b.declTag('bpf_kfunc', func)
  b.declTag('arg', func, 0)
  return b
}

const all = (btf: Btf): BtfType[] => Array.from({ length: btf.count }, (_, id) => btf.type(id))

describe('parseBtf', () => {
  test.for([true, false])('every kind reads back as built, little endian %s', (littleEndian) => {
    const built = all(everyKind(littleEndian).build('x'))
    const kinds = new Set(built.map((type) => type.kind))
    expect(kinds.size).toBe(20)
    const struct = built.find((type) => type.name === 's')
    expect(struct).toMatchObject({
      kind: 'struct',
      size: 16,
      members: [{ bitSize: 0 }, { bitOffset: 32, bitSize: 3 }, { bitOffset: 64 }],
    })
    expect(built.find((type) => type.name === 'e')).toMatchObject({
      signed: true,
      values: [{ value: -1n }, { value: 0n }],
    })
    expect(built.find((type) => type.name === 'e64')).toMatchObject({
      kind: 'enum64',
      values: [{ value: 0xffff_ffff_ffffn }],
    })
    expect(built.find((type) => type.name === 'f')).toMatchObject({ linkage: 'global' })
    expect(built.find((type) => type.name === 'later')).toMatchObject({ kind: 'fwd', union: true })
    expect(built).toEqual(all(everyKind(!littleEndian).build('x')))
  })

  test('names and decl tags are found', () => {
    const btf = everyKind().build('x')
    const func = btf.find('f', 'func')!
    expect(btf.type(func)).toMatchObject({ kind: 'func', name: 'f' })
    expect(btf.find('f', 'struct')).toBeUndefined()
    expect(btf.findAll('nowhere')).toEqual([])
    expect(btf.declTags(func)).toEqual([
      { name: 'bpf_kfunc', component: -1 },
      { name: 'arg', component: 0 },
    ])
  })

  test('split BTF continues ids and strings of its base, own names first', () => {
    const base = everyKind().build('vmlinux')
    const b = new BtfBuilder({ base })
    const own = b.struct('s', 4, [{ name: 'a', type: base.find('int')!, offset: 0 }])
    b.declTag('of_base', base.find('f')!)
    const module = b.build('mod')
    expect(own).toBe(base.count)
    expect(module.firstId).toBe(base.count)
    expect(module.findAll('s')).toEqual([own, base.find('s')])
    expect(module.type(base.find('s')!)).toBe(base.type(base.find('s')!))
    expect(module.declTags(base.find('f')!).map((tag) => tag.name)).toEqual(['bpf_kfunc', 'arg', 'of_base'])
  })

  test('an old-style bitfield has the width of its int', () => {
    const b = new BtfBuilder()
    const three = b.int('unsigned int', 4, { bits: 3 })
    const id = b.struct('s', 4, [{ name: 'x', type: three, bitOffset: 5 }])
    expect(b.build('x').type(id)).toMatchObject({ members: [{ bitOffset: 5, bitSize: 3 }] })
  })

  test('unaligned input reads the same', () => {
    const bytes = everyKind().bytes()
    const shifted = new Uint8Array(bytes.length + 1)
    shifted.set(bytes, 1)
    const parsed = parseBtf(shifted.subarray(1), { name: 'x' })
    expect(parsed.ok && all(parsed.value)).toEqual(all(everyKind().build('x')))
  })
})

describe('hostile BTF is a fault', () => {
  const patched = (change: (view: DataView, bytes: Uint8Array) => void): string => {
    const b = new BtfBuilder()
    b.struct('s', 4, [{ name: 'a', type: b.int('int', 4), offset: 0 }])
    const bytes = b.bytes()
    change(new DataView(bytes.buffer), bytes)
    const parsed = parseBtf(bytes, { name: 'x' })
    return parsed.ok ? 'accepted' : parsed.fault.what
  }
  const cases: [string, (view: DataView, bytes: Uint8Array) => void, RegExp][] = [
    ['magic', (v) => v.setUint16(0, 0x1234), /not BTF/],
    ['version', (v) => v.setUint8(2, 9), /version 9/],
    ['header length', (v) => v.setUint32(4, 8, true), /header length/],
    ['type section beyond the input', (v) => v.setUint32(12, 1 << 30, true), /beyond the input/],
    ['overlapping sections', (v) => v.setUint32(16, 0, true), /overlap/],
    ['strings without a final NUL', (_, b) => b.set([65], b.length - 1), /does not end in NUL/],
    ['strings without a first NUL', (v, b) => b.set([65], 24 + v.getUint32(16, true)), /does not start/],
    ['a name beyond the strings', (v) => v.setUint32(24, 1 << 20, true), /beyond the string section/],
    ['an unknown kind', (v) => v.setUint32(28, 0x7f00_0000, true), /unknown kind 127/],
    ['more members than there are bytes', (v) => v.setUint32(24 + 16 + 4, 0x0400_ffff, true), /ends inside type 2/],
    ['a member of no type', (v) => v.setUint32(24 + 16 + 12 + 4, 77, true), /member of type 77/],
  ]
  test.for(cases)('%s', ([, change, expected]) => {
    expect(patched(change)).toMatch(expected)
  })

  test('an id out of range throws a FaultError', () => {
    expect(() => everyKind().build('x').type(1000)).toThrow(/type id 1000 is not in x/)
  })

  test('cyclic types end every walk', () => {
    const b = new BtfBuilder()
    const loop = b.nextId
    b.typedef('a', loop + 1)
    b.const(loop)
    const self = b.nextId
    b.struct('s', 8, [{ name: 'inner', type: self, offset: 0 }])
    const array = b.nextId
    b.array(array, loop, 3)
    const endless = b.nextId
    b.const(endless)
    const btf = b.build('x')
    expect(sizeOf(btf, loop)).toBeUndefined()
    expect(sizeOf(btf, array)).toBeUndefined()
    expect(walkStruct(btf, self, 0, 8)).toMatchObject({ kind: 'error' })
    expect(() => printC(btf, endless)).toThrow(/without end/)
  })

  test('types that fan out at every level end too', () => {
    const b = new BtfBuilder()
    const first = b.nextId
    for (let i = 0; i < 40; i++) {
      const type = b.nextId + 1
      b.struct('', 8, [
        { name: '', type, offset: 0 },
        { name: '', type, offset: 0 },
        { name: '', type, offset: 0 },
      ])
    }
    b.struct('', 8, [])
    const named = b.struct('s', 8, [{ name: '', type: first, offset: 0 }])
    const protos = b.nextId
    for (let i = 0; i < 40; i++) b.funcProto(b.nextId + 1, [{ name: '', type: b.nextId + 1 }])
    b.int('int', 4)
    const btf = b.build('x')
    expect(memberNamed(btf, named, 'x')).toBeUndefined()
    expect(alignOf(btf, named)).toBe(1)
    expect(dumpC(btf)).toMatchObject({ ok: false })
    expect(typesAreCompatible(btf, protos, btf, protos)).toBe(false)
    const relo = { byte: 0, typeId: 2, spec: '0:0', kind: 'field_exists' } as const
    const other = new BtfBuilder()
    other.int('int', 4)
    other.struct('s', 4, [{ name: 'x', type: 1, offset: 0 }])
    expect(resolveCoreRelo(relo, other.build('o'), [btf])).toMatchObject({ ok: true, value: { value: 0n } })
  })

  test('any bytes give an answer, and what is accepted can be read whole', () => {
    const good = everyKind().bytes()
    const edits = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 })
    fc.assert(
      fc.property(edits, fc.nat(good.length), (changes, length) => {
        const bytes = good.slice(0, length % 3 === 0 ? length : good.length)
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
        const parsed = parseBtf(bytes, { name: 'x' })
        if (!parsed.ok) return
        for (const type of all(parsed.value)) {
          expect(parsed.value.findAll(type.name).length).toBeGreaterThanOrEqual(0)
          sizeOf(parsed.value, type.id)
          if (type.kind === 'struct') walkStruct(parsed.value, type.id, 4, 4)
        }
      }),
      { numRuns: 500 },
    )
  })
})
