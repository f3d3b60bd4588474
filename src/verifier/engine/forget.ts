// SPDX-License-Identifier: Apache-2.0
// As the walk goes on, what no later insn reads is forgotten, in all frames: fewer states then differ.

import type { Walk } from './walk.ts'
import * as scalar from '../scalar/index.ts'
import { notInit } from '../state/reg.ts'
import { byteType, dataSlot, isObject, POISON, type Slot, SPILL, uniform, withBytes, MISC } from '../state/stack.ts'
import type { Frame } from '../state/frame.ts'
import type { LiveStack, LiveUnits } from '../program/program.ts'

export function forgetDead(walk: Walk, liveness: LiveStack): void {
  const { state } = walk
  state.frames.forEach((frame, f) => {
    const regs = walk.program.liveRegs[state.frames[f + 1]?.callsite ?? walk.insn]!
    for (let i = 0; i < 10; i++) if ((regs & (1 << i)) === 0 && frame.regs[i] !== notInit) frame.ownRegs()[i] = notInit
    if (frame.stack.length > 0) forgetSlots(frame, liveness.liveIn(state, f, walk.insn))
  })
}

function forgetSlots(frame: Frame, live: LiveUnits): void {
  const { stack } = frame
  for (let s = 0; s < stack.length; s++) {
    const halves = (live[s >> 4]! >>> ((s & 15) * 2)) & 3
    if (halves === BOTH) continue
    const slot = stack[s]!
    const left = halves === 0 ? withoutAll(slot) : withoutHalf(slot, halves)
    // forgotten before, mostly: then the stack goes on being shared
    if (left !== slot) frame.ownStack()[s] = left
  }
}

const BOTH = 3
/** Bytes 0 to 3 of a slot, nearer to the frame's top. */
const UPPER = 1

const forgotten: Slot = dataSlot(uniform(POISON))

const withoutAll = (slot: Slot): Slot => (isObject(slot) ? slot : forgotten)

/** Of a number whose low half is not read bytes are left; a pointer and a zero stay whole. */
function withoutHalf(slot: Slot, halves: number): Slot {
  if (isObject(slot)) return slot
  let { types } = slot
  if (halves !== UPPER) {
    types = withBytes(types, 0, 4, POISON)
    return types === slot.types ? slot : { types, reg: slot.reg }
  }
  if (byteType(slot, 7) === SPILL) {
    if (slot.reg.kind !== 'scalar' || scalar.isZero(slot.reg.var)) return slot
    for (let i = 0; i < 4; i++) if (byteType(slot, i) === SPILL) types = withBytes(types, i, 1, MISC)
  }
  types = withBytes(types, 4, 4, POISON)
  return types === slot.types && slot.reg === notInit ? slot : dataSlot(types)
}
