// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { unwrap } from '../../src/index.ts'
import type { CallOptions } from '../../src/runtime/index.ts'
import { globalsOf, packet, programsOf } from './programs.ts'

/** Of variables in .bss. */
const offsets = { seen: 0, text: 64 }

async function hooks() {
  const checked = await programsOf('hooks')
  return {
    ...checked,
    call: (name: string, options: CallOptions) => unwrap(checked.program(name)!.call(options)),
    seen: (count: number) =>
      Array.from({ length: count }, (_, i) => globalsOf(checked).getBigInt64(offsets.seen + 8 * i, true)),
  }
}

test('kprobes have their arguments in registers, text and bytes in memory', async () => {
  const checked = await hooks()
  checked.call('kprobe', { args: [-100, '/tmp/x', 3], ptRegs: { dx: 9 } })
  expect(checked.seen(2)).toEqual([-100n, 9n])
  expect(new TextDecoder().decode(new Uint8Array(globalsOf(checked).buffer, offsets.text, 6))).toBe('/tmp/x')
  checked.call('kretprobe', { returned: -2 })
  expect(checked.seen(1)).toEqual([-2n])
  expect(checked.program('kprobe')!.call({ args: [1, 2, 3, 4, 5, 6, 7] }).ok).toBe(false)
})

test('tracepoints: their record, or arguments by their types', async () => {
  const checked = await hooks()
  const ctx = new Uint8Array(64)
  new DataView(ctx.buffer).setBigInt64(8, 257n, true)
  new DataView(ctx.buffer).setBigInt64(24, 77n, true)
  expect(checked.call('tracepoint', { ctx }).ctx).toEqual(ctx)
  expect(checked.seen(2)).toEqual([257n, 77n])
  const task = checked.machine.task({ pid: 42 })
  checked.call('tp_btf', { args: [task, 41] })
  expect(checked.seen(2)).toEqual([42n, 41n])
})

test('LSM hooks and functions: objects, and what was returned', async () => {
  const checked = await hooks()
  const vma = checked.machine.object('vm_area_struct', { vm_start: 0x1000 })
  expect(checked.call('lsm', { args: [vma, 0, 4], returned: 0 }).returned & 0xffff_ffffn).toBe(0xffff_ffffn)
  expect(checked.call('lsm', { args: [vma, 0, 1], returned: 0 }).returned).toBe(0n)
  checked.call('fexit', { args: [1, 2, 3], returned: 6 })
  expect(checked.seen(5)).toEqual([3n, 3n, 6n, -22n, 6n])
})

test('what cgroups and iterators run', async () => {
  const checked = await hooks()
  const ctx = Uint8Array.from([0, 0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0])
  expect(checked.call('device', { ctx }).returned).toBe(1n)
  expect(checked.call('iterator', { args: [checked.machine.currentTask] }).written).toEqual(
    new TextEncoder().encode('1 init\n'),
  )
  expect(checked.call('iterator', {}).written).toEqual(new Uint8Array(0))
})

test('test runs of fmod_ret, sk_lookup, netfilter', async () => {
  const checked = await hooks()
  const run = (name: string, options = {}): number => unwrap(checked.program(name)!.testRun(options)).retval
  // both functions ran: 1 + 3 and 1 + 3 + 3 + 4 + 5 + 6 + 7
  expect(run('modify_nothing')).toBe(0x2_0000 | (4 + 29))
  expect(checked.seen(3)).toEqual([1n, 2n, 0n])
  expect(run('modify')).toBe(0x1_0000 | (7 + 29))
  const ctx = new Uint8Array(72)
  const view = new DataView(ctx.buffer)
  view.setUint32(8, 2, true)
  view.setUint32(16, 0x7f000001)
  view.setUint32(60, 80, true)
  expect(run('lookup', { ctx })).toBe(1)
  view.setUint32(60, 81, true)
  expect(run('lookup', { ctx })).toBe(0)
  expect(run('filter', { data: packet })).toBe(1)
  expect(checked.program('filter')!.testRun({ data: packet.slice(0, 19) }).ok).toBe(false)
})

test('what programs do to the task, and to what it called', async () => {
  const checked = await hooks()
  checked.machine.currentTask = checked.machine.task({ pid: 42 })
  expect(checked.call('signals', {}).returned).toBe(0n)
  expect(checked.machine.signals).toEqual([
    { pid: 42, signal: 9, to: 'process' },
    { pid: 42, signal: 10, to: 'thread' },
  ])
})

test('tracepoints of packets are called with machine.skb()', async () => {
  const checked = await hooks()
  const frame = Uint8Array.from({ length: 64 }, (_, i) => (i === 12 ? 8 : i === 14 ? 0x45 : 0))
  const skb = checked.machine.skb(frame, { mark: 7 })
  checked.call('packet_seen', { args: [skb] })
  expect(checked.seen(6)).toEqual([50n, 7n, 0x800n, 1n, 0x45n, 14n])
  expect([skb.get('mark'), skb.get('len'), skb.frame]).toEqual([7, 50, frame])
  skb.free()
  checked.call('packet_seen', { args: [skb] })
  expect(checked.seen(1)).toEqual([0x6b6b6b6bn])
  expect(() => checked.machine.skb(new Uint8Array(13))).toThrow('14 bytes at least')
  expect(() => checked.machine.skb(frame, { nope: 1 })).toThrow('this kernel has no sk_buff.nope')
})

test('what is no argument is told', async () => {
  const checked = await hooks()
  for (const args of [[null], [{}], [() => 0]])
    expect(checked.program('kprobe')!.call({ args: args as never })).toMatchObject({
      ok: false,
      fault: { what: expect.stringContaining('is no argument: numbers, BigInts, text') },
    })
})
