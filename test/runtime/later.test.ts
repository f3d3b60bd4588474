// SPDX-License-Identifier: Apache-2.0
// kfuncs that came after 6.12, or that only hooks call: what 7.3 answers in test runs (later.bpf.o returns 0 there), and the rest by
// the kernel's documents and RFC 5681.
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Kernel, openKernel, unwrap } from '../../src/index.ts'
import { createMachine, type Loaded, type Machine } from '../../src/runtime/index.ts'

let kernel: Kernel
beforeAll(async () => {
  kernel = unwrap(await openKernel('7.3'))
})

function loaded(name: string): {
  machine: Machine
  object: Loaded
  seen: () => readonly number[]
  bytes: () => string
} {
  const machine = createMachine(kernel)
  const object = unwrap(machine.load(readFileSync(`test/runtime/programs/${name}.bpf.o`), { name }))
  expect([...object.refused.keys()]).toEqual([])
  const bss = (): Uint8Array => [...[...object.maps].find(([map]) => map.endsWith('.bss'))![1].entries()][0]![1]
  return {
    machine,
    object,
    seen: () =>
      Array.from({ length: 8 }, (_, i) =>
        Number(new DataView(bss().buffer, bss().byteOffset).getBigInt64(8 * i, true)),
      ),
    bytes: () => new TextDecoder().decode(bss().subarray(64, 72)).replaceAll('\0', ''),
  }
}

test.for(['caches', 'signals', 'text'])('%s', (name) => {
  const { object } = loaded('later')
  expect(unwrap(object.programs.get(name)!.testRun({ ctx: new Uint8Array(64) })).retval).toBe(0)
})

test('a signal to a task', () => {
  const { machine, object } = loaded('later')
  machine.task({ pid: 40 })
  machine.currentTask = machine.task({ pid: 41 })
  unwrap(object.programs.get('signals')!.testRun({ ctx: new Uint8Array(64) }))
  expect(machine.signals).toEqual([])
})

describe('what is in a file', () => {
  test('is read through a dynptr', () => {
    const { machine, object } = loaded('later')
    const file = machine.file({ path: '/bin/true', contents: '\x7fELF\x02\x01' })
    expect(unwrap(object.programs.get('elf')!.call({ args: [file] })).returned).toBe(0n)
  })
  test('or is not known', () => {
    const { machine, object } = loaded('later')
    expect(object.programs.get('elf')!.call({ args: [machine.file({ path: '/bin/true' })] })).toMatchObject({
      fault: { what: 'what is in /bin/true is not told: machine.file({ path, contents })' },
    })
  })
})

describe('hooks', () => {
  test('a session: its return finds what its entry left', () => {
    const { machine, object, seen } = loaded('later_hooks')
    const session = object.programs.get('session')!
    unwrap(session.call({ args: [0] }))
    machine.advance(250)
    unwrap(session.call({ returned: 0 }))
    expect(seen()[0]).toBe(250)
  })
  test.for([
    [{ protocol: 'tcp', remote: '10.0.0.1:80' }, 0],
    [{ protocol: 'udp', local: '10.0.0.1:53' }, 0],
    [{ protocol: 'tcp', state: 'close' }, -2],
    [{ protocol: 'tcp', fields: { sk_protocol: 1 }, remote: '10.0.0.1:80' }, -95],
  ] as const)('a socket is ended: %o', ([options, answer]) => {
    const { machine, object, seen } = loaded('later_hooks')
    const socket = machine.socket(options)
    unwrap(object.programs.get('ends')!.call({ args: [socket] }))
    expect(seen()[0]).toBe(answer)
    if (answer === 0) expect([socket.get('__sk_common.skc_state'), socket.get('sk_err')]).toEqual([7, 103])
  })
  test.for([
    [1, [0, 8], '/run/b'],
    [2, [-22, 0], ''],
  ] as const)('a path of another socket, of family %i', ([family, answers, path]) => {
    const { machine, object, seen, bytes } = loaded('later_hooks')
    const socket = machine.socket({ fields: { '__sk_common.skc_family': family } })
    const ctx = new Uint8Array(machine.layouts.sizeOf('bpf_sock_addr'))
    unwrap(object.programs.get('elsewhere')!.call({ socket, ctx }))
    expect([seen().slice(0, 2), bytes()]).toEqual([answers, path])
  })
  test('labels of a file', () => {
    const { machine, object, seen } = loaded('later_hooks')
    const file = machine.file({ path: '/etc/motd', xattrs: { 'security.bpf.old': '1' } })
    unwrap(object.programs.get('labels')!.call({ args: [{ address: file.dentryAddress }] }))
    // not one of theirs; REPLACE of none; made; CREATE of one; none; removed
    expect(seen().slice(0, 6)).toEqual([-1, -61, 0, -17, -61, 0])
    expect([...file.xattrs]).toEqual([['security.bpf.label', Uint8Array.from([120, 0, 0])]])
  })
  test('attributes of a cgroup', () => {
    const { machine, object, seen, bytes } = loaded('later_hooks')
    machine.currentTask = machine.task({ pid: 7, cgroup: machine.cgroup('web', { xattrs: { 'user.tier': 'gold' } }) })
    unwrap(object.programs.get('tier')!.call())
    expect([seen().slice(0, 3), bytes()]).toEqual([[4, -61, -1], 'gold'])
  })
})

describe('congestion control of RFC 5681', () => {
  const reno = (fields: Readonly<Record<string, number>>) => {
    const { machine, object } = loaded('later_hooks')
    const socket = machine.object('tcp_sock', { snd_cwnd_clamp: 1000, snd_ssthresh: 1000, ...fields })
    const ops = object.structOps<Record<string, (...args: readonly unknown[]) => number>>('reno')
    const field = (name: string): number =>
      machine.memory.u32(socket.address + machine.layouts.offset('tcp_sock', name))
    return { call: (name: string, ...args: readonly unknown[]): number => unwrap(ops[name]!(socket, ...args)), field }
  }
  test.for([
    [40, 20],
    [3, 2],
  ])('half of a window of %i is %i, two at least', ([window, half]) => {
    expect(reno({ snd_cwnd: window! }).call('ssthresh')).toBe(half)
  })
  test('what a loss took that was none comes back', () => {
    expect(reno({ snd_cwnd: 10, prior_cwnd: 20 }).call('undo_cwnd')).toBe(20)
  })
  test.for([
    ['below the threshold as many more as were acknowledged', { snd_cwnd: 10, is_cwnd_limited: 1 }, 4, 14, 0],
    ['up to it, the others counted', { snd_cwnd: 10, snd_ssthresh: 12, is_cwnd_limited: 1 }, 5, 12, 3],
    [
      'beyond it one more for a whole window',
      { snd_cwnd: 10, snd_ssthresh: 5, snd_cwnd_cnt: 8, is_cwnd_limited: 1 },
      3,
      11,
      1,
    ],
    [
      'never beyond the clamp',
      { snd_cwnd: 999, snd_cwnd_clamp: 1000, snd_ssthresh: 5, is_cwnd_limited: 1 },
      3000,
      1000,
      3,
    ],
    ['nothing where the application holds back', { snd_cwnd: 10, snd_ssthresh: 5 }, 5, 10, 0],
    ['but in slow start where half of the window was out', { snd_cwnd: 10, max_packets_out: 6 }, 2, 12, 0],
  ] as const)('%s', ([, fields, acked, window, count]) => {
    const { call, field } = reno(fields)
    call('cong_avoid', 0, acked)
    expect([field('snd_cwnd'), field('snd_cwnd_cnt')]).toEqual([window, count])
  })
})
