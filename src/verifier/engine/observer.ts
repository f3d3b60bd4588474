// SPDX-License-Identifier: Apache-2.0
// Whoever wants to know how a walk goes: its log, the path to a rejection, facts of each instruction. None costs anything unless asked for.

import type { State } from '../state/state.ts'

/** A register or a stack slot of a frame. */
export interface MarkedPlace {
  readonly in: 'reg' | 'slot'
  readonly index: number
}

/** Told what happens, in order; asks the walk for the rest. What it does not want to know it leaves as it is here. */
export abstract class Observer {
  /** A function is entered from nowhere: its exploration begins. */
  started(): void {}
  /** All paths of it are done. */
  finished(): void {}
  /** The walk comes to an insn; whether a kept state covers it is not known yet. */
  reached(): void {}
  /** A kept state does: the path ends here. */
  covered(_by: State): void {}
  /** None does, and this copy of the current state is kept from here on. */
  kept(_state: State): void {}
  /** What a register or slot of a kept state holds is found to matter exactly, by the insn under way. */
  marked(_state: State, _frame: number, _place: MarkedPlace): void {}
  beforeInsn(): void {}
  /** The insn is done; `next` follows it. */
  afterInsn(_next: number): void {}
  /** Something is said of the insn under way, in the kernel's words. */
  said(_text: string): void {}
  /** A slot of the current frame's stack was written. */
  slotWritten(_slot: number): void {}
  /** A path is put aside: what this observer needs to go on with it. */
  mark(): unknown {
    return undefined
  }
  /** That path is taken up; the walk's state is the one put aside. */
  resumed(_mark: unknown): void {}
}

/** Several as one. */
export class Observers extends Observer {
  private readonly all: readonly Observer[]
  constructor(all: readonly Observer[]) {
    super()
    this.all = all
  }
  override started(): void {
    for (const one of this.all) one.started()
  }
  override finished(): void {
    for (const one of this.all) one.finished()
  }
  override reached(): void {
    for (const one of this.all) one.reached()
  }
  override covered(by: State): void {
    for (const one of this.all) one.covered(by)
  }
  override kept(state: State): void {
    for (const one of this.all) one.kept(state)
  }
  override marked(state: State, frame: number, place: MarkedPlace): void {
    for (const one of this.all) one.marked(state, frame, place)
  }
  override beforeInsn(): void {
    for (const one of this.all) one.beforeInsn()
  }
  override afterInsn(next: number): void {
    for (const one of this.all) one.afterInsn(next)
  }
  override said(text: string): void {
    for (const one of this.all) one.said(text)
  }
  override slotWritten(slot: number): void {
    for (const one of this.all) one.slotWritten(slot)
  }
  override mark(): readonly unknown[] {
    return this.all.map((one) => one.mark())
  }
  override resumed(mark: readonly unknown[]): void {
    this.all.forEach((one, i) => {
      one.resumed(mark[i])
    })
  }
}

/** The observers as one; undefined where there are none, so that nothing is told. */
export function together(observers: readonly Observer[]): Observer | undefined {
  return observers.length > 1 ? new Observers(observers) : observers[0]
}
