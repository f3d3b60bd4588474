// SPDX-License-Identifier: Apache-2.0
// The address that a jump table holds is a pointer on the stack only since 7.3. Kernels 6.19 to 7.2 say of `kept_on_stack` what stands
// here (ask-gates.ts --all); of those we have no image, so 7.3's is asked with that one gate shut.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Kernel, openKernel } from '../../src/kernel/index.ts'
import { linkProgram, openObject } from '../../src/object/index.ts'
import { verify } from '../../src/verifier/index.ts'

const GATE = 'all-pointers-spill'

test.for([
  ['shut', 'R1 has type scalar, expected PTR_TO_INSN'],
  ['open', ''],
] as const)('where the gate is %s', async ([gate, message]) => {
  const opened = await openKernel('7.3')
  const object = openObject(readFileSync('test/kernels/objects/gotox.bpf.o'), 'gotox.bpf.o')
  if (!opened.ok || !object.ok) throw new Error('not opened')
  const kernel = Object.assign(Object.create(opened.value) as Kernel, {
    gate: (name: string) => opened.value.gate(name) && !(name === GATE && gate === 'shut'),
  })
  const linked = linkProgram(object.value, 'kept_on_stack', kernel)
  if (!linked.ok) throw new Error(linked.fault.what)
  const report = verify(linked.value, kernel)
  expect(report.verdict === 'reject' ? report.message : '').toBe(message)
})
