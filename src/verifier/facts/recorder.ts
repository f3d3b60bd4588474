// SPDX-License-Identifier: Apache-2.0
// Writes the state of each step of a walk down (recorded.ts).

import { type MarkedPlace, Observer } from '../engine/observer.ts'
import type { Walk } from '../engine/walk.ts'
import type { Frame } from '../state/frame.ts'
import type { State } from '../state/state.ts'
import { HELD, type OpenFrame, placeOf, type RecordedHeld, RecordedStates, Tape, WHOLE } from './recorded.ts'

/** Steps from one that holds the whole state to the next. */
const SPACING = 64

export class StateRecorder extends Observer {
  private readonly walk: Walk
  private readonly most: number
  private readonly tape = new Tape()
  private readonly keptAt = new WeakMap<State, number>()
  /** The frames as they were at the last step of this path. */
  private mirror: readonly OpenFrame[] = []
  private held: RecordedHeld | undefined
  private last = -1
  private coming = 0
  /** Steps since the whole state was written; as many as SPACING: it is to be. */
  private since = SPACING

  constructor(walk: Walk, most: number) {
    super()
    this.walk = walk
    this.most = most
  }

  /** What was recorded; `processed` instructions were walked. */
  recorded(): RecordedStates {
    const { length } = this.tape.insn
    const { processed } = this.walk
    const missing =
      processed > length ? `the first ${length} of ${processed} steps are kept (recordStates: ${this.most})` : undefined
    return new RecordedStates(this.tape, missing)
  }

  private get full(): boolean {
    return this.tape.insn.length >= this.most
  }

  override started(): void {
    this.last = -1
    this.coming = 0
    this.since = SPACING
  }

  override reached(): void {
    if (this.full) return
    const { tape, walk } = this
    const { frames } = walk.state
    tape.insn.push(walk.insn)
    tape.parent.push(this.last)
    tape.coming.push(this.coming)
    tape.first.push(tape.place.length)
    if (this.since >= SPACING || !this.sameFrames(frames)) this.writeWhole(frames)
    else this.writeChanges(frames)
    this.last = tape.insn.length - 1
    this.coming = 1
    this.since++
  }

  override mark(): number {
    return this.last
  }
  override resumed(step: number): void {
    if (this.full) return
    // callbacks that run later come from nowhere
    const { parent, last } = this.walk.state
    if (parent === undefined && last === undefined) return this.started()
    this.last = step
    this.coming = 2
    const { frames, held, since } = this.tape.stateAt(step)
    this.mirror = frames
    this.held = held
    this.since = since + 1
  }

  override covered(by: State): void {
    const step = this.keptAt.get(by)
    if (step !== undefined && this.isCurrent()) this.tape.coveredBy.set(this.last, step)
  }
  override kept(state: State): void {
    if (!this.isCurrent()) return
    this.keptAt.set(state, this.last)
    this.tape.marks.set(this.last, [])
  }
  override marked(state: State, frame: number, { in: place, index }: MarkedPlace): void {
    const step = this.keptAt.get(state)
    if (step !== undefined) this.tape.marks.get(step)!.push({ frame, in: place, index, since: this.last })
  }

  /** The insn under way has a step. */
  private isCurrent(): boolean {
    return this.tape.insn.length === this.walk.processed
  }

  private sameFrames(frames: readonly Frame[]): boolean {
    return (
      frames.length === this.mirror.length &&
      frames.every(
        ({ subprog, callsite }, f) => subprog === this.mirror[f]!.subprog && callsite === this.mirror[f]!.callsite,
      )
    )
  }

  private writeWhole(frames: readonly Frame[]): void {
    const { place, value } = this.tape
    this.mirror = frames.map(({ subprog, callsite, regs, stack }) => ({
      subprog,
      callsite,
      regs: regs.slice(),
      stack: stack.slice(),
    }))
    this.held = this.heldNow()
    place.push(WHOLE)
    value.push(this.mirror.map((frame) => ({ ...frame, regs: frame.regs.slice(), stack: frame.stack.slice() })))
    place.push(HELD)
    value.push(this.held)
    this.since = 0
  }

  private writeChanges(frames: readonly Frame[]): void {
    const { place, value } = this.tape
    frames.forEach(({ regs, stack }, f) => {
      const mirror = this.mirror[f]!
      for (let i = 0; i <= 10; i++) {
        const reg = regs[i]!
        if (reg === mirror.regs[i]) continue
        mirror.regs[i] = reg
        place.push(placeOf(f, 'reg', i))
        value.push(reg)
      }
      for (let s = 0; s < stack.length; s++) {
        const slot = stack[s]!
        if (slot === mirror.stack[s]) continue
        mirror.stack[s] = slot
        place.push(placeOf(f, 'slot', s))
        value.push(slot)
      }
    })
    const { refs, sections } = this.walk.state
    const { references, locks, rcu, preempt, irq } = this.held!
    if (
      refs === references &&
      sections.locks === locks &&
      sections.rcu === rcu &&
      sections.preempt === preempt &&
      sections.irq === irq
    )
      return
    this.held = this.heldNow()
    place.push(HELD)
    value.push(this.held)
  }

  private heldNow(): RecordedHeld {
    const { refs, sections } = this.walk.state
    return { references: refs, locks: sections.locks, rcu: sections.rcu, preempt: sections.preempt, irq: sections.irq }
  }
}
