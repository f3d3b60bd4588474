// SPDX-License-Identifier: Apache-2.0
// guard.bpf.c in Node's own test runner, by the bytes of its maps: node --test
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { beforeEach, test } from 'node:test'
import { openKernel, unwrap } from 'kfuncs'
import { createMachine } from 'kfuncs/runtime'
import { datagram } from '../packets.js'

const [DROP, PASS] = [1, 2]
const object = readFileSync(new URL('../guard.bpf.o', import.meta.url))
const kernel = unwrap(await openKernel('6.12'))
const port7 = Uint8Array.of(7, 0)
/** struct tally: dropped, passed. */
const tally = (bytes) => [...new BigUint64Array(bytes.slice().buffer)]

let machine
let loaded
beforeEach(() => {
  machine = createMachine(kernel)
  loaded = unwrap(machine.load(object, { name: 'guard' }))
  loaded.maps.get('blocked').set(port7, new Uint8Array(16))
})
const verdict = (data) => unwrap(loaded.programs.get('guard').testRun({ data })).retval

test('a blocked port is dropped, counted and told', () => {
  assert.equal(verdict(datagram({ port: 7 })), DROP)
  assert.deepEqual(tally(loaded.maps.get('blocked').get(port7)), [1n, 0n])
  assert.deepEqual([...loaded.maps.get('drops').drain()[0]], [10, 0, 0, 1, 7, 0, 12, 0])
})

test('others pass', () => {
  assert.equal(verdict(datagram({ port: 53 })), PASS)
})

test('a known connection passes: conntrack is mocked', () => {
  const { calls } = machine.mock('bpf_xdp_ct_lookup', () => ({ status: 8 }))
  machine.mock('bpf_ct_release')
  assert.equal(verdict(datagram({ port: 7 })), PASS)
  assert.equal(calls.length, 1)
  assert.deepEqual(tally(loaded.maps.get('blocked').get(port7)), [0n, 1n])
})
