// SPDX-License-Identifier: Apache-2.0
// kfuncs on tasks: kfuncs.rst §4.1.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { fieldNumber } from '../core/objects.ts'
import { send } from '../helpers/trace.ts'
import { isUnder } from '../objects/cgroup.ts'
import { tryGet } from '../objects/refcount.ts'
import { cgroupOfTask, tasksOf } from '../objects/task.ts'

/** NULL of one that has ended. */
function acquire(core: Core, task: number): number {
  return tryGet(core, task + core.layouts.offset('task_struct', 'rcu_users')) ? task : 0
}

const byNumber = model(['i32'], 'u32', (core) => {
  const tasks = tasksOf(core)
  return (pid) => {
    const task = tasks.get(pid)
    return task === undefined ? 0 : acquire(core, task.address)
  }
})

const release = model(['i32'], 'none', (core) => (task) => tasksOf(core).release(task))

/** enum pid_type: the thread, or its process. */
const PIDTYPE_TGID = 1

export const taskKfuncs: Models = {
  bpf_send_signal_task: model(['i32', 'i32', 'i32', 'none'], 's32', (core) => (task, signal, type) => {
    if (type >>> 0 > PIDTYPE_TGID) return -errno.EINVAL
    const pid = fieldNumber(core, task, 'task_struct', 'pid')
    return send(core, signal, type === PIDTYPE_TGID ? 'process' : 'thread', pid)
  }),
  bpf_task_acquire: model(['i32'], 'u32', (core) => (task) => acquire(core, task)),
  bpf_task_release: release,
  bpf_task_release_dtor: release,
  bpf_task_from_pid: byNumber,
  // every task is in the first PID namespace
  bpf_task_from_vpid: byNumber,
  bpf_task_under_cgroup: model(
    ['i32', 'i32'],
    'u32',
    (core) => (task, cgroup) => (isUnder(core, cgroupOfTask(core, task), cgroup) ? 1 : 0),
  ),
  // there is no hierarchy of the first version
  bpf_task_get_cgroup1: model(['i32', 'i32'], 'u32', () => () => 0),
}
