// SPDX-License-Identifier: Apache-2.0
// Loops whose paths end in unfinished states hundreds of times. What those states need is handed back along every such path; done once
// for each path and each other path, this takes minutes. Both kernels accept the program (bpfjudge, 6.12.117 and 7.3.4).
import { expect, test } from 'vitest'
import { assemble } from '../../src/isa/index.ts'
import { openKernel } from '../../src/kernel/index.ts'
import { verify } from '../../src/verifier/index.ts'

const diamonds = (count: number): string =>
  Array.from({ length: count }, (_, i) => {
    const writes = Array.from({ length: 5 }, (_, n) => `r1 = ${n}`).join('\n')
    return `call 7\nif r0 == ${i + 1} goto +5\n${writes}\nr2 = 0\nr3 = 0`
  }).join('\n')

async function judge(release: string, text: string) {
  const kernel = await openKernel(release)
  if (!kernel.ok) throw new Error(kernel.fault.what)
  const insns = assemble(text)
  if (!insns.ok) throw new Error(insns.fault.what)
  return verify(
    {
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
    },
    kernel.value,
  )
}

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
  expect((await judge(release, loop)).verdict).toBe('accept')
})
