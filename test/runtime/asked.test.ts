// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { unwrap } from '../../src/index.ts'
import type { Sysctl } from '../../src/runtime/index.ts'
import { globalsOf, programsOf } from './programs.ts'

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).replace(/\0.*$/s, '')

async function asked(sysctl: Sysctl) {
  const checked = await programsOf('asked')
  const called = unwrap(checked.program('asked')!.call({ sysctl }))
  const globals = globalsOf(checked)
  const bytes = new Uint8Array(globals.buffer, globals.byteOffset, globals.byteLength)
  return { called, bytes }
}

test('a sysctl that is written: its name, what it holds, what is to be written, and what is instead', async () => {
  const { called, bytes } = await asked({ name: 'net/ipv4/tcp_mem', current: '600\n', written: '12345' })
  expect(called).toMatchObject({ returned: 1n, sysctlWritten: '7' })
  const found = text(bytes.subarray(bytes.indexOf('n'.charCodeAt(0))))
  expect(found).toBe('net/ipv4/tcp_mem')
})

test('one that is read has nothing new', async () => {
  const { called } = await asked({ name: 'kernel/pid_max', current: '4194304\n' })
  expect(called.returned).toBe(0n)
  expect(called.sysctlWritten).toBeUndefined()
})

test('maps are frozen and written by system calls, by their addresses', async () => {
  const { program, machine } = await programsOf('asked')
  const map = [...machine.maps.values()].find(({ name }) => name === 'values')!
  const call = (fd: number, command: number, value = 5n): number => {
    const ctx = new DataView(new ArrayBuffer(24))
    ctx.setUint32(0, fd, true)
    ctx.setUint32(4, command, true)
    ctx.setBigUint64(16, value, true)
    return unwrap(program('frozen')!.testRun({ ctx: new Uint8Array(ctx.buffer) })).retval | 0
  }
  expect(call(map.address, 2, 9n)).toBe(0)
  expect(map.get(new Uint8Array(4))![0]).toBe(9)
  expect(call(map.address, 22)).toBe(0)
  expect(call(map.address, 22)).toBe(-16)
  expect(call(map.address, 2)).toBe(-1)
  expect(call(3, 22)).toBe(-9)
  expect(call(map.address, 1)).toBe(-22)
})

test('a perf event: registers, period and address', async () => {
  const checked = await programsOf('asked')
  const given = { ptRegs: { ip: 0x1234 }, sample: { period: 1000, address: 0x5678n } }
  expect(unwrap(checked.program('sample')!.call(given)).returned).toBe(1n)
  const words = new BigUint64Array(globalsOf(checked).buffer.slice(0))
  expect([...words]).toEqual(expect.arrayContaining([0x1234n, 1000n, 0x5678n]))
})
