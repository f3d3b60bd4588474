// SPDX-License-Identifier: Apache-2.0
// What bpf_snprintf_btf() writes, beside what the real 6.12 wrote (typed-text.json: what it returned, and the text, in the order of
// programs/typed_text.bpf.c).
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { openKernel, unwrap } from '../../src/index.ts'
import { createMachine, type MachineOptions } from '../../src/runtime/index.ts'
import kernels from './typed-text.json' with { type: 'json' }

/** What stands in the map after a run. */
async function textsOf(program: string, options: MachineOptions = {}): Promise<(readonly [number, string])[]> {
  const machine = createMachine(unwrap(await openKernel('6.12')), options)
  const object = readFileSync('test/runtime/programs/typed_text.bpf.o')
  const { programs, maps } = unwrap(machine.load(object, { programs: [program] }))
  unwrap(programs.get(program)!.testRun({ ctx: new Uint8Array(0) }))
  return [...maps.get('texts')!.entries()].flatMap(([, value]) => {
    const [view, text] = [new DataView(value.buffer, value.byteOffset), Buffer.from(value.subarray(8))]
    const isThere = view.getInt32(4, true) !== 0
    return isThere ? [[view.getInt32(0, true), text.subarray(0, text.indexOf(0)).toString('latin1')] as const] : []
  })
}

describe('values are told by their types as the kernel tells them', () => {
  test.for(Object.entries(kernels))('%s', async ([program, told]) => {
    expect(await textsOf(program)).toEqual(told)
  })
  test('also sanitized', async () => {
    expect(await textsOf('structs', { sanitize: true })).toEqual(kernels.structs)
  })
})
