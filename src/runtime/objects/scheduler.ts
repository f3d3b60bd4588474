// SPDX-License-Identifier: Apache-2.0
// What schedulers of sched_ext act on: dispatch queues (DSQs), CPUs that are idle, and what they were asked to do. Nothing is scheduled of
// itself: a test calls the operations of a scheduler (`structOps()`), looks at the queues, and says what a CPU takes (`next()`).
// Documentation/scheduler/sched-ext.rst.

import type { Core } from '../core/core.ts'
import { MachineError } from '../core/errors.ts'
import { createObject, fieldNumber, setKnownFields } from '../core/objects.ts'
import { remember } from '../core/remember.ts'
import { type Task, tasksOf } from './task.ts'

/** enum scx_dsq_id_flags: queues of the kernel's own. */
const BUILT_IN = 1n << 63n
const LOCAL_ON = BUILT_IN | (1n << 62n)
const GLOBAL = BUILT_IN | 1n
const LOCAL = BUILT_IN | 2n
/** SCX_DSQ_LOCAL_CPU_MASK */
const CPU_BITS = 0xffff_ffffn
/** SCX_OPS_DEFAULT... dispatch_max_batch where a scheduler does not say it. */
const SLOTS = 32
/** SCX_ENQ_HEAD: before what is there; its value moved. */
const HEAD = 'SCX_ENQ_HEAD'

/** A task in a queue. */
export interface Queued {
  readonly task: Task
  /** Nanoseconds that it may run. */
  readonly slice: bigint
  /** What a queue by virtual time is ordered by; undefined: it came first in, first out. */
  readonly vtime: bigint | undefined
  /** enum scx_enq_flags */
  readonly flags: bigint
}

/** What a scheduler asked of a CPU. */
export interface Kick {
  readonly cpu: number
  /** enum scx_kick_flags */
  readonly flags: bigint
}

/** Why a scheduler ended. */
export interface SchedulerExit {
  /** exit: it asked for it (scx_bpf_exit). error: it did, or did what it may not. */
  readonly kind: 'exit' | 'error'
  readonly code: bigint
  readonly message: string
}

interface Entry extends Queued {
  readonly address: number
  /** What was put into the queue before it: iterators pass over what comes after they began. */
  readonly order: number
}

export interface Queue {
  readonly id: bigint
  /** Of its struct scx_dispatch_q. */
  readonly address: number
  entries: Entry[]
}

/** What is put where once the operation is over. */
export interface Insert {
  readonly task: number
  readonly dsq: bigint
  readonly slice: bigint
  readonly vtime: bigint | undefined
  readonly flags: bigint
}

export class Scheduler {
  /** Of the CPUs, in the order they were asked. */
  readonly kicks: Kick[] = []
  /** Why the scheduler ended, first; undefined: it did not. */
  exited: SchedulerExit | undefined
  /** What it wrote for a dump of its state (scx_bpf_dump). */
  dumped = ''
  private readonly core: Core
  private readonly user = new Map<bigint, Queue>()
  private readonly global: Queue
  private readonly locals: readonly Queue[]
  private readonly busy = new Map<number, number>()
  private readonly idle: Set<number>
  private readonly where = new Map<number, Queue>()
  private pending: Insert[] = []
  private operation: string | undefined
  private order = 0

  constructor(core: Core) {
    this.core = core
    this.global = this.make(GLOBAL)
    this.locals = Array.from({ length: core.cpus }, () => this.make(LOCAL))
    this.idle = new Set(this.locals.keys())
  }

  /** Tasks in a queue of the scheduler's, first to last; undefined: there is none of that id. */
  queue(id: number | bigint): readonly Queued[] | undefined {
    return this.user.get(BigInt(id))?.entries
  }
  /** What waits to run on a CPU. */
  local(cpu: number): readonly Queued[] {
    return this.localOf(cpu).entries
  }
  /** What waits for any CPU. */
  get everywhere(): readonly Queued[] {
    return this.global.entries
  }
  /** Ids of the scheduler's queues. */
  get queues(): readonly bigint[] {
    return [...this.user.keys()]
  }
  /** CPUs with nothing to do: all of them at first. A scheduler that picks one takes it out. */
  get idleCpus(): readonly number[] {
    return [...this.idle].sort((a, b) => a - b)
  }
  set idleCpus(cpus: readonly number[]) {
    for (const cpu of cpus) this.localOf(cpu)
    this.idle.clear()
    for (const cpu of cpus) this.idle.add(cpu)
  }

  /** The CPU takes the task that is first for it, and runs it; undefined: there is none, and it is idle. */
  next(cpu: number): Task | undefined {
    const local = this.localOf(cpu)
    const from = local.entries.length > 0 ? local : this.global
    const entry = from.entries.find(({ address }) => this.mayRun(address, cpu))
    if (entry === undefined) {
      this.busy.delete(cpu)
      this.idle.add(cpu)
      return undefined
    }
    this.take(from, entry)
    this.busy.set(cpu, entry.address)
    this.idle.delete(cpu)
    setKnownFields(this.core, entry.address, 'task_struct', { 'thread_info.cpu': cpu })
    return entry.task
  }
  /** What runs there, if a task does that was told (`next()`). */
  running(cpu: number): number | undefined {
    return this.busy.get(cpu)
  }

  /** An operation of a scheduler's begins. */
  begin(operation: string): void {
    this.operation = operation
    this.pending = []
  }
  /** It is over, and returned that: what it put into queues is there. */
  end(returned: bigint): void {
    const local = this.operation === 'select_cpu' ? Number(BigInt.asIntN(32, returned)) : undefined
    this.flush(local)
    this.operation = undefined
  }

  get isDispatching(): boolean {
    return this.operation === 'dispatch'
  }
  /** Of dispatch(): how often it may still insert. */
  get slots(): number {
    return SLOTS - this.pending.length
  }
  /** The last that it inserted is taken back; false: it inserted none. */
  cancel(): boolean {
    return this.pending.pop() !== undefined
  }

  insert(one: Insert): void {
    const { task, dsq, vtime } = one
    if (this.operation !== undefined && !this.isDispatching && this.pending.some((other) => other.task === task))
      return this.error(`${this.named(task)} already direct-dispatched`)
    if (vtime !== undefined && (dsq & BUILT_IN) !== 0n) this.error('cannot use vtime ordering for built-in DSQs')
    if (this.isDispatching && this.slots === 0) return this.error('dispatch buffer overflow')
    this.pending.push(one)
    if (this.operation === undefined) this.flush(undefined)
  }

  flush(local: number | undefined): void {
    for (const one of this.pending.splice(0)) this.put(one, this.target(one, local))
  }

  create(id: bigint): 'made' | 'there' | 'built-in' {
    if ((id & BUILT_IN) !== 0n) return 'built-in'
    if (this.user.has(id)) return 'there'
    this.user.set(id, this.make(id))
    return 'made'
  }
  destroy(id: bigint): void {
    const queue = this.user.get(id)
    if (queue === undefined) return
    const { length } = queue.entries
    if (length > 0) return this.error(`attempting to destroy in-use dsq 0x${hex(id)} (nr=${length})`)
    this.user.delete(id)
    this.core.memory.free(queue.address)
  }
  /** A queue of the scheduler's own. */
  userQueue(id: bigint): Queue | undefined {
    return this.user.get(id)
  }
  /** Where a scheduler may count: its own queues, and those of CPUs. */
  counted(id: bigint): Queue | undefined {
    if (id === LOCAL) return this.localOf(this.core.cpu)
    if ((id & LOCAL_ON) === LOCAL_ON) return this.locals[Number(id & CPU_BITS)]
    return this.user.get(id)
  }

  /** The first of a queue that may run on this CPU goes to its own. */
  moveToLocal(queue: Queue): boolean {
    const { cpu } = this.core
    const entry = queue.entries.find(({ address }) => this.mayRun(address, cpu))
    if (entry === undefined) return false
    this.take(queue, entry)
    this.add(this.localOf(cpu), { ...entry, vtime: undefined })
    return true
  }
  /** From where it is to another queue; false: it is not there any more. */
  move(from: Queue, one: Insert): boolean {
    const entry = from.entries.find(({ address }) => address === one.task)
    if (entry === undefined) return false
    this.take(from, entry)
    this.put(one, this.target(one, undefined))
    return true
  }
  /** All that waits for this CPU, and is for the scheduler to queue again. */
  reenqueueLocal(): number {
    const local = this.localOf(this.core.cpu)
    const { length } = local.entries
    for (const entry of [...local.entries]) this.take(local, entry)
    return length
  }
  /** How many were put into queues until now. */
  get now(): number {
    return this.order
  }

  hasCpu(cpu: number): boolean {
    if (this.locals[cpu] !== undefined) return true
    this.error(`invalid CPU ${cpu}`)
    return false
  }
  /** It is not idle from now on; false: it was not. */
  claim(cpu: number): boolean {
    return this.idle.delete(cpu)
  }
  isIdle(cpu: number): boolean {
    return this.idle.has(cpu)
  }
  mayRun(task: number, cpu: number): boolean {
    const mask = fieldNumber(this.core, task, 'task_struct', 'cpus_ptr')
    return mask === 0 || ((this.core.memory.u8[mask + (cpu >> 3)]! >> (cpu & 7)) & 1) !== 0
  }
  cpuOf(task: number): number {
    return fieldNumber(this.core, task, 'task_struct', 'thread_info.cpu')
  }

  exit(exit: SchedulerExit): void {
    this.exited ??= exit
  }
  error(message: string): void {
    this.exit({ kind: 'error', code: 0n, message })
  }

  private target({ dsq, task }: Insert, local: number | undefined): Queue {
    if (dsq === LOCAL)
      return this.locals[local ?? (this.isDispatching ? this.core.cpu : this.cpuOf(task))] ?? this.global
    if ((dsq & LOCAL_ON) === LOCAL_ON) {
      const cpu = Number(dsq & CPU_BITS)
      if (!this.hasCpu(cpu)) return this.global
      if (this.mayRun(task, cpu)) return this.localOf(cpu)
      this.error(`SCX_DSQ_LOCAL[_ON] target CPU ${cpu} not allowed for ${this.named(task)}`)
      return this.global
    }
    if (dsq === GLOBAL) return this.global
    const queue = this.user.get(dsq)
    if (queue === undefined) this.error(`non-existent DSQ 0x${dsq.toString(16)} for ${this.named(task)}`)
    return queue ?? this.global
  }

  private put({ task, slice, vtime, flags }: Insert, queue: Queue): void {
    const own = fieldNumber(this.core, task, 'task_struct', 'scx.slice')
    // one nanosecond is the least; 0 leaves what it has
    const given = slice !== 0n ? slice : BigInt(own === 0 ? 1 : own)
    setKnownFields(this.core, task, 'task_struct', {
      'scx.slice': given,
      ...(vtime === undefined ? {} : { 'scx.dsq_vtime': vtime }),
    })
    const found = tasksOf(this.core).all.find(({ address }) => address === task)
    if (found === undefined) throw new MachineError('misuse', 'a task is queued that is not there any more')
    const before = this.where.get(task)
    const entry = before?.entries.find(({ address }) => address === task)
    // who is in a queue already stays there
    if (before !== undefined && entry !== undefined) this.take(before, entry)
    this.add(queue, { task: found, address: task, slice: given, vtime, flags, order: this.order })
  }

  private add(queue: Queue, entry: Entry): void {
    const { entries } = queue
    const byTime = entry.vtime !== undefined && (queue.id & BUILT_IN) === 0n
    const other = entries[0]
    if (other !== undefined && (queue.id & BUILT_IN) === 0n && byTime !== (other.vtime !== undefined))
      this.error(`DSQ ID 0x${hex(queue.id)} already had ${byTime ? 'FIFO' : 'PRIQ'}-enqueued tasks`)
    const placed = { ...entry, order: this.order++ }
    if (byTime) {
      // those of the same time in the order they came; times go round
      const at = entries.findIndex(({ vtime = 0n }) => BigInt.asIntN(64, placed.vtime! - vtime) < 0n)
      entries.splice(at === -1 ? entries.length : at, 0, placed)
    } else if ((entry.flags & this.head) !== 0n) entries.unshift(placed)
    else entries.push(placed)
    this.where.set(entry.address, queue)
    this.tell(queue)
    setKnownFields(this.core, entry.address, 'task_struct', { 'scx.dsq': queue.address })
  }
  private take(queue: Queue, entry: Entry): void {
    queue.entries = queue.entries.filter((other) => other !== entry)
    this.where.delete(entry.address)
    this.tell(queue)
    setKnownFields(this.core, entry.address, 'task_struct', { 'scx.dsq': 0 })
  }

  private tell({ address, entries, id }: Queue): void {
    setKnownFields(this.core, address, 'scx_dispatch_q', { nr: entries.length, id })
  }
  private make(id: bigint): Queue {
    const address = createObject(this.core, 'scx_dispatch_q')
    const queue: Queue = { id, address, entries: [] }
    this.tell(queue)
    return queue
  }
  private localOf(cpu: number): Queue {
    const local = this.locals[cpu]
    if (local === undefined)
      throw new MachineError('misuse', `there is no CPU ${cpu}: the machine was made with cpus: ${this.core.cpus}`)
    return local
  }
  private get head(): bigint {
    return enumerator(this.core, HEAD, 'scx_enq_flags') ?? 0n
  }
  private named(task: number): string {
    const { core } = this
    const { offset, size } = core.layouts.field('task_struct', 'comm')
    return `${core.memory.text(task + offset, size)}[${fieldNumber(core, task, 'task_struct', 'pid')}]`
  }
}

const hex = (id: bigint): string => id.toString(16).padStart(16, '0')

/** The value of a name of the kernel's, in an enum. */
export function enumerator({ layouts: { btf } }: Core, name: string, of: string): bigint | undefined {
  for (const id of btf.findAll(of)) {
    const type = btf.type(id)
    if (type.kind !== 'enum' && type.kind !== 'enum64') continue
    const found = type.values.find((one) => one.name === name)
    if (found !== undefined) return BigInt.asUintN(64, BigInt(found.value))
  }
  return undefined
}

export const schedulerOf = remember((core: Core): Scheduler => new Scheduler(core))
