// SPDX-License-Identifier: Apache-2.0
// Files that hooks are called with: their paths, attributes, and what tasks run (fs/bpf_fs_kfuncs.c of 6.12).
import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { unwrap } from '../../src/index.ts'
import { globalsOf, programsOf } from './programs.ts'

test('paths and attributes are as the file has them', async () => {
  const { machine, program } = await programsOf('files')
  const file = machine.file({ path: '/etc/passwd', xattrs: { 'user.one': 'one', 'user.long': new Uint8Array(9) } })
  for (const name of ['attribute', 'path'])
    expect([name, unwrap(program(name)!.call({ args: [file], returned: 0 })).returned]).toEqual([name, 0n])
})

test('a task that runs a file has it got and put', async () => {
  const { machine, program } = await programsOf('files')
  const file = machine.file({ path: '/etc/passwd' })
  const call = (): bigint =>
    BigInt.asIntN(32, unwrap(program('executable')!.call({ args: [file], returned: 0 })).returned)
  expect(call()).toBe(-1n)
  const executable = machine.file({ path: '/bin/sh' })
  machine.currentTask = machine.task({ comm: 'sh', executable })
  expect(call()).toBe(-8n)
  expect(executable.references).toBe(0)
})

test.for(['', 'abc', 'x'.repeat(55), 'x'.repeat(56), 'x'.repeat(64), 'x'.repeat(1000)])(
  'IMA measures %j',
  async (contents) => {
    const checked = await programsOf('files')
    const file = checked.machine.file({ path: '/bin/sh', contents })
    expect(unwrap(checked.program('measured')!.call({ args: [file], returned: 0 })).returned).toBe(0n)
    const room = Buffer.from(globalsOf(checked).buffer).toString('hex')
    expect(room).toContain(createHash('sha256').update(contents).digest('hex'))
  },
)

test('a file whose contents nobody told has no measure', async () => {
  const { machine, program } = await programsOf('files')
  const called = program('measured')!.call({ args: [machine.file({ path: '/bin/sh' })], returned: 0 })
  expect(called.ok ? 'it ran' : called.fault.what).toContain('of /bin/sh no contents were told')
})
