// SPDX-License-Identifier: Apache-2.0
// One exploration of a program: the state it is in, the paths put aside, the states kept, and what was met on the way.

import { JUMP_POINT, type Program } from '../program/program.ts'
import type { Access } from '../program/access.ts'
import { Backward } from './backward.ts'
import type { Model } from '../program/model.ts'
import type { Observer } from './observer.ts'
import { constReg, notInit, type RegKind, type RegState } from '../state/reg.ts'
import { sameScalar, type Scalar } from '../scalar/index.ts'
import type { Frame } from '../state/frame.ts'
import type { LoopVisit, State } from '../state/state.ts'
import type { LinkedReg, StackTouch, ToStack } from '../state/step.ts'

/** The pointer that a load or store was first met with: on other paths it may not be just any other. */
export interface PointerMet {
  kind: RegKind
  flags: number
}

/** What the walk finds a subprogram used as, and using. */
export interface SubprogUse {
  isCallback: boolean
  isAsyncCallback: boolean
  /** By what callers: those that may sleep there, those that may not. */
  readonly calledFrom: Set<'atomic' | 'sleepable'>
  stackDepth: number
  fastcallOff: number
  fastcallDropped: boolean
}

/** What an insn made of two scalars when it was walked last. */
interface Computed {
  readonly dst: Scalar
  readonly src: Scalar
  readonly reg: RegState
}
/** In place of what is kept of an insn, where it was walked once: many never are again, and to keep costs more than to make. */
const metOnce: unique symbol = Symbol('met once')
type Kept<T> = (T | typeof metOnce | undefined)[]
/** Whether what is made of an insn is to be kept now: from the second time on. */
export function isWorthKeeping<T>(kept: Kept<T>, insn: number): boolean {
  if (kept[insn] !== undefined) return true
  kept[insn] = metOnce
  return false
}
/** The same of a jump: both sides where it is taken, and where it is not. */
export interface Refined {
  readonly dst: Scalar
  readonly src: Scalar
  readonly taken: readonly [Scalar, Scalar]
  readonly passed: readonly [Scalar, Scalar]
}

/**
 * A walk whose kept states say no more than is so (facts/prove.ts): before one is kept, what nothing needs exactly of it is forgotten;
 * what is left of it has to cover all that is live of a state that comes by.
 */
export interface Exacting {
  forget(state: State, insn: number): void
  /** What is read later is what flow analysis says of registers, and all of the stack; else what was noted on the way, as the kernel has it. */
  readonly readsAhead: boolean
}

export class Walk {
  readonly program: Program
  readonly model: Model
  /** Only where somebody wants to know. */
  readonly observer: Observer | undefined
  /** Only of a walk that proves facts. */
  readonly exacting: Exacting | undefined

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
  /** Checkpoints by insn and by where the current function was called, oldest first. */
  explored = new Map<number, State[]>()
  /** States to go on from, put aside at forks: from `runFrom`, where `lastInsn` led. */
  pending: State[] = []
  /** What the observer needs to go on with each of them. */
  marks: unknown[] = []
  /** Loops by the calls that led to them. */
  readonly loopVisits = new Map<string, LoopVisit>()
  /** References that came as arguments, by argument. */
  readonly heldArguments = new Map<number, number>()
  stepTouch: StackTouch | undefined
  stepToStack: ToStack = 0
  stepLinked: readonly LinkedReg[] | undefined
  /** By insn: whether a path led there. */
  readonly seen: Uint8Array
  /** Of loads and stores that were met. */
  readonly pointersMet: (PointerMet | undefined)[]
  /** By insn: 64-bit arithmetic was done there on arena pointers (1), or on anything else (2). */
  readonly arenaUse: Uint8Array
  /** What plain insns do to what is traced backward through them. */
  readonly backward: Backward
  /** By insn: loops and paths bring the same values by again and again, and values never change. */
  private readonly computed: Kept<Computed>
  readonly refined: (Refined | undefined)[]
  /** By insn: the load or store it is. */
  readonly accesses: Kept<Access>
  /** By insn, of those that were met: immediates as registers, and what is loaded by address. */
  private readonly immediates: (RegState | undefined)[]
  private readonly constants = new Map<number, RegState>()
  private readonly uses: readonly SubprogUse[]
  private given = 0
  private held = 0
  private stepFrame = 0
  private stepPushed = false

  constructor(program: Program, observe: (walk: Walk) => Observer | undefined, exacting?: Exacting) {
    this.program = program
    this.model = program.model
    const { length } = program.insns
    this.seen = new Uint8Array(length)
    this.pointersMet = new Array(length)
    this.arenaUse = new Uint8Array(length)
    this.uses = program.subprogs.map(({ isExceptionCb, fastcall }) => ({
      isCallback: isExceptionCb,
      isAsyncCallback: false,
      calledFrom: new Set(),
      stackDepth: 0,
      fastcallOff: fastcall.off,
      fastcallDropped: fastcall.dropped,
    }))
    this.immediates = new Array(length)
    this.accesses = new Array(length)
    this.computed = new Array(length)
    this.refined = new Array(length)
    this.backward = new Backward(program.insns)
    this.exacting = exacting
    this.observer = observe(this)
    program.budget.progress = () => `${this.processed} instructions processed, ${this.totalStates} states kept`
  }

  get frame(): Frame {
    return this.state.cur
  }
  reg(number: number): RegState {
    return this.state.cur.regs[number]!
  }
  setReg(number: number, reg: RegState): void {
    this.state.cur.ownRegs()[number] = reg
  }
  /** The insn writes the register, whatever to: reads that follow are of what it leaves. */
  noteWrite(number: number): void {
    this.state.cur.noteRegsWritten(1 << number)
  }
  /** r0-r5 are gone after a call. */
  clobberCallerSaved(): void {
    const { cur } = this.state
    cur.noteRegsWritten(0x3f)
    const regs = cur.ownRegs()
    for (let i = 0; i <= 5; i++) regs[i] = notInit
  }
  newId(): number {
    return ++this.given
  }
  /** The id that was given last; 0 before any. */
  get lastId(): number {
    return this.given
  }
  /** The immediate of the insn under way, as a register would hold it: its sign is extended, but where half a register is written. */
  immediate(): RegState {
    return this.immediateOr(immediateOf)
  }
  /** What the insn under way has in it, made by `make` when it is met first. */
  immediateOr(make: (walk: Walk) => RegState): RegState {
    let reg = this.immediates[this.insn]
    if (reg === undefined) {
      reg = make(this)
      this.immediates[this.insn] = reg
    }
    return reg
  }
  constant(value: number): RegState {
    const known = this.constants.get(value)
    if (known !== undefined) return known
    const reg = constReg(value)
    this.constants.set(value, reg)
    return reg
  }
  /** What the insn under way made of these when it was walked last, if it was of the same. */
  computedBefore(dst: Scalar, src: Scalar): RegState | undefined {
    const before = this.computed[this.insn]
    return typeof before === 'object' && sameScalar(before.dst, dst) && sameScalar(before.src, src)
      ? before.reg
      : undefined
  }
  keepComputed(dst: Scalar, src: Scalar, reg: RegState): RegState {
    if (isWorthKeeping(this.computed, this.insn)) this.computed[this.insn] = { dst, src, reg }
    return reg
  }
  useOf(subprog: number): SubprogUse {
    return this.uses[subprog]!
  }
  verbose(text: string): void {
    this.observer?.said(text)
  }

  /** Before an insn: what its step will say of the state it met. */
  beginStep(): void {
    this.stepTouch = undefined
    this.stepToStack = 0
    this.stepLinked = undefined
    this.stepFrame = this.state.frames.length - 1
    this.stepPushed = false
    this.observer?.reached()
  }
  /** Before a fork of the insn: adds it to the segment's history, once. */
  pushStep(): void {
    if (this.stepPushed) return
    this.stepPushed = true
    this.hold(STEP_BYTES)
    const { state, insn } = this
    const { last } = state
    state.last = {
      before: last,
      from: state.runFrom,
      insn,
      frame: this.stepFrame,
      weight: (last === undefined ? 0 : last.weight) + (this.stepCounts() ? 1 : 0),
      toStack: this.stepToStack,
      touch: this.stepTouch,
      linked: this.stepLinked,
    }
    state.runFrom = insn + 1
  }
  private stepCounts(): boolean {
    return (
      this.stepTouch !== undefined ||
      this.stepToStack !== 0 ||
      this.stepLinked !== undefined ||
      this.program.is(this.insn, JUMP_POINT)
    )
  }
  /** After an insn: what follows in the program and tells nothing more than the program does is not remembered. */
  endStep(next: number): void {
    if (!this.stepPushed) {
      if (next === this.insn + this.backward.width(this.insn) && !this.stepCounts()) return
      this.pushStep()
    }
    this.state.runFrom = next
  }
  /** The walk keeps so many bytes more, or fewer. */
  hold(bytes: number): void {
    this.held += bytes
    this.program.budget.hold(bytes)
  }
  /** Nothing of what was walked so far is needed any more. */
  holdNothing(): void {
    this.hold(-this.held)
  }
  /** A global function is called here. Which kind of caller matters only where callers are told apart. */
  noteCalled(subprog: number): void {
    this.useOf(subprog).calledFrom.add(this.model.rules.contextSleep && canSleepHere(this) ? 'sleepable' : 'atomic')
  }
}

function immediateOf(walk: Walk): RegState {
  const { op, imm } = walk.program.insns[walk.insn]!
  return walk.constant(op.name === 'mov' && op.width === 32 ? imm >>> 0 : imm)
}

/** What a step takes, roughly. */
const STEP_BYTES = 100

/** A timer's callback of a sleepable program passes for sleepable too. */
export const inSleepable = ({ state, program, model }: Walk): boolean =>
  state.sections.sleepable || (program.linked.sleepable && !model.rules.contextSleep)

/** May the program sleep right here: sleepable, and in no section that forbids it. */
export const canSleepHere = (walk: Walk): boolean => {
  const { rcu, preempt, locks, irq } = walk.state.sections
  return inSleepable(walk) && rcu === 0 && preempt === 0 && locks === 0 && irq === 0
}
/** RCU pointers live in sections that keep them, in non-sleepable programs throughout. */
export const inRcu = (walk: Walk): boolean => {
  const { rcu, preempt, locks, irq } = walk.state.sections
  const { keepRcu } = walk.model.policies.sections
  return (
    (rcu > 0 && keepRcu.rcu) ||
    (locks > 0 && keepRcu.lock) ||
    !inSleepable(walk) ||
    (preempt > 0 && keepRcu.preempt) ||
    (irq > 0 && keepRcu.irq)
  )
}

/** Where sleeping is forbidden: the section's name in the kernel's messages. */
export function unsleepableRegion({ state }: Walk): string {
  if (state.sections.rcu > 0) return 'rcu_read_lock region'
  if (state.sections.preempt > 0) return 'non-preemptible region'
  if (state.sections.irq > 0) return 'IRQ-disabled region'
  if (state.sections.locks > 0) return 'lock region'
  return 'non-sleepable prog'
}
