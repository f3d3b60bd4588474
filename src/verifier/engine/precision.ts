// SPDX-License-Identifier: Apache-2.0
// Precision: a scalar whose exact value decided something safety-relevant is marked in every checkpoint it flowed from, by walking
// the executed insns backward. Only marked scalars keep pruning from merging different values.
// Sound because whatever the walk cannot follow falls back to marking every scalar of every ancestor.

import type { Insn } from '../../isa/index.ts'
import { ARGUMENTS, type Backward } from './backward.ts'
import type { Walk } from './walk.ts'
import { precisely } from '../state/reg.ts'
import { isSpilledScalar } from '../state/stack.ts'
import { MAX_FRAMES } from '../state/frame.ts'
import type { State } from '../state/state.ts'
import { type LinkedReg, DST_TO_STACK, SRC_TO_STACK, type Step } from '../state/step.ts'

/** What still has to be traced: registers and stack slots per frame. */
class Wanted {
  readonly regs = new Uint16Array(MAX_FRAMES + 1)
  readonly lo = new Int32Array(MAX_FRAMES + 1)
  readonly hi = new Int32Array(MAX_FRAMES + 1)
  /** Frames of which something was wanted since it was cleared: those beyond need not be looked at. */
  private frames = 0

  cleared(): this {
    for (let f = 0; f < this.frames; f++) {
      this.regs[f] = 0
      this.lo[f] = 0
      this.hi[f] = 0
    }
    this.frames = 0
    return this
  }
  get depth(): number {
    return this.frames
  }
  private reach(frame: number): void {
    if (frame >= this.frames) this.frames = frame + 1
  }
  has(frame: number, reg: number): boolean {
    return (this.regs[frame]! & (1 << reg)) !== 0
  }
  set(frame: number, reg: number): void {
    if (reg >= 10) return
    this.reach(frame)
    this.regs[frame] = this.regs[frame]! | (1 << reg)
  }
  clear(frame: number, reg: number): void {
    this.regs[frame] = this.regs[frame]! & ~(1 << reg)
  }
  hasSlot(frame: number, slot: number): boolean {
    return ((slot < 32 ? this.lo[frame]! >>> slot : this.hi[frame]! >>> (slot - 32)) & 1) !== 0
  }
  setSlot(frame: number, slot: number): void {
    this.reach(frame)
    if (slot < 32) this.lo[frame] = this.lo[frame]! | (1 << slot)
    else this.hi[frame] = this.hi[frame]! | (1 << (slot - 32))
  }
  clearSlot(frame: number, slot: number): void {
    if (slot < 32) this.lo[frame] = this.lo[frame]! & ~(1 << slot)
    else this.hi[frame] = this.hi[frame]! & ~(1 << (slot - 32))
  }
  empty(): boolean {
    for (let f = 0; f < this.frames; f++) if (this.regs[f] !== 0 || this.lo[f] !== 0 || this.hi[f] !== 0) return false
    return true
  }
}
/** One for all walks back: none of them runs inside another. */
const shared = new Wanted()

/** The value of a register of the current frame matters exactly. */
export function markPrecise(walk: Walk, reg: number): void {
  const value = walk.reg(reg)
  if (value.kind !== 'scalar') return
  const wanted = shared.cleared()
  wanted.set(walk.state.frames.length - 1, reg)
  chase(walk, walk.state, wanted)
}

/** The scalar spilled in this stack slot matters exactly. */
export function markSlotPrecise(walk: Walk, frame: number, slot: number): void {
  const wanted = shared.cleared()
  wanted.setSlot(frame, slot)
  chase(walk, walk.state, wanted)
}

/** The same of several at once. */
export function markSlotsPrecise(walk: Walk, frame: number, slots: ReadonlySet<number>): void {
  const wanted = shared.cleared()
  for (const slot of slots) wanted.setSlot(frame, slot)
  chase(walk, walk.state, wanted)
}

/** Everything that was precise in the state we were pruned by is precise in ours. */
export function propagatePrecision(walk: Walk, seen: State): void {
  const wanted = shared.cleared()
  // what is known ahead not to be read was forgotten
  const all = walk.program.stackLiveness !== undefined
  for (let f = 0; f < seen.frames.length; f++) {
    const frame = seen.frames[f]!
    const { regs, stack, readRegs } = frame
    for (let i = 0; i < 10; i++) {
      const reg = regs[i]!
      if (reg.precise && reg.kind === 'scalar' && (all || (readRegs & (1 << i)) !== 0)) wanted.set(f, i)
    }
    for (let i = 0; i < stack.length; i++) {
      const slot = stack[i]!
      if (slot.reg.precise && isSpilledScalar(slot) && (all || frame.wasRead(i))) wanted.setSlot(f, i)
    }
  }
  if (!wanted.empty()) chase(walk, walk.state, wanted)
}

function chase(walk: Walk, from: State, wanted: Wanted): void {
  const { backward } = walk
  const { budget } = walk.program
  // what was executed after the insns looked at: tells calls that entered a frame from calls that did not
  later.insn = walk.insn
  later.frame = from.frames.length - 1
  let state = from
  let to = walk.insn
  for (;;) {
    let frame = state.frames.length - 1
    let start = state.runFrom
    let step = state.last
    for (;;) {
      if (to > start) {
        budget.spend()
        const regs = wanted.regs[frame]!
        if (regs !== 0) {
          const left = backward.through(start, to, regs)
          if (left === undefined) return markAll(walk)
          wanted.regs[frame] = left
          if (left === 0 && wanted.empty()) return
        }
        later.insn = start
        later.frame = frame
      }
      if (step === undefined) break
      budget.spend()
      if (!back(walk, step, wanted)) return markAll(walk)
      if (wanted.empty()) return
      later.insn = step.insn
      later.frame = step.frame
      to = step.insn
      frame = step.frame
      start = step.from
      step = step.before
    }
    const parent: State | undefined = state.parent
    if (parent === undefined) break
    mark(walk, parent, wanted)
    if (wanted.empty()) return
    to = parent.firstInsn
    state = parent
  }
  // R1-R5 of a function verified on its own are where values begin, if a checkpoint was kept right there: only then does the kernel
  // see that it came to the start. Anything else came from where the walk could not see.
  if (state !== from && state.lastInsn < 0 && state.frames[0]!.subprog > 0)
    wanted.regs[0] = wanted.regs[0]! & ~ARGUMENTS
  if (!wanted.empty()) markAll(walk)
}
/** One for all walks back. */
const later = { insn: 0, frame: 0 }

/** Marks what is wanted in a checkpoint; what is marked already, or no scalar there, needs no further tracing. */
function mark({ observer }: Walk, state: State, wanted: Wanted): void {
  for (let f = 0; f < wanted.depth; f++) {
    const frame = state.frames[f]
    if (frame === undefined) {
      wanted.regs[f] = 0
      wanted.lo[f] = 0
      wanted.hi[f] = 0
      continue
    }
    for (let left = wanted.regs[f]!; left !== 0; left &= left - 1) {
      const i = lowest(left)
      const reg = frame.regs[i]!
      if (reg.kind !== 'scalar' || reg.precise) wanted.clear(f, i)
      else {
        frame.ownRegs()[i] = precisely(reg)
        state.marks++
        observer?.marked(state, f, { in: 'reg', index: i })
      }
    }
    for (let left = wanted.lo[f]!; left !== 0; left &= left - 1)
      if (markSlot(state, f, lowest(left), wanted)) observer?.marked(state, f, { in: 'slot', index: lowest(left) })
    for (let left = wanted.hi[f]!; left !== 0; left &= left - 1)
      if (markSlot(state, f, 32 + lowest(left), wanted))
        observer?.marked(state, f, { in: 'slot', index: 32 + lowest(left) })
  }
}
const lowest = (bits: number): number => 31 - Math.clz32(bits & -bits)

/** Whether the slot bears a mark that it did not. */
function markSlot(state: State, f: number, i: number, wanted: Wanted): boolean {
  const frame = state.frames[f]!
  const slot = frame.slot(i)
  if (!isSpilledScalar(slot) || slot.reg.precise) {
    wanted.clearSlot(f, i)
    return false
  }
  frame.ownStack()[i] = { types: slot.types, reg: precisely(slot.reg) }
  state.marks++
  return true
}

/** Every scalar of the checkpoints of this path is needed exactly. The current state has no marks, they come as later code asks for them. */
export function markAll(walk: Walk): void {
  for (let state = walk.state.parent; state !== undefined; state = state.parent) {
    for (const frame of state.frames) {
      for (let i = 0; i < 10; i++) {
        const reg = frame.regs[i]!
        if (reg.kind !== 'scalar' || reg.precise) continue
        frame.ownRegs()[i] = precisely(reg)
        state.marks++
        walk.observer?.marked(state, frame.frameno, { in: 'reg', index: i })
      }
      for (let i = 0; i < frame.stack.length; i++) {
        const slot = frame.stack[i]!
        if (!isSpilledScalar(slot) || slot.reg.precise) continue
        frame.ownStack()[i] = { types: slot.types, reg: precisely(slot.reg) }
        state.marks++
        walk.observer?.marked(state, frame.frameno, { in: 'slot', index: i })
      }
    }
  }
}

/** Scalars that were linked there: if one of them is wanted, all are. */
function wantLinked(linked: Step['linked'], wanted: Wanted): void {
  if (linked === undefined || !anyWanted(linked, wanted)) return
  for (const l of linked)
    if (l.in === 'slot') wanted.setSlot(l.frame, l.index)
    else wanted.set(l.frame, l.index)
}
function anyWanted(linked: readonly LinkedReg[], wanted: Wanted): boolean {
  for (const l of linked)
    if (l.in === 'slot' ? wanted.hasSlot(l.frame, l.index) : wanted.has(l.frame, l.index)) return true
  return false
}

/** One remembered insn backward: what the program says of it, and what is remembered beside. False: it cannot be followed. */
function back({ program, backward }: Walk, step: Step, wanted: Wanted): boolean {
  const insn = program.insns[step.insn]!
  const f = step.frame
  const { op } = insn
  switch (op.kind) {
    case 'load':
    case 'store':
    case 'atomic': {
      const before = wanted.regs[f]!
      if (!plain(backward, step.insn, f, wanted)) return false
      const { touch } = step
      if (touch === undefined) return true
      if (loads(op)) {
        // a fill: if what it gave was wanted, the slot is
        if (wanted.regs[f] !== before) wanted.setSlot(touch.frame, touch.slot)
      } else if (wanted.hasSlot(touch.frame, touch.slot)) {
        wanted.clearSlot(touch.frame, touch.slot)
        if (op.kind === 'atomic' || op.source === 'reg') wanted.set(f, insn.src)
      }
      return true
    }
    case 'ld_abs':
    case 'ld_ind':
      // of the frame it went on in: a load beyond the packet returns from its function
      return plain(backward, step.insn, later.frame, wanted)
    case 'jump':
      wantLinked(step.linked, wanted)
      if (step.toStack === 0) plain(backward, step.insn, f, wanted)
      else if (op.source === 'reg' && (wanted.has(f, insn.dst) || wanted.has(f, insn.src))) {
        if ((step.toStack & DST_TO_STACK) === 0) wanted.set(f, insn.dst)
        if ((step.toStack & SRC_TO_STACK) === 0) wanted.set(f, insn.src)
      }
      wantLinked(step.linked, wanted)
      return true
    case 'call': {
      if (later.frame === f + 1) {
        // the call entered the later frame: its arguments were ours
        const args = wanted.regs[f + 1]! & ARGUMENTS
        if ((wanted.regs[f + 1]! & ~ARGUMENTS) !== 0 || wanted.lo[f + 1] !== 0 || wanted.hi[f + 1] !== 0) return false
        wanted.regs[f + 1] = 0
        if (insn.src === 1) wanted.regs[f] = wanted.regs[f]! | args
        return true
      }
      // a tail call that is taken returns from its frame
      return plain(backward, step.insn, later.frame === f - 1 ? f - 1 : f, wanted)
    }
    case 'exit':
      if (later.frame === f - 1) {
        const callback = program.insns[later.insn]?.op.kind === 'call' && program.insns[later.insn]!.src !== 1
        // a callback goes back to its call, made with the very registers of the first time; other calls leave none of r1-r5
        if (!callback && (wanted.regs[f - 1]! & ARGUMENTS) !== 0) return false
        if (wanted.has(f - 1, 0)) {
          wanted.clear(f - 1, 0)
          if (!callback) wanted.set(f, 0)
        }
      }
      return true
    default:
      return plain(backward, step.insn, f, wanted)
  }
}

/** What the program says of the insn, in the registers of a frame. */
function plain(backward: Backward, at: number, frame: number, wanted: Wanted): boolean {
  const left = backward.through(at, at + 1, wanted.regs[frame]!)
  if (left === undefined) return false
  wanted.regs[frame] = left
  return true
}

/** Something is read from memory into a register; what an atomic leaves there nobody knows. */
const loads = ({ kind, name, fetch }: Insn['op']): boolean =>
  kind === 'load' || fetch || name === 'cmpxchg' || name === 'load_acquire'
