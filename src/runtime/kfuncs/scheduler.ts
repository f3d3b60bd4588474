// SPDX-License-Identifier: Apache-2.0
// kfuncs of sched_ext, on the queues and CPUs of objects/scheduler.ts. As in the kernel, what a scheduler may not do ends it: why stands in
// `machine.scheduler.exited`, and the run goes on. CPUs have ids of their own (cids) since 7.3: here they are the CPUs' numbers.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { format, wordsAt } from '../core/format.ts'
import { createObject, setKnownFields } from '../core/objects.ts'
import { remember } from '../core/remember.ts'
import { acquireCgroup } from '../objects/cgroup.ts'
import { type Insert, type Queue, type Scheduler, schedulerOf } from '../objects/scheduler.ts'
import { cgroupOfTask, tasksOf } from '../objects/task.ts'

const unsigned = (value: bigint): bigint => BigInt.asUintN(64, value)
/** SCX_CPUPERF_ONE */
const FULL_SPEED = 1024
/** SCX_KICK_IDLE: only a CPU that has nothing to do. SCX_KICK_PREEMPT, SCX_KICK_WAIT: one that has. */
const [KICK_IDLE, KICK_PREEMPT, KICK_WAIT] = [1n, 2n, 4n]

// ---- queues

const insertOf = (task: number, dsq: bigint, slice: bigint, flags: bigint, vtime?: bigint): Insert => ({
  task,
  dsq: unsigned(dsq),
  slice: unsigned(slice),
  flags: unsigned(flags),
  vtime: vtime === undefined ? undefined : unsigned(vtime),
})

/** Whether it went, as later kernels answer; a scheduler that has ended does nothing more. */
function insert(scheduler: Scheduler, one: Insert): number {
  scheduler.insert(one)
  return scheduler.exited === undefined ? 1 : 0
}

const inserts = (result: 'none' | 'u32') =>
  model(
    ['i32', 'i64', 'i64', 'i64'],
    result,
    (core) => (task, dsq, slice, flags) => insert(schedulerOf(core), insertOf(task, dsq, slice, flags)),
  )
const insertsByTime = model(
  ['i32', 'i64', 'i64', 'i64', 'i64'],
  'none',
  (core) =>
    (...[task, dsq, slice, vtime, flags]) =>
      insert(schedulerOf(core), insertOf(task, dsq, slice, flags, vtime)),
)

/** struct scx_bpf_dsq_insert_vtime_args: dsq_id, slice, vtime, enq_flags */
const insertsByTimeOf = model(['i32', 'i32'], 'u32', (core) => (task, at) => {
  const [dsq, slice, vtime, flags] = [0, 8, 16, 24].map((offset) => core.memory.number(at + offset, 8)) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ]
  return insert(schedulerOf(core), insertOf(task, dsq, slice, flags, vtime))
})

const moveToLocal = model(['i64'], 'u32', (core) => (id) => {
  const scheduler = schedulerOf(core)
  scheduler.flush(undefined)
  const queue = scheduler.userQueue(unsigned(id))
  if (queue !== undefined) return scheduler.moveToLocal(queue) ? 1 : 0
  scheduler.error(`invalid DSQ ID 0x${unsigned(id).toString(16).padStart(16, '0')}`)
  return 0
})

// ---- iterators over queues

interface Iteration {
  readonly queue: Queue
  /** Tasks that were there when it began, and are yet to be seen. */
  readonly left: number[]
  /** What the next move gives the task, if that was said. */
  slice: bigint | undefined
  vtime: bigint | undefined
}
const iterations = remember((): Map<number, Iteration> => new Map())

const REVERSE = 1n << 16n

const moves = ({ byTime }: { readonly byTime: boolean }) =>
  model(['i32', 'i32', 'i64', 'i64'], 'u32', (core) => (it, task, dsq, flags) => {
    const iteration = iterations(core).get(it)
    if (iteration === undefined) return 0
    const entry = iteration.queue.entries.find(({ address }) => address === task)
    const { slice = entry?.slice ?? 0n, vtime = entry?.vtime ?? 0n } = iteration
    Object.assign(iteration, { slice: undefined, vtime: undefined })
    return schedulerOf(core).move(iteration.queue, insertOf(task, dsq, slice, flags, byTime ? vtime : undefined))
      ? 1
      : 0
  })

const setSlice = model(['i32', 'i64'], 'none', (core) => (it, slice) => {
  const iteration = iterations(core).get(it)
  if (iteration !== undefined) iteration.slice = unsigned(slice)
})
const setTime = model(['i32', 'i64'], 'none', (core) => (it, vtime) => {
  const iteration = iterations(core).get(it)
  if (iteration !== undefined) iteration.vtime = unsigned(vtime)
})

const iterators: Models = {
  bpf_iter_scx_dsq_new: model(['i32', 'i64', 'i64'], 's32', (core) => (it, id, flags) => {
    iterations(core).delete(it)
    if ((flags & ~REVERSE) !== 0n) return -errno.EINVAL
    const queue = schedulerOf(core).userQueue(unsigned(id))
    if (queue === undefined) return -errno.ENOENT
    const tasks = queue.entries.map(({ address }) => address)
    const left = flags === REVERSE ? tasks.reverse() : tasks
    iterations(core).set(it, { queue, left, slice: undefined, vtime: undefined })
    return 0
  }),
  bpf_iter_scx_dsq_next: model(['i32'], 'u32', (core) => (it) => {
    const { queue, left } = iterations(core).get(it) ?? { queue: undefined, left: [] }
    for (let task = left.shift(); task !== undefined; task = left.shift())
      // what was taken meanwhile is not there
      if (queue?.entries.some(({ address }) => address === task) === true) return task
    return 0
  }),
  bpf_iter_scx_dsq_destroy: model(['i32'], 'none', (core) => (it) => {
    iterations(core).delete(it)
  }),
}

const queues: Models = {
  scx_bpf_create_dsq: model(['i64', 'i32'], 's32', (core) => (id, node) => {
    // one node of memory, and none in particular
    if (node !== 0 && node !== -1) return -errno.EINVAL
    const made = schedulerOf(core).create(unsigned(id))
    return made === 'made' ? 0 : made === 'there' ? -errno.EEXIST : -errno.EINVAL
  }),
  scx_bpf_destroy_dsq: model(['i64'], 'none', (core) => (id) => schedulerOf(core).destroy(unsigned(id))),
  scx_bpf_dsq_nr_queued: model(
    ['i64'],
    's32',
    (core) => (id) => schedulerOf(core).counted(unsigned(id))?.entries.length ?? -errno.ENOENT,
  ),
  scx_bpf_dsq_peek: model(['i64'], 'u32', (core) => (id) => {
    const scheduler = schedulerOf(core)
    const queue = scheduler.userQueue(unsigned(id))
    if (queue === undefined)
      scheduler.error(
        id < 0n
          ? `peek disallowed on builtin DSQ 0x${unsigned(id).toString(16)}`
          : `non-existent DSQ 0x${id.toString(16)}`,
      )
    return queue?.entries[0]?.address ?? 0
  }),
  scx_bpf_dsq_insert: inserts('none'),
  scx_bpf_dsq_insert___v2: inserts('u32'),
  scx_bpf_dispatch: inserts('none'),
  scx_bpf_dsq_insert_vtime: insertsByTime,
  scx_bpf_dispatch_vtime: insertsByTime,
  __scx_bpf_dsq_insert_vtime: insertsByTimeOf,
  scx_bpf_dispatch_nr_slots: model([], 'u32', (core) => () => schedulerOf(core).slots),
  scx_bpf_dispatch_cancel: model([], 'none', (core) => () => {
    if (!schedulerOf(core).cancel()) schedulerOf(core).error('dispatch buffer underflow')
  }),
  scx_bpf_consume: moveToLocal,
  scx_bpf_dsq_move_to_local: moveToLocal,
  scx_bpf_dsq_move_to_local___v2: moveToLocal,
  scx_bpf_dsq_move: moves({ byTime: false }),
  scx_bpf_dispatch_from_dsq: moves({ byTime: false }),
  scx_bpf_dsq_move_vtime: moves({ byTime: true }),
  scx_bpf_dispatch_vtime_from_dsq: moves({ byTime: true }),
  scx_bpf_dsq_move_set_slice: setSlice,
  scx_bpf_dispatch_from_dsq_set_slice: setSlice,
  scx_bpf_dsq_move_set_vtime: setTime,
  scx_bpf_dispatch_from_dsq_set_vtime: setTime,
  scx_bpf_reenqueue_local: model([], 'u32', (core) => () => schedulerOf(core).reenqueueLocal()),
  scx_bpf_reenqueue_local___v2: model([], 'none', (core) => () => schedulerOf(core).reenqueueLocal()),
}

// ---- CPUs

/** Masks of the machine's own, filled when they are asked for. */
const masks = remember((): Map<string, number> => new Map())
function mask(core: Core, what: string, holds: (cpu: number) => boolean): number {
  let at = masks(core).get(what)
  if (at === undefined) {
    at = createObject(core, 'cpumask')
    masks(core).set(what, at)
  }
  core.memory.clear(at, core.layouts.sizeOf('cpumask'))
  for (let cpu = 0; cpu < core.cpus; cpu++) if (holds(cpu)) core.memory.u8[at + (cpu >> 3)]! |= 1 << (cpu & 7)
  return at
}
const idleMask = model([], 'u32', (core) => () => mask(core, 'idle', (cpu) => schedulerOf(core).isIdle(cpu)))
const everyCpu = model([], 'u32', (core) => () => mask(core, 'all', () => true))
const nothing = model(['none'], 'none', () => () => {})

const isIn = ({ memory }: Core, at: number, cpu: number): boolean =>
  ((memory.u8[at + (cpu >> 3)]! >> (cpu & 7)) & 1) !== 0

/** The first that is idle and allowed, which it is no more then; undefined: there is none. */
function pick(core: Core, allowed: (cpu: number) => boolean): number | undefined {
  const scheduler = schedulerOf(core)
  return scheduler.idleCpus.find((cpu) => allowed(cpu) && scheduler.claim(cpu))
}

/** The CPU that it ran on, if that is idle, else another that is; undefined: there is none. */
function select(core: Core, task: number, previous: number, allowed: (cpu: number) => boolean): number | undefined {
  const scheduler = schedulerOf(core)
  if (!scheduler.hasCpu(previous)) return undefined
  const fits = (cpu: number): boolean => scheduler.mayRun(task, cpu) && allowed(cpu)
  return fits(previous) && scheduler.claim(previous) ? previous : pick(core, fits)
}

const pickIdle = (core: Core, allowed: number): number => pick(core, (cpu) => isIn(core, allowed, cpu)) ?? -errno.EBUSY
function pickAny(core: Core, allowed: number): number {
  const idle = pickIdle(core, allowed)
  if (idle >= 0) return idle
  for (let cpu = 0; cpu < core.cpus; cpu++) if (isIn(core, allowed, cpu)) return cpu
  return -errno.EBUSY
}

function kick(core: Core, cpu: number, given: bigint): void {
  const scheduler = schedulerOf(core)
  const flags = unsigned(given)
  if (!scheduler.hasCpu(cpu)) return
  if ((flags & KICK_IDLE) !== 0n && (flags & (KICK_PREEMPT | KICK_WAIT)) !== 0n)
    return scheduler.error('PREEMPT/WAIT cannot be used with SCX_KICK_IDLE')
  if ((flags & KICK_IDLE) !== 0n && !scheduler.isIdle(cpu)) return
  const task = scheduler.running(cpu)
  if ((flags & KICK_PREEMPT) !== 0n && task !== undefined) setKnownFields(core, task, 'task_struct', { 'scx.slice': 0 })
  scheduler.kicks.push({ cpu, flags })
}
const kicks = model(['i32', 'i64'], 'none', (core) => (cpu, flags) => kick(core, cpu, flags))

const speeds = remember((): Map<number, number> => new Map())
const setSpeed = (core: Core, cpu: number, speed: number): number => {
  const scheduler = schedulerOf(core)
  if (!scheduler.hasCpu(cpu)) return -errno.EINVAL
  if (speed >>> 0 > FULL_SPEED) scheduler.error(`Invalid cpuperf target ${speed >>> 0} for CPU ${cpu}`)
  else speeds(core).set(cpu, speed)
  return 0
}
const fullSpeed = model(['i32'], 'u32', (core) => (cpu) => {
  schedulerOf(core).hasCpu(cpu)
  return FULL_SPEED
})
const speed = model(
  ['i32'],
  'u32',
  (core) => (cpu) => (schedulerOf(core).hasCpu(cpu) ? (speeds(core).get(cpu) ?? FULL_SPEED) : FULL_SPEED),
)

const current = model(['i32'], 'u32', (core) => (cpu) => {
  const scheduler = schedulerOf(core)
  return scheduler.hasCpu(cpu) ? (scheduler.running(cpu) ?? tasksOf(core).idle.address) : 0
})
const itself = model(['i32'], 's32', (core) => (cpu) => (schedulerOf(core).hasCpu(cpu) ? cpu : -errno.EINVAL))
const cpuOf = model(['i32'], 's32', (core) => (task) => schedulerOf(core).cpuOf(task))
const countCpus = model([], 'u32', (core) => () => core.cpus)

/** struct rq of each CPU, with nothing of it but its number. */
const runQueues = remember((): Map<number, number> => new Map())
const runQueue = model(['i32'], 'u32', (core) => (cpu) => {
  if (!schedulerOf(core).hasCpu(cpu)) return 0
  let at = runQueues(core).get(cpu)
  if (at === undefined) {
    at = createObject(core, 'rq')
    setKnownFields(core, at, 'rq', { cpu })
    runQueues(core).set(cpu, at)
  }
  return at
})

const cpus: Models = {
  scx_bpf_select_cpu_dfl: model(['i32', 'i32', 'none', 'i32'], 's32', (core) => (task, previous, isIdle) => {
    const chosen = select(core, task, previous, () => true)
    core.memory.u8[isIdle] = chosen === undefined ? 0 : 1
    return chosen ?? previous
  }),
  scx_bpf_select_cpu_and: model(['i32', 'i32', 'none', 'i32'], 's32', (core) => (task, previous, allowed) => {
    return select(core, task, previous, (cpu) => isIn(core, allowed, cpu)) ?? -errno.EBUSY
  }),
  // struct scx_bpf_select_cpu_and_args begins with prev_cpu
  __scx_bpf_select_cpu_and: model(['i32', 'i32', 'i32'], 's32', (core) => (task, allowed, at) => {
    return select(core, task, core.memory.u32(at) | 0, (cpu) => isIn(core, allowed, cpu)) ?? -errno.EBUSY
  }),
  scx_bpf_pick_idle_cpu: model(['i32'], 's32', (core) => (allowed) => pickIdle(core, allowed)),
  scx_bpf_pick_idle_cpu_node: model(['i32'], 's32', (core) => (allowed) => pickIdle(core, allowed)),
  scx_bpf_pick_any_cpu: model(['i32'], 's32', (core) => (allowed) => pickAny(core, allowed)),
  scx_bpf_pick_any_cpu_node: model(['i32'], 's32', (core) => (allowed) => pickAny(core, allowed)),
  scx_bpf_test_and_clear_cpu_idle: model(['i32'], 'u32', (core) => (cpu) => {
    const scheduler = schedulerOf(core)
    return scheduler.hasCpu(cpu) && scheduler.claim(cpu) ? 1 : 0
  }),
  scx_bpf_get_idle_cpumask: idleMask,
  scx_bpf_get_idle_cpumask_node: idleMask,
  // each CPU is a core of its own
  scx_bpf_get_idle_smtmask: idleMask,
  scx_bpf_get_idle_smtmask_node: idleMask,
  scx_bpf_put_idle_cpumask: nothing,
  scx_bpf_get_online_cpumask: everyCpu,
  scx_bpf_get_possible_cpumask: everyCpu,
  scx_bpf_put_cpumask: nothing,
  scx_bpf_nr_cpu_ids: countCpus,
  scx_bpf_nr_cids: countCpus,
  scx_bpf_nr_online_cids: countCpus,
  scx_bpf_nr_node_ids: model([], 'u32', () => () => 1),
  scx_bpf_cpu_node: model(['i32'], 's32', (core) => (cpu) => (schedulerOf(core).hasCpu(cpu) ? 0 : -1)),
  scx_bpf_kick_cpu: kicks,
  scx_bpf_kick_cid: kicks,
  scx_bpf_cpuperf_cap: fullSpeed,
  scx_bpf_cidperf_cap: fullSpeed,
  scx_bpf_cpuperf_cur: speed,
  scx_bpf_cidperf_cur: speed,
  scx_bpf_cpuperf_set: model(['i32', 'i32'], 'none', (core) => (cpu, to) => setSpeed(core, cpu, to)),
  scx_bpf_cidperf_set: model(['i32', 'i32'], 's32', (core) => (cpu, to) => setSpeed(core, cpu, to)),
  scx_bpf_cpu_rq: runQueue,
  scx_bpf_cpu_curr: current,
  scx_bpf_cid_curr: current,
  scx_bpf_cid_to_cpu: itself,
  scx_bpf_cpu_to_cid: itself,
  scx_bpf_this_cid: model([], 's32', (core) => () => core.cpu),
  scx_bpf_task_cid: cpuOf,
}

// ---- tasks, and the scheduler itself

const tasks: Models = {
  scx_bpf_task_cpu: cpuOf,
  scx_bpf_task_running: model(['i32'], 'u32', (core) => (task) => {
    const scheduler = schedulerOf(core)
    return scheduler.running(scheduler.cpuOf(task)) === task ? 1 : 0
  }),
  scx_bpf_task_cgroup: model(['i32'], 'u32', (core) => (task) => acquireCgroup(core, cgroupOfTask(core, task))),
  scx_bpf_task_set_slice: model(['i32', 'i64'], 'u32', (core) => (task, slice) => {
    setKnownFields(core, task, 'task_struct', { 'scx.slice': unsigned(slice) })
    return 1
  }),
  scx_bpf_task_set_dsq_vtime: model(['i32', 'i64'], 'u32', (core) => (task, vtime) => {
    setKnownFields(core, task, 'task_struct', { 'scx.dsq_vtime': unsigned(vtime) })
    return 1
  }),
}

/** A text with its words, or what is wrong with it. */
function textOf(core: Core, at: number, data: number, size: number): string | undefined {
  if ((size & 7) !== 0 || size >>> 0 > 12 * 8 || (size !== 0 && data === 0)) return undefined
  return format(core, core.memory.text(at, 1024), wordsAt(core, data, size))
}

function exit(core: Core, kind: 'exit' | 'error', code: bigint, text: string | undefined): void {
  const scheduler = schedulerOf(core)
  if (text === undefined) scheduler.error('invalid format string or arguments')
  else scheduler.exit({ kind, code, message: text })
}

const ends: Models = {
  scx_bpf_exit_bstr: model(
    ['i64', 'i32', 'i32', 'i32'],
    'none',
    (core) => (code, at, data, size) => exit(core, 'exit', code, textOf(core, at, data, size)),
  ),
  scx_bpf_error_bstr: model(
    ['i32', 'i32', 'i32'],
    'none',
    (core) => (at, data, size) => exit(core, 'error', 0n, textOf(core, at, data, size)),
  ),
  scx_bpf_dump_bstr: model(['i32', 'i32', 'i32'], 'none', (core) => (at, data, size) => {
    schedulerOf(core).dumped += textOf(core, at, data, size) ?? ''
  }),
  scx_bpf_now: model([], 'i64', (core) => () => core.clock.now),
  // nothing is counted here
  scx_bpf_events: model(['i32', 'i32'], 'none', (core) => (at, size) => {
    core.memory.clear(at, Math.min(size >>> 0, core.layouts.struct('scx_event_stats')?.size ?? 0))
  }),
}

export const schedulerKfuncs: Models = { ...iterators, ...queues, ...cpus, ...tasks, ...ends }
