// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BtfBuilder, parseBtfExt } from '../../src/btf/index.ts'

const b = new BtfBuilder()
const proto = b.funcProto(0, [])
const func = b.func('prog', proto, 'global')
const names = { section: b.string('tc'), file: b.string('a.c'), text: b.string('return 0;'), spec: b.string('0:1') }
const btf = b.build('x')

/** The layout of btf.rst's ".BTF.ext section". */
function ext(little = true): Uint8Array {
  const funcs = [8, names.section, 1, 16, func]
  const lines = [16, names.section, 1, 16, names.file, names.text, (42 << 10) | 7]
  const relos = [16, names.section, 1, 24, proto, names.spec, 2]
  const words = [32, 0, 20, 20, 28, 48, 28, ...funcs, ...lines, ...relos]
  const bytes = new Uint8Array(4 + words.length * 4)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, 0xeb9f, little)
  view.setUint8(2, 1)
  words.forEach((word, i) => {
    view.setUint32(4 + 4 * i, word, little)
  })
  return bytes
}

describe('parseBtfExt', () => {
  test.for([true, false])('reads functions, lines and relocations, little endian %s', (little) => {
    const read = parseBtfExt(ext(little), btf)
    if (!read.ok) throw new Error(read.fault.what)
    expect(read.value.funcs.get('tc')).toEqual([{ byte: 16, typeId: func }])
    expect(read.value.lines.get('tc')).toMatchObject([
      { byte: 16, file: 'a.c', text: 'return 0;', line: 42, column: 7 },
    ])
    expect(read.value.relos.get('tc')).toEqual([{ byte: 24, typeId: proto, spec: '0:1', kind: 'field_exists' }])
  })

  const bad: [string, number, number, RegExp][] = [
    ['the magic', 0, 0, /wrong magic/],
    ['the header length', 4, 4000, /header length/],
    ['a subsection beyond the input', 12, 4000, /ends beyond the input/],
    ['a record size', 32, 4, /records of 4 bytes/],
    ['more records than bytes', 40, 1000, /cut short/],
    ['no records', 40, 0, /no records/],
    ['flags that nobody knows', 0, 0x0101_eb9f, /flags 1/],
    ['a subsection between words', 8, 2, /not aligned/],
    ['a subsection with nothing but its record size', 12, 4, /func_info has no records/],
  ]
  test.for(bad)('%s: a fault', ([, at, value, expected]) => {
    const bytes = ext()
    new DataView(bytes.buffer).setUint32(at, value, true)
    const read = parseBtfExt(bytes, btf)
    expect(read.ok ? 'accepted' : read.fault.what).toMatch(expected)
  })

  // libbpf 1.5: a name that is not there is of no section, and the other records stay
  test('a section whose name is not there has no records', () => {
    const bytes = ext()
    new DataView(bytes.buffer).setUint32(36, 9999, true)
    const read = parseBtfExt(bytes, btf)
    if (!read.ok) throw new Error(read.fault.what)
    expect([read.value.funcs.size, read.value.lines.size]).toEqual([0, 1])
  })

  // libbpf hands func_info and line_info on as they are: the kernel refuses the program they belong to, and libbpf one with such a relocation
  test('a record that names what is not there is kept, and says so', () => {
    const bytes = ext()
    const view = new DataView(bytes.buffer)
    view.setUint32(48, 99, true)
    view.setUint32(68, 9999, true)
    view.setUint32(104, 77, true)
    const read = parseBtfExt(bytes, btf)
    if (!read.ok) throw new Error(read.fault.what)
    expect(read.value.funcs.get('tc')).toEqual([{ byte: 16, typeId: 99 }])
    expect(read.value.lines.get('tc')?.[0]).toMatchObject({ broken: true, file: '' })
    expect(read.value.relos.get('tc')?.[0]?.broken).toBe('CO-RE relocation kind 77 is unknown')
  })

  test('any bytes give an answer', () => {
    const good = ext()
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 5 }), (changes) => {
        const bytes = good.slice()
        for (const [at, value] of changes) bytes[at] = value
        expect(typeof parseBtfExt(bytes, btf).ok).toBe('boolean')
      }),
      { numRuns: 300 },
    )
  })
})
