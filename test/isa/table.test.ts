// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { opOf, opRows, rowOf } from '../../src/isa/index.ts'

describe('the opcode table', () => {
  test('has one row for each code, off and imm', () => {
    const keys = opRows.map(({ code, off, imm }) => `${code} ${off} ${imm}`)
    expect(new Set(keys).size).toBe(keys.length)
  })
  test('finds every row again by its fields', () => {
    for (const row of opRows) {
      expect(rowOf(row.code, row.off ?? 0, row.imm ?? 0)).toBe(row)
      expect(opOf(row.code, row.off ?? 0, row.imm ?? 0)).toBe(row.op)
    }
  })
  test('names a source for every row, and gives every operation all fields in one order', () => {
    const keys = ['kind', 'name', 'width', 'size', 'source', 'signed', 'fetch']
    for (const row of opRows) {
      expect(row.source).not.toBe('')
      expect(Object.keys(row.op)).toEqual(keys)
    }
    for (let code = 0; code < 256; code++) expect(Object.keys(opOf(code, 7, 7))).toEqual(keys)
  })

  /** RFC 9669 appendix A "Opcodes", a sample of every family; then what Linux has beside it. */
  test.for<[number, number, number, string, object]>([
    [0x04, 0, 5, 'add', { kind: 'alu', width: 32, source: 'imm' }],
    [0x0f, 0, 0, 'add', { kind: 'alu', width: 64, source: 'reg' }],
    [0x37, 0, 5, 'div', { kind: 'alu', width: 64, source: 'imm', signed: false }],
    [0x37, 1, 5, 'sdiv', { kind: 'alu', width: 64, source: 'imm', signed: true }],
    [0x9c, 1, 0, 'smod', { kind: 'alu', width: 32, source: 'reg', signed: true }],
    [0x87, 0, 0, 'neg', { kind: 'alu', width: 64, source: 'none' }],
    [0xc4, 0, 3, 'arsh', { kind: 'alu', width: 32 }],
    [0xbc, 16, 0, 'movsx', { width: 32, size: 2, source: 'reg', signed: true }],
    [0xbf, 32, 0, 'movsx', { width: 64, size: 4, source: 'reg', signed: true }],
    [0xbf, 0, 0, 'mov', { width: 64, size: 0, source: 'reg' }],
    [0xbf, 1, 0x10000, 'addr_space_cast', { width: 64, source: 'reg' }],
    [0xd4, 0, 16, 'le', { kind: 'alu', width: 64, size: 2 }],
    [0xdc, 0, 64, 'be', { kind: 'alu', width: 64, size: 8 }],
    [0xd7, 0, 32, 'bswap', { kind: 'alu', width: 64, size: 4 }],
    [0x05, 3, 0, 'ja', { kind: 'ja', width: 64 }],
    [0x06, 0, 3, 'gotol', { kind: 'ja', width: 32 }],
    [0x1d, 3, 0, 'jeq', { kind: 'jump', width: 64, source: 'reg' }],
    [0xd6, 3, 0, 'jsle', { kind: 'jump', width: 32, source: 'imm', signed: true }],
    [0x85, 0, 1, 'call', { kind: 'call' }],
    [0x8d, 0, 0, 'callx', { kind: 'callx' }],
    [0x95, 0, 0, 'exit', { kind: 'exit' }],
    [0xe5, 3, 0, 'may_goto', { kind: 'may_goto' }],
    [0x0d, 0, 0, 'gotox', { kind: 'gotox' }],
    [0x18, 0, 0, 'ld_imm64', { kind: 'ld_imm64', size: 8 }],
    [0x30, 0, 0, 'ld_abs', { kind: 'ld_abs', size: 1 }],
    [0x48, 0, 0, 'ld_ind', { kind: 'ld_ind', size: 2 }],
    [0x79, 8, 0, 'ldx', { kind: 'load', size: 8, signed: false }],
    [0x91, 8, 0, 'ldsx', { kind: 'load', size: 1, signed: true }],
    [0x62, 8, 9, 'st', { kind: 'store', size: 4, source: 'imm' }],
    [0x7b, 8, 0, 'stx', { kind: 'store', size: 8, source: 'reg' }],
    [0xc3, 8, 0x00, 'add', { kind: 'atomic', size: 4, fetch: false }],
    [0xdb, 8, 0x41, 'or', { kind: 'atomic', size: 8, fetch: true }],
    [0xdb, 8, 0xe1, 'xchg', { kind: 'atomic', size: 8, fetch: true }],
    [0xc3, 8, 0xf1, 'cmpxchg', { kind: 'atomic', size: 4, fetch: true }],
    [0xd3, 8, 0x100, 'load_acquire', { kind: 'atomic', size: 1 }],
    [0xcb, 8, 0x110, 'store_release', { kind: 'atomic', size: 2, fetch: false }],
    [0xdb, 8, 0x33, 'invalid', { kind: 'invalid' }],
    [0xff, 0, 0, 'invalid', { kind: 'invalid' }],
    [0x99, 0, 0, 'invalid', { kind: 'invalid' }],
    [0x38, 0, 0, 'invalid', { kind: 'invalid' }],
  ])('knows 0x%x with off %i, imm %i as %s', ([code, off, imm, name, fields]) => {
    expect(opOf(code, off, imm)).toMatchObject({ name, ...fields })
  })
})
