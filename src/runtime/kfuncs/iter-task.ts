// SPDX-License-Identifier: Apache-2.0
// Open-coded iterators over tasks, over the tasks of a cgroup, over cgroups.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { fieldNumber } from '../core/objects.ts'
import { childrenOf, cgroupOfCss } from '../objects/cgroup.ts'
import { cgroupOfTask, tasksOf } from '../objects/task.ts'

const ALL_PROCS = 0
const ALL_THREADS = 1
const PROC_THREADS = 2

const isLeader = (core: Core, task: number): boolean => fieldNumber(core, task, 'task_struct', 'group_leader') === task
const groupOf = (core: Core, task: number): number => fieldNumber(core, task, 'task_struct', 'tgid')

/** Tasks that an iterator goes over; each process is followed by its threads. */
function tasksFor(core: Core, flags: number, of: number): readonly number[] {
  const all = tasksOf(core).all.map(({ address }) => address)
  const threads = (leader: number): readonly number[] =>
    all.filter((task) => !isLeader(core, task) && groupOf(core, task) === groupOf(core, leader))
  const leaders = all.filter((task) => isLeader(core, task))
  if (flags === ALL_PROCS) return leaders
  if (flags === ALL_THREADS) return leaders.flatMap((leader) => [leader, ...threads(leader)])
  const group = all.filter((task) => groupOf(core, task) === groupOf(core, of))
  // on from the one that was given: the kernel does not begin anew at the list's end
  return group.slice(group.indexOf(of))
}

/** task, pos, flags */
const tasks: Models = {
  bpf_iter_task_new: model(['i32', 'i32', 'i32'], 's32', (core) => (it, task, flags) => {
    const { memory } = core
    memory.setPointer(it + 8, 0)
    if (flags >>> 0 > PROC_THREADS || (flags === PROC_THREADS && task === 0)) return -errno.EINVAL
    const first = flags === PROC_THREADS ? task : tasksOf(core).idle.address
    memory.setPointer(it, first)
    memory.setPointer(it + 8, first)
    memory.setU32(it + 16, flags)
    return 0
  }),
  bpf_iter_task_next: model(['i32'], 'u32', (core) => (it) => {
    const { memory } = core
    const now = memory.pointer(it + 8)
    if (now === 0) return 0
    const list = tasksFor(core, memory.u32(it + 16), memory.pointer(it))
    memory.setPointer(it + 8, list[list.indexOf(now) + 1] ?? 0)
    return now
  }),
  bpf_iter_task_destroy: model(['i32'], 'none', () => () => {}),
}

const DESCENDANTS_PRE = 2
const DESCENDANTS_POST = 3
const ANCESTORS_UP = 4

function walk(core: Core, css: number, order: number): readonly number[] {
  if (order === ANCESTORS_UP) {
    const up: number[] = []
    for (let at = css; at !== 0; at = fieldNumber(core, at, 'cgroup_subsys_state', 'parent')) up.push(at)
    return up
  }
  const below = childrenOf(core, css).flatMap((child) => walk(core, child, order))
  return order === DESCENDANTS_PRE ? [css, ...below] : [...below, css]
}

/** start, pos, flags */
const csses: Models = {
  bpf_iter_css_new: model(['i32', 'i32', 'i32'], 's32', ({ memory }) => (it, start, flags) => {
    memory.setPointer(it, 0)
    if (flags !== DESCENDANTS_PRE && flags !== DESCENDANTS_POST && flags !== ANCESTORS_UP) return -errno.EINVAL
    memory.setPointer(it, start)
    memory.setPointer(it + 8, 0)
    memory.setU32(it + 16, flags)
    return 0
  }),
  bpf_iter_css_next: model(['i32'], 'u32', (core) => (it) => {
    const { memory } = core
    const start = memory.pointer(it)
    if (start === 0) return 0
    const list = walk(core, start, memory.u32(it + 16))
    const now = memory.pointer(it + 8)
    // after the last, it begins anew
    const next = now === 0 ? list[0]! : (list[list.indexOf(now) + 1] ?? 0)
    memory.setPointer(it + 8, next)
    return next
  }),
  bpf_iter_css_destroy: model(['i32'], 'none', () => () => {}),
}

const PROCS = 1
const THREADED = 2

/** A pointer to what the kernel keeps of it: here the css, the flags, and how many tasks were told of. */
const cssTasks: Models = {
  bpf_iter_css_task_new: model(['i32', 'i32', 'i32'], 's32', ({ memory }) => (it, css, flags) => {
    memory.setPointer(it, 0)
    if (flags !== 0 && flags !== PROCS && flags !== (PROCS | THREADED)) return -errno.EINVAL
    const kept = memory.allocate(24, 'css_task_iter')
    memory.setPointer(kept, css)
    memory.setU32(kept + 8, flags)
    memory.setPointer(it, kept)
    return 0
  }),
  bpf_iter_css_task_next: model(['i32'], 'u32', (core) => (it) => {
    const { memory } = core
    const kept = memory.pointer(it)
    if (kept === 0) return 0
    const cgroup = cgroupOfCss(core, memory.pointer(kept))
    const procsOnly = memory.u32(kept + 8) !== 0
    // pid 0 is in no list of a cgroup's tasks
    const list = tasksOf(core)
      .all.slice(1)
      .filter(({ address }) => cgroupOfTask(core, address) === cgroup && (!procsOnly || isLeader(core, address)))
    const told = memory.u32(kept + 12)
    memory.setU32(kept + 12, told + 1)
    return list[told]?.address ?? 0
  }),
  bpf_iter_css_task_destroy: model(['i32'], 'none', ({ memory }) => (it) => {
    const kept = memory.pointer(it)
    if (kept !== 0) memory.free(kept)
  }),
}

/** Tasks of a machine have no areas of memory; pid 0 has no memory at all. */
const areas: Models = {
  bpf_iter_task_vma_new: model(['i32', 'i32', 'none'], 's32', (core) => (it, task) => {
    core.memory.setPointer(it, 0)
    return fieldNumber(core, task, 'task_struct', 'mm') === 0 ? -errno.ENOENT : 0
  }),
  bpf_iter_task_vma_next: model(['none'], 'u32', () => () => 0),
  bpf_iter_task_vma_destroy: model(['none'], 'none', () => () => {}),
}

export const taskIterKfuncs: Models = { ...tasks, ...csses, ...cssTasks, ...areas }
