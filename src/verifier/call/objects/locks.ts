// SPDX-License-Identifier: Apache-2.0
// Spin locks, RCU and preemption sections.

import type { BtfRecord } from '../../../object/index.ts'
import { ALLOC, MAYBE_NULL, NON_OWN, RCU, type RegState, UNTRUSTED, edit } from '../../state/reg.ts'
import { recordOfReg } from '../../access/btf-pointer.ts'
import { constVar, hasVarOff } from '../../access/regions.ts'
import type { Insn } from '../../../isa/index.ts'
import type { Program } from '../../program/program.ts'
import { type Walk, inRcu } from '../../engine/walk.ts'
import { kfuncContractAt } from '../../program/flow.ts'
import type { Section } from '../../program/policies.ts'
import { violate } from '../../violations/raise.ts'
import { byteType, ITER } from '../../state/stack.ts'
import { isLock, type LockKind, type Reference } from '../../state/references.ts'
import { mapRegs } from '../../state/state.ts'
import { holdReference, invalidateNonOwning } from './references.ts'

/** Special fields of what a pointer points into. */
export function recordAt(program: Program, reg: RegState): BtfRecord | undefined {
  if (reg.kind === 'map_value') return program.mapRecord(reg.map)
  if (reg.kind === 'btf' && reg.flags & ALLOC) return recordOfReg(program.model, reg)
  return undefined
}

/** May the function called there be called while a lock is held? One of the program's own may: what it does is walked. */
export function allowedUnderLock({ program, model, insn: at }: Walk, insn: Insn): boolean {
  if (insn.src === 0) return model.usualHelper(insn.imm)?.effects.underLock === true
  return insn.src !== 2 || kfuncContractAt(program, at)?.effects.underLock === true
}

/** How a lock is taken or given back: bpf_spin_lock, or resilient, plain or with interrupts off. */
export interface LockUse {
  readonly take: boolean
  readonly kind: LockKind
}

export function spinLock(walk: Walk, number: number, { take, kind }: LockUse): void {
  const reg = walk.reg(number)
  const details = { reg: number }
  const name = kind === 'lock' ? 'bpf_spin' : 'bpf_res_spin'
  if (hasVarOff(reg)) violate('lock-offset', { form: 'variable', ...details, name })
  const map = reg.kind === 'map_value' ? walk.program.map(reg.map) : undefined
  if (map !== undefined && map.valueTypeId === 0)
    violate('lock-btf', { ...details, map: walk.program.mapName(reg.map), name })
  const record = recordAt(walk.program, reg)
  const lockOff = record === undefined ? -1 : kind === 'lock' ? record.lockOff : record.resLockOff
  if (lockOff < 0) {
    return violate('lock-none', {
      ...details,
      place: map === undefined ? 'local' : 'map',
      map: map === undefined ? 'kptr' : walk.program.mapName(reg.map),
      name,
    })
  }
  const at = reg.off + constVar(reg)
  if (at !== lockOff) violate('lock-offset', { form: 'elsewhere', ...details, at, name, expectedOff: lockOff })
  if (take) takeLock(walk, reg, number, kind)
  else giveLockBack(walk, reg, number, kind, name)
}

function takeLock(walk: Walk, reg: RegState, number: number, kind: LockKind): void {
  const { state } = walk
  const details = { reg: number }
  if (kind === 'lock') {
    if (state.refs.find((ref) => ref.kind === 'lock') !== undefined) violate('lock-two', details)
  } else {
    const held = state.refs.find((ref) => (ref.kind === 'res_lock' || ref.kind === 'res_lock_irq') && guards(ref, reg))
    if (held !== undefined) violate('lock-again', { ...details, places: [held.insn] })
  }
  const map = reg.kind === 'map_value'
  holdReference(walk, {
    id: walk.lastId,
    parent: 0,
    insn: walk.insn,
    kind,
    lockMap: map ? reg.map : -1,
    lockBtf: !map,
    lockId: reg.id,
    callback: 0,
  })
  state.setSections({ locks: state.sections.locks + 1 })
}

function giveLockBack(walk: Walk, reg: RegState, number: number, kind: LockKind, name: string): void {
  const { state } = walk
  const details = { reg: number }
  if (state.sections.locks === 0) violate('unlock-none', { ...details, name })
  const last = state.refs.findLast(isLock)!
  const places = [last.insn]
  const held = state.refs.find((ref) => ref.kind === kind && guards(ref, reg))
  if (held === undefined) return violate('unlock-other', { ...details, places, name })
  if (!guards(last, reg)) violate('unlock-order', { ...details, places, name })
  state.refs = state.refs.without(held, 'closed')
  state.setSections({ locks: state.sections.locks - 1 })
  invalidateNonOwning(walk)
  leaveRcu(walk, 'lock')
}

const guards = (lock: Reference, reg: RegState): boolean =>
  lock.lockId === reg.id && (reg.kind === 'map_value' ? lock.lockMap === reg.map : lock.lockBtf)

/** The lock beside a list head or tree root is held. */
export function requireLockHeld(walk: Walk, reg: RegState, what: string, number: number): void {
  const record = recordAt(walk.program, reg)!
  const held = walk.state.refs.find((ref) => isLock(ref) && guards(ref, reg))
  if (held === undefined) {
    if (walk.state.sections.locks > 0) walk.verbose('held lock and object are not in the same allocation')
    violate('lock-not-held', { reg: number, lockOff: record.lockOff < 0 ? -22 : record.lockOff, what })
  }
}

export function rcuLock(walk: Walk): void {
  if (walk.state.sections.rcu > 0 && !walk.model.policies.sections.rcuNests) violate('rcu-nested')
  walk.state.setSections({ rcu: walk.state.sections.rcu + 1 })
}
export function rcuUnlock(walk: Walk): void {
  if (walk.state.sections.rcu === 0) violate('rcu-unmatched')
  walk.state.setSections({ rcu: walk.state.sections.rcu - 1 })
  if (!walk.model.policies.sections.rcuEndsAlone) leaveRcu(walk, 'rcu')
  else if (walk.state.sections.rcu === 0) endRcu(walk)
}

/** A section was left: where it was the last that kept RCU pointers alive, what was only alive in it is untrusted. */
export function leaveRcu(walk: Walk, section: Section): void {
  if (walk.model.policies.sections.loseRcu[section] && !inRcu(walk)) endRcu(walk)
}

/** kfuncs.rst "KF_RCU flag": leaving the section. */
function endRcu(walk: Walk): void {
  const lost = RCU | MAYBE_NULL | NON_OWN
  mapRegs(walk.state, (reg) => (reg.flags & RCU ? edit(reg, { flags: (reg.flags & ~lost) | UNTRUSTED }) : reg))
  for (const frame of walk.state.frames) {
    frame.stack.forEach((slot, i) => {
      if (byteType(slot, 7) !== ITER || (slot.reg.flags & RCU) === 0) return
      frame.ownStack()[i] = { types: slot.types, reg: edit(slot.reg, { flags: (slot.reg.flags & ~RCU) | UNTRUSTED }) }
    })
  }
}
