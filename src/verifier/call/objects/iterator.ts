// SPDX-License-Identifier: Apache-2.0
// Open-coded iterators: new, next, destroy on a stack object that owes its destroy. kfuncs.rst "KF_ITER_NEW" … ; selftests iters_*.

import { type Btf, type BtfId, sizeOf } from '../../../btf/index.ts'
import { frameOf, requireStackBounds } from '../../access/stack-bounds.ts'
import { type Walk, inRcu } from '../../engine/walk.ts'
import { markSlotRead } from '../../engine/liveness.ts'
import { orElse, violate } from '../../violations/raise.ts'
import { wordsOf } from '../../violations/table.ts'
import { edit, pointer, RCU, TRUSTED, type RegState, UNTRUSTED, ACTIVE } from '../../state/reg.ts'
import { allBytes, byteType, DYNPTR, emptySlot, ITER, slotOf } from '../../state/stack.ts'
import type { State } from '../../state/state.ts'
import { objectSlot } from './dynptr.ts'
import { acquireReference, releaseReference } from './references.ts'

export interface IterArg {
  readonly frame: number
  readonly slot: number
  readonly slots: number
}

const nameOf = (btf: Btf, id: BtfId): string => `iter_${btf.type(id).name.slice('bpf_iter_'.length)}`

/** bpf_iter_X_new: uninitialised space, eight bytes a slot. */
export function constructIterator(
  walk: Walk,
  number: number,
  btf: Btf,
  id: BtfId,
  { rcuProtected }: { readonly rcuProtected: boolean },
): void {
  const reg = walk.reg(number)
  const slots = (sizeOf(btf, id) ?? 8) / 8
  const bad = (): never => violate('iter-uninit', { reg: number, arg: number - 1, iterator: nameOf(btf, id) })
  if (reg.kind !== 'fp') violate('iter-stack', { reg: number, arg: number - 1 })
  const index = iteratorSlot(walk, number, slots) ?? bad()
  const frame = frameOf(walk, reg)
  for (let i = 0; i < slots; i++) {
    const type = byteType(frame.slot(index - i), 7)
    if (type === ITER) bad()
    if (type === DYNPTR) bad()
  }
  requireStackBounds(walk, number, 0, slots * 8, 'write')
  const refObjId = acquireReference(walk)
  const flags = rcuProtected ? (inRcu(walk) ? RCU : UNTRUSTED) : TRUSTED
  const first = pointer('iter', { btf, btfId: id, aux: ACTIVE, refObjId, flags })
  for (let i = 0; i < slots; i++) {
    frame.setSlot(index - i, slotOf(ITER, i === 0 ? first : edit(first, { refObjId: 0 })))
    frame.noteWritten(index - i)
  }
}

/** Undefined where none can lie; the log says why. */
function iteratorSlot(walk: Walk, number: number, slots: number): number | undefined {
  return orElse<number | undefined>(
    () => objectSlot(walk, number, 'iter', slots),
    (inner) => {
      walk.verbose(wordsOf(inner, walk.model.wording))
      return undefined
    },
  )
}

/** bpf_iter_X_next and _destroy: the very iterator, initialised. */
export function requireIterator(walk: Walk, number: number, btf: Btf, id: BtfId): IterArg {
  const reg = walk.reg(number)
  const bad = (): never => violate('iter-init', { reg: number, arg: number - 1, iterator: nameOf(btf, id) })
  if (reg.kind !== 'fp') violate('iter-stack', { reg: number, arg: number - 1 })
  const slots = (sizeOf(btf, id) ?? 8) / 8
  const index = iteratorSlot(walk, number, slots) ?? bad()
  const frame = frameOf(walk, reg)
  for (let i = 0; i < slots; i++) {
    const slot = frame.slot(index - i)
    if (byteType(slot, 7) === ITER && slot.reg.flags & UNTRUSTED && i === 0) {
      violate('iter-rcu', { reg: number, kfunc: iterFunction(walk) })
    }
    if (!allBytes(slot, ITER) || slot.reg.btf !== btf || slot.reg.btfId !== id) bad()
    if ((i === 0) !== (slot.reg.refObjId !== 0)) bad()
    markSlotRead(walk.state, reg.frame, index - i)
  }
  return { frame: reg.frame, slot: index, slots }
}
const iterFunction = (walk: Walk): string => {
  const ref = walk.program.linked.refs.get(walk.insn)
  return ref?.kind === 'kfunc' ? ref.name : ''
}

export function destroyIterator(walk: Walk, iter: IterArg): void {
  const frame = walk.state.frames[iter.frame]!
  releaseReference(walk, frame.slot(iter.slot).reg.refObjId)
  for (let i = 0; i < iter.slots; i++) {
    frame.setSlot(iter.slot - i, emptySlot)
    frame.noteWritten(iter.slot - i)
  }
}

export const iterReg = (state: State, iter: IterArg): RegState => state.frames[iter.frame]!.slot(iter.slot).reg
export function setIterReg(state: State, iter: IterArg, change: Partial<RegState>): void {
  const frame = state.frames[iter.frame]!
  const slot = frame.slot(iter.slot)
  frame.setSlot(iter.slot, { types: slot.types, reg: edit(slot.reg, change) })
}
