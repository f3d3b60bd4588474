// SPDX-License-Identifier: Apache-2.0
// Loops as the strongly connected components of the flow graph (Tarjan 1972), for kernels since 6.17. A state inside a loop that is
// still being explored does not know yet what the loop will read of it, so it covers another only where it is no smaller in
// everything. Paths that ended in such a state are remembered with the state by which the loop was entered; once all its paths are
// done, what each covering state turned out to need is handed back along them until nothing is added.

import type { Env } from '../env.ts'
import { sameCalls, type State } from '../state/state.ts'
import { jumpTarget } from './flow.ts'
import { propagateReads } from './liveness.ts'
import { propagatePrecision } from './precision.ts'

/** A path that ended because an unfinished state covered it. */
export interface BackEdge {
  readonly from: State
  readonly seen: State
}

/** The component of each insn, 0 where it is in no loop. Calls are stepped over; a call that calls back is a loop of its own. */
export function findComponents(env: Env): void {
  const count = env.insns.length
  const component = new Int32Array(count)
  const index = new Int32Array(count).fill(-1)
  const low = new Int32Array(count)
  const onStack = new Uint8Array(count)
  const open: number[] = []
  let next = 0
  let components = 0
  for (let root = 0; root < count; root++) {
    if (index[root] !== -1) continue
    const work: { at: number; edge: number }[] = [{ at: root, edge: 0 }]
    while (work.length > 0) {
      const top = work[work.length - 1]!
      const { at } = top
      if (top.edge === 0) {
        index[at] = low[at] = next++
        open.push(at)
        onStack[at] = 1
      }
      const to = successor(env, at, top.edge++)
      if (to >= 0) {
        if (index[to] === -1) work.push({ at: to, edge: 0 })
        else if (onStack[to] === 1) low[at] = Math.min(low[at]!, index[to]!)
        continue
      }
      if (to === NONE) continue
      work.pop()
      if (low[at] === index[at]) components = close(env, at, { open, onStack, component, components })
      const parent = work[work.length - 1]
      if (parent !== undefined) low[parent.at] = Math.min(low[parent.at]!, low[at]!)
    }
  }
  env.component = component
}

const [NONE, END] = [-1, -2]

/** Edge 0 falls through, edge 1 jumps. */
function successor(env: Env, at: number, edge: number): number {
  const insn = env.insns[at]!
  const { kind } = insn.op
  const within = (to: number | undefined): number => (to === undefined || to < 0 || to >= env.insns.length ? NONE : to)
  if (edge === 0) return kind === 'exit' || kind === 'ja' ? NONE : within(at + (kind === 'ld_imm64' ? 2 : 1))
  return edge === 1 ? within(jumpTarget(insn, at)) : END
}

function close(
  env: Env,
  root: number,
  {
    open,
    onStack,
    component,
    components,
  }: { open: number[]; onStack: Uint8Array; component: Int32Array; components: number },
): number {
  const members = open.splice(open.lastIndexOf(root))
  const loops =
    members.length > 1 ||
    env.note(root).callsCallback ||
    successor(env, root, 0) === root ||
    successor(env, root, 1) === root
  for (const member of members) {
    onStack[member] = 0
    if (loops) component[member] = components + 1
  }
  return loops ? components + 1 : components
}

/** The frame of the outermost loop that the state at `insn` is in, or -1. */
function loopFrame(env: Env, state: State, insn: number): number {
  for (let f = 0; f < state.frames.length; f++) if (loopIn(env, state, insn, f) !== 0) return f
  return -1
}

const loopIn = (env: Env, state: State, insn: number, f: number): number =>
  env.component[state.frames[f + 1]?.callsite ?? insn] ?? 0

/** The earliest checkpoint on the way to `state` that lies in the same loop, itself perhaps; undefined where it is in none. */
export function loopStart(env: Env, state: State): State | undefined {
  const frame = loopFrame(env, state, state.firstInsn)
  if (frame < 0) return undefined
  const loop = loopIn(env, state, state.firstInsn, frame)
  let top = state
  for (let next = state.parent; next !== undefined; next = next.parent) {
    if (next.frames.length <= frame || loopIn(env, next, next.firstInsn, frame) !== loop) break
    if (!sameCallers(next, state, frame)) break
    top = next
  }
  return top
}

function sameCallers(a: State, b: State, frame: number): boolean {
  for (let f = 0; f <= frame; f++) if (a.frames[f]!.callsite !== b.frames[f]!.callsite) return false
  return true
}

/** The current path ended in `seen`, whose loop is not explored to its end. */
export function noteBackEdge(env: Env, seen: State, start: State): void {
  const edges = env.backEdges.get(start)
  const edge = { from: env.state, seen }
  if (edges === undefined) env.backEdges.set(start, [edge])
  else edges.push(edge)
}

/** All paths of `start` are done: what its loop's states need is final after as many rounds as paths led back. */
export function loopDone(env: Env, start: State): void {
  const edges = env.backEdges.get(start)
  if (edges === undefined) return
  env.backEdges.delete(start)
  const { state, insn } = env
  for (let round = 0; round < edges.length; round++) {
    for (const { from, seen } of edges) {
      if (!sameCalls(from, seen)) continue
      env.state = from
      env.insn = seen.firstInsn
      propagateReads(from, seen)
      propagatePrecision(env, seen)
    }
  }
  env.state = state
  env.insn = insn
}
