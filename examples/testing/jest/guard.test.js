// SPDX-License-Identifier: Apache-2.0
// guard.bpf.c in Jest. kfuncs is ECMAScript modules, which Jest runs with: NODE_OPTIONS=--experimental-vm-modules npx jest
import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { openKernel, unwrap } from 'kfuncs'
import { createMachine } from 'kfuncs/runtime'
import { datagram } from '../packets.js'

const [DROP, PASS] = [1, 2]
const object = new Uint8Array(readFileSync(new URL('../guard.bpf.o', import.meta.url)))
const port7 = Uint8Array.of(7, 0)

async function guarded() {
  const machine = createMachine(unwrap(await openKernel('6.12')))
  const { maps, programs } = unwrap(machine.load(object, { name: 'guard' }))
  maps.get('blocked').set(port7, new Uint8Array(16))
  return { machine, maps, verdict: (data) => unwrap(programs.get('guard').testRun({ data })).retval }
}

test('a blocked port is dropped and counted', async () => {
  const { maps, verdict } = await guarded()
  expect(verdict(datagram({ port: 7 }))).toBe(DROP)
  expect(maps.get('blocked').get(port7)[0]).toBe(1)
  expect(verdict(datagram({ port: 53 }))).toBe(PASS)
})

test('a known connection passes: conntrack is mocked', async () => {
  const { machine, verdict } = await guarded()
  const { calls } = machine.mock('bpf_xdp_ct_lookup', () => ({ status: 8 }))
  machine.mock('bpf_ct_release')
  expect(verdict(datagram({ port: 7 }))).toBe(PASS)
  expect(calls).toHaveLength(1)
})
