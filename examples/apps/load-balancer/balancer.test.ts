// SPDX-License-Identifier: Apache-2.0
// The balancer's own tests: no Linux, no root. `npx vitest run examples/apps/load-balancer`
import { readFileSync } from 'node:fs'
import { beforeEach, expect, test } from 'vitest'
import { openKernel, unwrap } from 'kfuncs'
import { createMachine, type LoadedProgram, type Machine } from 'kfuncs/runtime'
import { Balancer, ethernet, TABLE_SIZE, tableOf } from './balancer.ts'
import { flags, opened, packet, type Sent } from './packets.ts'

const object = readFileSync(new URL('balancer.bpf.o', import.meta.url))
const kernel = unwrap(await openKernel('6.12'))
const [XDP_DROP, XDP_PASS, XDP_TX] = [1, 2, 3]
const VIP = '10.9.9.9'
/** 10.0.0.1 */
const OWN = '0x0100000a'
const SECOND = 1_000_000_000

let machine: Machine
let balance: LoadedProgram
let balancer: Balancer

beforeEach(() => {
  machine = createMachine(kernel, { cpus: 2 })
  const loaded = unwrap(machine.load(object, { globals: new Map([['own_addr', OWN]]) }))
  balance = loaded.programs.get('balance')!
  balancer = new Balancer(loaded.maps)
  balancer.addService({ number: 0, addr: VIP, port: 443, protocol: 'tcp' })
  for (const number of [1, 2, 3])
    balancer.addBackend({ number, addr: `10.1.0.${number}`, mac: `02:00:00:00:01:0${number}` })
})

const send = (sent: Partial<Sent>) => {
  const data = packet({ from: '192.0.2.1', to: VIP, sport: 40000, dport: 443, ...sent })
  return { ...unwrap(balance.testRun({ data })), sent: data }
}
/** The backend that the packet is sent to. */
const backend = (sent: Partial<Sent>): number => {
  const { retval, data } = send(sent)
  return retval === XDP_TX ? Number(opened(data!).to.split('.')[3]) : -retval
}
const ports = Array.from({ length: 300 }, (_, i) => 1024 + 7 * i)

test('a packet to the service goes to a backend, as it is, in a packet of ours', () => {
  const { retval, data, sent } = send({ flags: flags.SYN, payload: 'hello' })
  expect(retval).toBe(XDP_TX)
  const outer = opened(data!)
  const number = Number(outer.to.split('.')[3])
  expect(outer).toMatchObject({
    protocol: 4,
    from: '10.0.0.1',
    to: `10.1.0.${number}`,
    mac: ethernet(`02:00:00:00:01:0${number}`),
    sender: ethernet('02:00:00:00:00:02'),
    length: sent.length - 14 + 20,
    sum: 0,
  })
  expect(outer.inside).toEqual(sent.subarray(14))
})

test('what is not for a service passes, unchanged', () => {
  for (const other of [{ to: '10.9.9.8' }, { dport: 80 }, { protocol: 'udp' as const }, { fragment: 100 }]) {
    const { retval, data, sent } = send(other)
    expect(retval).toBe(XDP_PASS)
    expect(data).toEqual(sent)
  }
  const arp = new Uint8Array(64)
  arp.set([8, 6], 12)
  expect(unwrap(balance.testRun({ data: arp })).retval).toBe(XDP_PASS)
})

test('a packet that ends within its header is dropped', () => {
  const data = packet({ from: '192.0.2.1', to: VIP, sport: 1, dport: 443 }).subarray(0, 40)
  expect(unwrap(balance.testRun({ data })).retval).toBe(XDP_DROP)
})

test('connections are shared out, and counted', () => {
  const taken = ports.map((sport) => backend({ sport, flags: flags.SYN }))
  for (const number of [1, 2, 3]) {
    const own = taken.filter((one) => one === number).length
    expect(own).toBeGreaterThan(60)
    const { packets, connections, bytes } = balancer.counters(number)
    expect([packets, connections, bytes]).toEqual([BigInt(own), BigInt(own), BigInt(own * 40)])
  }
  // on another CPU, and no new connections
  machine.cpu = 1
  ports.forEach((sport, i) => expect(backend({ sport })).toBe(taken[i]))
  expect(balancer.counters(1).packets).toBe(2n * balancer.counters(1).connections)
})

test('a connection keeps its backend when others come', () => {
  const before = ports.map((sport) => backend({ sport, flags: flags.SYN }))
  balancer.addBackend({ number: 4, addr: '10.1.0.4', mac: '02:00:00:00:01:04' })
  expect(ports.map((sport) => backend({ sport }))).toEqual(before)
  // new ones go to the newcomer, too
  expect(ports.map((sport) => backend({ sport: sport + 1, flags: flags.SYN }))).toContain(4)
})

test('when a backend goes its connections go elsewhere, and stay there', () => {
  const before = ports.map((sport) => backend({ sport, flags: flags.SYN }))
  balancer.removeBackend(2)
  const after = ports.map((sport) => backend({ sport }))
  after.forEach((number, i) => {
    if (before[i] === 2) expect([1, 3]).toContain(number)
    else expect(number).toBe(before[i])
  })
  balancer.addBackend({ number: 2, addr: '10.1.0.2', mac: '02:00:00:00:01:02' })
  expect(ports.map((sport) => backend({ sport }))).toEqual(after)
})

test('connections are forgotten: late where they are open, soon where they were closed', () => {
  const [open, closed] = [5000, 5001]
  for (const sport of [open, closed]) backend({ sport, flags: flags.SYN })
  backend({ sport: closed, flags: flags.FIN | flags.ACK })
  const counted = () => [1, 2, 3].reduce((sum, number) => sum + balancer.counters(number).connections, 0n)
  const before = counted()
  machine.advance(20 * SECOND)
  backend({ sport: open })
  expect(counted()).toBe(before)
  backend({ sport: closed })
  expect(counted()).toBe(before + 1n)
  machine.advance(301 * SECOND)
  backend({ sport: open })
  expect(counted()).toBe(before + 2n)
})

test('without a backend nothing is sent anywhere', () => {
  for (const number of [1, 2, 3]) balancer.removeBackend(number)
  expect(send({}).retval).toBe(XDP_DROP)
})

test('a table gives each backend its share, and changes little', () => {
  const [all, fewer] = [tableOf([1, 2, 3, 4, 5]), tableOf([1, 2, 3, 5])]
  for (const number of [1, 2, 3, 4, 5]) {
    const own = all.filter((one) => one === number).length
    expect(Math.abs(own - TABLE_SIZE / 5)).toBeLessThan(2)
  }
  const moved = all.filter((number, place) => number !== 4 && fewer[place] !== number).length
  expect(moved).toBeLessThan(TABLE_SIZE / 8)
})
