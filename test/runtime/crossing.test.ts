// SPDX-License-Identifier: Apache-2.0
// What crosses between programs and TypeScript arrives as the prototypes have it, and callbacks are called as often as they are to be: compiled
// and an instruction at a time alike.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { defineModule, openKernel, unwrap, withModule } from '../../src/index.ts'
import { createMachine } from '../../src/runtime/index.ts'
import { crossing } from './crossing-module.ts'

const plain = unwrap(await openKernel('6.12'))
const object = readFileSync('test/runtime/programs/crossing.bpf.o')

async function prepared(options: { readonly interpret: boolean }, two = (a: number, b: number): number => a * 2 - b) {
  const seen: unknown[] = []
  const kernel = unwrap(withModule(plain, unwrap(await defineModule(crossing(seen, two)))))
  const { programs } = unwrap(createMachine(kernel, options).load(object))
  const run = (name: string, a: bigint, b: bigint) => {
    const ctx = new BigUint64Array(12)
    ctx[0] = a
    ctx[1] = b
    const ran = unwrap(programs.get(name)!.testRun({ ctx: new Uint8Array(ctx.buffer) }))
    return [...new BigUint64Array(Uint8Array.from(ran.ctx!).buffer).subarray(2)]
  }
  return { run, seen }
}
const compiled = await prepared({ interpret: false })
const interpreted = await prepared({ interpret: true })

const edges = [0n, 1n, 0x7fn, 0x80n, 0xffffn, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, 1n << 63n, 2n ** 64n - 1n]

test('numbers of every width are given and answered as the prototype says', () => {
  for (const a of edges)
    for (const b of edges) {
      const out = compiled.run('numbers', a, b)
      expect(out).toEqual(interpreted.run('numbers', a, b))
      const u64 = (value: bigint): bigint => BigInt.asUintN(64, value)
      const [u8, u32] = [(value: bigint) => BigInt.asUintN(8, value), (value: bigint) => BigInt.asUintN(32, value)]
      const [s8, s16] = [(value: bigint) => BigInt.asIntN(8, value), (value: bigint) => BigInt.asIntN(16, value)]
      const s32 = (value: bigint): bigint => BigInt.asIntN(32, value)
      const signed = BigInt.asIntN(64, b)
      expect(out).toEqual([
        u32(a + b),
        (a ^ b) & 1n,
        u8(a + 1n),
        u64(s16(s16(a) - s8(b))),
        u64(a - b + (u64(a ^ b) ^ u64(a + b)) * 5n),
        u64(signed - s32(a) * u32(b)),
        u64(-7n),
        8n,
        u64(a * 3n),
        u64(s32(s32(a) * 2n - s32(b))),
      ])
      const given = compiled.seen.splice(0)
      expect(given).toEqual(interpreted.seen.splice(0))
      expect(given.slice(0, 6)).toEqual([
        [Number(u32(a)), Number(u32(b))],
        [(a & 1n) === 1n, (b & 1n) === 1n],
        [Number(u8(a))],
        [Number(s16(a)), Number(s8(b))],
        [a, b, u64(a ^ b), u64(a + b), 5n],
        [Number(s32(a)), signed, Number(u32(b))],
      ])
    }
})

test('what is not a number is an error of the body, whatever would become of it', async () => {
  for (const interpret of [false, true])
    for (const [answer, told] of [
      [Number.NaN, 'NaN'],
      [undefined, 'undefined'],
      ['1', 'string'],
    ] as const) {
      const { run } = await prepared({ interpret }, () => answer as number)
      expect(() => run('numbers', 1n, 1n)).toThrow(`cross_two() returns a number, and its body returned ${told}`)
    }
})

test.for<[bigint, bigint]>([
  [0n, 0n],
  [1n, 0n],
  [1n, 1n],
  [5n, 100n],
  [5n, 4n],
  [5n, 3n],
  [13n, 0n],
  [(3n << 32n) | 11n, 0xffff_ffffn],
  [7n, 1n << 32n],
  [8n << 20n, 10n],
  [(8n << 20n) + 1n, 10n],
  [0xffff_ffffn, 2n],
])('bpf_loop() of %s rounds that stops at %s', ([count, stop]) => {
  const out = compiled.run('rounds', count, stop)
  expect(out).toEqual(interpreted.run('rounds', count, stop))
  const [rounds, last, flags] = [count & 0xffff_ffffn, stop & 0xffff_ffffn, stop >> 32n]
  const most = 8n << 20n
  const error = (number: bigint): bigint => 2n ** 64n - number
  const often = rounds <= last ? rounds : last + 1n
  expect(out[0]).toBe(flags !== 0n ? error(22n) : rounds > most ? error(7n) : often)
  expect(out[3]).toBe(out[0])
  expect(out[6]).toBe(rounds > most ? error(7n) : rounds < 10n ? rounds : 10n)
})

test('what a body throws within a callback is its own, and the machine goes on', async () => {
  for (const interpret of [false, true]) {
    let fails = 4
    const { run } = await prepared({ interpret }, (a) => {
      if (a === fails) throw new TypeError('enough')
      return a
    })
    expect(() => run('out_of_rounds', 10n, 100n)).toThrow('enough')
    fails = -1
    expect(run('out_of_rounds', 10n, 100n).slice(0, 3)).toEqual([10n, 45n, 10n])
    expect(run('out_of_rounds', 10n, 3n).slice(0, 3)).toEqual([4n, 6n, 4n])
  }
})

test.for([0n, 1n, 3n, 5n, 6n, 100n])('bpf_for_each_map_elem() that stops at the element %s', (stop) => {
  const out = compiled.run('elements', 7n, stop)
  expect(out).toEqual(interpreted.run('elements', 7n, stop))
  const often = (count: bigint): bigint => (stop > 0n && stop < count ? stop : count)
  expect([out[0], out[2], out[4], out[5]]).toEqual([often(5n), often(6n), 5n, 2n ** 64n - 22n])
})
