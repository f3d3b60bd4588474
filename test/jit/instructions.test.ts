// SPDX-License-Identifier: Apache-2.0
// Each instruction form of RFC 9669, by its sentence: what is written here was worked out by hand or by BigInt, never by either way of running.
import { describe, expect, test } from 'vitest'
import { makeInsn, makeLdImm64, opRows } from '../../src/isa/index.ts'
import { BLOCK, prepareBoth, runBoth } from './both.ts'

const u64 = (value: bigint): bigint => BigInt.asUintN(64, value)

/** Both ways of running come to `r0`. */
function expectR0(program: string, r0: bigint | 'trap', memory?: Uint8Array): void {
  const { interpreted, compiled } = runBoth(program, memory === undefined ? {} : { memory })
  expect({ interpreted: interpreted.r0, compiled: compiled.r0 }).toEqual({ interpreted: r0, compiled: r0 })
  expect(compiled.memory).toEqual(interpreted.memory)
}

describe('arithmetic, RFC 9669 §4.1', () => {
  const edges = [
    0n,
    1n,
    2n,
    63n,
    64n,
    0x7fn,
    0x80n,
    0x7fffffffn,
    0x80000000n,
    0xffffffffn,
    0x100000000n,
    0x123456789abcdef0n,
    0x7fffffffffffffffn,
    0x8000000000000000n,
    0xffffffffffffff80n,
    0xffffffffffffffffn,
  ]
  /** The operation on numbers of so many bits, without sign; `s` reads one with its sign. */
  type Sentence = (a: bigint, b: bigint, signed: (value: bigint) => bigint, bits: number) => bigint
  const sentences: Record<string, Sentence> = {
    '+=': (a, b) => a + b,
    '-=': (a, b) => a - b,
    '*=': (a, b) => a * b,
    '/=': (a, b) => (b === 0n ? 0n : a / b),
    '%=': (a, b) => (b === 0n ? a : a % b),
    's/=': (a, b, s) => (b === 0n ? 0n : s(a) / s(b)),
    's%=': (a, b, s) => (b === 0n ? a : s(a) % s(b)),
    '|=': (a, b) => a | b,
    '&=': (a, b) => a & b,
    '^=': (a, b) => a ^ b,
    '<<=': (a, b, _s, bits) => a << (b % BigInt(bits)),
    '>>=': (a, b, _s, bits) => a >> (b % BigInt(bits)),
    's>>=': (a, b, s, bits) => s(a) >> (b % BigInt(bits)),
    '=': (_a, b) => b,
  }
  for (const [operator, sentence] of Object.entries(sentences)) {
    for (const bits of [64, 32]) {
      test(`${operator} in ${bits} bits, of registers and of immediates`, () => {
        const register = bits === 64 ? 'r' : 'w'
        const short = (value: bigint): bigint => BigInt.asUintN(bits, value)
        const signed = (value: bigint): bigint => BigInt.asIntN(bits, value)
        const told = (a: bigint, b: bigint): bigint => short(sentence(short(a), short(b), signed, bits))
        const both = (r0: bigint) => ({ interpreted: r0, compiled: r0 })
        const byRegister = prepareBoth(`r0 = r1\n${register}0 ${operator} ${register}2\nexit`)
        for (const a of edges) for (const b of edges) expect(byRegister(a, b)).toEqual(both(told(a, b)))
        for (const b of edges) {
          const imm = BigInt.asIntN(32, b)
          // shifts by an immediate beyond the width are in no program
          if (/<<|>>/.test(operator) && (imm < 0n || imm >= BigInt(bits))) continue
          const byImm = prepareBoth(`r0 = r1\n${register}0 ${operator} ${imm}\nexit`)
          for (const a of edges) expect(byImm(a)).toEqual(both(told(a, imm)))
        }
      })
    }
  }

  test('negation, moves that extend the sign, byte swaps', () => {
    const forms: [string, (value: bigint) => bigint][] = [
      ['r0 = r1\nr0 = -r0', (value) => -value],
      ['r0 = r1\nw0 = -w0', (value) => BigInt.asUintN(32, -value)],
    ]
    for (const bits of [8, 16, 32]) forms.push([`r0 = (s${bits})r1`, (value) => BigInt.asIntN(bits, value)])
    for (const bits of [8, 16])
      forms.push([`w0 = (s${bits})w1`, (value) => BigInt.asUintN(32, BigInt.asIntN(bits, value))])
    for (const bits of [16, 32, 64]) {
      const turned = (value: bigint): bigint => {
        const bytes = BigInt.asUintN(bits, value)
          .toString(16)
          .padStart(bits / 4, '0')
          .match(/../g)!
        return BigInt(`0x${bytes.reverse().join('')}`)
      }
      forms.push([`r0 = r1\nr0 = le${bits} r0`, (value) => BigInt.asUintN(bits, value)])
      forms.push([`r0 = r1\nr0 = be${bits} r0`, turned], [`r0 = r1\nr0 = bswap${bits} r0`, turned])
    }
    for (const [text, told] of forms) {
      const run = prepareBoth(`${text}\nexit`)
      for (const value of edges)
        expect(run(value)).toEqual({ interpreted: u64(told(value)), compiled: u64(told(value)) })
    }
  })
})

describe('jumps, RFC 9669 §4.3', () => {
  const operators: Record<string, (a: bigint, b: bigint) => boolean> = {
    '==': (a, b) => a === b,
    '!=': (a, b) => a !== b,
    '&': (a, b) => (a & b) !== 0n,
    '>': (a, b) => a > b,
    '>=': (a, b) => a >= b,
    '<': (a, b) => a < b,
    '<=': (a, b) => a <= b,
  }
  const values = [0n, 1n, 5n, 0x80000000n, 0xffffffffn, 0x100000005n, 0x8000000000000000n, 0xffffffffffffffffn]
  test.each(Object.entries(operators))('%s, of both widths, with and without sign', (operator, holds) => {
    for (const bits of [64, 32])
      for (const signed of /[<>]/.test(operator) ? [false, true] : [false]) {
        const read = (value: bigint): bigint => (signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value))
        const r = bits === 64 ? 'r' : 'w'
        const text = signed ? `s${operator}` : operator
        const run = prepareBoth(`r0 = 1\nif ${r}1 ${text} ${r}2 goto +1\nr0 = 2\nexit`)
        for (const a of values)
          for (const b of values) {
            const told = holds(read(a), read(b)) ? 1n : 2n
            expect(run(a, b)).toEqual({ interpreted: told, compiled: told })
          }
        const byImm = prepareBoth(`r0 = 1\nif ${r}1 ${text} -5 goto +1\nr0 = 2\nexit`)
        for (const a of values) {
          const told = holds(read(a), read(u64(-5n))) ? 1n : 2n
          expect(byImm(a)).toEqual({ interpreted: told, compiled: told })
        }
      }
  })

  test('goto, gotol, loops, may_goto', () => {
    expectR0('r0 = 1\ngoto +1\nr0 = 2\nexit', 1n)
    expectR0('r0 = 1\ngotol +1\nr0 = 2\nexit', 1n)
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
  test('atomics, with and without fetch, in 32 and 64 bits', () => {
    const run = (operation: string, then: string): string => `
      r3 = 0x1234567880000001 ll
      *(u64 *)(r10 - 8) = r3
      r4 = 0x0ff0000080000003 ll
      r0 = 0x1234567880000001 ll
      ${operation}
      r5 = *(u64 *)(r10 - 8)
      ${then}
      exit`
    const before = 0x1234567880000001n
    const operand = 0x0ff0000080000003n
    const cases: [string, bigint, bigint][] = [
      ['add', before + operand, (before & ~0xffffffffn) | 4n],
      ['or', before | operand, before | 3n],
      ['and', before & operand, (before & ~0xffffffffn) | 0x80000001n],
      ['xor', before ^ operand, (before & ~0xffffffffn) | 2n],
    ]
    const text = { add: '+=', or: '|=', and: '&=', xor: '^=' } as Record<string, string>
    for (const [name, wide, narrow] of cases) {
      expectR0(run(`lock *(u64 *)(r10 - 8) ${text[name]} r4`, 'r0 = r5'), u64(wide))
      expectR0(run(`lock *(u32 *)(r10 - 8) ${text[name]} r4`, 'r0 = r5'), narrow)
      expectR0(run(`r4 = atomic64_fetch_${name}((u64 *)(r10 - 8), r4)`, 'r0 = r4'), before)
      expectR0(run(`w4 = atomic_fetch_${name}((u32 *)(r10 - 8), w4)`, 'r0 = r4'), 0x80000001n)
    }
    expectR0(run('r4 = xchg_64(r10 - 8, r4)', 'r0 = r4'), before)
    expectR0(run('r4 = xchg_64(r10 - 8, r4)', 'r0 = r5'), operand)
    expectR0(run('r0 = cmpxchg_64(r10 - 8, r0, r4)', 'r0 = r5'), operand)
    expectR0(run('r0 = 7\nr0 = cmpxchg_64(r10 - 8, r0, r4)', 'r0 = r0'), before)
    expectR0(run('w0 = cmpxchg32_32(r10 - 8, w0, w4)', 'r0 = r5'), 0x1234567880000003n)
  })
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
