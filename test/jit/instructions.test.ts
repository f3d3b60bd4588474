// SPDX-License-Identifier: Apache-2.0
// Each instruction form of RFC 9669, by its sentence: what is written here was worked out by hand or by BigInt, never by either way of running.
import { describe, expect, test } from 'vitest'
import { makeInsn, makeLdImm64, opRows, rowOf } from '../../src/isa/index.ts'
import { BLOCK, executed, prepareBoth, runBoth } from './both.ts'
import { atomics, edges, forms, immediate, jumps, ordered, sentences, told, u64 } from './sentences.ts'

/** Both ways of running come to `r0`. */
function expectR0(program: string, r0: bigint | 'trap', memory?: Uint8Array): void {
  const { interpreted, compiled } = runBoth(program, memory === undefined ? {} : { memory })
  expect({ interpreted: interpreted.r0, compiled: compiled.r0 }).toEqual({ interpreted: r0, compiled: r0 })
  expect(compiled.memory).toEqual(interpreted.memory)
}

describe('arithmetic, RFC 9669 §4.1', () => {
  const both = (r0: bigint) => ({ interpreted: r0, compiled: r0 })
  for (const operator of Object.keys(sentences)) {
    for (const bits of [64, 32]) {
      test(`${operator} in ${bits} bits, of registers and of immediates`, () => {
        const register = bits === 64 ? 'r' : 'w'
        const byRegister = prepareBoth(`r0 = r1\n${register}0 ${operator} ${register}2\nexit`)
        for (const a of edges) for (const b of edges) expect(byRegister(a, b)).toEqual(both(told(operator, bits, a, b)))
        for (const b of edges) {
          const imm = immediate(operator, bits, b)
          if (imm === undefined) continue
          const byImm = prepareBoth(`r0 = r1\n${register}0 ${operator} ${imm}\nexit`)
          for (const a of edges) expect(byImm(a)).toEqual(both(told(operator, bits, a, imm)))
        }
      })
    }
  }

  test.each(forms)('%s', (text, toldOf) => {
    const run = prepareBoth(`r0 = r1\n${text}\nexit`)
    for (const value of edges) expect(run(value)).toEqual(both(u64(toldOf(value))))
  })

  test('what the halves of a register are of another is nobody’s business: forms of 32 bits clear the upper', () => {
    expectR0('r0 = -1\nr1 = 5\nw0 = w1\nexit', 5n)
    expectR0('r0 = -1\nw0 = -1\nexit', 0xffffffffn)
    expectR0('r0 = -1\nw0 += 0\nexit', 0xffffffffn)
    expectR0('r0 = 0x8000000000000000 ll\nw0 s>>= 4\nexit', 0n)
  })

  test('64 bits as they stand in two slots', () => {
    expectR0('r0 = 0x8000000000000000 ll\nexit', 1n << 63n)
    expectR0('r0 = 0xffffffff ll\nexit', 0xffffffffn)
    expectR0('r0 = 0x123456789abcdef0 ll\nexit', 0x123456789abcdef0n)
  })
})

describe('jumps, RFC 9669 §4.3', () => {
  const values = [0n, 1n, 5n, 0x80000000n, 0xffffffffn, 0x100000005n, 0x8000000000000000n, 0xffffffffffffffffn]
  test.each(jumps)('$text in $bits bits', ({ text, bits, holds }) => {
    const r = bits === 64 ? 'r' : 'w'
    const way = (jumped: boolean) => ({ interpreted: jumped ? 1n : 2n, compiled: jumped ? 1n : 2n })
    const byRegister = prepareBoth(`r0 = 1\nif ${r}1 ${text} ${r}2 goto +1\nr0 = 2\nexit`)
    for (const a of values) for (const b of values) expect(byRegister(a, b)).toEqual(way(holds(a, b)))
    for (const imm of [-5n, 5n, 0x7fffffffn, -0x80000000n]) {
      const byImm = prepareBoth(`r0 = 1\nif ${r}1 ${text} ${imm} goto +1\nr0 = 2\nexit`)
      for (const a of values) expect(byImm(a)).toEqual(way(holds(a, u64(imm))))
    }
  })

  test('goto, gotol, loops, may_goto', () => {
    expectR0('r0 = 1\ngoto +1\nr0 = 2\nexit', 1n)
    expectR0('r0 = 1\ngotol +1\nr0 = 2\nexit', 1n)
    expectR0('r0 = 0\nagain: r0 += 1\nif r0 > 4 goto out\ngotol again\nout: exit', 5n)
    expectR0('r0 = 0\nr1 = 100\nagain: r0 += r1\nr1 -= 1\nif r1 != 0 goto again\nexit', 5050n)
    expectR0('r0 = 0\nagain: r0 += 1\nif r0 == 9 goto out\nmay_goto out\ngoto again\nout: exit', 9n)
  })

  test('a loop that is entered in two places', () => {
    const text = `
      r0 = 0
      if r2 == 0 goto second
      first: r0 += 1
      if r0 > 20 goto out
      second: r0 += 10
      goto first
      out: exit`
    expectR0(text, 22n)
    expectR0(text, 23n, new Uint8Array(1))
  })
})

describe('memory, RFC 9669 §5', () => {
  const memory = Uint8Array.from([0x11, 0x22, 0x83, 0x84, 0x55, 0x66, 0x77, 0x88, 0x99, 0, 0, 0, 0, 0, 0, 0])
  test('loads of each size, with and without sign, from before and behind a pointer', () => {
    expectR0('r0 = *(u8 *)(r1 + 2)\nexit', 0x83n, memory)
    expectR0('r0 = *(u16 *)(r1 + 2)\nexit', 0x8483n, memory)
    expectR0('r0 = *(u32 *)(r1 + 0)\nexit', 0x84832211n, memory)
    expectR0('r0 = *(u64 *)(r1 + 0)\nexit', 0x8877665584832211n, memory)
    expectR0('r0 = *(s8 *)(r1 + 2)\nexit', u64(-0x7dn), memory)
    expectR0('r0 = *(s16 *)(r1 + 2)\nexit', u64(BigInt.asIntN(16, 0x8483n)), memory)
    expectR0('r0 = *(s32 *)(r1 + 0)\nexit', u64(BigInt.asIntN(32, 0x84832211n)), memory)
    expectR0('r1 += 8\nr0 = *(u8 *)(r1 - 8)\nexit', 0x11n, memory)
  })
  test('stores of each size, of registers and immediates', () => {
    expectR0('*(u64 *)(r10 - 8) = -1\n*(u8 *)(r10 - 8) = 5\nr0 = *(u64 *)(r10 - 8)\nexit', 0xffffffffffffff05n)
    expectR0(
      'r3 = 0x1234567890abcdef ll\n*(u64 *)(r10 - 512) = r3\n*(u16 *)(r10 - 510) = r3\nr0 = *(u64 *)(r10 - 512)\nexit',
      0x12345678cdefcdefn,
    )
    expectR0('*(u32 *)(r1 + 4) = -2\nr0 = *(u64 *)(r1 + 0)\nexit', 0xfffffffe84832211n, memory)
  })
  test('what lies beyond memory is never reached', () => {
    expectR0('r1 = 65536 ll\nr0 = *(u8 *)(r1 + 0)\nexit', 'trap')
    expectR0('r1 = 65535 ll\nr0 = *(u16 *)(r1 + 0)\nexit', 'trap')
    // of an address the low half counts
    expectR0(`r1 = ${0x500000000n + BigInt(BLOCK)} ll\nr0 = *(u8 *)(r1 + 0)\nexit`, 0x11n, memory)
  })
  test('stores of immediates of each size', () => {
    for (const bits of [8, 16, 32, 64]) {
      const low = (1n << BigInt(bits)) - 1n
      expectR0(
        `*(u64 *)(r10 - 8) = 0\n*(u${bits} *)(r10 - 8) = -2\nr0 = *(u64 *)(r10 - 8)\nexit`,
        0xfffffffffffffffen & low,
      )
    }
  })
  test('stores of registers of each size', () => {
    for (const bits of [8, 16, 32, 64]) {
      const low = (1n << BigInt(bits)) - 1n
      expectR0(
        `*(u64 *)(r10 - 8) = 0\nr1 = 0x8877665544332211 ll\n*(u${bits} *)(r10 - 8) = r1\nr0 = *(u64 *)(r10 - 8)\nexit`,
        0x8877665544332211n & low,
      )
    }
  })
  test.each([...atomics, ...ordered])(
    '$text, compared with $compared',
    ({ text, memory, operand, compared, after }) => {
      for (const [register, wanted] of [
        ['r0', after.r0],
        ['r4', after.r4],
        ['r5', after.memory],
      ] as const)
        expectR0(
          `r3 = ${memory} ll
        *(u64 *)(r10 - 8) = r3
        r4 = ${operand} ll
        r0 = ${compared} ll
        ${text}
        r5 = *(u64 *)(r10 - 8)
        r0 = ${register}
        exit`,
          wanted,
        )
    },
  )
})

describe('calls', () => {
  test('functions of the program keep r6 to r9 and the stack of who calls them', () => {
    const text = `
      r6 = 6
      *(u64 *)(r10 - 8) = 60
      r1 = 5
      call +5
      r0 += r6
      r1 = *(u64 *)(r10 - 8)
      r0 += r1
      exit
      r0 = 0
      r6 = 1000
      *(u64 *)(r10 - 8) = 2000
      r0 += r1
      exit`
    const functions = [
      { start: 0, end: 8, stack: 32 },
      { start: 8, end: 13, stack: 32 },
    ]
    // call +5 is from insn 4: 4 + 5 - 1 = 8
    const { interpreted, compiled } = runBoth(text.replace('call +5', 'call +4'), { functions })
    expect([interpreted.r0, compiled.r0]).toEqual([71n, 71n])
    expect(compiled.memory).toEqual(interpreted.memory)
  })

  test('what is called outside gets halves, numbers or BigInts, and answers as it says', () => {
    const seen: unknown[] = []
    const f = (...args: (number | bigint)[]): number => {
      seen.push(args)
      return -2
    }
    const imports = new Map([['f', f]])
    const callee = { name: 'f', params: ['i32', 'halves', 'i64'], result: 's32' } as const
    const { interpreted, compiled } = runBoth('r1 = 0xffffffff ll\nr2 = 0x1122334480000000 ll\nr3 = -3\ncall 1\nexit', {
      imports,
      callees: new Map([[5, callee]]),
    })
    expect(seen).toEqual([
      [-1, -2147483648, 0x11223344, -3n],
      [-1, -2147483648, 0x11223344, -3n],
    ])
    expect([interpreted.r0, compiled.r0]).toEqual([u64(-2n), u64(-2n)])
    const small = { ...callee, params: [], result: 'u32' } as const
    const other = runBoth('call 1\nexit', { imports, callees: new Map([[0, small]]) })
    expect([other.interpreted.r0, other.compiled.r0]).toEqual([0xfffffffen, 0xfffffffen])
  })

  test('an allowance of instructions ends what would not', () => {
    const { interpreted, compiled } = runBoth('r0 = 0\nagain: r0 += 1\ngoto again', { fuel: 1000 })
    expect([interpreted.r0, compiled.r0]).toEqual(['trap', 'trap'])
    const alone = runBoth('again: goto again', { fuel: 1000 })
    expect([alone.interpreted.r0, alone.compiled.r0]).toEqual(['trap', 'trap'])
    const enough = runBoth('r0 = 0\nr1 = 10\nagain: r0 += 1\nr1 -= 1\nif r1 != 0 goto again\nexit', { fuel: 33 })
    expect([enough.interpreted.r0, enough.compiled.r0]).toEqual([10n, 10n])
    const short = runBoth('r0 = 0\nr1 = 10\nagain: r0 += 1\nr1 -= 1\nif r1 != 0 goto again\nexit', { fuel: 32 })
    expect([short.interpreted.r0, short.compiled.r0]).toEqual(['trap', 'trap'])
  })
})

/** Rows that no bare program has, with where they are tested. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ['ld_abs', 'test/runtime/instructions.test.ts: they need a packet'],
  ['ld_ind', 'test/runtime/instructions.test.ts'],
  ['gotox', 'not run'],
  ['callx', 'not run'],
  ['addr_space_cast', 'test/runtime/arena.test.ts'],
])

test('every form of the opcode table is among what ran here', () => {
  const ran = new Set(executed.map(({ code, off, imm }) => rowOf(code, off, imm)))
  const missing = opRows.filter((row) => !ran.has(row) && !elsewhere.has(row.op.name))
  expect(missing.map(({ text, op, source }) => `${text} ${op.name} ${op.size} ${source}`)).toEqual([])
})

test('every row of the opcode table is compiled to a module that is valid', () => {
  for (const row of opRows) {
    const fields = { code: row.code, dst: 1, src: 2, off: row.off ?? 0, imm: row.imm ?? 4 }
    const insns =
      row.op.kind === 'ld_imm64'
        ? [...makeLdImm64(1, 5n)]
        : [makeInsn(row.op.kind === 'call' ? { ...fields, src: 0 } : fields)]
    expect(() => runBoth([...insns, makeInsn({ code: 0x95 })])).not.toThrow()
  }
})
