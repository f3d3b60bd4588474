// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { unwrap } from '../../src/index.ts'
import { answersOf, packet, programsOf } from './programs.ts'

test('packets grow, shrink, are tagged, marked and sent elsewhere as by the kernel', async () => {
  expect(await answersOf('packets')).toEqual({
    length: 0,
    room: 0,
    protocol: 0,
    vlan: 0,
    congestion: 0,
    sockets: 0,
    network: 0,
    tunnel: 0,
    mtu: 0,
    xdp_mtu: 0,
    redirects: 0,
    xdp_redirects: 0,
    to_device: 7,
    to_map: 4,
  })
})

test('a redirect is noted where the program answers so', async () => {
  const { machine, run, program } = await programsOf('packets')
  expect(run('redirects')).toBe(0)
  expect(machine.redirects).toMatchObject([{ program: 'redirects', kind: 'clone', ifindex: 1, data: packet }])
  unwrap(program('to_device')!.testRun({ data: packet }))
  unwrap(program('to_map')!.testRun({ data: packet }))
  expect(machine.redirects.slice(1)).toEqual([
    { program: 'to_device', kind: 'ingress', ifindex: 3, data: packet },
    { program: 'to_map', kind: 'map', map: 'devices', data: packet },
  ])
})
