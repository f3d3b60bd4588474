// SPDX-License-Identifier: Apache-2.0
// Registers as Linux 6.12 printed them in verifier logs of its own selftests (BPF_LOG_LEVEL2), beside the instruction
// that gave them.

import { expect, test } from 'vitest'
import type { Scalar } from '../../../src/verifier/scalar/index.ts'
import * as scalar from '../../../src/verifier/scalar/index.ts'
import { text } from './concrete.ts'

const { unknown } = scalar
const k = scalar.constantNumber
const u32 = scalar.unsignedOfSize(4)
const u16 = scalar.unsignedOfSize(2)
const u8 = scalar.unsignedOfSize(1)
const s8 = scalar.signedOfSize(1)
const range = (min: bigint, max: bigint): Scalar => scalar.fromRange({ umin: min, umax: max })
const alu64 = (a: Scalar, name: scalar.AluName, b: number | Scalar): Scalar =>
  scalar.alu(name, 64, a, typeof b === 'number' ? k(b) : b)
const alu32 = (a: Scalar, name: scalar.AluName, b: number | Scalar): Scalar =>
  scalar.alu(name, 32, a, typeof b === 'number' ? k(b) : b)
/** The register after a branch, and whether it jumped. */
const after = (a: Scalar, name: scalar.JumpName, imm: number, taken: boolean): Scalar =>
  scalar.refineBranch(name, 64, a, k(imm), taken ? 'taken' : 'passed')[0]
const after32 = (a: Scalar, name: scalar.JumpName, imm: number, taken: boolean): Scalar =>
  scalar.refineBranch(name, 32, a, k(imm), taken ? 'taken' : 'passed')[0]

const cases: [what: string, value: Scalar, printed: string][] = [
  ['r0 = -1', k(-1), '-1'],
  ['r0 = -4096', k(-4096), '-4096'],
  ['r1 = 57005', k(57005), '0xdead'],
  ['r0 = -87117812', k(-87117812), '0xfffffffffaceb00c'],
  ['w0 = -17', scalar.zext32(k(-17)), '0xffffffef'],
  ['w1 = w1 of -1', scalar.zext32(k(-1)), '0xffffffff'],
  ['r1 >>= 16 of 0xffffffff', alu64(scalar.constant(0xffffffffn), 'rsh', 16), '0xffff'],
  ['r0 += 1', alu64(k(0x7a120), 'add', 1), '0x7a121'],

  ['an unknown', unknown, ''],
  ['r0 = *(u8 *)', u8, 'smin=smin32=0,smax=umax=smax32=umax32=255,var_off=(0x0; 0xff)'],
  ['r0 = *(u16 *)', u16, 'smin=smin32=0,smax=umax=smax32=umax32=0xffff,var_off=(0x0; 0xffff)'],
  ['r0 = *(u32 *)', u32, 'smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff)'],
  ['r1 = *(s32 *)', scalar.signedOfSize(4), 'smin=0xffffffff80000000,smax=0x7fffffff'],
  ['r0 = (s8)r0', scalar.movsx(unknown, 1, 64), 'smin=smin32=-128,smax=smax32=127'],
  ['w1 = w0', scalar.zext32(unknown), 'smin=0,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff)'],
  [
    'w1 = w1 of an s8',
    scalar.zext32(s8),
    'smin=0,smax=umax=0xffffffff,smin32=-128,smax32=127,var_off=(0x0; 0xffffffff)',
  ],
  [
    'w1 += 0 of an s8',
    alu32(s8, 'add', 0),
    'smin=0,smax=umax=0xffffffff,smin32=-128,smax32=127,var_off=(0x0; 0xffffffff)',
  ],
  [
    'w7 = (s8)w3 of a u8',
    scalar.movsx(u8, 1, 32),
    'smin=0,smax=umax=0xffffffff,smin32=-128,smax32=127,var_off=(0x0; 0xffffffff)',
  ],
  [
    'w7 = (s8)w3 of 128..143',
    scalar.movsx(range(128n, 143n), 1, 32),
    'smin=umin=umin32=0xffffff80,smax=umax=umax32=0xffffff8f,smin32=-128,smax32=-113,var_off=(0xffffff80; 0xf)',
  ],
  ['128..143', range(128n, 143n), 'smin=umin=smin32=umin32=128,smax=umax=smax32=umax32=143,var_off=(0x80; 0xf)'],
  [
    'r1 s>>= 32 after r1 <<= 32',
    alu64(alu64(unknown, 'lsh', 32), 'arsh', 32),
    'smin=0xffffffff80000000,smax=0x7fffffff',
  ],
  [
    'r2 = (s32)r2 of 4..12',
    scalar.movsx(range(4n, 12n), 4, 64),
    'smin=umin=smin32=umin32=4,smax=umax=smax32=umax32=12,var_off=(0x0; 0xf)',
  ],
  ['r1 >>= 8', alu64(unknown, 'rsh', 8), 'smin=0,smax=umax=0xffffffffffffff,var_off=(0x0; 0xffffffffffffff)'],
  [
    'r1 >>= 8 twice',
    alu64(alu64(unknown, 'rsh', 8), 'rsh', 8),
    'smin=0,smax=umax=0xffffffffffff,var_off=(0x0; 0xffffffffffff)',
  ],
  [
    'r1 <<= 2 of a u32',
    alu64(u32, 'lsh', 2),
    'smin=0,smax=umax=0x3fffffffc,smax32=0x7ffffffc,umax32=0xfffffffc,var_off=(0x0; 0x3fffffffc)',
  ],
  [
    'w1 <<= 2',
    alu32(unknown, 'lsh', 2),
    'smin=0,smax=umax=umax32=0xfffffffc,smax32=0x7ffffffc,var_off=(0x0; 0xfffffffc)',
  ],
  [
    'r1 <<= 2',
    alu64(unknown, 'lsh', 2),
    'smax=0x7ffffffffffffffc,umax=0xfffffffffffffffc,smax32=0x7ffffffc,umax32=0xfffffffc,var_off=(0x0; 0xfffffffffffffffc)',
  ],
  [
    'r1 <<= 32',
    alu64(unknown, 'lsh', 32),
    'smax=0x7fffffff00000000,umax=0xffffffff00000000,smin32=0,smax32=umax32=0,var_off=(0x0; 0xffffffff00000000)',
  ],
  ['r2 &= 8', alu64(unknown, 'and', 8), 'smin=smin32=0,smax=umax=smax32=umax32=8,var_off=(0x0; 0x8)'],
  [
    '(r2 & 8) - 16',
    alu64(alu64(unknown, 'and', 8), 'add', -16),
    'smin=smin32=-16,smax=smax32=-8,umin=0xfffffffffffffff0,umax=0xfffffffffffffff8,umin32=0xfffffff0,' +
      'umax32=0xfffffff8,var_off=(0xfffffffffffffff0; 0x8)',
  ],
  [
    '(r0 & 8) + 0xffffffff00000000',
    alu64(scalar.constant(0xffffffff00000000n), 'add', alu64(unknown, 'and', 8)),
    'smin=0xffffffff00000000,smax=0xffffffff00000008,umin=0xffffffff00000000,umax=0xffffffff00000008,smin32=0,' +
      'smax32=umax32=8,var_off=(0xffffffff00000000; 0x8)',
  ],
  ['r1 += -16 of 0..63', alu64(range(0n, 63n), 'add', -16), 'smin=smin32=-16,smax=smax32=47'],
  ['r0 += r2 of two u32', alu64(u32, 'add', u32), 'smin=0,smax=umax=0x1fffffffe,var_off=(0x0; 0x1ffffffff)'],
  [
    'r0 += r4 of 31 and a u16',
    alu64(k(31), 'add', u16),
    'smin=umin=smin32=umin32=31,smax=umax=smax32=umax32=0x1001e,var_off=(0x0; 0x1ffff)',
  ],
  [
    'r1 += 0x7fffffc0 of 0..255',
    alu64(u8, 'add', 0x7fffffc0),
    'smin=umin=umin32=0x7fffffc0,smax=umax=umax32=0x800000bf,var_off=(0x0; 0xffffffff)',
  ],
  [
    'and once more',
    alu64(alu64(u8, 'add', 0x7fffffc0), 'add', 0x7fffffc0),
    'smin=umin=0xffffff80,smax=umax=0x10000007f,smin32=-128,smax32=127,var_off=(0x0; 0x1ffffffff)',
  ],

  ['if r0 == 0, not', after(unknown, 'jeq', 0, false), 'umin=1'],
  ['if r0 != -1, not then not equal', after(unknown, 'jne', -1, true), 'umax=0xfffffffffffffffe'],
  ['if r1 <= 0, not', after(unknown, 'jle', 0, false), 'umin=1'],
  ['if w1 <= 0, not', after32(unknown, 'jle', 0, false), 'smin=0x8000000000000001,umin=umin32=1'],
  [
    'if r3 < 9, not, of a u32',
    after(u32, 'jlt', 9, false),
    'smin=umin=umin32=9,smax=umax=0xffffffff,var_off=(0x0; 0xffffffff)',
  ],
  ['if r6 s> 1, not', after(unknown, 'jsgt', 1, false), 'smax=1'],
  ['if r6 s>= 0x7fffffff, not', after(unknown, 'jsge', 0x7fffffff, false), 'smax=0x7ffffffe'],
  [
    'if r6 s>= 0, not',
    after(unknown, 'jsge', 0, false),
    'smax=-1,umin=0x8000000000000000,var_off=(0x8000000000000000; 0x7fffffffffffffff)',
  ],
  [
    'if r6 s>= S32_MIN, not',
    after(unknown, 'jsge', -0x80000000, false),
    'smax=0xffffffff7fffffff,umin=0x8000000000000000,umax=0xffffffff7fffffff,' +
      'var_off=(0x8000000000000000; 0x7fffffffffffffff)',
  ],
  [
    'if r6 s< 0, not',
    after(unknown, 'jslt', 0, false),
    'smin=0,umax=0x7fffffffffffffff,var_off=(0x0; 0x7fffffffffffffff)',
  ],
  ['if r6 s< S32_MIN, not', after(unknown, 'jslt', -0x80000000, false), 'smin=0xffffffff80000000'],
  [
    'if r6 s<= 0, not',
    after(unknown, 'jsle', 0, false),
    'smin=umin=1,umax=0x7fffffffffffffff,var_off=(0x0; 0x7fffffffffffffff)',
  ],
  [
    'if r6 s<= 0x7fffffff, not',
    after(unknown, 'jsle', 0x7fffffff, false),
    'smin=umin=0x80000000,umax=0x7fffffffffffffff,var_off=(0x0; 0x7fffffffffffffff)',
  ],
  ['if r6 s<= S32_MIN, not', after(unknown, 'jsle', -0x80000000, false), 'smin=0xffffffff80000001'],
  [
    'if w1 s< 4, not, of a u32',
    after32(u32, 'jslt', 4, false),
    'smin=umin=smin32=umin32=4,smax=umax=umax32=0x7fffffff,var_off=(0x0; 0x7fffffff)',
  ],
  [
    'if w1 s< 0, taken, of a u32',
    after32(u32, 'jslt', 0, true),
    'smin=umin=umin32=0x80000000,smax=umax=0xffffffff,smax32=-1,var_off=(0x80000000; 0x7fffffff)',
  ],
  [
    'if w2 < 9, taken',
    after32(unknown, 'jlt', 9, true),
    'smax=0x7fffffff00000008,umax=0xffffffff00000008,smin32=0,smax32=umax32=8,var_off=(0x0; 0xffffffff0000000f)',
  ],
  ['bpf_get_stack of nothing', scalar.fromRange({ smin: -4095n, smax: 0n }), 'smin=smin32=-4095,smax=smax32=0'],
  [
    'and negative',
    after(scalar.fromRange({ smin: -4095n, smax: 0n }), 'jslt', 0, true),
    'smin=smin32=-4095,smax=smax32=-1,umin=0xfffffffffffff001,umin32=0xfffff001,var_off=(0xfffffffffffff000; 0xfff)',
  ],
]

test.for(cases)('%s', ([, value, printed]) => {
  expect(text(value)).toBe(printed)
})

test('what 6.12 does not track is unknown', () => {
  for (const name of ['div', 'mod', 'sdiv', 'smod', 'neg'] as const) {
    expect(scalar.isUnknown(scalar.alu(name, 32, k(6), k(2)))).toBe(true)
  }
  expect(scalar.isUnknown(scalar.byteSwap('be', 2, k(1)))).toBe(true)
  expect(scalar.isUnknown(scalar.alu('lsh', 32, k(1), k(32)))).toBe(true)
  expect(scalar.isUnknown(scalar.alu('rsh', 64, k(1), u8))).toBe(true)
})

test('a contradiction loses its ranges and keeps its bits', () => {
  const [left] = scalar.refineBranchRaw('jeq', 64, range(0n, 7n), range(8n, 15n), 'taken')
  expect(scalar.isInconsistent(left)).toBe(true)
  const [clean] = scalar.refineBranch('jeq', 64, range(0n, 7n), range(8n, 15n), 'taken')
  expect(scalar.umax(clean)).toBe(0xffffffffffffffffn)
  expect(scalar.tnumValue(clean)).toBe(scalar.tnumValue(left))
})

test('numbers and BigInt agree at the edge', () => {
  for (const v of [0, 1, -1, 511, 1024, -513, 2 ** 31, -(2 ** 31), 2 ** 32, 2 ** 53 - 1, -(2 ** 53) + 1]) {
    const s = k(v)
    expect(scalar.sameScalar(s, scalar.constant(BigInt(v)))).toBe(true)
    expect(scalar.constValue(s)).toBe(BigInt.asUintN(64, BigInt(v)))
    expect(scalar.constNumber(s)).toBe(v)
    expect(scalar.smin(s)).toBe(BigInt(v))
    expect(scalar.sminN(s)).toBe(v)
  }
  expect(scalar.constNumber(unknown)).toBeNaN()
  expect(scalar.constNumber(scalar.constant(1n << 62n))).toBeNaN()
  expect(scalar.umaxN(unknown)).toBe(2 ** 64)
  expect(scalar.bitWidth(u32)).toBe(32)
  expect(scalar.bitWidth(unknown)).toBe(64)
  expect(scalar.bitWidth(scalar.zero)).toBe(0)
})

test('a sign mask forks into 0 and -1', () => {
  const mask = alu64(unknown, 'arsh', 63)
  const [zeros, ones] = scalar.maskFork(mask)!
  expect([text(zeros), text(ones)]).toEqual(['0', '-1'])
  expect(scalar.maskFork(unknown)).toBeUndefined()
})
