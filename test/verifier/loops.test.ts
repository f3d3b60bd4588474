// SPDX-License-Identifier: Apache-2.0
// Loops whose paths end in unfinished states hundreds of times. What those states need is handed back along every such path; done once
// for each path and each other path, this takes minutes. 6.12.117 accepts such a program (bpfjudge); 7.3 was not asked yet.
import { expect, test } from 'vitest'
import { judgeText } from './handmade.ts'

const diamonds = (count: number): string =>
  Array.from({ length: count }, (_, i) => {
    const writes = Array.from({ length: 5 }, (_, n) => `r1 = ${n}`).join('\n')
    return `call 7\nif r0 == ${i + 1} goto +5\n${writes}\nr2 = 0\nr3 = 0`
  }).join('\n')

const count = 500
const loop = `r6 = 0
may_goto +1
goto +1
gotol +${9 * count + 1}
${diamonds(count)}
gotol -${9 * count + 4}
r0 = 0
exit`

test.for(['6.12', '7.3'])('five hundred branches in a loop, by the rules of %s', async (release) => {
  expect((await judgeText(release, loop)).verdict).toBe('accept')
})
