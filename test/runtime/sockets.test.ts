// SPDX-License-Identifier: Apache-2.0
// Programs on sockets (test/runtime/programs/sockets.bpf.c), called with what the user API shows of their contexts.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openKernel, unwrap } from '../../src/index.ts'
import { type CallOptions, createMachine, type MachineOptions } from '../../src/runtime/index.ts'

async function sockets(options: MachineOptions = {}) {
  const machine = createMachine(unwrap(await openKernel('6.12')), options)
  const { programs, maps, refused } = unwrap(machine.load(readFileSync('test/runtime/programs/sockets.bpf.o')))
  expect([...refused.keys()]).toEqual([])
  return {
    machine,
    map: (name: string) => maps.get(name)!,
    call: (name: string, how: CallOptions) => unwrap(programs.get(name)!.call(how)),
    /** struct `name` with these fields, 32 bits each unless the field is narrower or wider. */
    shown: (name: string, fields: Readonly<Record<string, number>>) => {
      const bytes = new Uint8Array(machine.layouts.sizeOf(name))
      const view = new DataView(bytes.buffer)
      for (const [path, value] of Object.entries(fields))
        view.setUint32(machine.layouts.offset(name, path), value, true)
      return bytes
    },
    field: (name: string, path: string, bytes: Uint8Array | undefined) =>
      new DataView(bytes!.buffer, bytes!.byteOffset).getUint32(machine.layouts.offset(name, path), true),
  }
}
/** In network order, as the program sees it. */
const net32 = (...bytes: readonly number[]): number => new DataView(Uint8Array.from(bytes).buffer).getUint32(0, true)
const net16 = (port: number): number => ((port & 0xff) << 8) | (port >> 8)
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (data: Uint8Array | undefined): string => new TextDecoder().decode(data)

const connect4 = { user_family: 2, type: 1, protocol: 6 }

test('an address that a connection is to is seen and replaced, and its socket gets options', async () => {
  const { machine, call, shown, field } = await sockets()
  const socket = machine.socket({ state: 'close' })
  const ctx = shown('bpf_sock_addr', { ...connect4, user_ip4: net32(10, 0, 0, 9), user_port: net16(80) })
  const { returned, ctx: after } = call('connects', { ctx, socket })
  expect(returned).toBe(1n)
  expect(field('bpf_sock_addr', 'user_ip4', after)).toBe(net32(10, 0, 0, 7))
  expect(field('bpf_sock_addr', 'user_port', after)).toBe(net16(8080))
  expect(field('bpf_sock_addr', 'protocol', after)).toBe(6)
  expect(socket.get('sk_mark')).toBe(7)
  const other = shown('bpf_sock_addr', { ...connect4, user_ip4: net32(10, 0, 0, 8), user_port: net16(80) })
  expect(call('connects', { ctx: other }).ctx).toEqual(other)
  expect(call('connects', { ctx: shown('bpf_sock_addr', { ...connect4, type: 2 }) }).returned).toBe(0n)
})

test('addresses of IPv6, and the end that a socket is bound to', async () => {
  const { machine, call, shown, field } = await sockets()
  const six = shown('bpf_sock_addr', { user_family: 10, 'user_ip6[3]': net32(0, 0, 0, 1) })
  const after = call('connects6', { ctx: six }).ctx
  expect([0, 1, 2, 3].map((i) => field('bpf_sock_addr', `user_ip6[${i}]`, after))).toEqual([
    net32(0xfd, 0, 0, 0),
    0,
    0,
    net32(0, 0, 0, 2),
  ])
  const socket = machine.socket({ state: 'close' })
  expect(call('binds', { ctx: shown('bpf_sock_addr', connect4), socket }).returned).toBe(1n)
  expect([socket.get('__sk_common.skc_rcv_saddr'), socket.get('__sk_common.skc_num')]).toEqual([
    net32(10, 0, 0, 3),
    4000,
  ])
})

test('a socket that is made', async () => {
  const { machine, call } = await sockets()
  const socket = machine.socket()
  expect(call('creates', { socket }).returned).toBe(1n)
  expect([socket.get('sk_mark'), socket.get('sk_priority')]).toEqual([5, 3])
  expect(call('creates', { socket: machine.socket({ local: '[::1]:80' }) }).returned).toBe(0n)
})

test('options that are set and read', async () => {
  const { machine, call, shown, field } = await sockets()
  const value = Uint8Array.of(0, 2, 0, 0)
  const set = call('sets', { ctx: shown('bpf_sockopt', { level: 1, optname: 7 }), data: value })
  expect([set.returned, set.data]).toEqual([1n, Uint8Array.of(0, 4, 0, 0)])
  expect(field('bpf_sockopt', 'optlen', set.ctx)).toBe(4)
  const passed = call('sets', { ctx: shown('bpf_sockopt', { level: 0, optname: 1 }), data: value })
  // -1: the kernel goes on with what was given
  expect([passed.returned, field('bpf_sockopt', 'optlen', passed.ctx) | 0, passed.data]).toEqual([
    1n,
    -1,
    new Uint8Array(0),
  ])
  expect(call('sets', { ctx: shown('bpf_sockopt', { optname: 99 }) }).returned).toBe(0n)
  const read = call('gets', {
    ctx: shown('bpf_sockopt', { level: 1, optname: 39, retval: 2 ** 32 - 5 }),
    data: Uint8Array.of(9, 9),
    socket: machine.socket({ local: '10.0.0.1:1' }),
  })
  expect([read.returned, read.retval, read.data]).toEqual([1n, 0, Uint8Array.of(2)])
})

test('operations of a connection put it into maps; messages and streams go to it', async () => {
  const { machine, map, call, shown, field } = await sockets()
  const socket = machine.socket({
    local: '10.0.0.1:8080',
    remote: '10.0.0.2:4000',
  })
  const established = shown('bpf_sock_ops', { op: 4, snd_cwnd: 10 })
  const { returned, ctx } = call('operations', { ctx: established, socket })
  expect(BigInt.asIntN(32, returned)).toBe(1n)
  expect(
    ['reply', 'local_port', 'remote_ip4', 'state', 'is_fullsock'].map((name) => field('bpf_sock_ops', name, ctx)),
  ).toEqual([4000, 8080, net32(10, 0, 0, 2), 1, 1])
  const reply = (how: CallOptions): number => field('bpf_sock_ops', 'reply', call('operations', how).ctx) | 0
  // it is there already
  expect(reply({ ctx: established, socket })).toBe(-1)
  // of no connection that is there nothing goes into a map
  expect(reply({ ctx: shown('bpf_sock_ops', { op: 3 }), socket })).toBe(-95)
  // users read the cookie that bpf_get_socket_cookie() answers
  const value = map('by_index').get(new Uint8Array(4))!
  const cookie = socket.get('__sk_common.skc_cookie.counter')
  expect(cookie).toBeGreaterThan(0)
  expect(new DataView(value.buffer, value.byteOffset).getUint32(0, true)).toBe(cookie)

  const sent = call('messages', { data: bytes('abcdef'), socket })
  expect([sent.returned, sent.redirected]).toEqual([1n, { socket: socket.address, ingress: true }])
  // two bytes more behind the first, one fewer at 5
  expect(text(sent.data)).toBe('a\0\0bCef')
  const drop = call('messages', { data: bytes('abxdef'), socket })
  expect([drop.returned, drop.redirected]).toEqual([0n, undefined])
  expect(call('streams', { data: bytes('abc') })).toMatchObject({
    returned: 1n,
    redirected: { socket: socket.address, ingress: false },
  })
})

test('of sockets that share a port one is chosen', async () => {
  const { machine, map, call, shown } = await sockets()
  const socket = machine.socket({ protocol: 'udp', local: '10.0.0.1:53', fields: { '__sk_common.skc_reuseport': 1 } })
  const value = new Uint8Array(8)
  new DataView(value.buffer).setUint32(0, socket.address, true)
  expect(map('shared').set(Uint8Array.of(2, 0, 0, 0), value)).toBe(0)
  const ctx = (hash: number) => shown('sk_reuseport_md', { hash })
  expect(call('chooses', { ctx: ctx(6), data: bytes('query') })).toMatchObject({
    returned: 1n,
    redirected: { socket: socket.address },
  })
  expect(call('chooses', { ctx: ctx(5), data: bytes('query') }).returned).toBe(0n)
})

test('the same sanitized', async () => {
  const { machine, call, shown } = await sockets({ sanitize: true })
  const socket = machine.socket({ local: '10.0.0.1:8080', remote: '10.0.0.2:4000' })
  expect(call('operations', { ctx: shown('bpf_sock_ops', { op: 5, snd_cwnd: 10 }), socket }).returned).toBe(1n)
  expect(call('messages', { data: bytes('abcdef'), socket }).returned).toBe(1n)
  expect(call('connects', { ctx: shown('bpf_sock_addr', connect4) }).returned).toBe(1n)
})

test('ends and states that are none are told', async () => {
  const { machine } = await sockets()
  for (const local of ['10.0.0.1', '10.0.0.256:1', '[1::2::3]:1', '[::g]:1', '1.2.3.4:70000'])
    expect(() => machine.socket({ local })).toThrow(`'${local}' is not an end of a connection`)
  expect(() => machine.socket({ state: 'open' })).toThrow('no state open of a socket: there are established')
  expect(machine.socket({ remote: '[fd00::1:2]:443' }).get('__sk_common.skc_dport')).toBe(net16(443))
})
