// SPDX-License-Identifier: Apache-2.0
// What a test run finds nothing of: states of IPsec, senders to be told. And files that fs-verity protects.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openKernel, unwrap } from '../../src/index.ts'
import { createMachine } from '../../src/runtime/index.ts'
import { kfuncModels } from '../../src/runtime/kfuncs/index.ts'
import { globalsOf, packet } from './programs.ts'

async function loaded(name: string, release: string) {
  const machine = createMachine(unwrap(await openKernel(release)))
  const object = unwrap(machine.load(readFileSync(`test/runtime/programs/${name}.bpf.o`)))
  expect([...object.refused]).toEqual([])
  return { machine, program: (name: string) => object.programs.get(name)! }
}

test.for(['6.12', '7.3'])('states of IPsec, as the real kernel has none: %s', async (release) => {
  const { program } = await loaded('absent', release)
  expect(unwrap(program('no_state').testRun({ data: packet })).retval).toBe(0)
})

test('a sender to whom there is no route is told nothing, as by the real kernel', async () => {
  const { machine, program } = await loaded('unreached', '7.3')
  expect(unwrap(program('no_route').testRun({ data: packet })).retval).toBe(1)
  expect(globalsOf({ machine }).getInt32(0, true)).toBe(0)
})

test.for([
  [0x0008, 3, 1, 0],
  [0x0008, 3, 4, -22],
  [0x0008, 3, 16, -22],
  [0x0008, 5, 1, -95],
  [0xdd86, 1, 6, 0],
  [0xdd86, 1, 7, -22],
  [0x0608, 3, 1, -93],
] as const)(
  'what is told of a packet with a route: protocol %i, type %i, code %i: %i',
  async ([protocol, ...asked]) => {
    const machine = createMachine(unwrap(await openKernel('7.3')))
    const { address } = machine.skb(packet, { protocol, _skb_refdst: 64 })
    const [type, code, answer] = asked
    const send = kfuncModels.get('bpf_icmp_send')!.bind(machine) as (...args: number[]) => unknown
    expect(send(address, type, code)).toBe(answer)
  },
)

test.for(['6.12', '7.3'])('digests of protected files: %s', async (release) => {
  const { machine, program } = await loaded('verity', release)
  const verity = { algorithm: 'sha256', digest: new Uint8Array(32).fill(7) } as const
  const call = (name: string, file: object) => unwrap(program(name).call({ args: [file as never] })).returned
  expect(call('protected', machine.file({ path: '/usr/bin/true', verity }))).toBe(0n)
  expect(call('unprotected', machine.file({ path: '/etc/passwd' }))).toBe(0n)
})

test('a digest is as long as its algorithm says', async () => {
  const { machine } = await loaded('verity', '6.12')
  const wrong = { algorithm: 'sha512', digest: new Uint8Array(32) } as const
  expect(() => machine.file({ path: '/bin/sh', verity: wrong })).toThrow('a sha512 digest has 64 bytes, not 32')
})
