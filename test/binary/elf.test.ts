// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readElf, SHF, SHT, writeElf } from '../../src/binary/index.ts'

const text = Uint8Array.of(0xb7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0)
const object = (littleEndian = true): Uint8Array =>
  writeElf({
    littleEndian,
    sections: [
      {
        name: 'xdp',
        flags: SHF.alloc | SHF.execinstr,
        data: text,
        relocations: [{ offset: 0, symbol: 'map', type: 1 }],
      },
      { name: '.bss', type: SHT.nobits, flags: SHF.alloc | SHF.write, size: 1 << 20 },
      { name: '.maps', data: new Uint8Array(8) },
    ],
    symbols: [
      { name: 'prog', section: 'xdp', size: 16, type: 'func' },
      { name: 'map', section: '.maps', size: 8, type: 'object' },
      { name: 'LBB0_1', section: 'xdp', value: 8, bind: 'local' },
      { name: 'bpf_task_release', bind: 'weak' },
    ],
  })

describe('an ELF file', () => {
  test.for([true, false])('is read as written, little-endian %s', (littleEndian) => {
    const elf = readElf(object(littleEndian))
    if (!elf.ok) throw new Error(elf.fault.what)
    const { value } = elf
    expect(value).toMatchObject({ littleEndian, machine: 247, type: 1 })
    expect(value.sections.map(({ name }) => name)).toEqual([
      '',
      'xdp',
      '.bss',
      '.maps',
      '.relxdp',
      '.symtab',
      '.strtab',
    ])
    expect(value.data(value.section('xdp')!)).toEqual(text)
    expect(value.data(value.section('.bss')!)).toHaveLength(0)
    expect(value.section('.bss')?.size).toBe(1 << 20)
    expect(
      value.symbols.map(({ name, bind, type, shndx, value, size }) => [name, bind, type, shndx, value, size]),
    ).toEqual([
      ['', 'local', 'notype', 0, 0n, 0n],
      ['LBB0_1', 'local', 'notype', 1, 8n, 0n],
      ['prog', 'global', 'func', 1, 0n, 16n],
      ['map', 'global', 'object', 3, 0n, 8n],
      ['bpf_task_release', 'weak', 'notype', 0, 0n, 0n],
    ])
    expect(value.relocations.get(1)).toEqual([{ offset: 0, symbol: 3, type: 1, addend: 0n }])
  })

  const poke =
    (at: number, bytes: readonly number[]) =>
    (file: Uint8Array): Uint8Array => {
      file.set(bytes, at)
      return file
    }
  const shoff = Number(new DataView(object().buffer).getBigUint64(40, true))
  const header = (index: number, field: number): number => shoff + index * 64 + field
  const data = (name: string): number => {
    const elf = readElf(object())
    return elf.ok ? elf.value.section(name)!.offset : -1
  }

  test.for<[string, (file: Uint8Array) => Uint8Array, string]>([
    ['nothing at all', () => new Uint8Array(0), 'the file is empty'],
    ['text', () => new TextEncoder().encode('hello'), 'not an ELF file'],
    ['half a header', (file) => file.subarray(0, 40), 'ends inside the ELF header'],
    ['a file cut short', (file) => file.subarray(0, file.length - 100), 'do not fit'],
    ['32 bits', poke(4, [1]), 'ELF class 1 is not ELF64'],
    ['a third byte order', poke(5, [3]), 'unknown ELF byte order 3'],
    ['headers far away', poke(46, [0xff]), 'the section header table (0xff'],
    ['65,535 sections', poke(60, [0xff, 0xff]), 'section headers do not fit'],
    ['a name table that is none', poke(62, [1]), 'holds the section names but is not a string table'],
    ['a name past its table', poke(header(1, 0), [0xff, 0xff]), 'the name of section 1 at offset 0xffff'],
    ['a section of 2^56 bytes', poke(header(1, 39), [1]), 'the size of section 1'],
    ['a section past the end', poke(header(1, 24), [0xff, 0xff]), 'section 1, 16 bytes,'],
    ['a section over the header', poke(header(1, 24), [0, 0]), 'overlaps'],
    ['two sections in one place', poke(header(3, 24), [64]), 'overlaps'],
    ['symbols of an odd size', poke(header(5, 56), [25]), 'with entries of 25, not 24'],
    ['symbols named by the program', poke(header(5, 40), [1]), 'are not a string table'],
    ['a symbol in section 77', poke(data('.symtab') + 24 + 6, [77]), 'symbol 1 lies in section 77'],
    ['a relocation of symbol 99', poke(data('.relxdp') + 12, [99]), 'relocation 0 names symbol 99'],
    ['a relocation past the section', poke(data('.relxdp'), [16]), 'relocation 0 lies at 0x10, outside xdp (16 bytes)'],
    ['relocations for section 50', poke(header(4, 44), [50]), 'relocations for section 50'],
  ])('with %s is a fault', ([, change, what]) => {
    const elf = readElf(change(object()), { object: 'x.o' })
    expect(elf.ok).toBe(false)
    if (elf.ok) return
    expect(elf.fault.what).toContain(what)
    expect(elf.fault.place.object).toBe('x.o')
  })

  test('of any bytes, or with any bytes changed, is read or is a fault', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => typeof readElf(bytes).ok === 'boolean'))
    const whole = object()
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255))
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), fc.nat(whole.length), (changes, length) => {
        const bytes = whole.slice(0, length < 64 ? whole.length : length)
        for (const [at, byte] of changes) if (at < bytes.length) bytes[at] = byte
        return typeof readElf(bytes).ok === 'boolean'
      }),
      { numRuns: 2000 },
    )
  })
})
