// SPDX-License-Identifier: Apache-2.0
// Has this insn been met in a state that covers the current one? If so the path ends here, accepted; if not, a checkpoint may be kept.
// Loops converge on iterators, callbacks and may_goto by comparing ranges; any other repetition of an equal state never ends.

import { iterDepthsDiffer } from '../call/iterator.ts'
import type { Env } from '../env.ts'
import { reject } from '../report.ts'
import { byteType, ITER } from '../state/stack.ts'
import type { State } from '../state/state.ts'
import { statesEqual } from './equal.ts'
import { propagateReads } from './liveness.ts'
import { propagatePrecision } from './precision.ts'

/** BPF_F_TEST_STATE_FREQ: a state is kept wherever one can be. */
const TEST_STATE_FREQ = 8

export function loopEntryOf(state: State): State | undefined {
  let top = state.loopEntry
  while (top?.loopEntry !== undefined && top !== top.loopEntry) top = top.loopEntry
  return top
}

function sameCalls(a: State, b: State): boolean {
  const { length } = a.frames
  if (length !== b.frames.length) return false
  for (let i = 0; i < length; i++) if (a.frames[i]!.callsite !== b.frames[i]!.callsite) return false
  return true
}

/** `state` is part of a loop that begins no later than at `header`. */
export function updateLoopEntry(state: State, header: State): void {
  const own = loopEntryOf(state) ?? state
  const other = loopEntryOf(header) ?? header
  if (!sameCalls(own, other)) return
  if (other.branches > 0 && other.dfsDepth <= own.dfsDepth) {
    state.loopEntry = header
    header.usedAsLoopEntry = true
  }
}

/** One path of `state` has ended. */
export function pathEnded(state: State): void {
  for (let s: State | undefined = state; s !== undefined; s = s.parent) {
    s.branches--
    if (s.branches === 0 && s.parent !== undefined && s.loopEntry !== undefined) updateLoopEntry(s.parent, s.loopEntry)
    if (s.branches > 0) return
  }
}

/** True: the current path is covered. */
export function visited(env: Env): boolean {
  const { state } = env
  const at = env.insn
  const note = env.note(at)
  let addNew = env.jmpsProcessed - env.prevJmps >= 2 && env.processed - env.prevInsns >= 8
  const force = note.forceCheckpoint || (env.prog.flags & TEST_STATE_FREQ) !== 0 || (state.last?.weight ?? 0) > 40
  if (force) addNew = true
  const list = env.explored.get(at) ?? []
  const met = list.length
  for (let i = 0; i < list.length; i++) {
    const old = list[i]!
    if (!sameCalls(old, state)) continue
    let hit = false
    if (old.branches > 0) {
      const sameEntry = old.cur.callback === 'async' && old.cur.asyncEntries !== state.cur.asyncEntries
      if (!sameEntry) {
        if (note.iterNext) {
          if (statesEqual(env, old, state, 'range')) {
            // an active iterator that comes round in no new state has converged
            if (activeIterator(env, state)) {
              updateLoopEntry(state, old)
              hit = true
            }
          }
        } else if (env.insns[at]!.op.kind === 'may_goto') {
          if (old.mayGotoDepth !== state.mayGotoDepth && statesEqual(env, old, state, 'range')) {
            updateLoopEntry(state, old)
            hit = true
          }
        } else if (note.callsCallback) {
          if (statesEqual(env, old, state, 'range')) hit = true
        }
        if (
          !hit &&
          !note.iterNext &&
          !note.callsCallback &&
          maybeLooping(old, state) &&
          statesEqual(env, old, state, 'exact') &&
          !iterDepthsDiffer(old, state) &&
          old.mayGotoDepth === state.mayGotoDepth &&
          old.callbackUnrollDepth === state.callbackUnrollDepth
        ) {
          reject('infinite-loop', `infinite loop detected at insn ${at}`)
        }
      }
      if (!hit && !force && env.jmpsProcessed - env.prevJmps < 20 && env.processed - env.prevInsns < 100) addNew = false
    } else {
      const entry = loopEntryOf(old)
      const forceExact = entry !== undefined && entry.branches > 0
      if (statesEqual(env, old, state, forceExact ? 'range' : 'live')) {
        if (forceExact) updateLoopEntry(state, entry)
        hit = true
      }
    }
    if (hit) {
      old.hits++
      propagateReads(state, old)
      propagatePrecision(env, old)
      return true
    }
    if (addNew) old.misses++
    const patience = note.forceCheckpoint && old.branches > 0 ? 64 : 3
    if (old.misses > old.hits * patience + patience) {
      list.splice(i, 1)
      i--
      env.curStates--
    }
  }
  env.maxStatesPerInsn = Math.max(env.maxStatesPerInsn, met)
  if (!addNew) return false
  env.totalStates++
  env.curStates++
  env.peakStates = Math.max(env.peakStates, env.curStates)
  env.prevJmps = env.jmpsProcessed
  env.prevInsns = env.processed
  const kept = state.copy(true)
  kept.branches = 1
  kept.firstInsn = at
  kept.lastInsn = env.prevInsn
  kept.last = state.last
  kept.loopEntry = state.loopEntry
  list.push(kept)
  env.explored.set(at, list)
  state.parent = kept
  state.firstInsn = at
  state.last = undefined
  state.dfsDepth = kept.dfsDepth + 1
  state.loopEntry = undefined
  for (const frame of state.frames) {
    frame.written.lo = 0
    frame.written.hi = 0
    frame.wrote = 0
  }
  return false
}

const maybeLooping = (old: State, cur: State): boolean => {
  if (old.frames.length !== cur.frames.length) return false
  const a = old.cur.regs
  const b = cur.cur.regs
  for (let i = 0; i < 10; i++) if (a[i]!.kind !== b[i]!.kind) return false
  return true
}

function activeIterator(env: Env, state: State): boolean {
  const reg = env.reg(1)
  if (reg.kind !== 'fp') return false
  for (const frame of state.frames) {
    if (frame.frameno !== reg.frame) continue
    const slot = frame.slot(Math.floor((-reg.off - 1) / 8))
    return byteType(slot, 7) === ITER && slot.reg.aux === 1
  }
  return false
}
