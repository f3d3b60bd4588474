// SPDX-License-Identifier: Apache-2.0
// Programs made to be slow: little code that asks for many states, wide states, or long ways back. `bench/bombs.ts` times them.
// All are what a kernel without types of its own can judge, so that the native verifier runs them too.
import type { NewFunction } from './build.ts'
import { makeTypedObject, type NewMap } from './typed.ts'

export interface Bomb {
  readonly name: string
  /** What grows. */
  readonly what: string
  readonly bytes: () => Uint8Array
}

const EXIT = 'r0 = 0\nexit'
const random = 'call 7'
const rows = (count: number, row: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => row(i)).join('\n')

const main = (code: string, section = 'socket'): NewFunction => ({ name: 'main_prog', section, code })
const sub = (name: string, code: string): NewFunction => ({ name, section: '.text', code })
const one = (code: string, maps: readonly NewMap[] = []): Uint8Array => makeTypedObject([main(code)], maps)

/** Ways that meet again and differ in one number, which an address needs exactly: no state covers another. Uses r0, r2, r7, r8. */
const diamonds = (count: number): string => `r7 = 0
${random}
r8 = r0
${rows(count, (i) => `if r8 & ${1 << i} goto d${i}\nr7 += ${1 << i}\nd${i}:`)}
r7 &= 7
r2 = r10
r2 += r7
r2 += -16
*(u8 *)(r2 + 0) = 1`

/** Numbers nobody knows in `count` slots from `top` down. */
const spills = (count: number, top = 8): string => rows(count, (i) => `${random}\n*(u64 *)(r10 - ${top + 8 * i}) = r0`)

/** Frames below one another, each with 64 bytes of spills; the innermost runs `code` (which may write the first 16 bytes). */
const deep = (code: string): Uint8Array =>
  makeTypedObject([
    main(`${spills(6, 24)}\ncall f1\n${EXIT}`),
    ...Array.from({ length: 7 }, (_, i) =>
      sub(`f${i + 1}`, `${spills(6, 24)}\n${i < 6 ? `call f${i + 2}` : code}\n${EXIT}`),
    ),
  ])

const countdown = (count: number, body: string): string =>
  `r6 = ${count}\nagain:\n${body}\nr6 += -1\nif r6 != 0 goto again`

const array: NewMap = { name: 'values', type: 2, keySize: 4, valueSize: 64, entries: 16 }
const ring: NewMap = { name: 'ring', type: 27, entries: 4096 }
const lookup = `*(u32 *)(r10 - 4) = 0\nr2 = r10\nr2 += -4\nr1 = map values\ncall 1`

/** `count` functions and a call of each, by `call` (which may name it as NAME). */
function manyFunctions(count: number, body: string, call: string): Uint8Array {
  const names = Array.from({ length: count }, (_, i) => `f${i}`)
  return makeTypedObject([
    main(`${names.map((name) => call.replaceAll('NAME', name)).join('\n')}\n${EXIT}`),
    ...names.map((name) => sub(name, body)),
  ])
}

const bpfLoop = (times: string): string => `r1 = ${times}\nr2 = map NAME\nr3 = 0\nr4 = 0\ncall 181`

export const bombs: readonly Bomb[] = [
  {
    name: 'straight',
    what: '300,000 additions',
    bytes: () => one(`r0 = 0\n${rows(300_000, () => 'r0 += 1')}\n${EXIT}`),
  },
  {
    name: 'branches',
    what: '8,000 branches never decided',
    bytes: () => one(`${random}\n${rows(8000, (i) => `if r0 == ${i} goto b${i}\nr1 = 0\nb${i}:`)}\n${EXIT}`),
  },
  {
    name: 'diamonds',
    what: '14 diamonds of which no way covers another',
    bytes: () => one(`${diamonds(14)}\n${EXIT}`),
  },
  {
    name: 'wide-diamonds',
    what: 'the same over a stack full of spills',
    bytes: () => one(`${spills(61, 24)}\n${diamonds(13)}\n${EXIT}`),
  },
  { name: 'deep-diamonds', what: 'the same in the eighth frame, all with spills', bytes: () => deep(diamonds(13)) },
  {
    name: 'linked',
    what: '60 slots and 3 registers that are one number, compared again and again',
    bytes: () =>
      one(
        `${random}\nr6 = r0\nr7 = r0\n${rows(60, (i) => `*(u64 *)(r10 - ${8 + 8 * i}) = r6`)}\n${rows(2000, (i) => `if r6 > ${100_000 - i} goto end`)}\nend:\n${EXIT}`,
      ),
  },
  {
    name: 'paired',
    what: 'a stack full of numbers linked in pairs, compared in a loop whose states are kept',
    bytes: () =>
      one(
        `${rows(30, (i) => `${random}\n*(u64 *)(r10 - ${24 + 16 * i}) = r0\n*(u64 *)(r10 - ${32 + 16 * i}) = r0`)}\n${countdown(3000, `${random}\nif r0 > 5 goto small\nr7 = 1\nsmall:`)}\n${EXIT}`,
      ),
  },
  {
    name: 'way-back',
    what: '3,000 addresses that need one number exactly, each from the start of a straight line',
    bytes: () =>
      one(
        `*(u64 *)(r10 - 8) = 0\n${random}\nr0 &= 7\n${rows(3000, () => 'r0 ^= 3\nr2 = r10\nr2 += -16\nr2 += r0\nr0 &= 7')}\n${EXIT}`,
      ),
  },
  {
    name: 'way-back-spills',
    what: 'the number goes round through 60 slots before it is needed exactly, in a loop',
    bytes: () =>
      one(
        `${random}\nr0 &= 7\n${rows(60, (i) => `*(u64 *)(r10 - ${24 + 8 * i}) = r0`)}\n${countdown(
          400,
          `r0 = *(u64 *)(r10 - ${24 + 8 * 59})\n${rows(59, (i) => `r1 = *(u64 *)(r10 - ${24 + 8 * (58 - i)})\n*(u64 *)(r10 - ${24 + 8 * (59 - i)}) = r1`)}\n*(u64 *)(r10 - 24) = r0\nr2 = r10\nr2 += -16\nr2 += r0`,
        )}\n${EXIT}`,
      ),
  },
  {
    name: 'loop',
    what: 'a loop of 50,000 rounds',
    bytes: () => one(`${countdown(50_000, `${random}\nr7 = r0\nif r7 > 9 goto small\nr7 = 1\nsmall:`)}\n${EXIT}`),
  },
  {
    name: 'wide-loop',
    what: 'a loop of 10,000 rounds over a stack full of spills',
    bytes: () => one(`${spills(63)}\n${countdown(10_000, `${random}\n*(u64 *)(r10 - 8) = r0`)}\n${EXIT}`),
  },
  {
    name: 'deep-loop',
    what: 'a loop of 10,000 rounds in the eighth frame',
    bytes: () => deep(countdown(10_000, random)),
  },
  {
    name: 'may-goto',
    what: '60 may_goto in a row, each over a diamond',
    bytes: () =>
      one(
        `r7 = 0\n${rows(60, (i) => `m${i}:\nmay_goto n${i}\n${random}\nif r0 > 7 goto o${i}\nr7 = r0\no${i}:\ngoto m${i}\nn${i}:`)}\n${EXIT}`,
      ),
  },
  {
    name: 'may-goto-nested',
    what: '7 may_goto within each other',
    bytes: () => {
      const nest = (i: number): string =>
        i === 7
          ? `${random}\nif r0 > 7 goto inner\nr7 = r0\ninner:`
          : `m${i}:\nmay_goto n${i}\n${nest(i + 1)}\nr8 = ${i}\ngoto m${i}\nn${i}:`
      return one(`r7 = 0\nr8 = 0\n${nest(0)}\n${EXIT}`)
    },
  },
  {
    name: 'subprograms',
    what: '250 functions of some branches, each called twice',
    bytes: () =>
      manyFunctions(
        250,
        `${rows(4, (i) => `${random}\nif r0 > ${i} goto s${i}\nr1 = ${i}\ns${i}:`)}\n${EXIT}`,
        'call NAME\ncall NAME',
      ),
  },
  {
    name: 'callbacks',
    what: '250 callbacks of bpf_loop',
    bytes: () =>
      manyFunctions(
        250,
        `${rows(4, (i) => `${random}\nif r0 > ${i} goto s${i}\nr1 = ${i}\ns${i}:`)}\n${EXIT}`,
        bpfLoop('1000'),
      ),
  },
  {
    name: 'nested-callbacks',
    what: 'bpf_loop within bpf_loop, 6 deep, each with spills',
    bytes: () =>
      makeTypedObject([
        main(`${spills(6)}\n${bpfLoop('100').replaceAll('NAME', 'c0')}\n${EXIT}`),
        ...Array.from({ length: 6 }, (_, i) =>
          sub(
            `c${i}`,
            `${spills(6, 24)}\n${i < 5 ? bpfLoop('100').replaceAll('NAME', `c${i + 1}`) : `${random}\nif r0 > 5 goto end\nr7 = 1\nend:`}\n${EXIT}`,
          ),
        ),
      ]),
  },
  {
    name: 'references',
    what: '400 references held while 13 diamonds are walked',
    bytes: () =>
      one(
        `${rows(400, (i) => `r1 = map ring\nr2 = 8\nr3 = 0\ncall 131\nif r0 == 0 goto n${i}\nr1 = r0\nr2 = 0\ncall 133\nn${i}:`)}\n${EXIT}`,
        [ring],
      ),
  },
  {
    name: 'stack-writes',
    what: '10,000 writes somewhere in a full stack, 2,000 of a helper into all of it',
    bytes: () =>
      one(
        `r6 = r1\n${rows(64, (i) => `*(u64 *)(r10 - ${8 + 8 * i}) = 0`)}\n${random}\nr0 &= 511\nr2 = r10\nr2 += r0\nr2 += -512\n${rows(10_000, () => '*(u8 *)(r2 + 0) = 1')}\n${rows(2000, () => 'r1 = r6\nr2 = 0\nr3 = r10\nr3 += -512\nr4 = 512\ncall 26')}\n${EXIT}`,
      ),
  },
  {
    name: 'packets',
    what: '60 spilled packet pointers that 2,000 comparisons make longer',
    bytes: () =>
      makeTypedObject([
        main(
          `r6 = *(u32 *)(r1 + 76)\nr7 = *(u32 *)(r1 + 80)\n${rows(60, (i) => `*(u64 *)(r10 - ${8 + 8 * i}) = r6`)}\n${rows(2000, (i) => `r2 = r6\nr2 += ${i + 1}\nif r2 > r7 goto end`)}\nend:\n${EXIT}`,
          'tc',
        ),
      ]),
  },
  {
    name: 'null-checks',
    what: '1,000 look-ups, each result in 50 slots before it is compared with NULL',
    bytes: () =>
      one(
        `${rows(1000, (i) => `${lookup}\n${rows(50, (k) => `*(u64 *)(r10 - ${16 + 8 * k}) = r0`)}\nif r0 == 0 goto l${i}\nl${i}:`)}\n${EXIT}`,
        [array],
      ),
  },
]
