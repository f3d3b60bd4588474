// SPDX-License-Identifier: Apache-2.0
// One verification: the program, the kernel, what is under way. A fresh one for each program; nothing global.

import type { Btf, BtfId } from '../btf/index.ts'
import type { StackLiveness } from './ahead/index.ts'
import { Budget } from '../fault/index.ts'
import type { Insn } from '../isa/index.ts'
import type { Kernel, ProgramTraits } from '../kernel/index.ts'
import type { LinkedProgram, MapDef } from '../object/index.ts'
import type { Offered } from './offered.ts'
import { type BtfRecord, type KernelTypes, laterFields, mapRecord, noRecord } from './record.ts'
import { type PathStep, reject } from './report.ts'
import { circular, type Domain, linear } from './scalar/index.ts'
import { type Rules, rulesOf } from './rules.ts'
import { notInit, type RegState } from './state/reg.ts'
import type { Frame, LinkedReg, LoopVisit, StackTouch, State, ToStack } from './state/state.ts'

export interface VerifyOptions {
  /** Write the kernel-format log (slower): 1 or true keeps the path that failed, as the kernel does at log level 1; 2 keeps all. */
  readonly log?: boolean | 1 | 2
  /** Keep registers along the path, for explanations (slower): always, or no longer than for so many instructions. */
  readonly trace?: boolean | number
  /** What the verification may cost; where that is used up the answer is `unsupported`. Default: the kernel's million instructions, and memory. */
  readonly budget?: Budget
  /** CPUs that the machine can have (nr_cpu_ids): bpf_get_smp_processor_id answers less. Default 8192, the most that a distribution's kernel is built for. */
  readonly cpus?: number
}

export interface Subprog {
  readonly start: number
  end: number
  readonly name: string
  readonly typeId: BtfId
  global: boolean
  isCallback: boolean
  isAsyncCallback: boolean
  isExceptionCb: boolean
  /** By what callers: those that may sleep there, those that may not. */
  readonly calledFrom: Set<'atomic' | 'sleepable'>
  hasTailCall: boolean
  hasLdAbs: boolean
  stackDepth: number
  /** explore/fastcall.ts: the pairs' slots lie below; whether some pairs go, and whether some must stay. */
  fastcallOff: number
  fastcallDropped: boolean
  fastcallKept: boolean
  mightSleep: boolean
  mightThrow: boolean
  changesPktData: boolean
}

/** What the engine notes of one insn as it first meets it; contradictions between paths are rejections. */
export interface InsnNote {
  prune: boolean
  /** Met from elsewhere than the insn before it: what the kernel keeps a history of. */
  jumpPoint: boolean
  /** Some jump or call leads here. */
  jumpTarget: boolean
  /** Spill or fill around a call (explore/fastcall.ts). */
  fastcall: boolean
  /** 64-bit arithmetic was done here on arena pointers, or on anything else. */
  arenaUse: '' | 'arena' | 'other'
  forceCheckpoint: boolean
  seen: boolean
  /** Type of the pointer that a load or store goes through, as first met: on other paths it may not be just any other. */
  ptrKind: string
  ptrFlags: number
  callsCallback: boolean
  iterNext: boolean
  mapPtr: number
  mapMixed: boolean
}

/** Writes the log as exploration goes on. */
export interface Printer {
  position(): number
  line(text: string): void
  lines(): string[]
  start(): void
  finish(): void
  resume(position: number): void
  covered(): void
  slotWritten(slot: number): void
  beforeInsn(): void
  afterInsn(next: number): void
}

export class Env {
  readonly prog: LinkedProgram
  readonly kernel: Kernel
  readonly traits: ProgramTraits
  readonly options: VerifyOptions
  readonly budget: Budget
  /** Instructions whose steps keep their registers. */
  private readonly traced: number
  /** Registers' liveness is known before exploration, instead of noted during it. */
  readonly staticLiveness: boolean
  readonly rules: Rules
  /** How scalars are tracked. */
  readonly domain: Domain
  /** The program's, but for jumps that are settled ahead of the walk. */
  insns: readonly Insn[]
  readonly notes: InsnNote[]
  subprogs: Subprog[] = []
  subprogAt: Int32Array
  /** Bits of registers live before each insn: what later kernels compare states by. */
  liveRegs: Uint16Array
  /** What of the stack is read later, where that is known ahead. */
  stackLiveness: StackLiveness | undefined
  /** The loop each insn is in, 0 for none; empty where loops are told otherwise. */
  component = new Int32Array(0)
  /** Loops by the calls that led to them. */
  readonly loopVisits = new Map<string, LoopVisit>()
  /** Where each jump through a register may lead, by insn (explore/gotox.ts). */
  readonly jumpTables = new Map<number, readonly number[]>()
  exceptionCb = -1
  seenException = false

  state!: State
  insn = 0
  prevInsn = -1
  processed = 0
  jmpsProcessed = 0
  prevJmps = 0
  prevInsns = 0
  totalStates = 0
  peakStates = 0
  maxStatesPerInsn = 0
  /** Checkpoints by insn and by where the current function was called, newest first. */
  explored = new Map<number, State[]>()
  stack: { state: State; insn: number; prev: number; logLength: number }[] = []
  nextId = 0
  mapIds = 0
  /** Only where a log was asked for. */
  printer: Printer | undefined
  readonly warnings: string[] = []
  stepTouch: StackTouch | undefined
  stepToStack: ToStack = 0
  /** How deep calls may go. */
  get maxFrames(): number {
    return this.rules.deepCalls ? 16 : 8
  }
  /** The program refers to an arena. */
  hasArena = false
  /** References that came as arguments, by argument. */
  readonly heldArguments = new Map<number, number>()
  stepLinked: readonly LinkedReg[] | undefined
  private readonly mapRecords = new Map<number, BtfRecord>()
  readonly mapBtf: Btf | undefined
  /** One array for the whole verification: records are cached by it. */
  readonly kernelBtfs: readonly Btf[]
  readonly kernelTypes: KernelTypes

  constructor({ prog, mapBtf }: Offered, kernel: Kernel, options: VerifyOptions) {
    this.prog = prog
    this.kernel = kernel
    this.options = options
    this.budget = options.budget ?? new Budget()
    this.budget.progress = () => `${this.processed} instructions processed, ${this.totalStates} states kept`
    this.traced = options.trace === true ? Number.POSITIVE_INFINITY : Number(options.trace ?? 0)
    this.staticLiveness = kernel.gate('static-register-liveness')
    this.rules = rulesOf(kernel)
    this.domain = this.rules.circular ? circular : linear
    this.insns = prog.insns
    this.notes = prog.insns.map(() => ({
      prune: false,
      jumpPoint: false,
      jumpTarget: false,
      fastcall: false,
      arenaUse: '',
      forceCheckpoint: false,
      seen: false,
      ptrKind: '',
      ptrFlags: 0,
      callsCallback: false,
      iterNext: false,
      mapPtr: -1,
      mapMixed: false,
    }))
    this.subprogAt = new Int32Array(prog.insns.length)
    this.liveRegs = new Uint16Array(prog.insns.length)
    this.mapBtf = mapBtf
    this.kernelBtfs = [kernel.btf, ...kernel.modules]
    this.kernelTypes = kernelTypesOf(kernel)
    this.traits = {
      type: prog.type,
      attachType: prog.attachType,
      sleepable: prog.sleepable,
      gpl: isGpl(prog.license),
      attachName: prog.attach?.name,
      attachBtfId: prog.attach?.btfId,
      ...(prog.attach === undefined ? {} : { attachBtf: prog.attach.btf }),
      ...(prog.structOps === undefined
        ? {}
        : { structOps: { typeName: prog.structOps.typeName, member: prog.structOps.member } }),
    }
  }

  get frame(): Frame {
    return this.state.cur
  }
  reg(number: number): RegState {
    return this.state.cur.regs[number]!
  }
  setReg(number: number, reg: RegState): void {
    this.state.cur.regs[number] = reg
  }
  /** The insn writes the register, whatever to: reads that follow are of what it leaves. */
  noteWrite(number: number): void {
    this.state.cur.wroteRegs |= 1 << number
  }
  /** r0-r5 are gone after a call. */
  clobberCallerSaved(): void {
    const { cur } = this.state
    cur.wroteRegs |= 0x3f
    for (let i = 0; i <= 5; i++) cur.regs[i] = notInit
  }
  newId(): number {
    return ++this.nextId
  }
  note(insn: number): InsnNote {
    return this.notes[insn]!
  }
  subprogOf(insn: number): Subprog {
    return this.subprogs[this.subprogAt[insn]!]!
  }
  verbose(text: string): void {
    this.printer?.line(text)
  }

  map(index: number): MapDef {
    const { maps } = this.prog
    const map = index < maps.length ? maps[index] : this.shapes[index - maps.length]
    return map ?? reject('map', `fd ${index} is not pointing to valid bpf_map`)
  }
  /** Their numbers go on behind the program's maps: those that are known by their shape only, what stands in maps of maps. */
  private readonly shapes: MapDef[] = []
  private readonly innerMaps = new Map<number, number>()
  /** Is it the map inside another one, of which only the shape is known? */
  isInnerMap(index: number): boolean {
    return index >= this.prog.maps.length
  }
  /** The index of what a map of maps holds; undefined where it is none. */
  innerMap(index: number): number | undefined {
    const { inner } = this.map(index)
    if (inner === undefined) return undefined
    let found = this.innerMaps.get(index)
    if (found === undefined) {
      found = this.prog.maps.length + this.shapes.push(inner) - 1
      this.innerMaps.set(index, found)
    }
    return found
  }
  /** As the kernel's messages have it: what it keeps of the name; a map inside another has none. */
  mapName(index: number): string {
    return this.isInnerMap(index) ? '' : this.map(index).kernelName
  }
  mapRecord(index: number): BtfRecord {
    const map = this.map(index)
    if (this.mapBtf === undefined || map.valueTypeId === 0) return noRecord
    let record = this.mapRecords.get(index)
    if (record === undefined) {
      ;({ record } = mapRecord(this.mapBtf, map.valueTypeId, this.kernelTypes))
      this.mapRecords.set(index, record)
    }
    return record
  }

  private stepRegs: readonly RegState[] | undefined
  private stepFrame = 0
  /** Before an insn: what its step will say of the state it met. */
  beginStep(): void {
    this.stepTouch = undefined
    this.stepToStack = 0
    this.stepLinked = undefined
    this.stepFrame = this.state.frames.length - 1
    this.stepRegs = this.processed <= this.traced ? this.state.cur.regs.slice() : undefined
    this.stepPushed = false
  }
  private stepPushed = false
  /** After an insn, and before a fork of it: adds it to the segment's history, once. */
  pushStep(): void {
    if (this.stepPushed) return
    this.stepPushed = true
    this.hold(STEP_BYTES)
    const before = this.state.last
    const counts =
      this.stepTouch !== undefined ||
      this.stepToStack !== 0 ||
      this.stepLinked !== undefined ||
      this.note(this.insn).jumpPoint
    const weight = (before?.weight ?? 0) + (counts ? 1 : 0)
    this.state.last = {
      before,
      weight,
      insn: this.insn,
      frame: this.stepFrame,
      touch: this.stepTouch,
      toStack: this.stepToStack,
      linked: this.stepLinked,
      regs: this.stepRegs,
    }
  }
  private held = 0
  /** The walk keeps so many bytes more, or fewer. */
  hold(bytes: number): void {
    this.held += bytes
    this.budget.hold(bytes)
  }
  /** Nothing of what was walked so far is needed any more. */
  holdNothing(): void {
    this.hold(-this.held)
  }
  /** A global function is called here. Which kind of caller matters only where callers are told apart. */
  noteCalled(subprog: Subprog): void {
    subprog.calledFrom.add(this.rules.contextSleep && canSleepHere(this) ? 'sleepable' : 'atomic')
  }
  /** The whole path to here, oldest first; nothing where it was not traced to the end. */
  path(): PathStep[] {
    if (this.processed > this.traced) return []
    const steps: PathStep[] = []
    if (!this.stepPushed && this.stepRegs !== undefined)
      steps.push({ insn: this.insn, frame: this.stepFrame, regs: this.stepRegs })
    for (let state: State | undefined = this.state; state !== undefined; state = state.parent) {
      for (let step = state.last; step !== undefined; step = step.before) {
        if (step.regs !== undefined) steps.push({ insn: step.insn, frame: step.frame, regs: step.regs })
        if (steps.length > 200_000) return steps.reverse()
      }
    }
    return steps.reverse()
  }
}

/** What a step takes, roughly. */
const STEP_BYTES = 100

const typesOfKernels = new WeakMap<Kernel, KernelTypes>()

/** What records of special fields resolve against; the same value for the same kernel, since they are cached by it. */
export function kernelTypesOf(kernel: Kernel): KernelTypes {
  let types = typesOfKernels.get(kernel)
  if (types === undefined) {
    types = {
      btfs: [kernel.btf, ...kernel.modules],
      destructors: kernel.destructors,
      tagsAnywhere: kernel.gate('kptr-tags-anywhere'),
      later: new Set(laterFields.flatMap(({ kind, gate }) => (kernel.gate(gate) ? [kind] : []))),
    }
    typesOfKernels.set(kernel, types)
  }
  return types
}

const gplLicenses = ['GPL', 'GPL v2', 'GPL and additional rights', 'Dual BSD/GPL', 'Dual MIT/GPL', 'Dual MPL/GPL']
export const isGpl = (license: string): boolean => gplLicenses.includes(license)

/** A timer's callback of a sleepable program passes for sleepable too. */
export const inSleepable = (env: Env): boolean =>
  env.state.inSleepable || (env.prog.sleepable && !env.rules.contextSleep)

/** May the program sleep right here: sleepable, and in no section that forbids it. */
export const canSleepHere = (env: Env): boolean =>
  inSleepable(env) &&
  env.state.activeRcu === 0 &&
  env.state.activePreempt === 0 &&
  env.state.activeLocks === 0 &&
  env.state.activeIrq === 0
/** RCU pointers live under an explicit section, in non-sleepable programs throughout; since 7.3 in any section that forbids sleep. */
export const inRcu = (env: Env): boolean =>
  env.state.activeRcu > 0 ||
  env.state.activeLocks > 0 ||
  !inSleepable(env) ||
  (env.rules.rcuBySections && (env.state.activePreempt > 0 || env.state.activeIrq > 0))

/** Where sleeping is forbidden: the section's name in the kernel's messages. */
export function unsleepableRegion({ state }: Env): string {
  if (state.activeRcu > 0) return 'rcu_read_lock region'
  if (state.activePreempt > 0) return 'non-preemptible region'
  if (state.activeIrq > 0) return 'IRQ-disabled region'
  if (state.activeLocks > 0) return 'lock region'
  return 'non-sleepable prog'
}
