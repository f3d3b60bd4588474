// SPDX-License-Identifier: Apache-2.0
// A program of text alone, without an object: judged as a socket filter.
import { assemble } from '../../src/isa/index.ts'
import { openKernel } from '../../src/kernel/index.ts'
import { verify, type VerifyOptions } from '../../src/verifier/index.ts'

export async function judgeText(release: string, text: string, options: VerifyOptions = {}) {
  const kernel = await openKernel(release)
  if (!kernel.ok) throw new Error(kernel.fault.what)
  const insns = assemble(text)
  if (!insns.ok) throw new Error(insns.fault.what)
  const program = {
    object: 'handmade',
    name: 'prog',
    section: 'socket',
    type: 'BPF_PROG_TYPE_SOCKET_FILTER' as const,
    attachType: undefined,
    sleepable: false,
    flags: 0,
    attach: undefined,
    insns: insns.value,
    refs: new Map(),
    maps: [],
    mapBtf: undefined,
    btf: undefined,
    funcs: [],
    lines: [],
    license: 'GPL',
    warnings: [],
  }
  return verify(program, kernel.value, options)
}
