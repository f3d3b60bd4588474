// SPDX-License-Identifier: Apache-2.0
// What each instruction is to come to, by its sentence in RFC 9669, on BigInt: by hand, and never by either way of running.

export const u64 = (value: bigint): bigint => BigInt.asUintN(64, value)

/** Values on which operations turn. */
export const edges: readonly bigint[] = [
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

/** An operation on numbers of so many bits, without sign; `s` reads one with its sign. */
export type Sentence = (a: bigint, b: bigint, signed: (value: bigint) => bigint, bits: number) => bigint

/** §4.1, by the operator of the assembler. */
export const sentences: Readonly<Record<string, Sentence>> = {
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

/** r0 after `operator` on a and b, in registers of 64 bits. */
export function told(operator: string, bits: number, a: bigint, b: bigint): bigint {
  const short = (value: bigint): bigint => BigInt.asUintN(bits, value)
  return short(sentences[operator]!(short(a), short(b), (value) => BigInt.asIntN(bits, value), bits))
}

/** The operand as an immediate: 32 bits with sign; undefined: no program may have it there. */
export function immediate(operator: string, bits: number, b: bigint): bigint | undefined {
  const imm = BigInt.asIntN(32, b)
  if (/<<|>>/.test(operator) && (imm < 0n || imm >= BigInt(bits))) return undefined
  return imm
}

const turned = (value: bigint, bits: number): bigint => {
  const bytes = BigInt.asUintN(bits, value)
    .toString(16)
    .padStart(bits / 4, '0')
    .match(/../g)!
  return BigInt(`0x${bytes.reverse().join('')}`)
}

/** Of one operand, r0: negation, moves that extend the sign, byte swaps (§4.2). */
export const forms: readonly (readonly [text: string, told: (value: bigint) => bigint])[] = [
  ['r0 = -r0', (value) => -value],
  ['w0 = -w0', (value) => BigInt.asUintN(32, -value)],
  ...[8, 16, 32].map((bits) => [`r0 = (s${bits})r0`, (value: bigint) => BigInt.asIntN(bits, value)] as const),
  ...[8, 16].map(
    (bits) => [`w0 = (s${bits})w0`, (value: bigint) => BigInt.asUintN(32, BigInt.asIntN(bits, value))] as const,
  ),
  ...[16, 32, 64].flatMap((bits) => [
    [`r0 = le${bits} r0`, (value: bigint) => BigInt.asUintN(bits, value)] as const,
    [`r0 = be${bits} r0`, (value: bigint) => turned(value, bits)] as const,
    [`r0 = bswap${bits} r0`, (value: bigint) => turned(value, bits)] as const,
  ]),
]

/** §4.3, by the operator of the assembler; those of order have a twin with sign. */
export const comparisons: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '&': (a, b) => (a & b) !== 0n,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
}

/** With the letter of the width: `r1 s> r2`. */
export const jumps: readonly {
  readonly text: string
  readonly bits: number
  readonly holds: (a: bigint, b: bigint) => boolean
}[] = Object.entries(comparisons).flatMap(([operator, holds]) =>
  [64, 32].flatMap((bits) =>
    (/[<>]/.test(operator) ? [false, true] : [false]).map((signed) => {
      const read = (value: bigint): bigint => (signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value))
      return {
        text: signed ? `s${operator}` : operator,
        bits,
        holds: (a: bigint, b: bigint) => holds(read(a), read(b)),
      }
    }),
  ),
)

export interface AtomicForm {
  readonly text: string
  /** What is there before, and in r4 and r0. */
  readonly memory: bigint
  readonly operand: bigint
  readonly compared: bigint
  /** And afterwards. */
  readonly after: { readonly memory: bigint; readonly r4: bigint; readonly r0: bigint }
}

const MEMORY = 0x1234_5678_8000_0001n
const OPERAND = 0x0ff0_0000_8000_0003n

/** §5.3, on 8 bytes at r10 - 8. Forms of 32 bits touch the lower four; what they fetch has no upper half. */
export const atomics: readonly AtomicForm[] = [64, 32].flatMap((bits) => {
  const [w, wide] = bits === 64 ? ['r', '64'] : ['w', '']
  const short = (value: bigint): bigint => BigInt.asUintN(bits, value)
  const stored = (value: bigint): bigint => (bits === 64 ? u64(value) : (MEMORY & ~0xffff_ffffn) | short(value))
  const at = `(u${bits} *)(r10 - 8)`
  const operations: [string, string, (a: bigint, b: bigint) => bigint][] = [
    ['add', '+=', (a, b) => a + b],
    ['or', '|=', (a, b) => a | b],
    ['and', '&=', (a, b) => a & b],
    ['xor', '^=', (a, b) => a ^ b],
  ]
  const before = { memory: MEMORY, operand: OPERAND, compared: 7n }
  const unequal = MEMORY ^ 0x10n
  return [
    ...operations.flatMap(([name, operator, combine]): AtomicForm[] => {
      const memory = stored(combine(MEMORY, OPERAND))
      return [
        { text: `lock *${at} ${operator} ${w}4`, ...before, after: { memory, r4: OPERAND, r0: 7n } },
        {
          text: `${w}4 = atomic${wide}_fetch_${name}(${at}, ${w}4)`,
          ...before,
          after: { memory, r4: short(MEMORY), r0: 7n },
        },
      ]
    }),
    {
      text: `${w}4 = atomic${wide}_xchg(${at}, ${w}4)`,
      ...before,
      after: { memory: stored(OPERAND), r4: short(MEMORY), r0: 7n },
    },
    // the upper half of r0 is not compared in 32 bits
    ...[MEMORY, MEMORY ^ (1n << 63n), unequal].map((compared): AtomicForm => {
      const exchanges = short(compared) === short(MEMORY)
      return {
        text: `${w}0 = atomic${wide}_cmpxchg(${at}, ${w}0, ${w}4)`,
        ...before,
        compared,
        after: { memory: exchanges ? stored(OPERAND) : MEMORY, r4: OPERAND, r0: short(MEMORY) },
      }
    }),
  ]
})

/** Load-acquire and store-release, of each size, at r10 - 8. */
export const ordered: readonly AtomicForm[] = [8, 16, 32, 64].flatMap((bits): AtomicForm[] => {
  const w = bits === 64 ? 'r' : 'w'
  const at = `(u${bits} *)(r10 - 8)`
  const low = (1n << BigInt(bits)) - 1n
  const before = { memory: MEMORY, operand: OPERAND, compared: 7n }
  return [
    { text: `${w}4 = load_acquire(${at})`, ...before, after: { memory: MEMORY, r4: MEMORY & low, r0: 7n } },
    {
      text: `store_release(${at}, ${w}4)`,
      ...before,
      after: { memory: (MEMORY & ~low) | (OPERAND & low), r4: OPERAND, r0: 7n },
    },
  ]
})
