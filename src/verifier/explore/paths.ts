// SPDX-License-Identifier: Apache-2.0
// Paths still to be explored, last in first out; the kernel's order, so that the first rejection is the same one.

import type { Env } from '../env.ts'
import { reject } from '../report.ts'
import { sameCalls, type State } from '../state/state.ts'

const MAX_PENDING = 8192

/** Keeps a copy of the current state to be explored from `insn` on. */
export function pushState(env: Env, insn: number, prev: number): State {
  const state = env.state.copy()
  env.stack.push({ state, insn, prev, logLength: env.printer?.position() ?? 0 })
  env.hold(state.bytes())
  if (state.parent !== undefined) state.parent.branches++
  if (env.stack.length > MAX_PENDING) reject('complexity', `The sequence of ${env.stack.length} jumps is too complex.`)
  return state
}

/** The state this insn was met with before, on the way here, in the same calls. */
export function findPrevious(from: State | undefined, insn: number, cur: State): State | undefined {
  for (let state = from; state !== undefined; state = state.parent)
    if (state.firstInsn === insn && sameCalls(state, cur)) return state
  return undefined
}
