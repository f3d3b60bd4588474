// SPDX-License-Identifier: Apache-2.0
// Jumps over code that the kernel makes longer: `if r7 == 0 goto end`, then so many times one instruction. Where 6.12 stops follows
// from what it puts in place of each (do_misc_fixups): four instructions for a division, two for a 64-bit remainder, three for jiffies.
import { expect, test } from 'vitest'
import { assemble } from '../../src/isa/index.ts'
import { openKernel } from '../../src/kernel/index.ts'
import type { Ref } from '../../src/object/index.ts'
import { verify } from '../../src/verifier/index.ts'

const cases: readonly (readonly [insn: string, times: number, verdict: string])[] = [
  ['r7 /= r8', 8191, 'accept'],
  ['r7 /= r8', 8192, 'reject'],
  ['w7 /= w8', 8191, 'accept'],
  ['w7 /= w8', 8192, 'reject'],
  ['r7 %= r8', 16383, 'accept'],
  ['r7 %= r8', 16384, 'reject'],
  ['w7 %= w8', 8191, 'accept'],
  ['w7 %= w8', 8192, 'reject'],
  ['call 118', 10922, 'accept'],
  ['call 118', 10923, 'reject'],
  ['r8 = r7', 32700, 'accept'],
  // how many instructions a field of the context becomes is not modelled
  ['r8 = *(u32 *)(r6 + 8)', 32700, 'unsupported'],
]

test.for(cases)('%s, %i times: %s', async ([insn, times, verdict]) => {
  const kernel = await openKernel('6.12')
  if (!kernel.ok) throw new Error(kernel.fault.what)
  const head = ['r6 = r1', 'r0 = 0', 'r7 = *(u32 *)(r6 + 0)', 'r8 = 7', `if r7 == 0 goto +${times}`]
  const insns = assemble([...head, ...Array<string>(times).fill(insn), 'r0 = 0', 'exit'].join('\n'))
  if (!insns.ok) throw new Error(insns.fault.what)
  const refs = new Map<number, Ref>()
  for (const [at, { op, imm }] of insns.value.entries())
    if (op.kind === 'call') refs.set(at, { kind: 'helper', id: imm })
  const common = { object: 'handmade', name: 'prog', section: 'tc', attachType: undefined, sleepable: false, flags: 0 }
  const nothing = { attach: undefined, maps: [], mapBtf: undefined, btf: undefined, funcs: [], lines: [], warnings: [] }
  const program = {
    ...common,
    ...nothing,
    type: 'BPF_PROG_TYPE_SCHED_CLS' as const,
    insns: insns.value,
    refs,
    license: 'GPL',
  }
  const report = verify(program, kernel.value)
  expect(report.verdict).toBe(verdict)
  if (report.verdict === 'reject') expect(report.message).toMatch(/^insn \d+ cannot be patched due to 16-bit range$/)
})
