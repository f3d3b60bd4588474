// SPDX-License-Identifier: Apache-2.0
// A modelled kernel: any number of them, none knowing of another.

import {
  argumentKinds,
  Budget,
  fail,
  type Fault,
  type Limits,
  limitText,
  LimitReached,
  ok,
  type Result,
  TotalBudget,
  type TotalLimits,
  wrongArgument,
} from '../fault/index.ts'
import type { Kernel } from '../kernel/index.ts'
import type { KfuncBody } from '../kfunc/index.ts'
import {
  type BpfObject,
  linkProgram,
  type LinkedProgram,
  type LinkTarget,
  type LoaderName,
  type MapDef,
  type ObjectProgram,
  openObject,
  type Settings,
  withSettings,
} from '../object/index.ts'
import { helperId, type ProgTypeName } from '../uapi/index.ts'
import { type Facts, verify } from '../verifier/index.ts'
import { Core, type CoreOptions } from './core/core.ts'
import { enter } from './core/entry.ts'
import { errnoName } from './core/errno.ts'
import { MachineError } from './core/errors.ts'
import { wrongOptions } from './core/options.ts'
import { ofMachine } from './core/made.ts'
import { createObject, type Fields } from './core/objects.ts'
import { placesOf } from './core/places.ts'
import { remember } from './core/remember.ts'
import { handlesOf } from './host/handles.ts'
import { addReleases } from './kfuncs/releases.ts'
import { createMap } from './maps/create.ts'
import type { RuntimeMap } from './maps/map.ts'
import { type Cgroup, type CgroupOptions, cgroupsOf } from './objects/cgroup.ts'
import { type Skb, skbOf } from './objects/made-skb.ts'
import { type Socket, type SocketOptions, socketOf } from './objects/made-socket.ts'
import { type Redirect, redirectsOf } from './objects/redirects.ts'
import { type RemoteEvent, remoteEventsOf } from './objects/remote.ts'
import { type Sent, kernelSocketsOf } from './objects/ksock.ts'
import { type Watchdog, watchdogsOf } from './objects/qdisc.ts'
import { type Scheduler, schedulerOf } from './objects/scheduler.ts'
import { type Signal, signalsOf } from './objects/signals.ts'
import { wakeupSourcesOf } from './objects/wakeup.ts'
import { type File, type FileOptions, filesOf } from './objects/file.ts'
import { type StreamName, streamsOf } from './objects/streams.ts'
import { type Task, type TaskOptions, tasksOf } from './objects/task.ts'
import { addressOfKernel } from './objects/variables.ts'
import { LoadedProgram } from './program.ts'
import { type Refusal, whyRefused } from './refusal.ts'
import { LoadedStructOps, type StructOps, type StructOpsAsync, type StructOpsLink } from './struct-ops/index.ts'

/** `totalInsns` unless told: what `check()` has, three times, since what is known of each instruction takes a second and a third walk. */
const LOADED_INSNS = 12_000_000

/** Limits are of judging the programs, as `check()` has them, but for `totalInsns`: 12,000,000 unless told. */
export interface LoadOptions extends Limits, TotalLimits, Settings {
  /** What the object is called in messages. */
  readonly name?: string
  /** Who loads it, as `check()` has it; of an object that is open it is known. */
  readonly loader?: LoaderName | undefined
  /** Read SEC("maps"), as `check()` has it. */
  readonly legacyMaps?: boolean | undefined
  /** Only the programs of these names. */
  readonly programs?: readonly string[]
  /** The program of which freplace programs replace functions, as bpf_program__set_attach_target() is given it; `attach()` then does it. */
  readonly attachTo?: LoadedProgram
  /** Types of programs whose sections libbpf does not know, by the programs' names. */
  readonly types?: ReadonlyMap<string, ProgTypeName>
}

export interface Loaded {
  readonly name: string
  /** Those that were accepted, by name. */
  readonly programs: ReadonlyMap<string, LoadedProgram>
  readonly refused: ReadonlyMap<string, Refusal>
  readonly maps: ReadonlyMap<string, RuntimeMap>
  /**
   * The operations of a struct_ops variable, by its name: each a function that runs the program which implements it. Throws a
   * MachineError where there is no such variable.
   */
  structOps<T = StructOps>(name: string): StructOps<T>
  /** The same, for programs that call kfuncs whose bodies answer promises. */
  structOpsAsync<T = StructOps>(name: string): StructOpsAsync<T>
  /** Registers a struct_ops variable, as bpf_map__attach_struct_ops() does: a `Fault` says who refused. */
  registerStructOps(name: string): Result<StructOpsLink>
  /**
   * Its programs run no more, and what its maps' values hold is let go: references to objects, timers. Their memory goes when nothing
   * runs any more, unless a map of maps of another object's may have one of them in it.
   */
  unload(): void
}

/** A host object that is held. */
export interface Held {
  readonly object: object
  /** The struct it is to programs. */
  readonly struct: string
  readonly references: number
  /** With `traceReferences`: where those references were taken, 'prog.bpf.c:30'. */
  readonly taken?: readonly string[]
}

export class Machine extends Core {
  constructor(kernel: Kernel, options: MachineOptions = {}) {
    super(kernel, options)
    addReleases(this)
  }

  /**
   * From now on `body` stands in for the helper or kfunc of that name, whether it is modelled or not. A kfunc's is given what a body of
   * one's own is, a helper's the numbers that its model is given, or r1 to r5 as BigInts where there is none. Without a body it answers
   * NULL where it may (KF_RET_NULL), 0 where it answers a number. What it was given stands in `calls`. Throws a MachineError where the
   * kernel has no such helper or kfunc.
   */
  mock(name: string, body?: KfuncBody): { readonly calls: readonly (readonly unknown[])[] } {
    const { kfuncs, destructors } = this.kernel
    const isThere = helperId(name) !== undefined || kfuncs.has(name) || destructors.some(({ kfunc }) => kfunc === name)
    if (!isThere) throw new MachineError('misuse', `there is no helper or kfunc ${name} in ${this.kernel.release}`)
    if (body !== undefined && typeof body !== 'function')
      throw new MachineError('misuse', `the body of a mock is a function; this is a ${typeof body}`)
    const calls: (readonly unknown[])[] = []
    this.mocks.set(name, { body, calls })
    this.generation++
    return { calls }
  }
  /** Ends that. */
  unmock(name: string): void {
    if (this.mocks.delete(name)) this.generation++
  }

  /** Host objects that programs or maps still hold references to. */
  held(): readonly Held[] {
    return handlesOf(this)
      .held()
      .map(({ object, struct, references, taken }) => ({
        object,
        struct,
        references,
        ...(this.traces ? { taken: taken.map((moment) => placesOf(this).text(moment)) } : {}),
      }))
  }

  /**
   * A map as a map of maps takes them, by its definition of an inner one: what user space makes while programs run. Throws a
   * MachineError where `outer` is no map of maps.
   */
  innerMap(outer: RuntimeMap): RuntimeMap {
    const { inner } = outer.def
    if (inner === undefined)
      throw new MachineError('misuse', `map ${outer.name} is a ${outer.def.type}, not a map of maps`)
    return createMap(this, inner, outer.btf)
  }

  /** Lets time pass: timers and work that fall due meanwhile run, in order. */
  advance(ns: bigint | number): void {
    const isTime = typeof ns === 'bigint' || Number.isSafeInteger(ns)
    if (!isTime || ns < 0) throw new RangeError(`time goes on by a whole number of nanoseconds, not by ${String(ns)}`)
    enter(this, 'a program', () => this.clock.advance(BigInt(ns)))
  }

  /** A task of its own: programs find it by its pid, and in lists of tasks. */
  task(options: TaskOptions = {}): Task {
    return ofMachine(this, 'task_struct', tasksOf(this).create(options))
  }
  /** A file that hooks are called with, and tasks run. */
  file(options: FileOptions): File {
    return ofMachine(this, 'file', filesOf(this).create(options))
  }
  /** What the program of that name wrote to a stream of its own (bpf_stream_vprintk) since it was read last. */
  stream(program: string, name: StreamName): string {
    return streamsOf(this).read(program, name)
  }
  /** On whose behalf programs run: init, pid 1, unless told. */
  get currentTask(): Task {
    return ofMachine(this, 'task_struct', tasksOf(this).current)
  }
  set currentTask(task: Task) {
    tasksOf(this).current = task
  }
  /** Where packets went, first to last. */
  get redirects(): readonly Redirect[] {
    return redirectsOf(this).done
  }
  /** Signals that programs sent, first to last. */
  get signals(): readonly Signal[] {
    return signalsOf(this)
  }
  /** What programs sent by sockets of the kernel's (bpf_ksock_send), first to last. */
  get sent(): readonly Sent[] {
    return kernelSocketsOf(this).sent
  }
  /** When queueing disciplines want to be asked again (bpf_qdisc_watchdog_schedule). */
  get watchdogs(): readonly Watchdog[] {
    return [...watchdogsOf(this)].map(([qdisc, at]) => ({ qdisc, at }))
  }
  /** Queues, CPUs and the end of a scheduler (sched_ext), whose operations are called by `structOps()`. */
  get scheduler(): Scheduler {
    return schedulerOf(this)
  }
  /** What may wake the machine: a struct wakeup_source behind those that there are, with its fields. */
  wakeupSource(name: string, fields: Fields = {}): { readonly address: number } {
    return ofMachine(this, 'wakeup_source', wakeupSourcesOf(this).add(name, fields))
  }
  /** What programs of infrared receivers (lirc_mode2) took for keys and pointers, first to last. */
  get remoteEvents(): readonly RemoteEvent[] {
    return remoteEventsOf(this)
  }
  /** An object of the kernel's, to be given to programs: zeroed but for the fields told, which are named by their path in the struct. */
  object(struct: string, fields: Fields = {}): { readonly address: number } {
    return ofMachine(this, struct, { address: createObject(this, struct, fields) })
  }
  /** A socket that programs are called about, put into maps of sockets by its address. */
  socket(options: SocketOptions = {}): Socket {
    return ofMachine(this, 'sock', socketOf(this, options))
  }
  /**
   * A packet for programs that are called with one: an Ethernet frame that came in on lo, as netif_receive_skb() finds it. `fields` are more of
   * struct sk_buff, by their paths: { mark: 5 }.
   */
  skb(frame: Uint8Array, fields: Fields = {}): Skb {
    return ofMachine(this, 'sk_buff', skbOf(this, frame, fields))
  }
  /** A control group of its own. */
  cgroup(name: string, options: CgroupOptions = {}): Cgroup {
    return ofMachine(this, 'cgroup', cgroupsOf(this).create(name, options))
  }

  /**
   * Makes an object's maps, judges its programs, and loads those that are accepted. A `Fault` where the object cannot be read; why a
   * program was not loaded stands in `refused`.
   */
  load(source: Uint8Array | BpfObject, options: LoadOptions = {}): Result<Loaded> {
    const { name = 'object', programs: wanted, types, loader, legacyMaps, attachTo } = options
    const isObject = argumentKinds.object.fits(source)
    const opened = isObject ? ok(source as BpfObject) : openObject(source as Uint8Array, name, { loader, legacyMaps })
    if (!opened.ok) return opened
    const set = withSettings(opened.value, options)
    if (!set.ok) return set
    const missing = set.value.unknown[0]
    if (missing !== undefined) return fail(`no ${missing.kind} ${missing.name}`, { object: opened.value.name })
    const { object } = set.value
    const nowhere = wanted?.find((one) => !object.programs.some((program) => program.name === one))
    if (nowhere !== undefined) return fail(`no program ${nowhere}`, { object: object.name }, programsOf(object))
    const programs = new Map<string, LoadedProgram>()
    const refused = new Map<string, Refusal>()
    const maps = new ObjectMaps(this)
    const total = new TotalBudget({ ...options, totalInsns: options.totalInsns ?? LOADED_INSNS })
    for (const program of object.programs) {
      if (wanted !== undefined && !wanted.includes(program.name)) continue
      const type = program.type === undefined ? types?.get(program.name) : undefined
      const budget = new Budget({ ...options, total })
      const replaces = program.type === 'BPF_PROG_TYPE_EXT' ? attachTo : undefined
      const asked = { budget, attachTo: replaces?.linked, ...(type === undefined ? {} : { type }) }
      const judged = accepted(this, object, program, asked)
      if (!judged.ok) {
        refused.set(program.name, judged.refusal)
        continue
      }
      const { linked, facts } = judged
      maps.add(linked)
      programs.set(
        program.name,
        new LoadedProgram(this, { linked, facts, replaces }, (index) => maps.of(linked, linked.maps[index]!)),
      )
    }
    const filled = maps.fillSlots(programs)
    if (!filled.ok) return fail(filled.fault.what, { object: object.name })
    const whyNot = (name: string): string => {
      const refusal = refused.get(name)
      return refusal === undefined ? `program ${name} is not loaded` : whyRefused(name, refusal)
    }
    const programOf = (name: string): Result<LoadedProgram> => {
      const found = programs.get(name)
      return found === undefined ? fail(whyNot(name), { object: object.name, program: name }) : ok(found)
    }
    const mapOf = (def: MapDef): RuntimeMap | undefined => maps.made.get(def.name)
    const structOps = new LoadedStructOps(this, { object, target: linkTargetOf(this), programOf, mapOf })
    const unload = (): void => {
      for (const program of programs.values()) program.unload()
      const own = [...maps.made.values()]
      for (const map of own) map.close()
      this.whenIdle(() => {
        // a map of maps that stays may have one of them in it
        if (![...this.maps.values()].some((map) => !own.includes(map) && map.def.inner !== undefined))
          for (const map of own) map.free()
      })
    }
    return ok({
      name: object.name,
      programs,
      refused,
      maps: maps.made,
      structOps: <T>(name: string) => structOps.operations(name) as StructOps<T>,
      structOpsAsync: <T>(name: string) => structOps.operationsAsync(name) as StructOpsAsync<T>,
      registerStructOps: (name) => structOps.register(name),
      unload,
    })
  }
}

const programsOf = ({ programs }: BpfObject): string =>
  `there are ${programs
    .slice(0, 12)
    .map(({ name }) => name)
    .join(', ')}${programs.length > 12 ? ' …' : ''}`

type Judged =
  | { readonly ok: true; readonly linked: LinkedProgram; readonly facts: Facts }
  | { readonly ok: false; readonly refusal: Refusal }

/** The kernel, its symbols where the machine has them. One a machine: what an object's externs are is found once for each. */
const linkTargetOf = remember(
  (core: Core): LinkTarget =>
    Object.assign(Object.create(core.kernel) as LinkTarget, {
      placeOf: (name: string) => BigInt(addressOfKernel(core, name)),
    }),
)

/** The program as it is run, and what was proved of it; or why it is not run. */
function accepted(
  core: Core,
  object: BpfObject,
  program: ObjectProgram,
  options: { readonly budget: Budget; readonly type?: ProgTypeName; readonly attachTo: LinkedProgram | undefined },
): Judged {
  const { budget } = options
  const { kernel, cpus } = core
  const refuse = (fault: Fault): Judged => ({ ok: false, refusal: { kind: 'fault', fault } })
  const because = (what: string): Judged => refuse({ kind: 'fault', what, place: { program: program.name } })
  try {
    const linked = linkProgram(object, program, linkTargetOf(core), options)
    if (!linked.ok) return refuse(linked.fault)
    budget.load(linked.value.insns.length)
    const report = verify(linked.value, kernel, { facts: true, cpus, budget })
    if (report.verdict !== 'accept') return { ok: false, refusal: { kind: 'report', linked: linked.value, report } }
    const { facts, factsMissing = 'no reason given' } = report
    return facts === undefined
      ? because(`is accepted, but what holds in it could not be told: ${factsMissing}`)
      : { ok: true, linked: linked.value, facts }
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error
    return because(limitText(error.limit))
  }
}

/** Of one object, by name; its programs share them. One that is not modelled is missed by the program that uses it. */
class ObjectMaps {
  readonly made = new Map<string, RuntimeMap>()
  private readonly missing = new Map<string, MachineError>()
  private readonly core: Core
  constructor(core: Core) {
    this.core = core
  }

  add(linked: LinkedProgram): void {
    for (const def of linked.maps) {
      const name = nameOf(linked, def)
      if (this.made.has(name) || this.missing.has(name)) continue
      try {
        this.made.set(name, createMap(this.core, def, linked.mapBtf))
      } catch (error) {
        if (!(error instanceof MachineError)) throw error
        this.missing.set(name, error)
      }
    }
  }

  of(linked: LinkedProgram, def: MapDef): RuntimeMap {
    const name = nameOf(linked, def)
    const map = this.made.get(name)
    if (map === undefined) throw this.missing.get(name) ?? new MachineError('misuse', `there is no map ${name}`)
    return map
  }

  /** `values = { … }` of prog arrays and maps of maps. What was not loaded leaves its slot empty. */
  fillSlots(programs: ReadonlyMap<string, LoadedProgram>): Result<void> {
    for (const map of this.made.values())
      for (const [index, name] of map.def.slots ?? []) {
        const [program, inner] = [programs.get(name), this.made.get(name)]
        const error =
          map.def.inner === undefined ? program && map.setProgram(index, program) : inner && map.setMap(index, inner)
        if (error !== undefined && error !== 0)
          return fail(`map ${map.name}: slot [${index}] does not take ${name}: ${errnoName(-error)}`)
      }
    return ok(undefined)
  }
}

/** Jump tables are a program's own, and all have one name. */
const nameOf = (linked: LinkedProgram, def: MapDef): string =>
  def.targets === undefined ? def.name : `${linked.name}${def.name}${linked.maps.indexOf(def)}`

export type MachineOptions = CoreOptions

/** A modelled kernel. Throws a TypeError where `kernel` is none, or an option is not what it may be. */
export function createMachine(kernel: Kernel, options: MachineOptions = {}): Machine {
  const wrong = wrongArgument('the first argument of createMachine()', kernel, argumentKinds.kernel)
  if (wrong !== undefined) throw new TypeError(wrong.what)
  const unfit = wrongOptions(options)
  if (unfit !== undefined) throw new TypeError(unfit)
  return new Machine(kernel, options)
}
