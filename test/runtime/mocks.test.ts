// SPDX-License-Identifier: Apache-2.0
// Mocks that answer objects of the machine's: the program is given the object itself, and its references are counted.
import { expect, test } from 'vitest'
import { unwrap } from '../../src/index.ts'
import { on } from './on.ts'
import { programsOf } from './programs.ts'

test('a file, which the program puts', async () => {
  const { machine, program } = await programsOf('files')
  const call = (): number =>
    Number(BigInt.asIntN(32, unwrap(program('executable')!.call({ args: [0], returned: 0 })).returned))
  const file = machine.file({ path: '/bin/sh' })
  const { calls } = machine.mock('bpf_get_task_exe_file', () => file)
  expect(call()).toBe(-8)
  expect([file.references, calls.length]).toEqual([0, 1])
  machine.mock('bpf_get_task_exe_file', () => null)
  expect(call()).toBe(-1)
})

test('a task, which the program releases; one that is gone is told', async () => {
  const { machine, program } = await on('06-task/task')
  const task = machine.task({ pid: 42 })
  const run = () => program('task_from_pid').call({ args: [task, 0] })
  machine.mock('bpf_task_from_pid', () => task)
  const before = task.references
  expect(unwrap(run()).returned).toBe(1n)
  expect(task.references).toBe(before)
  task.exit()
  expect(run()).toMatchObject({
    ok: false,
    fault: { what: 'bpf_task_from_pid() returns a struct task_struct that is not there any more' },
  })
})

test('a release that is mocked gives back what the machine gave', async () => {
  const { machine, program } = await on('06-task/task')
  const { calls } = machine.mock('bpf_task_release')
  const before = machine.currentTask.references
  expect(unwrap(program('task_from_pid').call({ args: [machine.currentTask, 0] })).returned).toBe(1n)
  expect([calls.length, machine.currentTask.references]).toEqual([1, before])
})

test('an object of another struct is refused', async () => {
  const { machine, program } = await on('06-task/task')
  machine.mock('bpf_task_from_pid', () => machine.cgroup('/a'))
  expect(program('task_from_pid').call({ args: [machine.currentTask, 0] })).toMatchObject({
    ok: false,
    fault: { what: 'bpf_task_from_pid() returns struct task_struct, and its body returned a struct cgroup' },
  })
})
