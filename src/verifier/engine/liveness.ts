// SPDX-License-Identifier: Apache-2.0
// Which registers and stack slots of a checkpoint are read by what comes after it, noted as the reads happen: up the chain of
// parents, until a segment that wrote the register or slot first. Only what is read need be covered when states are compared.
//
// A register lies in the same place of the parent's frame, with three exceptions: a static call hands r1-r5 of the caller to the
// callee, a return hands r0 of the callee to the caller, and a frame made since the parent was kept is in no earlier state.
// r0-r5 of a caller that waits for its callee are gone, so no checkpoint made in the callee notes reads of them.

import type { Frame } from '../state/frame.ts'
import type { State } from '../state/state.ts'

const ARGUMENTS = 0x3e

/** The frame reads the register, as an operand or an argument. */
export function markRegRead(from: State, number: number): void {
  if (number === 10) return
  markRegReadFrom(from, from.frames.length - 1, number)
}

function markRegReadFrom(from: State, frameno: number, number: number): void {
  const bit = 1 << number
  let state = from
  let f = frameno
  for (;;) {
    const own: Frame = state.frames[f]!
    if ((own.wroteRegs & bit) !== 0) return
    const { parent } = state
    if (parent === undefined) return
    if (own.born) {
      if (own.callback !== 'none' || f === 0 || (ARGUMENTS & bit) === 0) return
      f--
    } else if (number === 0 && own.r0From >= 0) f = own.r0From
    const frame = parent.frames[f]
    if (frame === undefined) return
    if (number >= 6 || f === parent.frames.length - 1) {
      if ((frame.readRegs & bit) !== 0) return
      frame.noteRegsRead(bit)
      parent.marks++
    }
    state = parent
  }
}

/** Something reads the stack slot, or part of it. */
export function markSlotRead(from: State, frameno: number, slot: number): void {
  let state = from
  for (;;) {
    const own = state.frames[frameno]
    // this segment wrote it first: earlier states do not matter
    if (own === undefined || own.born || own.wrote(slot)) return
    const parent = state.parent
    if (parent === undefined) return
    const frame = parent.frames[frameno]
    if (frame === undefined || frame.wasRead(slot)) return
    frame.noteRead(slot)
    parent.marks++
    state = parent
  }
}

/** The current state ended in one explored before: what that one's future reads, ours reads too. */
export function propagateReads(from: State, seen: State): void {
  const top = seen.frames.length - 1
  for (let f = 0; f <= top; f++) {
    const frame = seen.frames[f]!
    const { readRegs, stack } = frame
    for (let i = f < top ? 6 : 0; i < 10; i++) if ((readRegs & (1 << i)) !== 0) markRegReadFrom(from, f, i)
    if (!frame.readsStack) continue
    const slots = Math.min(stack.length, from.frames[f]?.stack.length ?? 0)
    for (let slot = 0; slot < slots; slot++) if (frame.wasRead(slot)) markSlotRead(from, f, slot)
  }
}
