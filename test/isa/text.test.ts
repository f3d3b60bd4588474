// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  assemble,
  checkEncoding,
  checkReserved,
  decodeInsns,
  disassemble,
  disassembleLlvm,
  encodeInsns,
  imm64,
  type Insn,
  makeInsn,
  makeLdImm64,
  opRows,
} from '../../src/isa/index.ts'

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
const bytesOf = (hex: string): Uint8Array => Uint8Array.from(hex.split(' '), (pair) => Number.parseInt(pair, 16))
function insnsOf(hex: string): Insn[] {
  const insns = decodeInsns(bytesOf(hex))
  if (!insns.ok) throw new Error(insns.fault.what)
  return insns.value
}
function assembled(text: string, kfunc = false): Insn[] {
  const insns = assemble(text, {
    resolveCall: (_, number) => (kfunc && number !== undefined ? { src: 2, imm: number } : undefined),
  })
  if (!insns.ok) throw new Error(`${insns.fault.what}: ${text}`)
  return insns.value
}

/** Bytes, the line of a real kernel's log (6.12, 7.3), and that of llvm-objdump 19 where it knows it. */
const lines: readonly (readonly [string, string, string | undefined])[] = [
  ['04 01 00 00 01 00 00 00', '(04) w1 += 1', 'w1 += 0x1'],
  ['07 01 00 00 f8 ff ff ff', '(07) r1 += -8', 'r1 += -0x8'],
  ['05 00 d5 ff 00 00 00 00', '(05) goto pc-43', 'goto -0x2b'],
  ['06 00 00 00 55 87 00 00', '(06) gotol pc+34645', 'gotol +0x8755'],
  ['0d 00 00 00 00 00 00 00', '(0d) gotox r0', undefined],
  ['15 01 06 00 00 00 00 00', '(15) if r1 == 0x0 goto pc+6', 'if r1 == 0x0 goto +0x6'],
  ['65 06 02 00 00 00 00 80', '(65) if r6 s> 0x80000000 goto pc+2', 'if r6 s> -0x80000000 goto +0x2'],
  ['1e 97 02 00 00 00 00 00', '(1e) if w7 == w9 goto pc+2', 'if w7 == w9 goto +0x2'],
  ['18 02 00 00 04 70 27 01 00 00 00 00 8e df 67 ff', '(18) r2 = 0xff67df8e01277004', 'r2 = -0x982071fed88ffc ll'],
  ['20 00 00 00 00 00 00 00', '(20) r0 = *(u32 *)skb[0]', 'r0 = *(u32 *)skb[0x0]'],
  ['40 10 00 00 00 00 e0 ff', '(40) r0 = *(u32 *)skb[r1 + -2097152]', 'r0 = *(u32 *)skb[r1]'],
  ['97 00 01 00 02 00 00 00', '(97) r0 s%= 2', 'r0 s%= 0x2'],
  ['61 22 84 09 00 00 00 00', '(61) r2 = *(u32 *)(r2 +2436)', 'r2 = *(u32 *)(r2 + 0x984)'],
  ['81 12 04 00 00 00 00 00', '(81) r2 = *(s32 *)(r1 +4)', 'r2 = *(s32 *)(r1 + 0x4)'],
  ['62 01 08 00 2a 00 00 00', '(62) *(u32 *)(r1 +8) = 42', '*(u32 *)(r1 + 0x8) = 0x2a'],
  ['7b 1a f8 ff 00 00 00 00', '(7b) *(u64 *)(r10 -8) = r1', '*(u64 *)(r10 - 0x8) = r1'],
  ['84 00 00 00 00 00 00 00', '(84) w0 = -w0', 'w0 = -w0'],
  ['95 00 00 00 00 00 00 00', '(95) exit', 'exit'],
  ['c3 01 08 00 00 00 00 00', '(c3) lock *(u32 *)(r1 +8) += r0', 'lock *(u32 *)(r1 + 0x8) += r0'],
  [
    'db 12 00 00 01 00 00 00',
    '(db) r1 = atomic64_fetch_add((u64 *)(r2 +0), r1)',
    'r1 = atomic_fetch_add((u64 *)(r2 + 0x0), r1)',
  ],
  [
    'db 12 00 00 f1 00 00 00',
    '(db) r0 = atomic64_cmpxchg((u64 *)(r2 +0), r0, r1)',
    'r0 = cmpxchg_64(r2 + 0x0, r0, r1)',
  ],
  ['db 12 00 00 e1 00 00 00', '(db) r1 = atomic64_xchg((u64 *)(r2 +0), r1)', 'r1 = xchg_64(r2 + 0x0, r1)'],
  ['d3 20 04 00 00 01 00 00', '(d3) r0 = load_acquire((u8 *)(r2 +4))', undefined],
  ['db 2a f8 ff 10 01 00 00', '(db) store_release((u64 *)(r10 -8), r2)', undefined],
  ['dc 00 00 00 40 00 00 00', '(dc) r0 = be64 r0', 'r0 = be64 r0'],
  ['d7 03 00 00 10 00 00 00', '(d7) r3 = bswap16 r3', 'r3 = bswap16 r3'],
  ['e5 00 fd ff 00 00 00 00', '(e5) may_goto pc-3', 'may_goto -0x3'],
  ['85 10 00 00 03 00 00 00', '(85) call pc+3', undefined],
]

test.for<[string, string]>([
  ['r0=0x1F', 'r0 = 0x1f'],
  ['r0=-1', 'r0 = -1'],
  ['r0=5ll', 'r0 = 5 ll'],
  ['r1s/=r2', 'r1 s/= r2'],
  ['w1<<=3', 'w1 <<= 3'],
  ['r0=-r0', 'r0 = -r0'],
  ['r0  =\t1', 'r0 = 1'],
  ['if r1s>=-5 goto +1', 'if r1 s>= -5 goto +1'],
  ['if r1!=r2 goto +1', 'if r1 != r2 goto +1'],
  ['if  w1&7  goto +1', 'if w1 & 7 goto +1'],
  ['r1=*(u8*)(r2+4)', 'r1 = *(u8 *)(r2 + 4)'],
  ['*(u32*)(r10-4)=7', '*(u32 *)(r10 - 4) = 7'],
  ['r1 = *(u64 *)(r2)', 'r1 = *(u64 *)(r2 + 0)'],
  ['lock *(u64*)(r1+8)+=r2', 'lock *(u64 *)(r1 + 8) += r2'],
])('%s is %s', ([short, long]) => {
  expect(assembled(short)).toEqual(assembled(long))
})

describe('an instruction', () => {
  test.for(lines)('%s is %s', ([hex, kernel, llvm]) => {
    const [first, second] = insnsOf(hex)
    expect(disassemble(first!, second)).toBe(kernel)
    expect(hexOf(encodeInsns(assembled(kernel)))).toBe(hex)
    if (llvm === undefined) return
    expect(disassembleLlvm(first!, second)).toBe(llvm)
    if (!kernel.includes('skb[r')) expect(hexOf(encodeInsns(assembled(llvm)))).toBe(hex)
  })

  test('calls are named by who knows the names', () => {
    const options = { helperName: () => 'bpf_map_lookup_elem', kfuncName: () => 'bpf_task_release' }
    const call = (src: number, imm: number): Insn => makeInsn({ code: 0x85, src, imm })
    expect(disassemble(call(0, 1), undefined, options)).toBe('(85) call bpf_map_lookup_elem#1')
    expect(disassemble(call(2, 1234), undefined, options)).toBe('(85) call bpf_task_release#1234')
    expect(disassemble(call(2, 7), undefined)).toBe('(85) call kernel-function#7')
    expect(disassemble(call(0, 9999), undefined)).toBe('(85) call unknown#9999')
    expect(disassemble(call(1, -2), undefined)).toBe('(85) call pc-2')
  })

  test('addresses are hidden from who may not see them', () => {
    const [first, second] = makeLdImm64(1, 0xffff888012345678n, 1)
    expect(disassemble(first, second)).toBe('(18) r1 = 0xffff888012345678')
    expect(disassemble(first, second, { hidePointers: true })).toBe('(18) r1 = 0x0')
  })
})

describe('a program as text', () => {
  test('has labels, comments and what listings add', () => {
    const insns = assembled(`
      ; the listing of a log
      entry:
        0: (b7) r0 = 0            ; R0_w=0
        if r1 == 0 goto out       // a label
      2: r2 = 0x1122334455667788 ll
        call helper_of_ours
        goto entry
      out: exit
      helper_of_ours:
        exit
    `)
    expect(insns.map(({ op, off, imm }) => [op.name, off, imm])).toEqual([
      ['mov', 0, 0],
      ['jeq', 4, 0],
      ['ld_imm64', 0, 0x55667788],
      ['invalid', 0, 0x11223344],
      ['call', 0, 2],
      ['ja', -6, 0],
      ['exit', 0, 0],
      ['exit', 0, 0],
    ])
  })
  test.for<[string, string, number]>([
    ['exit\nfrobnicate r1', 'no instruction reads like this: frobnicate r1', 2],
    ['goto nowhere', 'there is no label nowhere', 1],
    ['a:\na: exit', 'label a is defined twice', 2],
    ['r1 = 0x100000000', '0x100000000 does not fit in 32 bits', 1],
    ['r1 = 0x1ffffffffffffffff ll', 'is not a 64-bit number', 1],
    ['r16 = 0', 'there is no register 16', 1],
    ['r1 = *(u32 *)(r1 +40000)', 'offset +40000 does not fit in 16 bits', 1],
    ['r1 = be16 r2', 'both registers must be the same', 1],
    [`r1 = 0${' '.repeat(100_000)}<`, 'a line of 100007 characters', 1],
    ['r1 += w2', 'no instruction reads like this', 1],
  ])('%j is a fault', ([text, what, line]) => {
    const result = assemble(text)
    expect(result).toMatchObject({ ok: false, fault: { place: { line } } })
    if (!result.ok) expect(result.fault.what).toContain(what)
  })
})

/** Instructions a kernel takes, all fields free that the row leaves free. */
const validInsn = fc
  .record({
    row: fc.constantFrom(...opRows.filter(({ op }) => op.kind !== 'callx')),
    dst: fc.nat(10),
    src: fc.nat(10),
    off: fc.integer({ min: -0x8000, max: 0x7fff }),
    imm: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
    high: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
  })
  .map(({ row, dst, src, off, imm, high }): Insn[] => {
    const { code, op } = row
    if (op.kind === 'ld_imm64') return [makeInsn({ code, dst, imm }), makeInsn({ code: 0, imm: high })]
    const fields = { code, dst, src, off: row.off ?? off, imm: row.imm ?? imm }
    // No text shows these: the kernel ignores the one of exit, the other says which module a kfunc is in.
    if (op.kind === 'exit' || op.kind === 'call') fields.off = 0
    if (op.name === 'addr_space_cast') fields.imm = imm < 0 ? 1 : 0x10000
    const free = [
      fields,
      { ...fields, imm: 0 },
      { ...fields, src: 0 },
      { ...fields, off: 0 },
      { ...fields, src: 0, off: 0 },
      { ...fields, imm: 0, off: 0 },
      { ...fields, src: 0, imm: 0 },
      { ...fields, dst: 0, src: 0, imm: 0 },
      { ...fields, dst: 0, off: 0 },
      { ...fields, dst: 0, src: 0, off: 0 },
      { ...fields, src: 0, off: 0, imm: 0 },
      { ...fields, dst: 0, src: 0, off: 0, imm: 0 },
    ]
    const insn = free
      .map((candidate) => makeInsn(candidate))
      .find((candidate) => checkReserved(candidate, { has: () => true }) === undefined)
    return insn === undefined ? [] : [insn]
  })
  .filter((insns) => insns.length > 0)

describe('properties', () => {
  test('bytes are the same after decoding and encoding, in either byte order', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 256 }), fc.boolean(), (bytes, littleEndian) => {
        const insns = decodeInsns(bytes, { littleEndian })
        if (!insns.ok) return bytes.length % 8 !== 0
        return hexOf(encodeInsns(insns.value, { littleEndian })) === hexOf(bytes)
      }),
    )
  })
  test('any slot can be printed and checked', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (bytes) => {
        const insn = insnsOf(Array.from(bytes, (byte) => byte.toString(16)).join(' '))[0]!
        checkReserved(insn)
        checkEncoding(insn, undefined)
        return disassemble(insn, undefined) !== '' && disassembleLlvm(insn, undefined) !== ''
      }),
      { numRuns: 5000 },
    )
  })
  test("the kernel's text assembles to the same bytes", () => {
    fc.assert(
      fc.property(validInsn, (insns) => {
        const [first, second] = insns
        const again = assembled(disassemble(first!, second), first!.op.kind === 'call' && first!.src === 2)
        expect(hexOf(encodeInsns(again))).toBe(hexOf(encodeInsns(insns)))
      }),
      { numRuns: 5000 },
    )
  })
  test("LLVM's text assembles to the same bytes, but for what it does not print", () => {
    fc.assert(
      fc.property(validInsn, (insns) => {
        const [first, second] = insns
        if (first!.op.kind === 'ld_ind' || first!.op.kind === 'call') return
        const again = assembled(disassembleLlvm(first!, second, { alu32: true }))
        expect(hexOf(encodeInsns(again))).toBe(hexOf(encodeInsns(insns)))
      }),
      { numRuns: 5000 },
    )
  })
  test('any text assembles or is a fault', () => {
    fc.assert(fc.property(fc.string({ maxLength: 60 }), (text) => typeof assemble(text).ok === 'boolean'))
  })
  test('64-bit immediates keep their value', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (value) => imm64(...makeLdImm64(1, value)) === value),
    )
  })
})
