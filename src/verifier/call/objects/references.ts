// SPDX-License-Identifier: Apache-2.0
// What was acquired and must be given back. kfuncs.rst "KF_ACQUIRE flag", "KF_RELEASE flag"; graph_ds_impl.rst for borrowed nodes.

import { inCallback, releaseReferenceIn } from '../../access/held.ts'
import { recordOfReg } from '../../access/btf-pointer.ts'
import type { Model } from '../../program/model.ts'
import type { Walk } from '../../engine/walk.ts'
import { violate } from '../../violations/raise.ts'
import { edit, NON_OWN, RCU, type RegState, unknownScalar } from '../../state/reg.ts'
import type { Reference } from '../../state/references.ts'
import { byteType, DYNPTR, emptySlot } from '../../state/stack.ts'
import { mapRegs } from '../../state/state.ts'
import { invalidateSlices } from '../../access/dynptr-slots.ts'

export function acquireReference(walk: Walk, parent = 0): number {
  const id = walk.newId()
  holdReference(walk, {
    id,
    parent,
    insn: walk.insn,
    kind: 'ptr',
    lockMap: -1,
    lockBtf: false,
    lockId: 0,
    callback: inCallback(walk.state),
  })
  return id
}

/** From now on the state holds it, too. */
export function holdReference(walk: Walk, ref: Reference): void {
  const { state } = walk
  state.refs = state.refs.with(ref)
  walk.hold(state.refs.bytes)
}

/** Gives the reference back: every copy of the pointer dies, and every dynptr that stood on it. */
export function releaseReference(walk: Walk, id: number): boolean {
  if (!releaseReferenceIn(walk.model, walk.state, id)) return false
  walk.hold(walk.state.refs.bytes)
  const child = walk.state.refs.childOf(id)
  if (child !== undefined) violate('leaking-child', { refId: child.id, places: [child.insn] })
  mapRegs(walk.state, (reg) => (reg.refObjId === id && reg.kind !== 'dynptr' ? unknownScalar : reg))
  for (const frame of walk.state.frames) {
    frame.stack.forEach((slot, i) => {
      if (byteType(slot, 7) === DYNPTR && slot.reg.refObjId === id) {
        if (slot.reg.frame === 1) invalidateSlices(walk, slot.reg.id)
        frame.ownStack()[i] = emptySlot
        frame.noteWritten(i)
      }
    })
  }
  return true
}

/** A node given to a list or tree is borrowed until the lock is released. */
export function lendReference(walk: Walk, id: number): void {
  releaseReferenceIn(walk.model, walk.state, id)
  mapRegs(walk.state, (reg) => (reg.refObjId === id ? asNonOwning(walk.model, reg) : reg))
}
export function asNonOwning(model: Model, reg: RegState): RegState {
  const counted = recordOfReg(model, reg).refcountOff >= 0
  return edit(reg, { refObjId: 0, flags: reg.flags | NON_OWN | (counted ? RCU : 0) })
}
export function invalidateNonOwning(walk: Walk): void {
  mapRegs(walk.state, (reg) => (reg.flags & NON_OWN ? unknownScalar : reg))
}

/** Packet data may have moved: no packet pointer is good any more. */
export function invalidatePacketPointers(walk: Walk): void {
  mapRegs(walk.state, (reg) => {
    if (reg.kind === 'pkt' || reg.kind === 'pkt_meta' || reg.kind === 'pkt_end') return unknownScalar
    return reg.kind === 'mem' && (reg.dynptr === 'skb' || reg.dynptr === 'skb_meta') ? unknownScalar : reg
  })
}

/** At a program's end, before a tail call, or where a callback returns: what was acquired here is given back. */
export function requireNoReferences(
  walk: Walk,
  { exception, what }: { readonly exception: boolean; readonly what?: string },
): void {
  const { state } = walk
  const shared = walk.model.policies.references.sharedWithCallbacks
  if (!exception && state.frames.length > 1 && (shared || state.cur.callback === 'none')) return
  const callback = shared || state.cur.callback === 'none' ? -1 : state.frames.length - 1
  const held = [...state.refs].filter(
    (ref) => ref.kind === 'ptr' && (exception || callback < 0 || ref.callback === callback),
  )
  const owed = held.filter((ref) => !(walk.model.rules.kptrReturns && !exception && returnsIt(walk, ref.id)))
  if (owed.length === 0) return
  // each has a line; the message is what comes of it, and where nothing is said of that the last, or the first that the kernel explains
  const told = walk.model.rules.reportsFirst ? owed[0]! : owed.at(-1)!
  const places = [...owed.filter((ref) => ref !== told), told].map(({ insn }) => insn)
  if (what === undefined || walk.model.rules.reportsFirst)
    return violate('reference-leak', { form: 'held', refId: told.id, places })
  for (const { id, insn } of owed) walk.verbose(`Unreleased reference id=${id} alloc_insn=${insn}`)
  violate('reference-leak', { form: 'ended', what, refId: told.id, places })
}

/** A struct_ops program may hand a reference back to the kernel as its result. */
const returnsIt = (walk: Walk, id: number): boolean =>
  walk.program.linked.type === 'BPF_PROG_TYPE_STRUCT_OPS' && walk.reg(0).refObjId === id

/** Since 6.15: in this order, and in these words. */
export function requireSectionsClosed(walk: Walk, what: string, { exception }: { readonly exception: boolean }): void {
  const { state } = walk
  const open = (region: string): never => violate('section-open', { form: 'ended', what, region })
  if (state.sections.locks > 0) open('bpf_spin_lock')
  requireNoReferences(walk, { exception, what })
  if (state.sections.irq > 0) open('bpf_local_irq_save')
  if (state.sections.rcu > 0) open('bpf_rcu_read_lock')
  if (state.sections.preempt > 0) open('bpf_preempt_disable')
}
