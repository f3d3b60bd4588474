// SPDX-License-Identifier: Apache-2.0
// guard.bpf.c in Vitest, by its skeleton (kfuncs gen skeleton guard.bpf.o -o guard.skel.ts).
import { openKernel, unwrap } from 'kfuncs'
import { createMachine, type Machine } from 'kfuncs/runtime'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { type Guard, load } from '../guard.skel.ts'
import { datagram } from '../packets.js'

const [DROP, PASS] = [1, 2]
let kernel: Parameters<typeof createMachine>[0]
let machine: Machine
let guard: Guard

beforeAll(async () => {
  kernel = unwrap(await openKernel('6.12'))
})
beforeEach(() => {
  machine = createMachine(kernel)
  guard = unwrap(load(machine))
  guard.maps.blocked.set(7, { dropped: 0n, passed: 0n })
})
const verdict = (data: Uint8Array): number => unwrap(guard.programs.guard.testRun({ data })).retval

test('a blocked port is dropped, counted and told', () => {
  expect(verdict(datagram({ port: 7, from: [192, 0, 2, 1] }))).toBe(DROP)
  expect(guard.maps.blocked.get(7)).toEqual({ dropped: 1n, passed: 0n })
  expect(guard.maps.drops.drain()).toEqual([{ from: 0x010200c0, port: 7, length: 12 }])
})

test('others pass', () => {
  expect(verdict(datagram({ port: 53 }))).toBe(PASS)
  expect(verdict(new Uint8Array(64))).toBe(PASS)
  expect(guard.variables.seen).toBe(2)
})

test('a known connection passes: conntrack is mocked', () => {
  const { calls } = machine.mock('bpf_xdp_ct_lookup', () => ({ status: 8 }))
  machine.mock('bpf_ct_release')
  expect(verdict(datagram({ port: 7 }))).toBe(PASS)
  expect(calls).toHaveLength(1)
  expect(guard.maps.blocked.get(7)).toEqual({ dropped: 0n, passed: 1n })
})

test('not where it is told not to ask', () => {
  const { calls } = machine.mock('bpf_xdp_ct_lookup', () => ({ status: 8 }))
  guard = unwrap(load(machine, { variables: { stateful: false } }))
  guard.maps.blocked.set(7, { dropped: 0n, passed: 0n })
  expect(verdict(datagram({ port: 7 }))).toBe(DROP)
  expect(calls).toHaveLength(0)
})
