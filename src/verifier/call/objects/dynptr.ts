// SPDX-License-Identifier: Apache-2.0
// Dynptrs: sixteen bytes of stack that only their own calls may touch. kfuncs.rst "__uninit", selftests dynptr_*.

import { frameOf, requireStackBounds, slotIndex } from '../../access/stack-bounds.ts'
import { constVar, hasVarOff } from '../../access/regions.ts'
import type { Walk } from '../../engine/walk.ts'
import { markSlotRead } from '../../engine/liveness.ts'
import { orElse, violate } from '../../violations/raise.ts'
import { wordsOf } from '../../violations/table.ts'
import { type DynptrType, edit, pointer, type RegState } from '../../state/reg.ts'
import { allBytes, byteType, DYNPTR, emptySlot, slotOf } from '../../state/stack.ts'
import { acquireReference, releaseReference } from './references.ts'
import { destroyDynptrAt, invalidateSlices, mustBeReleased } from '../../access/dynptr-slots.ts'

/** Slot of a stack object `slots` eight-byte words long, its lowest word; a rejection or undefined where it cannot lie there. */
export function objectSlot(walk: Walk, number: number, what: string, slots: number): number {
  const reg = walk.reg(number)
  if (hasVarOff(reg)) violate('stack-object-offset', { form: 'variable', reg: number, what })
  const off = reg.off + constVar(reg)
  if (off % 8 !== 0) violate('stack-object-offset', { form: 'outside', reg: number, what, off })
  const index = slotIndex(off)
  if (index + 1 < slots || (off >= 0 && walk.model.rules.objectsInFrame))
    violate('stack-object-offset', { form: 'outside', reg: number, what, off })
  return index
}

export interface DynptrOrigin {
  /** The dynptr this one is a copy of. */
  readonly clone?: RegState | undefined
  /** The reference of the object it is made over, or 0. */
  readonly on?: number
}

/** A constructor's argument: uninitialised space for a dynptr, which becomes one. */
export function constructDynptr(
  walk: Walk,
  number: number,
  type: DynptrType,
  { clone, on = 0 }: DynptrOrigin = {},
): void {
  const reg = walk.reg(number)
  if (reg.kind !== 'fp') violate('dynptr-uninit', { reg: number })
  const index = orElse(
    () => objectSlot(walk, number, 'dynptr', 2),
    (inner) => {
      walk.verbose(wordsOf(inner, walk.model.wording))
      return violate('dynptr-uninit', { reg: number, inner })
    },
  )
  requireStackBounds(walk, number, 0, 16, 'write')
  const frame = frameOf(walk, reg)
  destroyDynptrAt(walk, frame, index)
  destroyDynptrAt(walk, frame, index - 1)
  const owed = (): number =>
    clone !== undefined ? clone.refObjId : mustBeReleased({ dynptr: type }) ? acquireReference(walk, on) : on
  // where an object and its reference have one id, what a dynptr stands on is there before the dynptr is
  const first = walk.model.rules.objectIds ? owed() : undefined
  const id = walk.newId()
  const part = pointer('dynptr', { dynptr: type, id, refObjId: first ?? owed() })
  frame.setSlot(index, slotOf(DYNPTR, edit(part, { frame: 1 })))
  frame.setSlot(index - 1, slotOf(DYNPTR, part))
  frame.noteWritten(index)
  frame.noteWritten(index - 1)
}

/** An initialised dynptr passed to a call: on the stack, or the const one a callback is given. */
export function requireDynptr(
  walk: Walk,
  number: number,
  expected: DynptrType | undefined,
  { mutates }: { readonly mutates: boolean },
): RegState {
  const reg = walk.reg(number)
  if (reg.kind !== 'fp' && reg.kind !== 'dynptr') {
    violate('dynptr-pointer', { reg: number, arg: number - 1 })
  }
  if (reg.kind === 'dynptr') {
    if (mutates) violate('dynptr-const', { form: 'mutated', reg: number })
    return reg
  }
  const off = reg.off + (hasVarOff(reg) ? 0 : constVar(reg))
  if (hasVarOff(reg)) walk.verbose('dynptr has to be at a constant offset')
  else if (off % 8 !== 0 || slotIndex(off) < 1) walk.verbose(`cannot pass in dynptr at an offset=${off}`)
  const bad = (): never => violate('dynptr-uninitialized', { reg: number, arg: number - 1 })
  if (hasVarOff(reg) || off % 8 !== 0 || slotIndex(off) < 1 || off < -512) bad()
  const index = slotIndex(off)
  const frame = frameOf(walk, reg)
  const slot = frame.slot(index)
  if (!allBytes(slot, DYNPTR) || slot.reg.frame !== 1 || !allBytes(frame.slot(index - 1), DYNPTR)) bad()
  markSlotRead(walk.state, reg.frame, index)
  markSlotRead(walk.state, reg.frame, index - 1)
  if (expected !== undefined && slot.reg.dynptr !== expected) {
    violate('dynptr-type', { reg: number, arg: number - 1, dynptr: expected })
  }
  return slot.reg
}

/** Does the stack slot hold a dynptr that must be submitted or discarded? */
export function ownsReference(walk: Walk, number: number): boolean {
  const reg = walk.reg(number)
  const off = reg.off + (hasVarOff(reg) ? 0 : constVar(reg))
  if (hasVarOff(reg) || off % 8 !== 0 || slotIndex(off) < 1) return false
  const slot = frameOf(walk, reg).slot(slotIndex(off))
  return byteType(slot, 7) === DYNPTR && slot.reg.refObjId !== 0
}

/** Submit or discard: the dynptr, its clones and their slices end. */
export function releaseDynptr(walk: Walk, number: number): void {
  const reg = walk.reg(number)
  const frame = frameOf(walk, reg)
  const index = slotIndex(reg.off + constVar(reg))
  const dynptr = frame.slot(index).reg
  for (const slot of [index, index - 1]) {
    frame.setSlot(slot, emptySlot)
    frame.noteWritten(slot)
  }
  invalidateSlices(walk, dynptr.id)
  if (dynptr.refObjId !== 0) releaseReference(walk, dynptr.refObjId)
}
