// SPDX-License-Identifier: Apache-2.0
// Paths still to be explored, last in first out; the kernel's order, so that the first rejection is the same one.

import type { Walk } from './walk.ts'
import { violate } from '../violations/raise.ts'
import { sameCalls, type State } from '../state/state.ts'

const MAX_PENDING = 8192

/** Keeps a copy of the current state to be explored from `insn` on, which `prev` leads to. */
export function pushState(walk: Walk, insn: number, prev: number): State {
  const state = walk.state.fork()
  state.runFrom = insn
  state.lastInsn = prev
  walk.pending.push(state)
  if (walk.observer !== undefined) walk.marks.push(walk.observer.mark())
  walk.hold(state.bytes())
  if (state.parent !== undefined) state.parent.branches++
  if (walk.pending.length > MAX_PENDING) violate('complexity', { jumps: walk.pending.length })
  return state
}

/** The state this insn was met with before, on the way here, in the same calls. */
export function findPrevious(from: State | undefined, insn: number, cur: State): State | undefined {
  for (let state = from; state !== undefined; state = state.parent)
    if (state.firstInsn === insn && sameCalls(state, cur)) return state
  return undefined
}
