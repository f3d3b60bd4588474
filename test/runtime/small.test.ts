// SPDX-License-Identifier: Apache-2.0
// Helpers that few programs call (programs/small.bpf.c).
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type Kernel, openKernel, unwrap } from '../../src/index.ts'
import { createMachine } from '../../src/runtime/index.ts'
import { factsOf, linkedOf, loadHandmade } from './handmade.ts'

async function small() {
  const machine = createMachine(unwrap(await openKernel('6.12')))
  const { programs, maps, refused } = unwrap(machine.load(readFileSync('test/runtime/programs/small.bpf.o')))
  expect([...refused.keys()]).toEqual([])
  return {
    machine,
    maps,
    call: (name: string, how = {}) => unwrap(programs.get(name)!.call(how)),
    run: (name: string) => unwrap(programs.get(name)!.testRun({ data: new Uint8Array(64) })),
    /** `count` words of struct told from `first` on. */
    words: (first: number, count: number) => {
      const value = maps.get('tolds')!.get(new Uint8Array(4))!
      const view = new DataView(value.buffer, value.byteOffset)
      return Array.from({ length: count }, (_, i) => Number(view.getBigInt64(8 * (first + i), true)))
    },
  }
}
const [ENOENT, EINVAL, EPROTONOSUPPORT] = [-2, -22, -93]

test('a perf event tells what it counted, and the branches it recorded', async () => {
  const { call, words } = await small()
  const branches = [
    { from: 16, to: 32, flags: 1 },
    { from: 48n, to: 64n },
    { from: 1, to: 2 },
  ]
  call('samples', { sample: { count: 5n, enabled: 6, running: 7, branches } })
  expect(words(0, 6)).toEqual([0, EINVAL, 48, 72, EINVAL, EINVAL])
  expect(words(8, 3)).toEqual([5, 6, 7])
  // as many as there is room for
  expect(words(11, 6)).toEqual([16, 32, 1, 48, 64, 0])
})
test('one that records no branches says so', async () => {
  const { call, words } = await small()
  call('samples')
  expect(words(0, 6)).toEqual([0, EINVAL, ENOENT, ENOENT, ENOENT, EINVAL])
})

test('a socket that listens needs no SYN cookies; what is no such socket, or header, is refused', async () => {
  const cookies = async (state: string): Promise<readonly number[]> => {
    const { machine, maps, run, words } = await small()
    const socket = machine.socket({ state, local: '10.0.0.1:80' })
    const value = new Uint8Array(new BigUint64Array([BigInt(socket.address)]).buffer)
    expect(maps.get('listeners')!.set(new Uint8Array(4), value)).toBe(0)
    expect(run('asks_for_cookies').retval).toBe(1)
    return words(0, 8)
  }
  // made of a SYN, checked of an ACK
  expect(await cookies('listen')).toEqual([ENOENT, ENOENT, EINVAL, ENOENT, EINVAL, ENOENT, EPROTONOSUPPORT, ENOENT])
  expect(await cookies('established')).toEqual(Array.from({ length: 8 }, () => EINVAL))
})

test('the socket of a file, where it is the file of one', async () => {
  const { machine, call, words } = await small()
  call('closes', { args: [machine.file({ path: 'socket:[1]', socket: machine.socket({ local: '[::1]:80' }) })] })
  expect(words(0, 1)).toEqual([10])
  call('closes', { args: [machine.file({ path: '/etc/passwd' })] })
  expect(words(0, 1)).toEqual([-1])
})

test('no file was measured', async () => {
  const { machine, call, words } = await small()
  const file = machine.file({ path: '/bin/sh' })
  call('measures', { args: [machine.object('linux_binprm', { file: file.address })] })
  expect(words(0, 1)).toEqual([-95])
})

test('what a program of an infrared receiver takes for keys and pointers', async () => {
  // a distribution's kernel on which they can be loaded
  const plain = unwrap(await openKernel('6.12'))
  const config: Kernel['config'] = (name) => (name === 'CONFIG_BPF_LIRC_MODE2' ? 'y' : plain.config(name))
  const kernel: Kernel = Object.assign(Object.create(plain) as Kernel, { config })
  const machine = createMachine(kernel)
  const linked = linkedOf({
    type: 'LIRC_MODE2',
    text: `r6 = r1
      r2 = 4
      r3 = 0x1234567890 ll
      r4 = 1
      call bpf_rc_keydown
      r1 = r6
      call bpf_rc_repeat
      r1 = r6
      r2 = 3
      r3 = -4
      call bpf_rc_pointer_rel
      exit`,
  })
  const facts = factsOf(linked, kernel)
  expect(facts).toBeDefined()
  const { program } = loadHandmade(machine, linked, facts!)
  expect(unwrap(program.call({ ctx: new Uint8Array(4) })).returned).toBe(0n)
  expect(machine.remoteEvents).toEqual([
    { kind: 'key', protocol: 4, scancode: 0x1234567890n, toggle: 1 },
    { kind: 'repeat' },
    { kind: 'pointer', x: 3, y: -4 },
  ])
})
