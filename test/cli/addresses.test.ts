// SPDX-License-Identifier: Apache-2.0
// Addresses as values of map elements and contexts: bytes in the order in which they cross the wire.
import { isIPv6 } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inNetworkOrder } from '../../src/cli/run-input.ts'
import { runHere } from './here.ts'

test.for([
  ['fc00::1', 'fc00000000000000 0000000000000001'],
  ['::', '0000000000000000 0000000000000000'],
  ['::ffff:10.0.0.1', '0000000000000000 0000ffff0a000001'],
  ['1:2:3:4:5:6:7:8', '0001000200030004 0005000600070008'],
  ['fc00::', 'fc00000000000000 0000000000000000'],
  ['10.0.0.1', '0a000001'],
])('%s', ([text, bytes]) => {
  expect(Buffer.from(inNetworkOrder(text!)!).toString('hex')).toBe(bytes!.replace(' ', ''))
})

test('what is no address is none', () => {
  for (const text of ['fc00::1%eth0', ':::', '02:00:00:00:00:01', '1:2:3', 'x::1'])
    expect(inNetworkOrder(text)).toBeUndefined()
})

test('any address has 16 bytes', () => {
  fc.assert(
    fc.property(fc.ipV6(), (text) => {
      const bytes = inNetworkOrder(text)!
      const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i]! << 8) | bytes[2 * i + 1]!).toString(16)).join(
        ':',
      )
      expect([bytes.length, isIPv6(groups), new URL(`http://[${groups}]`).host]).toEqual([
        16,
        true,
        new URL(`http://[${text}]`).host,
      ])
    }),
  )
})

test.for([
  ['hosts[fc00::1]=02:00:00:00:00:01', 'finds: 2'],
  ['hosts[fc00::1]=020000000001', 'finds: 2'],
  ['hosts[fc00::2]=02:00:00:00:00:01', 'finds: 0'],
])('--map %s', async ([map, told]) => {
  const { out } = await runHere('run', 'test/cli/testing/addresses.bpf.o', '--map', map!)
  expect(out.split('\n')[0]).toContain(told)
})

test.for([
  ['hosts[10.0.0.1]=02:00:00:00:00:01', 'expected 16 bytes'],
  ['hosts[fc00::1]=02:00:00:00:01', '14 bytes are more than 6'],
  ['hosts[fc00::1]=fc00::1', 'expected 6 bytes'],
])('--map %s is refused', async ([map, told]) => {
  const { status, err } = await runHere('run', 'test/cli/testing/addresses.bpf.o', '--map', map!)
  expect([status, err]).toEqual([2, expect.stringContaining(told!)])
})
