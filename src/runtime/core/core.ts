// SPDX-License-Identifier: Apache-2.0
// A machine's state as models of helpers and kfuncs see it: memory, clock, CPUs, maps, functions of loaded programs, what runs now.

import type { LowCall, Steps } from '../../jit/index.ts'
import type { Kernel } from '../../kernel/index.ts'
import type { KfuncBody } from '../../kfunc/index.ts'
import type { ValueField } from '../maps/fields.ts'
import type { RuntimeMap } from '../maps/map.ts'
import type { LinkedProgram } from '../../object/index.ts'
import { Allowance } from './allowance.ts'
import { Clock } from './clock.ts'
import type { Work } from './entry.ts'
import { MachineError } from './errors.ts'
import { hashFactor } from './hash-factor.ts'
import { Layouts } from './layout.ts'
import { Memory } from './memory.ts'
import { placesOf } from './places.ts'
import { randomFrom } from './random.ts'

export interface CoreOptions {
  /** What random numbers follow from: 0 unless told. */
  readonly seed?: number
  /** CPUs there are: 1 unless told. */
  readonly cpus?: number
  /** Nanoseconds since boot: 1,000,000,000 unless told. */
  readonly timeNs?: bigint
  /** Bytes that may be allocated. */
  readonly memoryLimit?: number
  /**
   * Programs run an instruction at a time, and each register and access is held to what the verifier proved: what contradicts it is thrown
   * as a SanitizerError. Some hundred times slower.
   */
  readonly sanitize?: boolean
  /** Programs are not compiled, but run an instruction at a time. Of itself that is so where WebAssembly may not be compiled. */
  readonly interpret?: boolean
  /** Instructions that may run in one test run, call or advance, those of callbacks and tail calls among them. Not counted unless told. */
  readonly insnLimit?: number
  /** Elements that all maps together may be made for. */
  readonly mapEntryLimit?: number
  /**
   * Where references of the host's objects are taken and given back, and memory freed, is remembered: errors tell it, and `held()`. Some
   * microseconds each.
   */
  readonly traceReferences?: boolean
  /** Is told of every instruction that runs: programs are interpreted then. */
  readonly observer?: Observer
}

/** Who looks at programs while they run. `insn` is an instruction of `program.insns`, `registers` are r0 to r10 without sign, as they are now. */
export interface Observer {
  /** A program is about to run for the first time. */
  readonly loaded?: (program: LinkedProgram) => void
  readonly before?: (program: LinkedProgram, insn: number, registers: readonly bigint[]) => void
  /** Behind each instruction that does not end its function. */
  readonly after?: (program: LinkedProgram, insn: number, registers: readonly bigint[]) => void
}

/** A function of a loaded program, as a callback, timer or tail call reaches it. */
export interface ProgramFunction {
  readonly name: string
  /** r1 to r5, those missing 0; r0 without sign. */
  call(registers: readonly bigint[], frame: number): bigint
  /** Of a callback: it with r1 to r5 of 32 bits each, and the low half of r0, with sign. */
  low(): LowCall
}

/** Function `number` of a program: r1 to r5, and where its stack ends. */
export type ProgramEntry = (number: number, registers: readonly bigint[], frame: number) => bigint

/** The first function of a program, for runs that may wait. */
export interface WaitingEntry {
  /** As a table takes it, where the engine can put it aside. */
  reference(): unknown
  /** By the interpreter. */
  steps(registers: readonly bigint[], frame: number): Steps
}

/** One program's run, from its context to its result; another may begin within it. */
export interface Invocation {
  readonly program: string
  readonly type: string
  readonly attachType?: string | undefined
  /** The kernel's function that it is attached to, and how far behind its entry. */
  readonly target?: { readonly name: string; readonly offset: number } | undefined
  /** Where its context lies. */
  readonly context: number
  readonly sleepable: boolean
  /** The function that bpf_throw() leads to; undefined: none of the program's. */
  readonly exceptionCallback?: ProgramFunction | undefined
  tailCalls: number
  /** Helpers of one run that others follow up: the target of bpf_redirect(), and the like. By the helper's family. */
  readonly notes: Map<string, unknown>
}

/** A run that can wait (waiting.ts). */
export interface Turn {
  /** Where its stack ends: its number. */
  readonly frame: number
  /** The engine went on with it, and stopped it without a word: the machine is still its own. */
  readonly isDeserted: boolean
  /** Others have the machine. */
  leave(): void
  /** A function is called for it. */
  during<T>(call: () => T): T
  /** A function that may wait answered: is the run to wait for that? */
  answered(answer: unknown): boolean
  /** Until it can go on. */
  wait(): Promise<void>
  /** It goes on: what that function answered in the end. */
  resume(): unknown
  /** It ended: r0, with sign. */
  over(r0: bigint): void
}

/** Stands in for a helper or kfunc, and remembers what it was given. */
export interface Mock {
  readonly body: KfuncBody | undefined
  readonly calls: (readonly unknown[])[]
}

export class Core {
  readonly kernel: Kernel
  readonly memory: Memory
  readonly layouts: Layouts
  readonly clock: Clock
  readonly random: () => number
  readonly cpus: number
  readonly allowance: Allowance | undefined
  readonly mapEntryLimit: number
  /** What hashes begin with: of chance, so that nobody can make keys that all meet in one bucket. The order of keys does not depend on it. */
  readonly hashSeed = crypto.getRandomValues(new Int32Array(1))[0]!
  private factor: readonly [number, number] | undefined
  /** Elements that the maps there are were made for. */
  mapEntries = 0
  /** The host's work that is under way. */
  work: Work | undefined
  /** Whoever is called next may answer later: nothing is between but the program of a run that can wait. */
  mayWait = false
  /** The run that can wait and has the machine now; and all there are, by where their stacks end. */
  turn: Turn | undefined
  readonly turns = new Map<number, Turn>()
  /** Frames of functions that are called back begin above. */
  stackFloor = FRAME_CELL + LEAST_ROOM
  /** What a body threw: it is the host's own. */
  thrown: unknown
  /** What stands in for helpers and kfuncs, by name. */
  readonly mocks = new Map<string, Mock>()
  /** Goes up when what programs call changes: those that run then are linked to it anew. */
  generation = 0
  /** What runs now, innermost. */
  current: Invocation | undefined
  /** Lines of bpf_printk and its kin. */
  readonly printed: string[] = []
  readonly sanitizes: boolean
  /** Moments are kept (places.ts). */
  readonly traces: boolean
  readonly observer: Observer | undefined
  /** Nothing is compiled. */
  readonly interprets: boolean
  /** Programs that tail calls lead to: as compiled ones find them, and as interpreted ones do. */
  readonly table = new WebAssembly.Table({ element: 'anyfunc', initial: 0 })
  readonly entries: ProgramEntry[] = []
  /** The same for runs that may wait: compiled ones have a table of their own, filled as they get there. */
  readonly waitingTable = new WebAssembly.Table({ element: 'anyfunc', initial: 0 })
  readonly waitingEntries: WaitingEntry[] = []
  /** Variables of the kernel that programs refer to, by name: where they lie. */
  readonly variables = new Map<string, number>()
  /** What is done with what a field of a map's value holds (a timer, a kptr) when its element goes, by kind. Families of kfuncs and helpers fill it. */
  readonly fieldReleases = new Map<string, (address: number, field: ValueField) => void>()
  /** What is done for programs that were cut off. Families of kfuncs and helpers fill it. */
  readonly givesBack: ((work: Work) => void)[] = []
  /** Pieces of work under way, those that wait among them, and what is done when there are none. */
  underWay = 0
  private readonly idle: (() => void)[] = []
  /** Numbers of the network devices there are; undefined: any number is one's. */
  devices: ReadonlySet<number> | undefined
  /** By the address of their struct bpf_map. */
  readonly maps = new Map<number, RuntimeMap>()
  /** Functions of programs, by the address that stands for them. */
  private readonly functions = new Map<number, ProgramFunction>()

  constructor(kernel: Kernel, options: CoreOptions = {}) {
    const { seed = 0, cpus = 1, timeNs = 1_000_000_000n, memoryLimit, insnLimit, sanitize = false } = options
    this.kernel = kernel
    this.allowance = insnLimit === undefined ? undefined : new Allowance(insnLimit)
    this.mapEntryLimit = options.mapEntryLimit ?? Number.POSITIVE_INFINITY
    this.memory = new Memory(memoryLimit, this.allowance)
    this.sanitizes = sanitize
    this.observer = options.observer
    this.traces = options.traceReferences === true
    if (this.traces) this.memory.moments = placesOf(this)
    this.interprets = sanitize || options.interpret === true || options.observer !== undefined
    this.layouts = new Layouts(kernel.btf)
    this.clock = new Clock(timeNs)
    this.random = randomFrom(seed)
    this.cpus = cpus
    this.memory.setU32(FRAME_CELL, this.memory.stackEnd)
  }

  /** What keys of maps are multiplied with, as halves. It takes a millisecond to draw. */
  get hashFactor(): readonly [number, number] {
    this.factor ??= hashFactor()
    return this.factor
  }

  /** The CPU that programs run on. They find it in memory. */
  get cpu(): number {
    return this.memory.u32(CPU_CELL)
  }
  set cpu(cpu: number) {
    if (!Number.isInteger(cpu) || cpu < 0 || cpu >= this.cpus)
      throw new MachineError('misuse', `there is no CPU ${cpu}: the machine was made with cpus: ${this.cpus}`)
    this.memory.setU32(CPU_CELL, cpu)
  }

  /** As soon as nothing runs, or waits to go on. */
  whenIdle(work: () => void): void {
    if (this.underWay === 0) work()
    else this.idle.push(work)
  }
  workEnded(): void {
    this.underWay--
    if (this.underWay === 0) for (const work of this.idle.splice(0)) work()
  }

  /** An address that stands for the function from now on. */
  addFunction(func: ProgramFunction): number {
    const address = this.memory.allocate(16, `function ${func.name}`)
    this.functions.set(address, func)
    return address
  }
  hasFunction(address: number): boolean {
    return this.functions.has(address)
  }
  functionAt(address: number): ProgramFunction {
    const func = this.functions.get(address)
    if (func === undefined) throw new MachineError('misuse', `no function of a program is at 0x${address.toString(16)}`)
    return func
  }

  /** Its place among those that tail calls lead to. `reference`: as a table takes it, where compiled programs are to find it. */
  addEntry(entry: ProgramEntry, reference: unknown, waiting: WaitingEntry): number {
    const place = reference === undefined ? this.table.grow(1) : this.table.grow(1, reference)
    this.waitingTable.grow(1)
    this.entries[place] = entry
    this.waitingEntries[place] = waiting
    return place
  }

  /** Calls a function of a program below whatever stack is in use. */
  call(func: ProgramFunction, ...registers: readonly (bigint | number)[]): bigint {
    return this.onStack((frame) => func.call(registers.map(BigInt), frame))
  }

  /** The same of a callback that takes numbers of 32 bits, addresses among them: the low half of r0, without sign. No BigInt is made. */
  callLow(func: ProgramFunction, ...[r1, r2, r3 = 0, r4 = 0]: readonly [number, number, number?, number?]): number {
    const call = func.low()
    return this.onStack((frame) => call(r1, r2, r3, r4, 0, frame)) >>> 0
  }

  /** `work` runs functions of a program whose stack may begin at `frame`. */
  onStack<T>(work: (frame: number) => T): T {
    const { memory } = this
    const frame = memory.u32(FRAME_CELL)
    if (frame < this.stackFloor) throw new MachineError('limit', 'functions are called within too many others')
    const { mayWait, allowance } = this
    const counted = allowance?.counts === true
    this.mayWait = false
    if (allowance !== undefined) allowance.counts = true
    try {
      return work(frame)
    } finally {
      this.mayWait = mayWait
      if (allowance !== undefined) allowance.counts = counted
      memory.setU32(FRAME_CELL, frame)
    }
  }

  /** A task, cgroup or socket is gone: so is what maps store for it. */
  ownerGone(owner: number): void {
    for (const map of this.maps.values()) map.ownerGone(owner)
  }

  /** Throws what a body threw: it is the host's own, and stays as it is. */
  blame(error: unknown): never {
    this.thrown = error
    throw error
  }

  mapAt(address: number): RuntimeMap {
    const map = this.maps.get(address)
    if (map === undefined) throw new MachineError('misuse', `no map is at 0x${address.toString(16)}`)
    return map
  }
}

/** In memory: where the stack of whoever is called back ends. Programs keep it up to date before calls that may call back. */
export const FRAME_CELL = 65536
/** Behind it, 8 bytes each: R1 to R5, of calls that take some of them from memory. */
export const ARGUMENT_CELLS = FRAME_CELL + 8
/** Behind those: the CPU that programs run on. */
export const CPU_CELL = ARGUMENT_CELLS + 5 * 8
/** Of a stack: room for one program's frames, and below them for those cells. */
export const LEAST_ROOM = 64 + 16 * 512
