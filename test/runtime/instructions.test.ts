// SPDX-License-Identifier: Apache-2.0
// Arithmetic and jumps of RFC 9669 in programs that were verified, on machines: compiled from what was proved of them, and sanitized.
import { beforeAll, expect, test } from 'vitest'
import { openKernel, unwrap } from '../../src/index.ts'
import type { Kernel } from '../../src/kernel/index.ts'
import { createMachine } from '../../src/runtime/index.ts'
import { edges, forms, immediate, jumps, sentences, told, u64 } from '../jit/sentences.ts'
import { factsOf, linkedOf, loadHandmade } from './handmade.ts'

let kernel: Kernel
beforeAll(async () => {
  kernel = unwrap(await openKernel('6.12'))
})

/** Some of the edges: all pairs of them are run. */
const values = [0n, 1n, 64n, 0x80000000n, 0xffffffffn, 0x123456789abcdef0n, 1n << 63n, 0xffffffffffffffffn]

/** r0 after `body`, begun with r0 and r2 from the packet; each way that programs run. */
function prepare(body: string): (r0: bigint, r2?: bigint) => bigint[] {
  const linked = linkedOf({
    text: `
      r6 = *(u32 *)(r1 + 0)
      r7 = *(u32 *)(r1 + 4)
      r2 = r6
      r2 += 24
      if r2 > r7 goto out
      r0 = *(u64 *)(r6 + 0)
      r2 = *(u64 *)(r6 + 8)
      ${body}
      *(u64 *)(r6 + 16) = r0
      out: r0 = 2
      exit`,
  })
  const facts = factsOf(linked, kernel)
  if (facts === undefined) throw new Error(`is not accepted: ${body}`)
  const programs = [{}, { sanitize: true }].map(
    (options) => loadHandmade(createMachine(kernel, options), linked, facts).program,
  )
  return (r0, r2 = 0n) => {
    const data = new Uint8Array(24)
    const view = new DataView(data.buffer)
    view.setBigUint64(0, r0, true)
    view.setBigUint64(8, r2, true)
    return programs.map((program) =>
      new DataView(unwrap(program.testRun({ data })).data!.buffer).getBigUint64(16, true),
    )
  }
}

const both = (value: bigint): bigint[] => [value, value]

test.for(Object.keys(sentences).flatMap((operator) => [64, 32].map((bits) => [operator, bits] as const)))(
  '%s in %s bits',
  ([operator, bits]) => {
    const r = bits === 64 ? 'r' : 'w'
    const byRegister = prepare(`${r}0 ${operator} ${r}2`)
    for (const a of values)
      for (const b of values) expect([a, b, ...byRegister(a, b)]).toEqual([a, b, ...both(told(operator, bits, a, b))])
    for (const b of [1n, 31n, -1n, 0x7fffffffn, -0x80000000n]) {
      const imm = immediate(operator, bits, b)
      if (imm === undefined) continue
      const byImm = prepare(`${r}0 ${operator} ${imm}`)
      for (const a of values) expect([a, imm, ...byImm(a)]).toEqual([a, imm, ...both(told(operator, bits, a, imm))])
    }
  },
)

test.each(forms)('%s', (text, toldOf) => {
  const run = prepare(text)
  for (const value of edges) expect(run(value)).toEqual(both(u64(toldOf(value))))
})

test.each(jumps)('$text in $bits bits', ({ text, bits, holds }) => {
  const r = bits === 64 ? 'r' : 'w'
  const run = prepare(`if ${r}0 ${text} ${r}2 goto jumped\nr0 = 2\ngoto done\njumped: r0 = 1\ndone: r2 = 0`)
  for (const a of values) for (const b of values) expect(run(a, b)).toEqual(both(holds(a, b) ? 1n : 2n))
})

test.for<[string, string, number]>([
  ['a byte', 'r0 = *(u8 *)skb[15]', 0x0f],
  ['two bytes, in network order', 'r0 = *(u16 *)skb[15]', 0x0f10],
  ['four bytes, at no multiple of their size', 'r0 = *(u32 *)skb[15]', 0x0f101112],
  ['the last byte', 'r0 = *(u8 *)skb[63]', 0x3f],
  ['behind the packet: the program ends, with 0', 'r0 = *(u8 *)skb[64]', 0],
  ['over its end', 'r0 = *(u32 *)skb[61]', 0],
  ['at a register', 'r7 = 20\nr0 = *(u16 *)skb[r7 + 2]', 0x1617],
  ['before a register', 'r7 = 20\nr0 = *(u8 *)skb[r7 + -2]', 0x12],
  ['behind the packet by a register', 'r7 = 64\nr0 = *(u8 *)skb[r7 + 0]', 0],
  ['of a register the low half', 'r7 = 0x100000014 ll\nr0 = *(u8 *)skb[r7 + 0]', 0x14],
])('loads of the packet, RFC 9669 §5.5: %s', ([, load, wanted]) => {
  const linked = linkedOf({ text: `r6 = r1\nr0 = 77\n${load}\nexit`, type: 'SCHED_CLS' })
  const facts = factsOf(linked, kernel)!
  for (const options of [{}, { interpret: true }, { sanitize: true }]) {
    const { program } = loadHandmade(createMachine(kernel, options), linked, facts)
    const data = Uint8Array.from({ length: 64 }, (_, i) => i)
    expect(unwrap(program.testRun({ data })).retval).toBe(wanted)
  }
})
