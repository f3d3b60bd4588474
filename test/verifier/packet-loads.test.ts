// SPDX-License-Identifier: Apache-2.0
// What LD_ABS and LD_IND leave in R0: all 64 bits unknown, whatever the width, as the kernel's log prints it (`R0_w=scalar()`).
import { expect, test } from 'vitest'
import { judgeText } from './handmade.ts'

const judge = (text: string) => judgeText('6.12', text, { log: 2 })

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
