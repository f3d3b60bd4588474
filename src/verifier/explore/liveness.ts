// SPDX-License-Identifier: Apache-2.0
// Which stack slots of a checkpoint are read by what comes after it. Registers have static liveness (flow.ts); stack slots are
// reached through pointers, so their reads are noted as they happen: up the chain of parents until a state that wrote the slot.

import type { Env } from '../env.ts'
import { setBit, type State, testBit } from '../state/state.ts'

export function markSlotRead(env: Env, frameno: number, slot: number): void {
  markReadFrom(env.state, frameno, slot)
}

function markReadFrom(from: State, frameno: number, slot: number): void {
  let state = from
  for (;;) {
    const own = state.frames[frameno]
    // this segment wrote it first: earlier states do not matter
    if (own === undefined || testBit(own.written, slot)) return
    const parent = state.parent
    if (parent === undefined) return
    const frame = parent.frames[frameno]
    if (frame === undefined || testBit(frame.read, slot)) return
    setBit(frame.read, slot)
    state = parent
  }
}

/** The current state ended in one explored before: what that one's future reads, ours reads too. */
export function propagateReads(from: State, seen: State): void {
  for (let f = 0; f < seen.frames.length; f++) {
    const { read } = seen.frames[f]!
    if (read.lo === 0 && read.hi === 0) continue
    for (let slot = 0; slot < 64; slot++) if (testBit(read, slot)) markReadFrom(from, f, slot)
  }
}
