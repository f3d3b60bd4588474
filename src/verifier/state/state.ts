// SPDX-License-Identifier: Apache-2.0
// A verifier state: frames of registers and stack, what is held (references, locks, sections), and how it came about.

import type { Frame } from './frame.ts'
import { notInit, type RegState } from './reg.ts'
import { References } from './references.ts'
import { emptySlot, isSpilled } from './stack.ts'
import type { Step } from './step.ts'

/** How deep in sections of each kind, and whether sleeping is allowed there: not in callbacks of timers and the like. */
export interface Sections {
  readonly locks: number
  /** bpf_rcu_read_lock */
  readonly rcu: number
  readonly preempt: number
  /** Interrupts off. */
  readonly irq: number
  readonly sleepable: boolean
}
const noSections: Sections = { locks: 0, rcu: 0, preempt: 0, irq: 0, sleepable: false }

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
  /** Shared: changed by `setSections`. */
  sections: Sections
  mayGotoDepth: number

  // how it came about
  parent: State | undefined
  /** The last remembered step of this segment, and the first of the plain insns executed since. */
  last: Step | undefined
  runFrom: number
  /** A checkpoint's own insn; and the one before it, or before where a path that was put aside goes on. */
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
    this.sections = noSections
    this.mayGotoDepth = 0
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

  setSections(change: Partial<Sections>): void {
    const { locks, rcu, preempt, irq, sleepable } = { ...this.sections, ...change }
    this.sections = { locks, rcu, preempt, irq, sleepable }
  }

  /** To be kept, as this one goes on. */
  keep(): State {
    return this.with(this.cur.keep())
  }
  /** To go on as this one does, on another path. */
  fork(): State {
    return this.with(this.cur.fork())
  }
  private with(top: Frame): State {
    // of the right length from the first: one that grows takes room for more
    const frames = this.frames.slice()
    const last = frames.length - 1
    for (let f = 0; f < last; f++) frames[f] = frames[f]!.copy()
    frames[last] = top
    const state = new State(frames)
    state.refs = this.refs
    state.sections = this.sections
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
