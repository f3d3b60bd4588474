import { type RegState, unknownScalar } from '../state/reg.ts'
import type { Walk } from '../engine/walk.ts'
import { violate } from '../violations/raise.ts'
import { byteType, DYNPTR, emptySlot } from '../state/stack.ts'
import type { Frame } from '../state/frame.ts'
import { mapRegs, type State } from '../state/state.ts'

export const isDynptrSlot = (frame: Frame, index: number): boolean => byteType(frame.slot(index), 7) === DYNPTR

/** Overwriting part of a dynptr ends it; one that owes a release may not be overwritten. */
export function destroyDynptrAt(walk: Walk, frame: Frame, index: number): void {
  if (!isDynptrSlot(frame, index)) return
  const first = frame.slot(index).reg.frame === 1 ? index : index + 1
  const { reg } = frame.slot(first)
  if (mustBeReleased(reg) && !(walk.model.rules.objectIds && clones(walk.state, reg.refObjId) > 1))
    violate('dynptr-overwrite-referenced')
  for (const slot of [first, first - 1]) {
    frame.setSlot(slot, emptySlot)
    frame.noteWritten(slot)
  }
  invalidateSlices(walk, reg.id)
}

/** Must be given back: submitted or discarded. */
export const mustBeReleased = ({ dynptr }: Pick<RegState, 'dynptr'>): boolean =>
  dynptr === 'ringbuf' || dynptr === 'file'

/** How many dynptrs stand on a reference. */
function clones(state: State, refObjId: number): number {
  let count = 0
  for (const frame of state.frames)
    for (const slot of frame.stack)
      if (byteType(slot, 7) === DYNPTR && slot.reg.frame === 1 && slot.reg.refObjId === refObjId) count++
  return count
}

export function invalidateSlices(walk: Walk, dynptrId: number): void {
  mapRegs(walk.state, (reg) =>
    (reg.kind === 'mem' || reg.kind === 'pkt') && reg.aux === dynptrId && dynptrId !== 0 ? unknownScalar : reg,
  )
}
