// SPDX-License-Identifier: Apache-2.0
// Is a state no more than one that was explored before? Then nothing new can go wrong on it.

import { ACTIVE, type RegState, samePointee, unknownScalar } from '../state/reg.ts'
import type { Model } from '../program/model.ts'
import type { Program } from '../program/program.ts'
import type { Walk } from './walk.ts'
import type { Domain } from '../scalar/index.ts'
import * as scalar from '../scalar/index.ts'
import {
  byteType,
  DYNPTR,
  isBlank,
  IRQ,
  isSpilled,
  isSpilledScalar,
  ITER,
  MISC,
  type Slot,
  SPILL,
} from '../state/stack.ts'
import { isLock, type References } from '../state/references.ts'
import type { Frame, FrameEntry } from '../state/frame.ts'
import type { Sections, State } from '../state/state.ts'

/** exact: infinite loops; range: loops that converge; live: what is read later may not exceed what was seen. */
export type Closeness = 'exact' | 'range' | 'live'

/** BPF_ID_MAP_SIZE: states with more ids than that are told apart; until 7.0, and with more frames since. */
const MOST_IDS = [(11 + 64) * 8, (11 + 64 + 7) * 16] as const
/** So many ids are found fastest in a list. */
const FEW_IDS = 32

/** Which id of the old state stands for which of the current one: a bijection, grown as ids are met. */
class IdMap {
  private readonly olds: number[] = []
  private readonly curs: number[] = []
  private count = 0
  private fresh = 1 << 30
  /** Where the constant part of a pointer's offset is a part of its bounds: how they are added up. */
  domain: Domain | undefined
  /** What nobody reads was forgotten ahead of comparing: a register with nothing in it covers any. */
  forgotten = false
  /** Numbers are compared whether or not anything needed them exactly. */
  exacting = false
  /** Slots are compared whether or not a read of them was noted. */
  wholeStack = false
  private most: number = MOST_IDS[0]
  /** Beyond few: the same in both directions. */
  private readonly curOf = new Map<number, number>()
  private readonly oldOf = new Map<number, number>()
  clear(most: number): void {
    if (this.count > FEW_IDS) {
      this.curOf.clear()
      this.oldOf.clear()
    }
    this.most = most
    this.count = 0
    this.fresh = 1 << 30
  }
  same(old: number, cur: number): boolean {
    if (old === 0 || cur === 0) return old === cur
    return this.pair(old, cur)
  }
  /** A scalar linked to nothing may become one that is; a link must be met by one, and an unlinked scalar is a class of its own. */
  sameScalar(old: number, cur: number): boolean {
    return old === 0 || this.pair(old, cur === 0 ? ++this.fresh : cur)
  }
  private pair(old: number, cur: number): boolean {
    const { olds, curs, count } = this
    for (let i = 0; i < count && i < FEW_IDS; i++) {
      if (olds[i] === old) return curs[i] === cur
      if (curs[i] === cur) return false
    }
    return count < FEW_IDS ? this.add(old, cur) : this.pairBeyond(old, cur)
  }
  private pairBeyond(old: number, cur: number): boolean {
    const known = this.curOf.get(old)
    if (known !== undefined) return known === cur
    return !this.oldOf.has(cur) && this.count < this.most && this.add(old, cur)
  }
  private add(old: number, cur: number): true {
    if (this.count < FEW_IDS) {
      this.olds[this.count] = old
      this.curs[this.count] = cur
    } else {
      this.curOf.set(old, cur)
      this.oldOf.set(cur, old)
    }
    this.count++
    return true
  }
}
/** One for all comparisons: none of them runs inside another. */
const shared = new IdMap()

export function covers(walk: Walk, old: State, cur: State, closeness: Closeness): boolean {
  if (old.frames.length !== cur.frames.length || !sameSections(old.sections, cur.sections)) return false
  const ids = shared
  ids.clear(MOST_IDS[walk.model.rules.deepCalls ? 1 : 0])
  ids.forgotten = walk.program.stackLiveness !== undefined
  ids.exacting = walk.exacting !== undefined
  ids.wholeStack = walk.exacting?.readsAhead === true
  ids.domain = walk.model.rules.oneOffset ? walk.model.domain : undefined
  if (!sameHeld(old.refs, cur.refs, ids)) return false
  for (let f = 0; f < old.frames.length; f++) {
    const a = old.frames[f]!
    const b = cur.frames[f]!
    if (!sameEntry(a.entry, b.entry)) return false
    const calls = f < old.frames.length - 1
    if (calls && walk.model.policies.references.perFrame && !sameIds(a.heldAtCall, b.heldAtCall, ids)) return false
    if (!sameRegs(a, b, ids, closeness, regsToCompare(walk, old, f, closeness))) return false
    if (!sameStack(walk.program, a, b, ids, closeness)) return false
  }
  return true
}

const sameEntry = (old: FrameEntry, cur: FrameEntry): boolean =>
  old === cur || (old.callsite === cur.callsite && old.subprog === cur.subprog && old.callback === cur.callback)

/** Bits of the registers whose values count: those read later, as noted on the way or known ahead of it. */
function regsToCompare(walk: Walk, old: State, f: number, closeness: Closeness): number {
  if (walk.model.rules.staticLiveness || (closeness === 'live' && walk.exacting?.readsAhead))
    return walk.program.liveRegs[old.frames[f + 1]?.callsite ?? walk.insn]!
  return closeness === 'live' ? old.frames[f]!.readRegs : 0x3ff
}

const sameSections = (old: Sections, cur: Sections): boolean =>
  old === cur ||
  (old.locks === cur.locks &&
    old.rcu === cur.rcu &&
    old.preempt === cur.preempt &&
    old.irq === cur.irq &&
    old.sleepable === cur.sleepable)

const sameHeld = (old: References, cur: References, ids: IdMap): boolean =>
  old.length === 0 ? cur.length === 0 : sameReferences(old, cur, ids)

// Apart from who asks, for the closures that they make: mostly nothing is held.
function sameReferences(old: References, cur: References, ids: IdMap): boolean {
  return old.everyPair(cur, (ref, other) => {
    if (ref.kind !== other.kind) return false
    if (!isLock(ref)) return ids.same(ref.id, other.id)
    return ref.lockMap === other.lockMap && ref.lockBtf === other.lockBtf && ids.same(ref.lockId, other.lockId)
  })
}
const sameIds = (old: References, cur: References, ids: IdMap): boolean =>
  old.length === 0 ? cur.length === 0 : sameHeldIds(old, cur, ids)
const sameHeldIds = (old: References, cur: References, ids: IdMap): boolean =>
  old.everyPair(cur, (ref, other) => ids.same(ref.id, other.id))

function sameRegs(old: Frame, cur: Frame, ids: IdMap, closeness: Closeness, live: number): boolean {
  if (old.callbackDepth > cur.callbackDepth) return false
  for (let i = 0; i < 10; i++)
    if (live & (1 << i) && !sameReg(old.keptReg(i), cur.regs[i]!, ids, closeness)) return false
  return true
}

function alikePointee(old: RegState, cur: RegState): boolean {
  return (
    old.btf === cur.btf &&
    old.btfId === cur.btfId &&
    old.map === cur.map &&
    old.mapUid === cur.mapUid &&
    old.size === cur.size &&
    old.frame === cur.frame &&
    old.dynptr === cur.dynptr &&
    old.aux === cur.aux
  )
}

function sameExactly(old: RegState, cur: RegState, ids: Pick<IdMap, 'same'>): boolean {
  return (
    old.kind === cur.kind &&
    old.flags === cur.flags &&
    old.off === cur.off &&
    (samePointee(old, cur) || alikePointee(old, cur)) &&
    old.delta === cur.delta &&
    scalar.sameScalar(old.var, cur.var) &&
    ids.same(old.id, cur.id) &&
    ids.same(old.refObjId, cur.refObjId)
  )
}

/** The very same values under the very same ids: cheap, and the least that going round in circles shows. */
export function identicalRegs(a: readonly RegState[], b: readonly RegState[]): boolean {
  for (let i = 0; i < 10; i++) {
    const x = a[i]!
    const y = b[i]!
    if (x !== y && !(x.id === y.id && x.refObjId === y.refObjId && sameExactly(x, y, identity))) return false
  }
  return true
}
const identity = { same: (old: number, cur: number): boolean => old === cur }

function sameReg(old: RegState, cur: RegState, ids: IdMap, closeness: Closeness): boolean {
  // one and the same value, linked to nothing
  if (old === cur && old.id === 0 && old.refObjId === 0) return true
  if (closeness === 'exact') return sameExactly(old, cur, ids)
  // what was there was not read
  if (old.kind === 'not_init' && (closeness === 'live' || ids.forgotten)) return true
  if (old.kind !== cur.kind || old.flags !== cur.flags) return false
  switch (old.kind) {
    case 'scalar':
      if (closeness === 'live' && !old.precise && !ids.exacting) return true
      // values at a distance of each other: the same distance; a scalar linked to nothing is met by any
      if ((old.delta !== undefined || (old.id !== 0 && cur.delta !== undefined)) && old.delta !== cur.delta)
        return false
      if (!ids.sameScalar(old.id, cur.id)) return false
      return scalar.within(old.var, cur.var)
    case 'map_key':
    case 'map_value':
    case 'mem':
    case 'buf':
    case 'tp_buffer':
      return (
        old.map === cur.map &&
        old.mapUid === cur.mapUid &&
        old.size === cur.size &&
        old.aux === cur.aux &&
        offsetWithin(old, cur, ids) &&
        ids.same(old.id, cur.id) &&
        ids.same(old.refObjId, cur.refObjId)
      )
    case 'pkt':
    case 'pkt_meta':
      if (old.size < 0 || cur.size < 0 ? old.size !== cur.size : old.size > cur.size) return false
      if (!ids.same(old.id, cur.id)) return false
      return (ids.domain === undefined || old.id === 0 || sameStart(old, cur)) && offsetWithin(old, cur, ids)
    case 'insn':
      return old.map === cur.map && old.id === cur.id && offsetWithin(old, cur, ids)
    case 'arena':
      return true
    default:
      return sameExactly(old, cur, ids)
  }
}

function offsetWithin(old: RegState, cur: RegState, { domain }: IdMap): boolean {
  if (old.off === cur.off) return scalar.within(old.var, cur.var)
  return domain !== undefined && scalar.within(wholeOffset(old, domain), wholeOffset(cur, domain))
}
const wholeOffset = ({ off, var: variable }: RegState, domain: Domain): scalar.Scalar =>
  off === 0 ? variable : domain.addPointerOffset(variable, scalar.constantNumber(off))

/** Packet pointers of one id stay at the distances at which they are. */
const sameStart = (old: RegState, cur: RegState): boolean =>
  BigInt.asUintN(64, scalar.arcStart(old.var) + BigInt(old.off)) ===
  BigInt.asUintN(64, scalar.arcStart(cur.var) + BigInt(cur.off))

/** What the bytes from `first` on hold, as a scalar: one spilled, or bytes that may be anything; undefined for anything else. */
function asScalar(slot: Slot, first: number): RegState | undefined {
  if (isSpilledScalar(slot) && byteType(slot, first) === SPILL) return slot.reg
  return isAnything(slot, first) ? unknownScalar : undefined
}
/** Privileged programs may read what was never written. */
function isAnything(slot: Slot, first = 0): boolean {
  for (let i = first; i < 8; i++) if (byteType(slot, i) !== MISC && !isBlank(byteType(slot, i))) return false
  return true
}

function sameStack(program: Program, old: Frame, cur: Frame, ids: IdMap, closeness: Closeness): boolean {
  // until 7.0 loops compare the bytes' types, too
  const typesCount =
    closeness === 'exact' || (closeness === 'range' && !program.model.rules.miscMeetsScalars && !ids.wholeStack)
  const readOnly = closeness === 'live' && program.stackLiveness === undefined && !ids.wholeStack
  for (let s = 0; s < old.stack.length; s++) {
    if (readOnly && !old.wasRead(s)) continue
    const a = old.keptSlot(s)
    const b = cur.slot(s)
    if (typesCount && (s >= cur.stack.length || !sameTypes(a, b))) return false
    if (isAnything(a) || (a === b && a.reg.id === 0 && a.reg.refObjId === 0)) continue
    if (s >= cur.stack.length || !sameSlot(program.model, a, b, ids, closeness)) return false
  }
  return true
}

function sameTypes(a: Slot, b: Slot): boolean {
  if (a.types === b.types) return true
  for (let i = 0; i < 8; i++) {
    const [ta, tb] = [byteType(a, i), byteType(b, i)]
    if (ta !== tb && !(isBlank(ta) && isBlank(tb))) return false
  }
  return true
}

function sameSlot(model: Model, a: Slot, b: Slot, ids: IdMap, closeness: Closeness): boolean {
  for (let i = 0; i < 8; i++) {
    const type = byteType(a, i)
    // privileged programs may read what was never written
    if (isBlank(type) || type === MISC) continue
    if (i === 0 || (i === 4 && model.rules.miscMeetsScalars)) {
      const old = asScalar(a, i)
      const cur = asScalar(b, i)
      if (old !== undefined && cur !== undefined) return sameReg(old, cur, ids, closeness)
    }
    if (type !== byteType(b, i)) return false
    if (i === 7) return sameObject(a, b, ids, closeness)
  }
  return true
}

/** The registers spilled, or the dynptr, iterator or saved interrupts that both slots are part of. */
function sameObject(a: Slot, b: Slot, ids: IdMap, closeness: Closeness): boolean {
  switch (byteType(a, 7)) {
    case SPILL:
      return sameReg(a.reg, b.reg, ids, closeness)
    case DYNPTR:
      if (a.reg.dynptr !== b.reg.dynptr || a.reg.frame !== b.reg.frame || a.reg.flags !== b.reg.flags) return false
      return ids.same(a.reg.refObjId, b.reg.refObjId)
    case IRQ:
      return a.reg.aux === b.reg.aux && ids.same(a.reg.refObjId, b.reg.refObjId)
    case ITER:
      if (
        a.reg.btf !== b.reg.btf ||
        a.reg.btfId !== b.reg.btfId ||
        a.reg.aux !== b.reg.aux ||
        a.reg.flags !== b.reg.flags
      )
        return false
      return ids.same(a.reg.refObjId, b.reg.refObjId)
    default:
      return true
  }
}

/** Loops over iterators and callbacks converge because scalars that nobody needed exactly are forgotten. */
export function widenImprecise(previous: State, cur: State): void {
  const ids = new IdMap()
  const differs = (a: RegState, b: RegState): boolean =>
    a.kind === 'scalar' && b.kind === 'scalar' && !a.precise && !b.precise && !sameExactly(a, b, ids)
  for (let f = previous.frames.length - 1; f >= 0; f--) {
    const old = previous.frames[f]!
    const frame = cur.frames[f]
    if (frame === undefined) continue
    for (let i = 0; i < 10; i++) if (differs(old.regs[i]!, frame.regs[i]!)) frame.ownRegs()[i] = unknownScalar
    for (let s = 0; s < old.stack.length && s < frame.stack.length; s++) {
      const a = old.stack[s]!
      const b = frame.stack[s]!
      if (isSpilled(a) && isSpilled(b) && differs(a.reg, b.reg))
        frame.ownStack()[s] = { types: b.types, reg: unknownScalar }
    }
  }
}

/** Does any iterator's progress differ? Then going round again is no infinite loop. */
export function iterDepthsDiffer(a: State, b: State): boolean {
  return a.frames.some((frame, f) =>
    frame.stack.some((slot, s) => {
      if (byteType(slot, 0) !== ITER) return false
      const other = b.frames[f]?.slot(s)
      return slot.reg.aux === ACTIVE && other !== undefined && slot.reg.frame !== other.reg.frame
    }),
  )
}
