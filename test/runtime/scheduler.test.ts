// SPDX-License-Identifier: Apache-2.0
// Operations of sched_ext schedulers called as functions: what they put into which queue, whom they kick, what ends them.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openKernel, unwrap } from '../../src/index.ts'
import { createMachine, type Task } from '../../src/runtime/index.ts'

interface Operations {
  select_cpu(task: Task, previous: number, flags: bigint): number
  enqueue(task: Task, flags: bigint): void
  dispatch(cpu: number, previous: Task | null): void
  tick(task: Task): void
  stopping(task: Task, runnable: boolean): void
  init(): number
}

const [FIRST_IN, BY_TIME] = [7, 8]
const HEAD_OF_7_3 = 65_536n
const HEAD_OF_6_12 = 16n

/** Of scheduler.bpf.c, where its variables lie. */
const variables = { vtime: [0, 8], enqueue_flags: [8, 8], moved_pid: [16, 4], moved_cpu: [20, 4] } as const
const ANSWERS = 24

async function schedulers(release: string, cpus = 2) {
  const machine = createMachine(unwrap(await openKernel(release)), { cpus })
  const loaded = unwrap(machine.load(readFileSync('test/runtime/programs/scheduler.bpf.o')))
  expect([...loaded.refused.values()]).toEqual([])
  const of = (name: string) => {
    const operations = loaded.structOps<Operations>(name)
    return {
      select: (task: Task, previous: number) => unwrap(operations.select_cpu!(task, previous, 0n)),
      enqueue: (...tasks: Task[]) => {
        for (const task of tasks) unwrap(operations.enqueue!(task, 0n))
      },
      dispatch: (cpu: number, previous: Task | null = null) => {
        machine.cpu = cpu
        unwrap(operations.dispatch!(cpu, previous))
      },
      tick: (task: Task) => unwrap(operations.tick!(task)),
      stopping: (task: Task, runnable: boolean) => unwrap(operations.stopping!(task, runnable)),
      init: () => unwrap(operations.init!()),
    }
  }
  const bss = [...loaded.maps.values()].find((map) => map.name.endsWith('.bss'))!
  const bytes = (): Uint8Array => Uint8Array.from([...bss.entries()][0]![1])
  const say = (told: Partial<Record<keyof typeof variables, bigint | number>>): void => {
    const now = bytes()
    const view = new DataView(now.buffer)
    for (const [name, value] of Object.entries(told)) {
      const [at, size] = variables[name as keyof typeof variables]
      if (size === 8) view.setBigUint64(at, BigInt(value), true)
      else view.setInt32(at, Number(value), true)
    }
    expect(bss.set(new Uint8Array(4), now)).toBe(0)
  }
  const answers = (count: number): number[] => {
    const view = new DataView(bytes().buffer)
    return Array.from({ length: count }, (_, i) => Number(view.getBigInt64(ANSWERS + 8 * i, true)))
  }
  const { scheduler } = machine
  const pids = (queued: readonly { readonly task: Task }[] | undefined) => queued?.map(({ task }) => task.pid)
  const tasks = [11, 12, 13].map((pid) => machine.task({ pid, comm: `t${pid}` })) as [Task, Task, Task]
  return { machine, scheduler, fifo: of('fifo'), timed: of('timed'), wrong: of('wrong'), say, answers, pids, tasks }
}

const kernels = [['6.12-scx'], ['7.3']] as const

test.for(kernels)('queues are made once, and not where the kernel has its own: %s', async ([release]) => {
  const { fifo, answers, scheduler } = await schedulers(release)
  expect(fifo.init()).toBe(0)
  expect(answers(5)).toEqual([0, 0, -17, -22, -22])
  expect(scheduler.queues).toEqual([BigInt(FIRST_IN), BigInt(BY_TIME)])
  expect([scheduler.queue(FIRST_IN), scheduler.queue(99)]).toEqual([[], undefined])
})

test.for(kernels)('first in, first out, and the head before them: %s', async ([release]) => {
  const { fifo, say, answers, scheduler, pids, tasks, machine } = await schedulers(release)
  fifo.init()
  fifo.enqueue(tasks[0], tasks[1])
  say({ enqueue_flags: release === '7.3' ? HEAD_OF_7_3 : HEAD_OF_6_12 })
  fifo.enqueue(tasks[2])
  expect(pids(scheduler.queue(FIRST_IN))).toEqual([13, 11, 12])
  expect(scheduler.queue(FIRST_IN)![0]).toMatchObject({ slice: 3000n, vtime: undefined })
  // they were on CPU 0, which is idle
  expect(scheduler.kicks).toEqual([0, 1, 2].map(() => ({ cpu: 0, flags: 1n })))
  fifo.dispatch(1, tasks[0])
  expect(answers(7)).toEqual([32, 1, 2, 1, 1, -2, 0])
  expect([pids(scheduler.local(1)), pids(scheduler.local(0)), pids(scheduler.queue(FIRST_IN))]).toEqual([
    [13],
    [],
    [11, 12],
  ])
  expect(scheduler.next(1)?.pid).toBe(13)
  expect([scheduler.idleCpus, scheduler.running(1)]).toEqual([[0], tasks[2].address])
  fifo.dispatch(0, tasks[2])
  // the task that runs elsewhere is told so
  expect(answers(7)).toEqual([32, 1, 1, 1, 0, -2, 1])
  expect(scheduler.next(1)).toBeUndefined()
  expect([scheduler.idleCpus, scheduler.exited]).toEqual([[0, 1], undefined])
  machine.cpu = 0
})

test.for(kernels)(
  'a CPU is picked: the one before where it is idle, else another, else none: %s',
  async ([release]) => {
    const { fifo, scheduler, pids, tasks } = await schedulers(release)
    expect([fifo.select(tasks[0], 1), fifo.select(tasks[1], 1), fifo.select(tasks[2], 1)]).toEqual([1, 0, 1])
    expect([pids(scheduler.local(0)), pids(scheduler.local(1)), scheduler.idleCpus]).toEqual([[12], [11], []])
    expect(scheduler.local(0)[0]!.slice).toBe(5000n)
  },
)

test.for(kernels)('by virtual time, and moved on from an iterator: %s', async ([release]) => {
  const { fifo, timed, say, answers, scheduler, pids, tasks } = await schedulers(release)
  timed.dispatch(0)
  expect(answers(16)[15]).toBe(-2)
  fifo.init()
  for (const [task, vtime] of [
    [tasks[0], 300n],
    [tasks[1], 100n],
    [tasks[2], 100n],
  ] as const) {
    say({ vtime })
    timed.enqueue(task)
  }
  expect(pids(scheduler.queue(BY_TIME))).toEqual([12, 13, 11])
  say({ moved_pid: 13, moved_cpu: 1 })
  timed.dispatch(0)
  expect([answers(3), answers(16)[14], answers(16)[15]]).toEqual([[12, 13, 11], 1, 0])
  expect([pids(scheduler.queue(BY_TIME)), pids(scheduler.local(1))]).toEqual([[12, 11], [13]])
  expect(scheduler.local(1)[0]).toMatchObject({ slice: 777n, vtime: undefined })
})

test.for(kernels)('masks, and the cgroup of a task: %s', async ([release]) => {
  const { fifo, answers, scheduler, tasks, machine } = await schedulers(release, 4)
  scheduler.idleCpus = [2, 3]
  const before = machine.cgroup('/a')
  const task = machine.task({ pid: 20, cgroup: before })
  fifo.tick(task)
  // one of the two that are idle is picked, then the other; then there is none
  expect(answers(5)).toEqual([4, 2, 2, 3, 1])
  fifo.tick(tasks[0])
  expect(answers(5)).toEqual([4, 0, -16, 0, 0])
})

test.for(kernels)('a scheduler says that it ends, and why: %s', async ([release]) => {
  const { fifo, scheduler, tasks } = await schedulers(release)
  fifo.stopping(tasks[0], true)
  expect(scheduler.exited).toEqual({ kind: 'exit', code: 4n, message: 't11 has run for 1' })
})

type Made = Awaited<ReturnType<typeof schedulers>>
test.for<[string, (made: Made) => void, string]>([
  ['a queue that is not there', ({ wrong, tasks }) => wrong.enqueue(tasks[0]), 'non-existent DSQ 0x4d2 for t11[11]'],
  ['nothing to cancel', ({ wrong }) => wrong.dispatch(0), 'dispatch buffer underflow'],
  ['a CPU that is not there', ({ wrong, tasks }) => wrong.tick(tasks[0]), 'invalid CPU 77'],
  [
    'a queue that is not empty',
    ({ fifo, wrong, tasks }) => {
      fifo.init()
      fifo.enqueue(tasks[0])
      wrong.stopping(tasks[0], false)
    },
    'attempting to destroy in-use dsq 0x0000000000000007 (nr=1)',
  ],
  [
    'a queue by time in which others came first in',
    ({ fifo, timed, tasks, scheduler }) => {
      fifo.init()
      timed.enqueue(tasks[0])
      scheduler.insert({ task: tasks[1].address, dsq: 8n, slice: 1n, vtime: undefined, flags: 0n })
    },
    'DSQ ID 0x0000000000000008 already had PRIQ-enqueued tasks',
  ],
])('what ends a scheduler: %s', async ([, does, message]) => {
  const made = await schedulers('7.3')
  does(made)
  expect(made.scheduler.exited).toEqual({ kind: 'error', code: 0n, message })
})
