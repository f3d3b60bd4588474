// SPDX-License-Identifier: Apache-2.0
// What LD_ABS and LD_IND leave in R0: all 64 bits unknown, whatever the width, as the kernel's log prints it (`R0_w=scalar()`).
import { expect, test } from 'vitest'
import { assemble } from '../../src/isa/index.ts'
import { openKernel } from '../../src/kernel/index.ts'
import { verify } from '../../src/verifier/index.ts'

async function judge(text: string) {
  const kernel = await openKernel('6.12')
  if (!kernel.ok) throw new Error(kernel.fault.what)
  const insns = assemble(text)
  if (!insns.ok) throw new Error(insns.fault.what)
  const program = {
    object: 'handmade',
    name: 'prog',
    section: 'socket',
    type: 'BPF_PROG_TYPE_SOCKET_FILTER',
    attachType: undefined,
    sleepable: false,
    flags: 0,
    attach: undefined,
    insns: insns.value,
    refs: new Map(),
    maps: [],
    btf: undefined,
    funcs: [],
    lines: [],
    license: 'GPL',
    warnings: [],
  }
  return verify(program, kernel.value, { log: 2 })
}

const load = 'r6 = r1\nr0 = *(u32 *)skb[0]'
const store = 'r2 = r10\nr2 += r0\n*(u64 *)(r2 - 8) = 0\nr0 = 0\nexit'

test('the upper half of a word is not known to be zero', async () => {
  const report = await judge(`${load}\nr0 >>= 32\n${store}`)
  expect(report.verdict).toBe('reject')
  expect(report.log.join('\n')).toMatch(/r0 = \*\(u32 \*\)skb\[0\] +; R0_w=scalar\(\) R6_w=ctx\(\)/)
})

test('bounded by the program it may move a pointer', async () => {
  expect((await judge(`${load}\nw0 &= 0\n${store}`)).verdict).toBe('accept')
})
