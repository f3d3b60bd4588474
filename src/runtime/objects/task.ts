// SPDX-License-Identifier: Apache-2.0
// Tasks: struct task_struct with its credentials, its thread group's signal_struct, its cgroup's css_set, its memory.

import type { Core } from '../core/core.ts'
import { MachineError } from '../core/errors.ts'
import { createObject, type Fields, fieldNumber, setFields, setKnownFields } from '../core/objects.ts'
import { remember } from '../core/remember.ts'
import { type Cgroup, cgroupsOf } from './cgroup.ts'
import type { File } from './file.ts'
import { addToList, initList, removeFromList } from './lists.ts'
import { put } from './refcount.ts'

export interface Stacks {
  readonly kernel: readonly bigint[]
  readonly user: readonly bigint[]
}

export interface TaskOptions {
  /** The next that is free unless told. */
  readonly pid?: number
  /** Of the process it is a thread of: its own pid unless told. */
  readonly tgid?: number
  readonly comm?: string
  readonly uid?: number
  readonly gid?: number
  /** The root cgroup unless told. */
  readonly cgroup?: Cgroup
  /** pid 1 unless told. */
  readonly parent?: Task
  /** What it runs; nothing unless told, as threads of the kernel. */
  readonly executable?: File
  /** Addresses on its stacks, innermost first: none unless told. */
  readonly stacks?: Partial<Stacks>
  /** Registers as it entered the kernel, by their names in struct pt_regs. */
  readonly ptRegs?: Readonly<Record<string, number | bigint>>
}

export class Task {
  /** Of its struct task_struct. */
  readonly address: number
  private readonly core: Core
  constructor(core: Core, address: number) {
    this.core = core
    this.address = address
  }

  get pid(): number {
    return this.number('pid')
  }
  get tgid(): number {
    return this.number('tgid')
  }
  get comm(): string {
    const { offset, size } = this.core.layouts.field('task_struct', 'comm')
    return this.core.memory.text(this.address + offset, size)
  }
  get uid(): number {
    return fieldNumber(this.core, this.number('cred'), 'cred', 'uid.val')
  }
  get gid(): number {
    return fieldNumber(this.core, this.number('cred'), 'cred', 'gid.val')
  }
  /** References to it: programs' and, while it lives, two of the kernel's own. */
  get references(): number {
    return this.number('rcu_users.refs.counter')
  }

  /** Addresses on its stacks, innermost first; a program that runs on its behalf stands before the kernel's. */
  get stacks(): Stacks {
    return tasksOf(this.core).stacksOf(this.address)
  }
  set stacks(stacks: Partial<Stacks>) {
    tasksOf(this.core).setStacks(this.address, stacks)
  }

  /** It ends: whoever holds it may keep it, nobody finds it. */
  exit(): void {
    tasksOf(this.core).exit(this)
  }

  private number(path: string): number {
    return fieldNumber(this.core, this.address, 'task_struct', path)
  }
}

export class Tasks {
  /** init_task, pid 0: where lists of tasks begin. */
  readonly idle: Task
  readonly init: Task
  /** On whose behalf programs run. */
  current: Task
  private readonly core: Core
  private readonly byPid = new Map<number, Task>()
  private readonly groups = new Map<number, number>()
  private readonly sets = new Map<number, number>()
  private readonly memories = new Map<number, number>()
  private readonly registers = new Map<number, number>()
  private readonly stacks = new Map<number, Stacks>()
  private readonly executables = new Map<number, File>()
  private nextPid = 2

  constructor(core: Core) {
    this.core = core
    this.idle = this.create({ pid: 0, comm: 'swapper/0' })
    core.variables.set('init_task', this.idle.address)
    this.init = this.create({ pid: 1, comm: 'init', parent: this.idle })
    this.current = this.init
  }

  /** Those that are there, as the kernel lists them: processes in the order they began. pid 0 is not among those found by number. */
  get all(): readonly Task[] {
    return [this.idle, ...this.byPid.values()]
  }
  get(pid: number): Task | undefined {
    return this.byPid.get(pid)
  }

  create({ pid = this.freePid(), tgid = pid, ...options }: TaskOptions): Task {
    const { core } = this
    if (this.byPid.has(pid)) throw new MachineError('misuse', `there is a task ${pid} already`)
    const leader = tgid === pid ? undefined : this.byPid.get(tgid)
    if (tgid !== pid && leader === undefined)
      throw new MachineError('misuse', `task ${pid} is to be a thread of ${tgid}, which is not there`)
    const address = core.memory.allocate(core.layouts.sizeOf('task_struct'), 'task_struct')
    const parent = options.parent?.address ?? (leader === undefined ? this.init?.address : undefined) ?? address
    setFields(core, address, 'task_struct', {
      ...this.identity({ pid, tgid, ...options }),
      ...this.scheduled(address),
      parent,
      real_parent: parent,
      group_leader: leader?.address ?? address,
      signal: this.signalOf(tgid),
      cgroups: this.setOf(options.cgroup ?? cgroupsOf(core).root),
    })
    this.link(address, { parent, leader })
    this.idOf(address, pid)
    const task = new Task(core, address)
    this.setStacks(address, options.stacks ?? {})
    if (options.executable !== undefined) this.executables.set(address, options.executable)
    if (options.ptRegs !== undefined) setFields(core, this.registersOf(address), 'pt_regs', options.ptRegs)
    if (pid !== 0) this.byPid.set(pid, task)
    return task
  }

  exit(task: Task): void {
    const { core } = this
    if (task === this.idle || task === this.init || task === this.current)
      throw new MachineError(
        'misuse',
        `task ${task.pid} (${task.comm}) cannot end: programs run on its behalf, or it is the first`,
      )
    this.byPid.delete(task.pid)
    for (const list of ['sibling', 'tasks', 'thread_node'])
      removeFromList(core, task.address + core.layouts.offset('task_struct', list))
    for (let i = 0; i < 2; i++) this.release(task.address)
  }

  /** put_task_struct_rcu_user() */
  release(address: number): void {
    const { core } = this
    if (!put(core, address + core.layouts.offset('task_struct', 'rcu_users'), 'a task')) return
    this.stacks.delete(address)
    this.executables.delete(address)
    core.ownerGone(address)
    core.memory.free(address)
  }

  executableOf(task: number): File | undefined {
    return this.executables.get(task)
  }
  setStacks(task: number, { kernel = [], user = [] }: Partial<Stacks>): void {
    this.stacks.set(task, { kernel, user })
  }
  stacksOf(task: number): Stacks {
    return this.stacks.get(task) ?? { kernel: [], user: [] }
  }

  /** struct pt_regs of the task as it entered the kernel. */
  registersOf(task: number): number {
    let at = this.registers.get(task)
    if (at === undefined) {
      at = createObject(this.core, 'pt_regs')
      this.registers.set(task, at)
    }
    return at
  }

  private identity({ pid, tgid, comm = 'task', uid = 0, gid = 0 }: TaskOptions): Fields {
    const { core } = this
    const ids = { uid, suid: uid, euid: uid, fsuid: uid, gid, sgid: gid, egid: gid, fsgid: gid }
    const cred = createObject(core, 'cred', {
      ...Object.fromEntries(Object.entries(ids).map(([name, id]) => [`${name}.val`, id])),
    })
    setKnownFields(core, cred, 'cred', { 'usage.counter': 2 })
    return {
      pid: pid!,
      tgid: tgid!,
      comm: new TextEncoder().encode(comm.slice(0, 15)),
      cred,
      real_cred: cred,
      mm: pid === 0 ? 0 : this.memoryOf(tgid!),
      active_mm: pid === 0 ? 0 : this.memoryOf(tgid!),
      'usage.refs.counter': 1,
      'rcu_users.refs.counter': 2,
      start_time: core.clock.now,
      start_boottime: core.clock.now,
    }
  }

  private scheduled(address: number): Fields {
    const { core } = this
    const mask = core.layouts.find('task_struct', 'cpus_mask')
    if (mask !== undefined)
      for (let cpu = 0; cpu < core.cpus; cpu++) core.memory.u8[address + mask.offset + (cpu >> 3)]! |= 1 << (cpu & 7)
    return {
      prio: 120,
      static_prio: 120,
      normal_prio: 120,
      nr_cpus_allowed: core.cpus,
      ...(mask === undefined ? {} : { cpus_ptr: address + mask.offset }),
    }
  }

  private link(address: number, { parent, leader }: { parent: number; leader: Task | undefined }): void {
    const { core } = this
    const at = (field: string): number => core.layouts.offset('task_struct', field)
    for (const list of ['children', 'sibling', 'tasks', 'thread_node']) initList(core, address + at(list))
    const signal = fieldNumber(core, address, 'task_struct', 'signal')
    addToList(core, address + at('thread_node'), signal + core.layouts.offset('signal_struct', 'thread_head'))
    if (leader !== undefined || parent === address) return
    addToList(core, address + at('sibling'), parent + at('children'))
    addToList(core, address + at('tasks'), this.idle.address + at('tasks'))
  }

  /** struct pid, which the task has its number from. */
  private idOf(address: number, pid: number): void {
    const { core } = this
    const size = core.layouts.sizeOf('pid') + core.layouts.sizeOf('upid')
    const id = core.memory.allocate(size, 'pid')
    core.memory.setU32(id + core.layouts.offset('pid', 'numbers'), pid)
    setFields(core, id, 'pid', { 'count.refs.counter': 1 })
    setFields(core, address, 'task_struct', { thread_pid: id })
  }

  private signalOf(tgid: number): number {
    let signal = this.groups.get(tgid)
    if (signal === undefined) {
      signal = createObject(this.core, 'signal_struct')
      initList(this.core, signal + this.core.layouts.offset('signal_struct', 'thread_head'))
      this.groups.set(tgid, signal)
    }
    setFields(this.core, signal, 'signal_struct', {
      nr_threads: fieldNumber(this.core, signal, 'signal_struct', 'nr_threads') + 1,
    })
    return signal
  }

  private memoryOf(tgid: number): number {
    let mm = this.memories.get(tgid)
    if (mm === undefined) {
      mm = createObject(this.core, 'mm_struct', { 'mm_users.counter': 1, 'mm_count.counter': 1 })
      this.memories.set(tgid, mm)
    }
    return mm
  }

  private setOf({ address }: Cgroup): number {
    let set = this.sets.get(address)
    if (set === undefined) {
      set = createObject(this.core, 'css_set', { dfl_cgrp: address, 'refcount.refs.counter': 1 })
      this.sets.set(address, set)
    }
    return set
  }

  private freePid(): number {
    while (this.byPid.has(this.nextPid)) this.nextPid++
    return this.nextPid++
  }
}

export const tasksOf = remember((core: Core): Tasks => new Tasks(core))

/** The cgroup that a task is in. */
export const cgroupOfTask = (core: Core, task: number): number =>
  fieldNumber(core, fieldNumber(core, task, 'task_struct', 'cgroups'), 'css_set', 'dfl_cgrp')
