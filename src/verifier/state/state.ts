// SPDX-License-Identifier: Apache-2.0
// A verifier state: frames of registers and stack, what is held (references, locks, sections), and how it came about.

import { notInit, type RegState } from './reg.ts'
import { References } from './references.ts'
import { emptySlot, isSpilled, type Slot } from './stack.ts'

export const MAX_FRAMES = 16
export const MAX_STACK = 512

export interface ReturnRange {
  readonly min: number
  readonly max: number
}

export class Frame {
  /** Shared with copies until one of them writes: `ownRegs`, `ownStack`. Of the stack, index 0 is fp-8. */
  regs: readonly RegState[]
  stack: readonly Slot[]
  private regsShared: boolean
  private stackShared: boolean
  readonly frameno: number
  /** Subprogram index. */
  readonly subprog: number
  /** Insn of the call that made this frame; -1 in the main frame. */
  readonly callsite: number
  callback: 'none' | 'sync' | 'async' | 'exception'
  /** Set on the caller while a helper or kfunc runs its callback. */
  callbackDepth: number
  returnRange: ReturnRange | undefined
  /** How the callback's frame is set up again after it returns. */
  callbackKind: string
  asyncEntries: number
  /** The references held when it called the function under way; until 6.14 each frame has its own. */
  heldAtCall: References
  // liveness (engine/liveness.ts)
  /** Of a checkpoint: slots read by what comes after it, before anything wrote them; bits in two words. */
  private readLow: number
  private readHigh: number
  /** Slots written whole since the last checkpoint. */
  private writtenLow: number
  private writtenHigh: number
  /** The same of registers, bits. */
  readRegs: number
  wroteRegs: number
  /** Made since the last checkpoint: its registers and slots lie in no earlier state. */
  born: boolean
  /** Frame whose R0 this frame's R0 is, unchanged since the last checkpoint; -1: its own. */
  r0From: number

  constructor(frameno: number, subprog: number, callsite: number, regs?: readonly RegState[], stack?: readonly Slot[]) {
    this.frameno = frameno
    this.subprog = subprog
    this.callsite = callsite
    this.regs = regs ?? [
      notInit,
      notInit,
      notInit,
      notInit,
      notInit,
      notInit,
      notInit,
      notInit,
      notInit,
      notInit,
      notInit,
    ]
    this.stack = stack ?? []
    this.regsShared = regs !== undefined
    this.stackShared = stack !== undefined
    this.callback = 'none'
    this.callbackDepth = 0
    this.returnRange = undefined
    this.callbackKind = ''
    this.asyncEntries = 0
    this.heldAtCall = References.none
    this.readLow = 0
    this.readHigh = 0
    this.writtenLow = 0
    this.writtenHigh = 0
    this.readRegs = 0
    this.wroteRegs = 0
    this.born = true
    this.r0From = -1
  }

  copy(): Frame {
    this.regsShared = true
    this.stackShared = true
    const frame = new Frame(this.frameno, this.subprog, this.callsite, this.regs, this.stack)
    frame.callback = this.callback
    frame.callbackDepth = this.callbackDepth
    frame.returnRange = this.returnRange
    frame.callbackKind = this.callbackKind
    frame.asyncEntries = this.asyncEntries
    frame.heldAtCall = this.heldAtCall
    frame.writtenLow = this.writtenLow
    frame.writtenHigh = this.writtenHigh
    frame.wroteRegs = this.wroteRegs
    frame.born = this.born
    frame.r0From = this.r0From
    return frame
  }

  /** A checkpoint was made of this frame: what is written from now on screens it from later reads. */
  startSegment(): void {
    this.writtenLow = 0
    this.writtenHigh = 0
    this.wroteRegs = 0
    this.born = false
    this.r0From = -1
  }

  wasRead(slot: number): boolean {
    return ((slot < 32 ? this.readLow : this.readHigh) & (1 << slot)) !== 0
  }
  noteRead(slot: number): void {
    if (slot < 32) this.readLow |= 1 << slot
    else this.readHigh |= 1 << slot
  }
  get readsStack(): boolean {
    return (this.readLow | this.readHigh) !== 0
  }
  wrote(slot: number): boolean {
    return ((slot < 32 ? this.writtenLow : this.writtenHigh) & (1 << slot)) !== 0
  }
  noteWritten(slot: number): void {
    if (slot < 32) this.writtenLow |= 1 << slot
    else this.writtenHigh |= 1 << slot
  }

  /** The registers, to be written. */
  ownRegs(): RegState[] {
    if (this.regsShared) {
      this.regs = this.regs.slice()
      this.regsShared = false
    }
    return this.regs as RegState[]
  }
  /** The stack, to be written. */
  ownStack(): Slot[] {
    if (this.stackShared) {
      this.stack = this.stack.slice()
      this.stackShared = false
    }
    return this.stack as Slot[]
  }
  slot(index: number): Slot {
    return this.stack[index] ?? emptySlot
  }
  setSlot(index: number, slot: Slot): void {
    this.reach(index)
    this.ownStack()[index] = slot
  }
  /** The stack grows with every access, read or write, to the lowest slot touched. */
  reach(index: number): void {
    if (this.stack.length > index) return
    const stack = this.ownStack()
    while (stack.length <= index) stack.push(emptySlot)
  }
}

/** A register or stack slot named across frames. */
export interface LinkedReg {
  readonly frame: number
  readonly in: 'reg' | 'slot'
  readonly index: number
}

const namesOfRegs = new Map<number, LinkedReg>()
/** The same value for the same register or slot. */
export function linkedReg(frame: number, place: LinkedReg['in'], index: number): LinkedReg {
  const at = (frame * 64 + index) * 2 + (place === 'slot' ? 1 : 0)
  const known = namesOfRegs.get(at)
  if (known !== undefined) return known
  const name: LinkedReg = { frame, in: place, index }
  namesOfRegs.set(at, name)
  return name
}

/** A stack slot that an insn spills to or fills from. */
export interface StackTouch {
  readonly frame: number
  readonly slot: number
}
const touches: (StackTouch | undefined)[] = Array.from({ length: MAX_FRAMES * 64 }, () => undefined)
/** The same value for the same slot. */
export function touchOf(frame: number, slot: number): StackTouch {
  const at = frame * 64 + slot
  touches[at] ??= { frame, slot }
  return touches[at]!
}

/** Which operands of a jump point to the stack, and so have no exact value to trace. */
export const DST_TO_STACK = 1
export const SRC_TO_STACK = 2
export type ToStack = 0 | 1 | 2 | 3

/**
 * An executed insn of which something has to be remembered, and the plain ones that led to it: from `from` on they follow each other in
 * the program. Linked to the one before it within the same segment; shared by forks.
 */
export interface Step {
  readonly before: Step | undefined
  readonly from: number
  readonly insn: number
  readonly frame: number
  /** Of this segment up to here: insns met by a jump, accesses of the stack, comparisons of linked scalars. */
  readonly weight: number
  readonly toStack: ToStack
  readonly touch: StackTouch | undefined
  readonly linked: readonly LinkedReg[] | undefined
}

/** One entry into a loop by one chain of calls (engine/loop-visits.ts). */
export interface LoopVisit {
  /** The first checkpoint kept in it; once its paths are done, the loop is. */
  entry: State | undefined
  /** Paths that ended because an unfinished state covered them: `handed` of its marks were handed back along them. */
  edges: { readonly from: State; readonly seen: State; handed: number }[]
}

export class State {
  frames: Frame[]
  refs: References
  activeLocks: number
  /** How deep in bpf_rcu_read_lock. */
  activeRcu: number
  activePreempt: number
  /** How deep in sections with interrupts off. */
  activeIrq: number
  /** Sleeping allowed here; false in callbacks of timers and the like. */
  inSleepable: boolean
  mayGotoDepth: number
  usedAsCallbackDepth: number

  // how it came about
  parent: State | undefined
  /** The last remembered step of this segment, and the first of the plain insns executed since. */
  last: Step | undefined
  runFrom: number
  /** First insn of this state (a checkpoint's own insn), and last one before it. */
  firstInsn: number
  lastInsn: number
  /** Paths from this state not explored to their end. */
  branches: number
  dfsDepth: number
  loopEntry: State | undefined
  usedAsLoopEntry: boolean
  callbackUnrollDepth: number
  /** Of a checkpoint: the visit of the loop that it lies in. */
  loopVisit: LoopVisit | undefined
  /** Of a checkpoint: marks it got, of reads and of precision. */
  marks: number
  /** Of a checkpoint: how often it covered a state that came by, and how often not. */
  hits: number
  misses: number
  /** Its liveness is final, and what nobody reads was forgotten. */
  cleaned: boolean

  constructor(frames: Frame[]) {
    this.frames = frames
    this.refs = References.none
    this.activeLocks = 0
    this.activeRcu = 0
    this.activePreempt = 0
    this.activeIrq = 0
    this.inSleepable = false
    this.mayGotoDepth = 0
    this.usedAsCallbackDepth = 0
    this.parent = undefined
    this.last = undefined
    this.runFrom = 0
    this.firstInsn = 0
    this.lastInsn = -1
    this.branches = 1
    this.dfsDepth = 0
    this.loopEntry = undefined
    this.usedAsLoopEntry = false
    this.callbackUnrollDepth = 0
    this.loopVisit = undefined
    this.marks = 0
    this.hits = 0
    this.misses = 0
    this.cleaned = false
  }

  /** What it takes, roughly: its objects and arrays, not the values that it shares with others. */
  bytes(): number {
    let bytes = 400
    for (const { stack } of this.frames) bytes += 500 + 8 * stack.length
    return bytes
  }

  get cur(): Frame {
    return this.frames[this.frames.length - 1]!
  }

  copy(): State {
    const state = new State(this.frames.map((frame) => frame.copy()))
    state.refs = this.refs
    state.activeLocks = this.activeLocks
    state.activeRcu = this.activeRcu
    state.activePreempt = this.activePreempt
    state.activeIrq = this.activeIrq
    state.inSleepable = this.inSleepable
    state.mayGotoDepth = this.mayGotoDepth
    state.parent = this.parent
    state.last = this.last
    state.runFrom = this.runFrom
    state.firstInsn = this.firstInsn
    state.lastInsn = this.lastInsn
    state.dfsDepth = this.dfsDepth
    state.callbackUnrollDepth = this.callbackUnrollDepth
    state.loopEntry = this.loopEntry
    return state
  }
}

/** The two are in the same function, called from the same places. */
export function sameCalls(a: State, b: State): boolean {
  const { length } = a.frames
  if (length !== b.frames.length) return false
  for (let i = 0; i < length; i++) if (a.frames[i]!.callsite !== b.frames[i]!.callsite) return false
  return true
}

/** Every register, and every one that is spilled. */
export function eachReg(state: State, visit: (reg: RegState) => void): void {
  for (const { regs, stack } of state.frames) {
    for (const reg of regs) if (reg.kind !== 'not_init') visit(reg)
    for (const slot of stack) if (isSpilled(slot)) visit(slot.reg)
  }
}

/**
 * Replaces every register and spilled register for which `change` gives another value. The same value in several places, as spills of one
 * pointer are, stays one: `change` goes by the value alone, and is asked once where it stands in a row.
 */
export function mapRegs(state: State, change: (reg: RegState) => RegState): void {
  let last: RegState = notInit
  let lastNext: RegState = notInit
  let lastSlot = emptySlot
  let lastSlotNext = emptySlot
  for (const frame of state.frames) {
    for (let i = 0; i <= 10; i++) {
      const reg = frame.regs[i]!
      if (reg.kind === 'not_init') continue
      if (reg !== last) {
        last = reg
        lastNext = change(reg)
      }
      if (lastNext !== reg) frame.ownRegs()[i] = lastNext
    }
    for (let i = 0; i < frame.stack.length; i++) {
      const slot = frame.stack[i]!
      if (!isSpilled(slot)) continue
      if (slot.reg !== last) {
        last = slot.reg
        lastNext = change(last)
      }
      if (lastNext === slot.reg) continue
      if (slot !== lastSlot) {
        const shared = lastSlotNext.types === slot.types && lastSlotNext.reg === lastNext
        if (!shared) lastSlotNext = { types: slot.types, reg: lastNext }
        lastSlot = slot
      }
      frame.ownStack()[i] = lastSlotNext
    }
  }
}
