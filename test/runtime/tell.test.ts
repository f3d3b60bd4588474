// SPDX-License-Identifier: Apache-2.0
// What helpers tell of stacks, namespaces and cookies, and what came after 6.12: as Linux 6.12 and 7.3 answer (programs return 0 there).
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openKernel, unwrap } from '../../src/index.ts'
import { createMachine } from '../../src/runtime/index.ts'
import { globalsOf, programsOf } from './programs.ts'

test.for(['stack', 'namespaces', 'cookies4', 'cookies6'])('%s', async (name) => {
  const { run } = await programsOf('tell')
  expect(run(name)).toBe(0)
})

test('who looks sockets up chooses none, and is told the function it is attached to', async () => {
  const tell = await programsOf('tell')
  const lookup = new Uint8Array(72)
  lookup.set([2, 0, 0, 0, 6], 8)
  expect(unwrap(tell.program('assigned')!.testRun({ ctx: lookup })).retval).toBe(1)
  expect(tell.program('func_ip')!.testRun().ok).toBe(true)
  expect(globalsOf(tell).getBigUint64(0, true)).toBe(1n)
})

test('a cookie is good for two minutes', async () => {
  const { machine, run } = await programsOf('tell')
  expect(run('cookies4')).toBe(0)
  machine.advance(60_000_000_000n)
  expect(run('cookies4')).toBe(0)
})

test("a link's cookie and a task's stacks are what the call says", async () => {
  const tell = await programsOf('tell')
  const { machine } = tell
  machine.currentTask = machine.task({ pid: 5, stacks: { user: [0x1000n, 0x2000n] } })
  expect(unwrap(tell.program('probed')!.call({ cookie: 77n })).returned).toBe(1n)
  expect(globalsOf(tell).getBigUint64(0, true)).toBe(77n)
})

test.for(['tree', 'list', 'growing_hash', 'streams', 'copies'])('of 7.3: %s', async (name) => {
  const machine = createMachine(unwrap(await openKernel('7.3')))
  const { programs, refused } = unwrap(machine.load(readFileSync('test/runtime/programs/recent.bpf.o')))
  expect([...refused.keys()]).toEqual([])
  expect(unwrap(programs.get(name)!.testRun({ ctx: new Uint8Array(64) })).retval).toBe(0)
  if (name === 'streams')
    expect([machine.stream(name, 'stdout'), machine.stream(name, 'stderr')]).toEqual(['n 42', 'n 42'])
})
