// SPDX-License-Identifier: Apache-2.0
// Is a state no more than one that was explored before? Then nothing new can go wrong on it.

import type { Env } from '../env.ts'
import * as scalar from '../scalar/index.ts'
import { notInit, type RegState, unknownScalar } from '../state/reg.ts'
import { byteType, DYNPTR, INVALID, isSpilled, isSpilledScalar, ITER, MISC, type Slot, SPILL } from '../state/stack.ts'
import { type Frame, type State, testBit } from '../state/state.ts'

/** exact: infinite loops; range: loops that converge; live: what is read later may not exceed what was seen. */
export type Closeness = 'exact' | 'range' | 'live'

/** Which id of the old state stands for which of the current one: a bijection, grown as ids are met. Few, so a list is fastest. */
class IdMap {
  private readonly olds: number[] = []
  private readonly curs: number[] = []
  private count = 0
  private fresh = 1 << 30
  clear(): void {
    this.count = 0
    this.fresh = 1 << 30
  }
  same(old: number, cur: number): boolean {
    if (old === 0 || cur === 0) return old === cur
    return this.pair(old, cur)
  }
  /** Scalars without an id are each their own class. */
  sameScalar(old: number, cur: number): boolean {
    if (old === 0 && cur === 0) return true
    return this.pair(old === 0 ? ++this.fresh : old, cur === 0 ? ++this.fresh : cur)
  }
  private pair(old: number, cur: number): boolean {
    const { olds, curs, count } = this
    for (let i = 0; i < count; i++) {
      if (olds[i] === old) return curs[i] === cur
      if (curs[i] === cur) return false
    }
    olds[count] = old
    curs[count] = cur
    this.count = count + 1
    return true
  }
}
/** One for all comparisons: none of them runs inside another. */
const shared = new IdMap()

export function statesEqual(env: Env, old: State, cur: State, closeness: Closeness): boolean {
  if (old.frames.length !== cur.frames.length || old.inSleepable !== cur.inSleepable) return false
  const ids = shared
  ids.clear()
  if (!sameHeld(old, cur, ids)) return false
  const useLive = old.branches === 0 && closeness !== 'exact'
  for (let f = 0; f < old.frames.length; f++) {
    const a = old.frames[f]!
    const b = cur.frames[f]!
    if (a.callsite !== b.callsite || a.subprog !== b.subprog || a.callback !== b.callback) return false
    const top = f === old.frames.length - 1
    const next = top ? env.insn : old.frames[f + 1]!.callsite
    const live = top ? env.liveRegs[next]! : returnLive(env, next)
    if (!sameFrame(a, b, ids, closeness, useLive ? live : 0x3ff, useLive)) return false
  }
  return true
}

/** Callers resume after the call, or at it again where it runs a callback. */
const returnLive = (env: Env, callsite: number): number =>
  env.note(callsite).callsCallback
    ? env.liveRegs[callsite]! | (env.liveRegs[callsite + 1] ?? 0)
    : (env.liveRegs[callsite + 1] ?? 0x3ff)

function sameHeld(old: State, cur: State, ids: IdMap): boolean {
  if (old.refs.length !== cur.refs.length || old.activeLocks !== cur.activeLocks || old.activeRcu !== cur.activeRcu)
    return false
  if (old.activePreempt !== cur.activePreempt) return false
  for (let i = 0; i < old.refs.length; i++) {
    const ref = old.refs[i]!
    const other = cur.refs[i]!
    if (ref.kind !== other.kind) return false
    if (ref.kind === 'lock') {
      if (ref.lockMap !== other.lockMap || ref.lockBtf !== other.lockBtf || !ids.same(ref.lockId, other.lockId))
        return false
    } else if (!ids.same(ref.id, other.id)) return false
  }
  return true
}

function sameFrame(old: Frame, cur: Frame, ids: IdMap, closeness: Closeness, live: number, useLive: boolean): boolean {
  if (old.callbackDepth > cur.callbackDepth) return false
  for (let i = 0; i < 10; i++) if (live & (1 << i) && !sameReg(old.regs[i]!, cur.regs[i]!, ids, closeness)) return false
  return sameStack(old, cur, ids, closeness, useLive)
}

export function sameExactly(old: RegState, cur: RegState, ids: IdMap): boolean {
  return (
    old.kind === cur.kind &&
    old.flags === cur.flags &&
    old.off === cur.off &&
    old.btf === cur.btf &&
    old.btfId === cur.btfId &&
    old.map === cur.map &&
    old.mapUid === cur.mapUid &&
    old.size === cur.size &&
    old.frame === cur.frame &&
    old.dynptr === cur.dynptr &&
    old.aux === cur.aux &&
    scalar.equal(old.var, cur.var) &&
    ids.same(old.id, cur.id) &&
    ids.same(old.refObjId, cur.refObjId)
  )
}
export const exactlyEqual = (a: RegState, b: RegState): boolean => sameExactly(a, b, new IdMap())

export function sameReg(old: RegState, cur: RegState, ids: IdMap, closeness: Closeness): boolean {
  // one and the same value, linked to nothing
  if (old === cur && old.id === 0 && old.refObjId === 0) return true
  if (closeness === 'exact') return sameExactly(old, cur, ids)
  if (old.kind === 'not_init') return true
  if (old.kind !== cur.kind || old.flags !== cur.flags) return false
  switch (old.kind) {
    case 'scalar':
      if (closeness === 'live' && !old.precise) return true
      if (old.delta !== cur.delta) return false
      if (!ids.sameScalar(old.id, cur.id)) return false
      return scalar.within(old.var, cur.var)
    case 'map_key':
    case 'map_value':
    case 'mem':
    case 'buf':
    case 'tp_buffer':
      return (
        old.off === cur.off &&
        old.map === cur.map &&
        old.mapUid === cur.mapUid &&
        old.size === cur.size &&
        old.aux === cur.aux &&
        scalar.within(old.var, cur.var) &&
        ids.same(old.id, cur.id) &&
        ids.same(old.refObjId, cur.refObjId)
      )
    case 'pkt':
    case 'pkt_meta':
      return old.size <= cur.size && old.off === cur.off && ids.same(old.id, cur.id) && scalar.within(old.var, cur.var)
    case 'arena':
      return true
    default:
      return sameExactly(old, cur, ids)
  }
}

/** A slot that holds a scalar, spilled whole or as bytes, as a scalar; undefined for anything else. */
function asScalar(slot: Slot): RegState | undefined {
  if (isSpilledScalar(slot) && byteType(slot, 0) === SPILL) return slot.reg
  for (let i = 0; i < 8; i++) if (byteType(slot, i) !== MISC && byteType(slot, i) !== INVALID) return undefined
  return byteType(slot, 0) === MISC || byteType(slot, 7) === MISC ? unknownScalar : undefined
}

function sameStack(old: Frame, cur: Frame, ids: IdMap, closeness: Closeness, useLive: boolean): boolean {
  for (let s = 0; s < old.stack.length; s++) {
    const a = old.stack[s]!
    const b = cur.slot(s)
    if (closeness === 'exact' && a.types !== b.types) return false
    if (useLive && !testBit(old.read, s)) continue
    if (a.types === 0 || (a === b && a.reg.id === 0 && a.reg.refObjId === 0)) continue
    const sa = asScalar(a)
    const sb = asScalar(b)
    if (sa !== undefined && sb !== undefined) {
      if (!sameReg(sa, sb, ids, closeness)) return false
      continue
    }
    let needReg = false
    for (let i = 0; i < 8; i++) {
      const ta = byteType(a, i)
      const tb = byteType(b, i)
      // privileged programs may read what was never written
      if (ta === INVALID || (ta === MISC && tb !== DYNPTR && tb !== ITER)) continue
      if (ta !== tb) return false
      needReg = true
    }
    if (!needReg) continue
    const top = byteType(a, 7)
    if (top === SPILL) {
      if (!isSpilled(b) || !sameReg(a.reg, b.reg, ids, closeness)) return false
    } else if (top === DYNPTR) {
      if (a.reg.dynptr !== b.reg.dynptr || a.reg.frame !== b.reg.frame || a.reg.flags !== b.reg.flags) return false
      if (!ids.same(a.reg.refObjId, b.reg.refObjId)) return false
    } else if (top === ITER) {
      if (
        a.reg.btf !== b.reg.btf ||
        a.reg.btfId !== b.reg.btfId ||
        a.reg.aux !== b.reg.aux ||
        a.reg.flags !== b.reg.flags
      )
        return false
      if (!ids.same(a.reg.refObjId, b.reg.refObjId)) return false
    }
  }
  return true
}

/** Loops over iterators and callbacks converge because scalars that nobody needed exactly are forgotten. */
export function widenImprecise(previous: State, cur: State): void {
  const ids = new IdMap()
  const differs = (a: RegState, b: RegState): boolean =>
    a.kind === 'scalar' && b.kind === 'scalar' && !a.precise && !b.precise && !sameExactly(a, b, ids)
  previous.frames.forEach((old, f) => {
    const frame = cur.frames[f]
    if (frame === undefined) return
    for (let i = 0; i < 10; i++) if (differs(old.regs[i] ?? notInit, frame.regs[i]!)) frame.regs[i] = unknownScalar
    for (let s = 0; s < old.stack.length && s < frame.stack.length; s++) {
      const a = old.stack[s]!
      const b = frame.stack[s]!
      if (isSpilled(a) && isSpilled(b) && differs(a.reg, b.reg)) frame.stack[s] = { types: b.types, reg: unknownScalar }
    }
  })
}
