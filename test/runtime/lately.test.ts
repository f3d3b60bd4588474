// SPDX-License-Identifier: Apache-2.0
// What 7.x has besides: queueing disciplines, sockets of the kernel's, wakeup sources, memory cgroups.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openKernel, unwrap } from '../../src/index.ts'
import { createMachine, type Skb } from '../../src/runtime/index.ts'

async function loaded(name: string) {
  const machine = createMachine(unwrap(await openKernel('7.3')))
  const object = unwrap(machine.load(readFileSync(`test/runtime/programs/${name}.bpf.o`)))
  expect([...object.refused]).toEqual([])
  const variable = (at: number, size: number): Uint8Array => {
    const bss = [...object.maps.values()].find((map) => map.name.endsWith('.bss'))!
    return Uint8Array.from([...bss.entries()][0]![1]).slice(at, at + size)
  }
  const run = (program: string, ctx: Uint8Array = new Uint8Array(64)) => {
    const ran = unwrap(object.programs.get(program)!.testRun({ ctx }))
    return { retval: ran.retval | 0, ctx: ran.ctx! }
  }
  return { machine, object, variable, run }
}

interface Discipline {
  enqueue(packet: Skb, qdisc: { readonly address: number }, toFree: number): number
  dequeue(qdisc: { readonly address: number }): { readonly address: number } | null
  reset(qdisc: { readonly address: number }): void
}

test('a queueing discipline holds a packet, drops another, gives the first out and counts it', async () => {
  const { machine, object } = await loaded('qdisc')
  const { enqueue, dequeue, reset } = object.structOps<Discipline>('one')
  const frame = Uint8Array.from({ length: 100 }, (_, i) => (i === 12 ? 8 : 0))
  const packet = (): Skb => machine.skb(frame, { 'cb[8]': 0 })
  const [first, second, third] = [packet(), packet(), packet()]
  const qdisc = machine.object('Qdisc')
  const toFree = machine.object('bpf_sk_buff_ptr')
  const length = machine.layouts.follow('sk_buff', 'cb(qdisc_skb_cb).pkt_len')!.field.offset
  for (const { address } of [first, second, third]) machine.memory.setU32(address + length, 100)
  expect(unwrap(enqueue!(first, qdisc, toFree.address))).toBe(0)
  expect(machine.watchdogs).toEqual([{ qdisc: qdisc.address, at: 5000n }])
  expect(unwrap(enqueue!(second, qdisc, toFree.address))).toBe(1)
  expect(unwrap(enqueue!(third, qdisc, toFree.address))).toBe(1)
  // the last that was dropped comes first
  expect(machine.memory.pointer(toFree.address)).toBe(third.address)
  expect(third.get('next')).toBe(second.address)
  expect(unwrap(dequeue!(qdisc))).toMatchObject({ address: first.address })
  expect(unwrap(dequeue!(qdisc))).toBeNull()
  const counted = (field: string) => machine.memory.number(qdisc.address + machine.layouts.offset('Qdisc', field), 8)
  expect([counted('bstats.bytes'), counted('bstats.packets')]).toEqual([100n, 1n])
  expect(unwrap(enqueue!(first, qdisc, toFree.address))).toBe(0)
  unwrap(reset!(qdisc))
  expect(machine.memory.block(first.address)!.freed).toBe(true)
})

test('a packet that is left in a map is freed with it', async () => {
  const { machine, object } = await loaded('qdisc')
  const { enqueue } = object.structOps<Discipline>('one')
  const packet = machine.skb(new Uint8Array(64))
  unwrap(enqueue!(packet, machine.object('Qdisc'), machine.object('bpf_sk_buff_ptr').address))
  expect(machine.memory.block(packet.address)!.freed).toBe(false)
  object.unload()
  expect(machine.memory.block(packet.address)!.freed).toBe(true)
})

/** struct asked of lately.bpf.c. */
function asked(options: readonly number[], to?: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(52)
  bytes.set(options)
  if (to !== undefined) {
    bytes[4] = 1
    bytes.set(to, 8)
  }
  return bytes
}
const answers = (ctx: Uint8Array): number[] => [...new Int32Array(ctx.slice(36, 48).buffer)]
const here4 = [2, 0, 0, 53, 127, 0, 0, 1]
const here6 = [10, 0, 0, 53, 0, 0, 0, 0, ...Array<number>(15).fill(0), 1]

test.for<[string, Uint8Array, number[], string[]]>([
  ['sent', asked([2, 2, 17, 0], here4), [0, 0, 5], ['127.0.0.1:53']],
  ['by IPv6', asked([10, 2, 0, 0], here6), [0, 0, 5], ['[0:0:0:0:0:0:0:1]:53']],
  ['to nowhere', asked([2, 2, 17, 0]), [0, 0, -89], []],
  ['not by a stream', asked([2, 1, 6, 0]), [-93, 0, 0], []],
  ['of no family', asked([1, 2, 0, 0]), [-97, 0, 0], []],
  ['with what is to be 0', asked([2, 2, 17, 1]), [-22, 0, 0], []],
  ['by IPv4 to IPv6', asked([2, 2, 17, 0], here6), [0, -97, -89], []],
])('datagrams of the kernel: %s', async ([, ctx, told, sent]) => {
  const { machine, run } = await loaded('lately')
  const done = run('sends', ctx)
  expect([answers(done.ctx), machine.sent.map(({ to }) => to)]).toEqual([told, sent])
  for (const { data, program } of machine.sent)
    expect([new TextDecoder().decode(data), program]).toEqual(['hello', 'sends'])
})

test('wakeup sources, in the order they were made', async () => {
  const { machine, run, variable } = await loaded('lately')
  expect(run('sources').retval).toBe(0)
  machine.wakeupSource('alarmtimer.0.auto')
  machine.wakeupSource('rtc', { active_count: 3n })
  expect(run('sources').retval).toBe(2)
  const text = (at: number) => new TextDecoder().decode(variable(at, 16)).replace(/\0.*/, '')
  expect([text(NAMES), text(NAMES + 16)]).toEqual(['alarmtimer.0.au', 'rtc'])
})

test('memory cgroups say what the test says', async () => {
  const { machine, run, variable } = await loaded('lately')
  const memory = { usage: 8192, counters: { NR_ANON_MAPPED: 4096, MEMCG_OOM: 2n } }
  const { id } = machine.cgroup('/a', { memory })
  expect(run('memory', new Uint8Array(new BigUint64Array([id]).buffer)).retval).toBe(0)
  expect([...new BigInt64Array(variable(COUNTS, 40).buffer)]).toEqual([0n, 8192n, 4096n, 2n, -1n])
})
const [NAMES, COUNTS] = [0, 32]
