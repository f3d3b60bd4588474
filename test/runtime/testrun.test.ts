// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { unwrap } from '../../src/index.ts'
import { on } from './on.ts'

const packet = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i)

describe('XDP', () => {
  test('a program reads the packet and its device', async () => {
    const { program } = await on('18-memory/packet')
    const run = program('header_checked')
    expect(unwrap(run.testRun({ data: new Uint8Array(64) })).retval).toBe(1)
    expect(unwrap(run.testRun({ data: packet(64).fill(9) }))).toEqual({ retval: 2, data: packet(64).fill(9) })
    expect(unwrap(program('read_ingress').testRun({ data: packet(64) })).retval).toBe(1)
  })

  test('what is no frame is refused', async () => {
    const run = (await on('18-memory/packet')).program('header_checked')
    for (const length of [0, 13, 80_000]) {
      const answer = run.testRun({ data: packet(length) })
      expect(answer.ok).toBe(false)
    }
  })
})

describe('socket buffers', () => {
  test('a program sees the length; what it throws is its result', async () => {
    const { program } = await on('14-throw/throw')
    expect(unwrap(program('throw_clean').testRun({ data: packet(100) })).retval).toBe(100)
  })

  test('a context is given and comes back', async () => {
    const run = (await on('14-throw/throw')).program('throw_clean')
    const ctx = new Uint8Array(192)
    new DataView(ctx.buffer).setUint32(8, 77, true)
    const out = unwrap(run.testRun({ data: packet(64), ctx }))
    expect(new DataView(out.ctx!.buffer).getUint32(8, true)).toBe(77)
    ctx[0] = 1
    expect(run.testRun({ data: packet(64), ctx }).ok).toBe(false)
  })
})

test('programs that are not accepted are not there, and why is told', async () => {
  const { loaded } = await on('14-throw/throw')
  expect([...loaded.programs.keys()]).toContain('throw_clean')
  const refusal = loaded.refused.get('throw_in_rcu')
  expect(refusal?.kind === 'report' && refusal.report.verdict).toBe('reject')
})

test('a run that is refused, or ends in its midst, leaves nothing behind in the machine’s memory', async () => {
  const { machine, program } = await on('14-throw/throw')
  const refused = new Uint8Array(192).fill(1)
  const xdp = await on('18-memory/packet')
  const run = xdp.program('header_checked')
  run.testRun({ data: packet(64) })
  program('throw_clean').testRun({ data: packet(64), ctx: refused })
  const before = [machine, xdp.machine].map(({ memory }) => memory.u8.length)
  for (let i = 0; i < 2000; i++)
    expect(program('throw_clean').testRun({ data: packet(64), ctx: refused }).ok).toBe(false)
  for (let i = 0; i < 2000; i++) run.testRun({ data: packet(64) })
  expect([machine, xdp.machine].map(({ memory }) => memory.u8.length)).toEqual(before)
})

test('an address that is nowhere, which the kernel lets be passed, too, is told', async () => {
  for (const sanitize of [false, true]) {
    const { program } = await on('18-memory/lookups', { sanitize })
    expect(program('wq_somewhere').testRun({ data: new Uint8Array(64) })).toMatchObject({
      ok: false,
      fault: { what: expect.stringContaining('passes an address that is nowhere') },
    })
  }
})
