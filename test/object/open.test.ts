// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { BtfBuilder } from '../../src/btf/index.ts'
import { linkProgram, openObject } from '../../src/object/index.ts'

const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(`test/fixtures/object/${name}`))
const open = (name: string, options = {}) => openObject(fixture(name), name, options)

describe('maps', () => {
  const object = open('basics.bpf.o')
  const maps = object.ok ? object.value.maps : []
  // values as in the C source; a ring buffer is rounded up to pages, by powers of two
  test.for([
    ['table', { type: 'BPF_MAP_TYPE_HASH', keySize: 4, valueSize: 16, maxEntries: 64, flags: 1 }],
    ['outer', { type: 'BPF_MAP_TYPE_ARRAY_OF_MAPS', valueSize: 4, slots: new Map([[2, 'one']]) }],
    ['ring', { type: 'BPF_MAP_TYPE_RINGBUF', maxEntries: 8192 }],
    ['pinned', { pinned: true }],
    ['bloom', { mapExtra: 3n, keySize: 0, valueSize: 4 }],
    ['basics.rodata', { internal: 'rodata', frozen: true, flags: 0x480, data: Uint8Array.of(7, 0, 0, 0) }],
    ['basics.data', { internal: 'data', frozen: false, flags: 0x400, data: Uint8Array.of(5, 0, 0, 0, 0, 0, 0, 0) }],
    ['basics.bss', { internal: 'bss', valueSize: 8 }],
    ['.data.own', { internal: 'data', valueSize: 16, flags: 0 }], // only static and hidden variables: not mappable
    ['basics.kconfig', { internal: 'kconfig', frozen: true, valueSize: 17 }],
  ] as const)('%s', ([name, expected]) => {
    expect(maps.find((map) => map.name === name)).toMatchObject(expected)
  })
  test('a hundred megabytes of zeros are a map like any other (accepted by the real 6.12), and are not made', () => {
    const big = open('big-bss.bpf.o')
    const map = big.ok ? big.value.maps.find(({ internal }) => internal === 'bss') : undefined
    expect(map).toMatchObject({ valueSize: 100 << 20 })
    expect(map?.data).toBeUndefined()
  })
  test('an inner map is described by its outer', () => {
    expect(maps.find(({ name }) => name === 'outer')?.inner).toMatchObject({ name: 'outer.inner', maxEntries: 4 })
  })
  test('data sections get the sizes and offsets that only ELF knows', () => {
    const btf = object.ok ? object.value.btf : undefined
    const datasec = btf?.type(btf.find('.data.own', 'datasec')!)
    expect(datasec).toMatchObject({ size: 16, entries: [{ offset: 0 }, { offset: 8 }] })
  })
})

describe('an object libbpf 1.5 does not open', () => {
  test.for([
    ['static.bpf.o', "sec 'xdp': program 'cannot' is static and not supported"],
    ['legacy.bpf.o', "elf: legacy map definitions in 'maps' section are not supported by libbpf v1.0+"],
  ] as const)('%s', ([name, what]) => {
    expect(open(name)).toMatchObject({ ok: false, fault: { what } })
  })
  test('maps without BTF are read where they are asked for', () => {
    expect(open('legacy.bpf.o', { legacyMaps: true })).toMatchObject({
      ok: true,
      value: {
        maps: [
          { name: 'counts', type: 'BPF_MAP_TYPE_ARRAY', keySize: 4, valueSize: 8, maxEntries: 16 },
          { name: 'names', type: 'BPF_MAP_TYPE_HASH', keySize: 16, valueSize: 4, maxEntries: 32, flags: 1 },
        ],
      },
    })
  })
})

describe('programs', () => {
  const object = open('basics.bpf.o')
  test('a section may hold several, and `?` keeps one from loading by itself', () => {
    if (!object.ok) throw new Error(object.fault.what)
    const { programs } = object.value
    expect(programs.filter(({ section }) => section === 'xdp').map(({ name }) => name)).toEqual(['alone', 'calls'])
    expect(programs.filter(({ autoload }) => !autoload).map(({ section }) => section)).toEqual(['lsm/file_open'])
  })
})

describe('damaged objects', () => {
  const target = { btf: new BtfBuilder().build('vmlinux'), modules: [], destructors: [], config: () => '1' }
  const tryAll = (bytes: Uint8Array): void => {
    const object = openObject(bytes, 'x.bpf.o', { legacyMaps: true })
    if (!object.ok) expect(object.fault.what).not.toBe('')
    else for (const program of object.value.programs) linkProgram(object.value, program, target)
  }
  test.for(['basics.bpf.o', 'basics-be.bpf.o', 'ops.bpf.o', 'legacy.bpf.o'])('%s, cut short anywhere', (name) => {
    const whole = fixture(name)
    for (let length = 0; length < whole.length; length += 7) tryAll(whole.slice(0, length))
  })
  test.for(['basics.bpf.o', 'ops.bpf.o', 'legacy.bpf.o'])('%s, bytes changed', (name) => {
    const whole = fixture(name)
    for (let at = 0; at < whole.length; at += at < 64 ? 1 : 13) {
      for (const bits of [0xff, 0x01, 0x80]) {
        const bytes = whole.slice()
        bytes[at]! ^= bits
        tryAll(bytes)
      }
    }
  })
})
