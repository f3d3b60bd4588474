// SPDX-License-Identifier: Apache-2.0
// What makes facts true of every run, and not of the walked paths alone.
//
// The verifier ends a path where a kept state covers it, and covering asks for less than facts need: a number that nothing needed
// exactly (`precise`) may be any other number in the path that ended, and so may whatever is computed from it after that place. Which
// numbers those are is known only once every path is walked, since marks of precision come late. So the program is walked again:
//
//   first     as the kernel does, which gives the verdict; every kept state is remembered with the marks it has got in the end;
//   again     where a state is kept, the numbers that bear no mark in the first walk's state are forgotten: anything may be there.
//             A state ends a path only where each number that is read later lies within its own, marked or not (`Exacting`).
//
// The second walk is then abstract interpretation as the book has it: what holds at an instruction is what its states say together,
// because (1) each step of it takes every concrete state that its state stands for to one that the next state stands for, (2) to forget
// only adds concrete states, and (3) a path ends at a return, at a call that does not return, or in a state that holds all that it holds
// of what is read later. No mark has to be right for that: too few cost the walk a refusal, too many cost time, and facts nothing.
//
// Where the first walk decided a jump or reckoned with a number, that number is marked, so the second decides alike and goes the same
// way. Where it refuses nevertheless (the kernel's marks are not whole where loops are cut short), the registers of the instruction
// that it stops at are marked in turn, backward as ever, and it begins anew with those marks, too.
//
// One step of the kernel's is not right until 7.2, and is done otherwise the second time: a number that is filled with its sign extended
// stays linked there to what was spilled, and learns what that learns (access/memory.ts).
//
// What is read later is known in two ways. `ahead`: of registers by flow analysis (ahead/live-registers.ts), and what the first walk
// did not see read of the stack is forgotten, so that a read of it would find nothing; this takes nobody's word. Where it does not come
// to an end, as the kernel knows it: by what was noted on the way, or since 6.16 ahead as well.

import { Observer, Observers } from '../engine/observer.ts'
import { markPrecise } from '../engine/precision.ts'
import type { Exacting, Walk } from '../engine/walk.ts'
import { Rejection } from '../violations/raise.ts'
import { type RegState, unknownScalar } from '../state/reg.ts'
import { emptySlot, isObject, isSpilledScalar, type Slot } from '../state/stack.ts'
import type { Frame } from '../state/frame.ts'
import { sameCalls, type State } from '../state/state.ts'
import { buildFacts } from './build.ts'
import type { Facts } from './facts.ts'
import { FactsKeeper } from './keeper.ts'

/** Remembers the states that a walk keeps, by insn, in the order in which they are kept. */
export class Checkpoints extends Observer {
  readonly byInsn = new Map<number, State[]>()
  override kept(state: State): void {
    const known = this.byInsn.get(state.firstInsn)
    if (known === undefined) this.byInsn.set(state.firstInsn, [state])
    else known.push(state)
  }
}

/** A walk of the same program to its end, told to `observe`. Throws as walks do. */
export type WalkAgain = (observe: (walk: Walk) => Observer, exacting?: Exacting) => void

/** Times that a walk that refuses is mended. */
const MOST_TRIES = 6

/** Facts of a program that was accepted: `first` is the walk that did, `checkpoints` the states that it kept. */
export function proveFacts(first: Walk, checkpoints: Checkpoints, again: WalkAgain): Facts {
  const most = 4 * first.processed + 10_000
  for (const readsAhead of [true, false]) {
    const learnt = new Marks()
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const proof = new Proof(new Forgetful(checkpoints, learnt, { readsAhead, most }))
      if (proof.walks(again)) return buildFacts(proof.keeper, readsAhead ? 'whole' : 'noted-reads')
      if (!proof.learn(learnt)) break
    }
  }
  let keeper: FactsKeeper | undefined
  again((walk) => {
    keeper = new FactsKeeper(walk)
    return keeper
  })
  return buildFacts(keeper!, 'pointers-only')
}

/** One try. */
class Proof {
  private readonly exacting: Forgetful
  private readonly own = new Checkpoints()
  keeper!: FactsKeeper
  private stuck = false

  constructor(exacting: Forgetful) {
    this.exacting = exacting
  }

  walks(again: WalkAgain): boolean {
    try {
      again((walk) => {
        this.exacting.walk = walk
        this.keeper = new FactsKeeper(walk)
        return new Observers([this.own, this.keeper])
      }, this.exacting)
      return true
    } catch (error) {
      if (error instanceof TooLong) return false
      if (!(error instanceof Rejection)) throw error
      this.stuck = true
      return false
    }
  }

  /** Whether there is anything to be marked that was not. */
  learn(marks: Marks): boolean {
    const { walk } = this.keeper
    if (!this.stuck || walk.insn < 0 || walk.insn >= walk.program.insns.length) return false
    const { op, dst, src } = walk.program.insns[walk.insn]!
    for (const reg of op.kind === 'call' ? [1, 2, 3, 4, 5] : op.kind === 'exit' ? [0] : [dst, src])
      if (reg <= 10 && walk.reg(reg).kind === 'scalar') markPrecise(walk, reg)
    return marks.take(this.own)
  }
}

/** The walk has gone so much further than the first that it is not worth going on. */
class TooLong extends Error {}

/** Places of kept states that later tries found to matter: which state, which frame, which register (or slot, behind them). */
class Marks {
  private readonly places = new Set<string>()

  has(insn: number, nth: number, frame: number, place: number): boolean {
    return this.places.has(`${insn} ${nth} ${frame} ${place}`)
  }

  /** Whether there are more than before. */
  take({ byInsn }: Checkpoints): boolean {
    const { size } = this.places
    for (const [insn, states] of byInsn)
      states.forEach(({ frames }, nth) => {
        frames.forEach((frame, f) => {
          frame.regs.forEach((_, i) => {
            if (frame.keptReg(i).precise) this.places.add(`${insn} ${nth} ${f} ${i}`)
          })
          frame.stack.forEach((_, s) => {
            if (frame.keptSlot(s).reg.precise) this.places.add(`${insn} ${nth} ${f} ${SLOTS + s}`)
          })
        })
      })
    return this.places.size > size
  }
}
const SLOTS = 16

interface Manner {
  readonly readsAhead: boolean
  /** Instructions to walk at most. */
  readonly most: number
}

/** Forgets what the state that the first walk kept in the same place bears no mark of. */
class Forgetful implements Exacting {
  readonly readsAhead: boolean
  walk!: Walk
  private readonly most: number
  private readonly seen: Checkpoints
  private readonly learnt: Marks
  private readonly met = new Map<number, number>()

  constructor(seen: Checkpoints, learnt: Marks, { readsAhead, most }: Manner) {
    this.seen = seen
    this.learnt = learnt
    this.readsAhead = readsAhead
    this.most = most
  }

  forget(state: State, insn: number): void {
    if (this.walk.processed > this.most) throw new TooLong()
    const nth = this.met.get(insn) ?? 0
    this.met.set(insn, nth + 1)
    // a walk that goes another way may keep more: of those nothing is forgotten
    const model = this.seen.byInsn.get(insn)?.[nth]
    if (model === undefined || !sameCalls(model, state)) return
    const dropsUnread = this.readsAhead && this.walk.program.stackLiveness === undefined
    state.frames.forEach((frame, f) => {
      const other = model.frames[f]!
      const marked = (place: number): boolean => this.learnt.has(insn, nth, f, place)
      const waits = f < state.frames.length - 1
      forgetRegs(frame.ownRegs(), other, { marked, waits })
      forgetSlots(frame.ownStack(), other, { marked, dropsUnread })
    })
  }
}

type Marked = (place: number) => boolean

function forgetRegs(
  regs: RegState[],
  model: Frame,
  { marked, waits }: { readonly marked: Marked; readonly waits: boolean },
): void {
  for (let i = 0; i < 10; i++) {
    const seen = model.keptReg(i)
    // who calls a callback makes the call again, with arguments of which nothing notes that they are read
    if (waits && i <= 5 && seen.kind === 'not_init') continue
    if (isLoose(regs[i]!, seen) && !marked(i)) regs[i] = unknownScalar
  }
}

function forgetSlots(
  stack: Slot[],
  model: Frame,
  { marked, dropsUnread }: { readonly marked: Marked; readonly dropsUnread: boolean },
): void {
  for (let s = 0; s < stack.length; s++) {
    const slot = stack[s]!
    if (dropsUnread && !model.wasRead(s) && !isObject(slot)) stack[s] = emptySlot
    else if (isSpilledScalar(slot) && isLoose(slot.reg, model.keptSlot(s).reg) && !marked(SLOTS + s))
      stack[s] = { types: slot.types, reg: unknownScalar }
  }
}

/** A number of which no reader needed to know which. */
const isLoose = (reg: RegState, model: RegState): boolean => reg.kind === 'scalar' && !model.precise
