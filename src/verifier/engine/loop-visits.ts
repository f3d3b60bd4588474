// SPDX-License-Identifier: Apache-2.0
// Loops (ahead/loops.ts) as the walk goes through them, for kernels since 6.17. A state inside a loop that is
// still being explored does not know yet what the loop will read of it, so it covers another only where it is no smaller in
// everything. Paths that ended in such a state are remembered with the state by which the loop was entered; once all its paths are
// done, what each covering state turned out to need is handed back along them until nothing is added. States count their marks, so
// that only paths that ended where something was added are followed again.

import type { Program } from '../program/program.ts'
import type { Walk } from './walk.ts'
import { violate } from '../violations/raise.ts'
import type { State } from '../state/state.ts'
import { propagateReads } from './liveness.ts'
import { markAll, propagatePrecision } from './precision.ts'

/** A new checkpoint: it belongs to the visit of the outermost loop that it lies in, and begins that where none is under way. */
export function enterLoop(walk: Walk, kept: State): void {
  const key = visitKey(walk.program, kept)
  if (key === undefined) return
  let visit = walk.loopVisits.get(key)
  if (visit === undefined) {
    visit = { entry: undefined, edges: [] }
    walk.loopVisits.set(key, visit)
  }
  visit.entry ??= kept
  kept.loopVisit = visit
}

/** The calls that lead to the outermost frame within a loop, and that loop. */
function visitKey(program: Program, { frames, firstInsn }: Pick<State, 'frames' | 'firstInsn'>): string | undefined {
  let key = ''
  for (let f = 0; f < frames.length; f++) {
    const at = frames[f + 1]?.callsite ?? firstInsn
    const loop = program.component[at] ?? 0
    if (loop !== 0) return `${key}:${loop}`
    key += `${at},`
  }
  return undefined
}

/**
 * A path that ends within a loop without a checkpoint in it (`bpf_throw()` in its first turn): nobody entered the loop that is left, and
 * the kernel takes that for a bug of its own.
 */
export function requireLoopEntered(walk: Walk): void {
  const key = visitKey(walk.program, { frames: walk.state.frames, firstInsn: walk.insn })
  if (key === undefined || walk.loopVisits.has(key)) return
  violate('throw-in-loop', { chain: key.replace(':', '') })
}

/** What comes after it is not known whole: paths ended in states of its loop, which is not done. */
export const needsUnfinished = ({ loopVisit }: State): boolean => loopVisit !== undefined && loopVisit.edges.length > 0

/** The current path ended in `seen`, whose loop is not explored to its end. */
export function noteBackEdge(walk: Walk, seen: State): void {
  seen.loopVisit?.edges.push({ from: walk.state, seen, handed: -1 })
}

/** As the kernel: after so many rounds everything on these paths is needed exactly. */
const MAX_ROUNDS = 64

/**
 * All paths of `state` are done. If a loop began with it, what the loop's states need is handed back along the paths that ended in
 * them, until there is no more. A path whose end bears no new marks since it was last followed has nothing to hand back.
 */
export function loopDone(walk: Walk, state: State): void {
  const visit = state.loopVisit
  if (visit === undefined || visit.entry !== state) return
  visit.entry = undefined
  const { edges } = visit
  if (edges.length === 0) return
  const { state: current, insn } = walk
  for (let round = 0, more = true; more; round++) {
    more = false
    // newest first
    for (let i = edges.length - 1; i >= 0; i--) {
      const edge = edges[i]!
      const { from, seen } = edge
      walk.program.budget.spend()
      if (edge.handed === seen.marks) continue
      walk.program.budget.spend(8 * seen.frames.length)
      edge.handed = seen.marks
      more = true
      walk.state = from
      walk.insn = seen.firstInsn
      if (round > MAX_ROUNDS) markAll(walk)
      else {
        if (walk.program.stackLiveness === undefined) propagateReads(from, seen)
        propagatePrecision(walk, seen)
      }
    }
  }
  visit.edges = []
  walk.state = current
  walk.insn = insn
}
