// SPDX-License-Identifier: Apache-2.0
// Images of 7.1 and 7.2 whose types lost the prototypes with the arguments that the verifier fills in: of 19 and 22 kfuncs of sched_ext they say
// "cannot find function scx_bpf_kick_cpu_impl in BTF" and refuse the call. No bundled kernel is such a build, so a kfunc is told to be one.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Kernel, openKernel } from '../../../src/kernel/index.ts'
import { linkProgram, openObject } from '../../../src/object/index.ts'
import { verify } from '../../../src/verifier/index.ts'

test.for([
  ['7.3', true, 'does not have a valid func_proto'],
  ['7.3', false, ''],
  ['6.12', true, ''],
] as const)('%s, its kfuncs with arguments that are nowhere: %s', async ([release, implicit, message]) => {
  const opened = await openKernel(release)
  const object = openObject(readFileSync('examples/03-flags/acquire.bpf.o'), 'acquire.bpf.o')
  if (!opened.ok || !object.ok) throw new Error('not opened')
  const kernel = Object.assign(Object.create(opened.value) as Kernel, {
    kfuncById: (...of: Parameters<Kernel['kfuncById']>) => {
      const kfunc = opened.value.kfuncById(...of)
      return kfunc && implicit ? { ...kfunc, flags: new Set([...kfunc.flags, 'KF_IMPLICIT_ARGS']) } : kfunc
    },
  })
  const linked = linkProgram(object.value, 'acquire_release', kernel)
  if (!linked.ok) throw new Error(linked.fault.what)
  const report = verify(linked.value, kernel)
  expect(report.verdict === 'reject' ? report.message.replace(/^kernel function btf_id \d+ /, '') : '').toBe(message)
})
