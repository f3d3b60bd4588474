// SPDX-License-Identifier: Apache-2.0
// Helpers that tell who runs: the current task, its names, its cgroup.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { notModelled } from '../core/errors.ts'
import { CgroupArrayMap } from '../maps/descriptors.ts'
import { cgroupAncestor, cgroupId, isUnder } from '../objects/cgroup.ts'
import { cgroupOfTask, tasksOf } from '../objects/task.ts'

const currentTask = model([], 'u32', (core) => {
  const tasks = tasksOf(core)
  return () => tasks.current.address
})

const currentCgroup = (core: Core): number => cgroupOfTask(core, tasksOf(core).current.address)

export const taskHelpers: Models = {
  bpf_get_current_task: currentTask,
  bpf_get_current_task_btf: currentTask,
  bpf_task_pt_regs: model(['i32'], 'u32', (core) => (task) => tasksOf(core).registersOf(task)),
  bpf_get_current_pid_tgid: model([], 'i64', (core) => {
    const tasks = tasksOf(core)
    return () => (BigInt(tasks.current.tgid) << 32n) | BigInt(tasks.current.pid)
  }),
  bpf_get_current_uid_gid: model([], 'i64', (core) => {
    const tasks = tasksOf(core)
    return () => (BigInt(tasks.current.gid) << 32n) | BigInt(tasks.current.uid)
  }),
  bpf_get_current_comm: model(['i32', 'i32'], 's32', (core) => {
    const tasks = tasksOf(core)
    return (to, size) => {
      const text = new TextEncoder().encode(tasks.current.comm)
      const room = new Uint8Array(size)
      // cut, and always with a zero at its end
      room.set(text.subarray(0, Math.max(0, Math.min(size, 16) - 1)))
      core.memory.write(to, room)
      return 0
    }
  }),
  bpf_get_current_cgroup_id: model([], 'i64', (core) => () => cgroupId(core, currentCgroup(core))),
  bpf_get_current_ancestor_cgroup_id: model(
    ['i32'],
    'i64',
    (core) => (level) => cgroupId(core, cgroupAncestor(core, currentCgroup(core), level)),
  ),
  bpf_current_task_under_cgroup: model(
    ['i32', 'i32'],
    's32',
    (core) => (map, index) => isUnderMapped(core, map, index, () => currentCgroup(core)),
  ),
}

/** 1 where the cgroup is the one at the map's index, or below it. */
export function isUnderMapped(core: Core, at: number, index: number, cgroup: () => number): number {
  const map = core.mapAt(at)
  if (!(map instanceof CgroupArrayMap)) throw notModelled(`a cgroup in ${map.def.type}`)
  const ancestor = map.cgroup(index >>> 0)
  return ancestor < 0 ? ancestor : isUnder(core, cgroup(), ancestor) ? 1 : 0
}
