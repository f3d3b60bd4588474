// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { answersOf, programsOf } from './programs.ts'

test('iterators over numbers and bits', async () => {
  expect(await answersOf('iterators')).toEqual({ numbers: 0, bits: 0 })
})

test('tasks and cgroups: acquired, found, told one after another', async () => {
  expect(await answersOf('tasks')).toEqual({
    current: 0,
    by_number: 0,
    cgroups: 0,
    all_tasks: 0,
    own_threads: 0,
    ancestors: 0,
    all_cgroups: 0,
  })
})

test('CPU masks', async () => {
  expect(await answersOf('cpumask', { cpus: 2 })).toEqual({ masks: 0 })
})

test('tasks and cgroups of the test: as they were made, and gone when they end', async () => {
  const { machine, run } = await programsOf('tasks')
  const outer = machine.cgroup('system.slice')
  const cgroup = machine.cgroup('ssh.service', { parent: outer, id: 77n })
  const task = machine.task({ pid: 42, comm: 'sshd', uid: 1000, gid: 100, cgroup })
  expect(task).toMatchObject({ pid: 42, tgid: 42, comm: 'sshd', uid: 1000, gid: 100, references: 2 })
  expect([outer.level, cgroup.level, cgroup.id]).toEqual([1, 2, 77n])
  machine.currentTask = task
  for (const program of ['current', 'by_number', 'cgroups', 'all_tasks', 'own_threads', 'all_cgroups'])
    expect([program, run(program)]).toEqual([program, 0])
  expect([task.references, cgroup.references]).toEqual([2, 1])
  machine.task({ pid: 43, tgid: 42 })
  expect(run('own_threads')).not.toBe(0)
  expect(() => task.exit()).toThrow('cannot end')
  expect(() => machine.task({ pid: 42 })).toThrow('already')
})
