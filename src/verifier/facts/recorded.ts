// SPDX-License-Identifier: Apache-2.0
// The states of a walk, one a step, to be looked at in any order. A step holds what changed since the step that it comes from; every so
// often, and where a frame comes or goes, one holds the whole. Registers and slots never change, so that what is held is shared.
//
//   step      0     1     2     3     4     5   …          insn, parent, first change; three numbers each
//   changes   whole  r2   r3,fp-8  –   r2    whole …       place and value

import type { References } from '../state/references.ts'
import type { RegState } from '../state/reg.ts'
import type { Slot } from '../state/stack.ts'

/** How the walk came to a step: a function is entered from nowhere, the step before it led there, or a path was put aside at `parent`. */
export type Coming = 'start' | 'next' | 'fork'

export interface RecordedFrame {
  /** Index of the subprogram, and the instruction of the call that entered it; -1: none. */
  readonly subprog: number
  readonly callsite: number
  /** R0 to R10. */
  readonly regs: readonly RegState[]
  /** Index 0 is fp-8. */
  readonly stack: readonly Slot[]
}

export interface RecordedHeld {
  readonly references: References
  readonly locks: number
  readonly rcu: number
  readonly preempt: number
  readonly irq: number
}

/** What is found to matter exactly of a kept state, and the step that found it. */
export interface RecordedMark {
  readonly frame: number
  readonly in: 'reg' | 'slot'
  readonly index: number
  readonly since: number
}

/** The state with which the walk came to an instruction. */
export interface RecordedState {
  readonly step: number
  readonly insn: number
  readonly parent: number | undefined
  readonly coming: Coming
  /** The outermost first. */
  readonly frames: readonly RecordedFrame[]
  readonly held: RecordedHeld
  /** The path ends here: the state kept at that step covers this one. */
  readonly coveredBy?: number
  /** It is kept, to cover others. */
  readonly kept: boolean
  /** Of a kept one. */
  readonly precise: readonly RecordedMark[]
}

/** Numbers that grow in number, in chunks: nothing is copied as they do. */
export class Column {
  private readonly chunks: Int32Array[] = []
  length = 0
  push(value: number): void {
    if ((this.length & (CHUNK - 1)) === 0) this.chunks.push(new Int32Array(CHUNK))
    this.chunks[this.length >> CHUNK_BITS]![this.length & (CHUNK - 1)] = value
    this.length++
  }
  get(index: number): number {
    return this.chunks[index >> CHUNK_BITS]![index & (CHUNK - 1)]!
  }
  get bytes(): number {
    return 4 * CHUNK * this.chunks.length
  }
}
const CHUNK_BITS = 12
const CHUNK = 1 << CHUNK_BITS

/** The same of values. */
export class Values {
  private readonly chunks: Change[][] = []
  length = 0
  push(value: Change): void {
    if ((this.length & (CHUNK - 1)) === 0) this.chunks.push([])
    this.chunks[this.length >> CHUNK_BITS]!.push(value)
    this.length++
  }
  get(index: number): Change {
    return this.chunks[index >> CHUNK_BITS]![index & (CHUNK - 1)]!
  }
}

export type Change = RegState | Slot | RecordedHeld | readonly RecordedFrame[]

/** Places of changes: of the whole, of what is held; else frame and register, or slot. */
export const WHOLE = -1
export const HELD = -2
const SLOTS = 16
export const placeOf = (frame: number, of: 'reg' | 'slot', index: number): number =>
  (frame << 8) | (of === 'reg' ? index : SLOTS + index)

export const comings = ['start', 'next', 'fork'] as const satisfies readonly Coming[]

/** A frame under construction. */
export interface OpenFrame {
  readonly subprog: number
  readonly callsite: number
  readonly regs: RegState[]
  readonly stack: Slot[]
}

/** What a recorder writes. */
export class Tape {
  readonly insn = new Column()
  readonly parent = new Column()
  readonly coming = new Column()
  /** By step, its first change; those up to the next step's are its own. */
  readonly first = new Column()
  readonly place = new Column()
  readonly value = new Values()
  readonly coveredBy = new Map<number, number>()
  readonly marks = new Map<number, RecordedMark[]>()

  /** Frames and what is held, at the step. */
  stateAt(step: number): { readonly frames: OpenFrame[]; readonly held: RecordedHeld; readonly since: number } {
    const chain: number[] = []
    let at = step
    for (; !this.isWhole(at); at = this.parent.get(at)) chain.push(at)
    const first = this.first.get(at)
    const frames = (this.value.get(first) as readonly RecordedFrame[]).map((frame) => ({
      ...frame,
      regs: frame.regs.slice(),
      stack: frame.stack.slice(),
    }))
    let held = this.value.get(first + 1) as RecordedHeld
    for (const next of chain.reverse()) {
      const end = this.endOf(next)
      for (let i = this.first.get(next); i < end; i++) {
        const place = this.place.get(i)
        const value = this.value.get(i)
        if (place === HELD) held = value as RecordedHeld
        else {
          const frame = frames[place >> 8]!
          const index = place & 255
          if (index < SLOTS) frame.regs[index] = value as RegState
          else frame.stack[index - SLOTS] = value as Slot
        }
      }
    }
    return { frames, held, since: chain.length }
  }

  private isWhole(step: number): boolean {
    const first = this.first.get(step)
    return first < this.endOf(step) && this.place.get(first) === WHOLE
  }
  private endOf(step: number): number {
    return step + 1 < this.first.length ? this.first.get(step + 1) : this.place.length
  }
}

/** The states of a walk, by step: step n is the instruction that the walk processed after n others. */
export class RecordedStates {
  readonly length: number
  /** Why there are no more: the walk went on beyond as many as were to be kept. */
  readonly missing: string | undefined
  private readonly tape: Tape

  constructor(tape: Tape, missing: string | undefined) {
    this.tape = tape
    this.length = tape.insn.length
    this.missing = missing
  }

  /** The instruction of a step; cheap. */
  insnAt(step: number): number {
    this.require(step)
    return this.tape.insn.get(step)
  }

  at(step: number): RecordedState {
    this.require(step)
    const { tape } = this
    const parent = tape.parent.get(step)
    const coveredBy = tape.coveredBy.get(step)
    const marks = tape.marks.get(step)
    const { frames, held } = tape.stateAt(step)
    return {
      step,
      insn: tape.insn.get(step),
      parent: parent < 0 ? undefined : parent,
      coming: comings[tape.coming.get(step)]!,
      frames,
      held,
      ...(coveredBy === undefined ? {} : { coveredBy }),
      kept: marks !== undefined,
      precise: marks ?? [],
    }
  }

  /** The steps that led to one, from where its function was entered; itself last. */
  path(step: number): readonly number[] {
    this.require(step)
    const steps: number[] = []
    for (let at = step; at >= 0; at = this.tape.parent.get(at)) steps.push(at)
    return steps.reverse()
  }

  private require(step: number): void {
    if (!Number.isInteger(step) || step < 0 || step >= this.length)
      throw new RangeError(`no step ${step}: there are ${this.length}`)
  }
}
