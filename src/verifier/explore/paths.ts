// SPDX-License-Identifier: Apache-2.0
// Paths still to be explored, last in first out; the kernel's order, so that the first rejection is the same one.

import type { Env } from '../env.ts'
import { reject } from '../report.ts'
import type { State } from '../state/state.ts'

const MAX_PENDING = 8192

/** Keeps a copy of the current state to be explored from `insn` on. */
export function pushState(env: Env, insn: number, prev: number): State {
  const state = env.state.copy()
  env.stack.push({ state, insn, prev, logLength: env.printer?.position() ?? 0 })
  if (state.parent !== undefined) state.parent.branches++
  if (env.stack.length > MAX_PENDING) reject('complexity', `The sequence of ${env.stack.length} jumps is too complex.`)
  return state
}
