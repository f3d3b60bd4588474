// SPDX-License-Identifier: Apache-2.0
// What is known of a program before any path of it is walked. The phases ahead of the walk fill a draft, in the kernel's order; from
// then on it is frozen.

import type { BtfId } from '../../btf/index.ts'
import { Budget, remembered } from '../../fault/index.ts'
import type { Insn } from '../../isa/index.ts'
import {
  checkMapForHelper,
  type CtxAccess,
  type CtxAnswer,
  type HelperAnswer,
  type ProgramTraits,
} from '../../kernel/index.ts'
import { asReplaced, type BtfRecord, type LinkedProgram, type MapDef, mapRecord, noRecord } from '../../object/index.ts'
import type { HelperContract } from './contract/contract.ts'
import type { Model } from './model.ts'
import type { State } from '../state/state.ts'
import { programTraits } from './traits.ts'
import { violate } from '../violations/raise.ts'

export interface Subprog {
  readonly index: number
  readonly start: number
  readonly end: number
  readonly name: string
  readonly typeId: BtfId
  readonly global: boolean
  readonly isExceptionCb: boolean
  hasTailCall: boolean
  hasLdAbs: boolean
  mightSleep: boolean
  mightThrow: boolean
  changesPktData: boolean
  readonly fastcall: FastcallStack
}

/** Slots of spills around calls (program/fastcall.ts): they lie below `off`; some pairs go, some must stay. */
export interface FastcallStack {
  off: number
  dropped: boolean
  kept: boolean
}

/** Below every offset: nothing of this function is dropped. */
export const NO_FASTCALL_STACK = -32768

// What the walk has to know of an insn before it comes there; bits.

/** States are compared there, and may be kept. */
export const PRUNE = 1
/** Met from elsewhere than the insn before it: what the kernel keeps a history of. */
export const JUMP_POINT = 2
/** Some jump or call leads here. */
export const JUMP_TARGET = 4
/** Spill or fill around a call (program/fastcall.ts). */
export const FASTCALL = 8
export const FORCE_CHECKPOINT = 16
export const CALLS_CALLBACK = 32
export const ITER_NEXT = 64

/** Bit i of word w: unit 32w + i; unit 2i is the upper half of slot i. */
export type LiveUnits = Int32Array

/** Which units of which frame's stack are read after an insn, by the calls that led there (ahead/stack-liveness.ts). */
export interface LiveStack {
  liveIn(state: State, frame: number, insn: number): LiveUnits
}

/** A program as every walk of it finds it. Functions that only look take this; those of the phases ahead of the walk take the draft. */
export type Program = Readonly<Omit<ProgramDraft, 'insn' | 'mark' | 'freeze'>>

export class ProgramDraft {
  readonly model: Model
  /**
   * As it was linked; `insns` here are its own, but for jumps that are settled ahead of the walk. An extension is of the type of the
   * program that it replaces a function of.
   */
  readonly linked: LinkedProgram
  /** freplace: it stands in for a function of another program. */
  readonly isExtension: boolean
  /** That program. */
  readonly replaced: Program | undefined
  readonly traits: ProgramTraits
  /** What judging the program may cost. */
  readonly budget: Budget
  /** CPUs that the machine can have. */
  readonly cpus: number
  insns: readonly Insn[]
  /** The instruction looked at: where a phase ahead of the walk finds fault. */
  insn = 0
  /** Bits of each insn: PRUNE and what follows it. */
  readonly marks: Uint8Array
  subprogs: readonly Subprog[] = []
  /** Subprogram of each insn, by index. */
  readonly subprogAt: Int32Array
  /** Bits of registers live before each insn: what later kernels compare states by. */
  readonly liveRegs: Uint16Array
  /** What of the stack is read later, where that is known ahead. */
  stackLiveness: LiveStack | undefined
  /** The loop each insn is in, 0 for none; empty where loops are told otherwise. */
  component = new Int32Array(0)
  /** Where each jump through a register may lead, by insn (explore/gotox.ts). */
  readonly jumpTables = new Map<number, readonly number[]>()
  /** The subprogram that bpf_throw() leads to; -1: none of the program's. */
  exceptionCb = -1
  /** The program refers to an arena. */
  hasArena = false
  private readonly shapes: MapShapes
  private readonly helpers = new Map<number, HelperAnswer>()
  private readonly contextAnswers = new Map<number, CtxAnswer>()
  private readonly refusedMaps = new Map<number, readonly string[] | undefined>()
  private readonly mapRecords = new Map<number, BtfRecord>()

  constructor(linked: LinkedProgram, model: Model, { budget, cpus, replaced }: DraftOptions) {
    this.model = model
    this.isExtension = linked.type === 'BPF_PROG_TYPE_EXT'
    this.replaced = replaced
    this.linked = asReplaced(linked)
    this.budget = budget ?? new Budget()
    this.cpus = cpus ?? MOST_CPUS
    this.insns = linked.insns
    this.marks = new Uint8Array(linked.insns.length)
    this.subprogAt = new Int32Array(linked.insns.length)
    this.liveRegs = new Uint16Array(linked.insns.length)
    this.shapes = shapesWithin(linked.maps)
    this.traits = programTraits(linked)
  }

  is(insn: number, mark: number): boolean {
    return (this.marks[insn]! & mark) !== 0
  }
  mark(insn: number, marks: number): void {
    this.marks[insn] = this.marks[insn]! | marks
  }
  subprogOf(insn: number): Subprog {
    return this.subprogs[this.subprogAt[insn]!]!
  }

  /** The helper of that number, as far as this program may call it. */
  helper(id: number): HelperAnswer {
    let answer = this.helpers.get(id)
    if (answer === undefined) {
      answer = this.model.kernel.helper(id, this.traits)
      this.helpers.set(id, answer)
    }
    return answer
  }
  /** What that helper asks and does; undefined where this program may not call it. */
  helperContract(id: number): HelperContract | undefined {
    const answer = this.helper(id)
    return answer.ok ? this.model.helper(answer.proto) : undefined
  }

  /** What the kernel logs where this map must not go into that helper; undefined where it may. */
  mapRefused(map: number, helper: number): readonly string[] | undefined {
    const key = map * MOST_HELPERS + helper
    const { refusedMaps, model, traits } = this
    if (!refusedMaps.has(key)) {
      const few = model.rules.fewSockmapWriters
      refusedMaps.set(key, checkMapForHelper(this.map(map).typeId, helper, traits, { few }))
    }
    return refusedMaps.get(key)
  }

  /** What an access of the context gives, at an offset that is not negative. */
  contextAccess({ off, size, write, signed }: Required<CtxAccess>): CtxAnswer {
    const key = ((off * 16 + size) * 2 + (write ? 1 : 0)) * 2 + (signed ? 1 : 0)
    let answer = this.contextAnswers.get(key)
    if (answer === undefined) {
      answer = this.model.kernel.ctxAccess(this.traits, { off, size, write, signed })
      this.contextAnswers.set(key, answer)
    }
    return answer
  }

  map(index: number): MapDef {
    const { maps } = this.linked
    const map = index < maps.length ? maps[index] : this.shapes.maps[index - maps.length]
    return map ?? violate('map', { fd: index })
  }
  /** Is it the map inside another one, of which only the shape is known? */
  isInnerMap(index: number): boolean {
    return index >= this.linked.maps.length
  }
  /** The index of what a map of maps holds; undefined where it is none. */
  innerMap(index: number): number | undefined {
    return this.shapes.within.get(index)
  }
  /** As the kernel's messages have it: what it keeps of the name; a map inside another has none. */
  mapName(index: number): string {
    return this.isInnerMap(index) ? '' : this.map(index).kernelName
  }
  /** The special fields of a map's values. */
  mapRecord(index: number): BtfRecord {
    const { mapRecords, linked } = this
    const { valueTypeId } = this.map(index)
    if (linked.mapBtf === undefined || valueTypeId === 0) return noRecord
    let record = mapRecords.get(index)
    if (record === undefined) {
      ;({ record } = mapRecord(linked.mapBtf, valueTypeId, this.model.types))
      mapRecords.set(index, record)
    }
    return record
  }

  /** Nothing of it changes from here on. */
  freeze(): Program {
    for (const subprog of this.subprogs) Object.freeze(subprog)
    return Object.freeze(this)
  }
}

/** Maps that are known by their shape only, what stands in maps of maps: their numbers go on behind the program's own. */
interface MapShapes {
  readonly maps: readonly MapDef[]
  /** By the number of the map that they stand in: theirs. */
  readonly within: ReadonlyMap<number, number>
}

interface DraftOptions {
  readonly budget?: Budget
  readonly cpus?: number
  readonly replaced?: Program | undefined
}

/** An object's maps are the same for all its programs. */
const shapesWithin = remembered((own: readonly MapDef[]): MapShapes => {
  const maps: MapDef[] = []
  const within = new Map<number, number>()
  for (let i = 0; i < own.length + maps.length; i++) {
    const inner = (i < own.length ? own[i] : maps[i - own.length])?.inner
    if (inner !== undefined) within.set(i, own.length + maps.push(inner) - 1)
  }
  return { maps, within }
})

/** Their numbers stay far below it. */
const MOST_HELPERS = 1 << 16
/** The most that a distribution's kernel is built for. */
const MOST_CPUS = 8192
