// SPDX-License-Identifier: Apache-2.0
// Connections that programs make: as Linux 6.12 tracks them (programs/conntrack.bpf.c returns 0 there).
import { expect, test } from 'vitest'
import { packet, programsOf } from './programs.ts'

test.for(['errors', 'made', 'translated'])('%s', async (name) => {
  const { run } = await programsOf('conntrack')
  expect(run(name)).toBe(0)
})

test('a connection is found until its time is up', async () => {
  const { machine, run, program } = await programsOf('conntrack')
  expect(run('translated')).toBe(0)
  // 20 s; a second of the same is none as long
  expect(program('translated')!.testRun({ data: packet })).toMatchObject({ ok: true })
  expect(run('translated')).not.toBe(0)
  machine.advance(21_000_000_000n)
  expect(run('translated')).toBe(0)
})
