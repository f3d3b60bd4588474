// SPDX-License-Identifier: Apache-2.0
// Has this insn been met in a state that covers the current one? If so the path ends here, accepted; if not, a checkpoint may be kept.
// Loops converge on iterators, callbacks and may_goto by comparing ranges; any other repetition of an equal state never ends.

import { CALLS_CALLBACK, FORCE_CHECKPOINT, ITER_NEXT } from '../program/program.ts'
import { forgetDead } from './forget.ts'

import type { Walk } from './walk.ts'
import { violate } from '../violations/raise.ts'
import { byteType, ITER } from '../state/stack.ts'
import { sameCalls, type State } from '../state/state.ts'
import { enterLoop, loopDone, needsUnfinished, noteBackEdge } from './loop-visits.ts'
import { identicalRegs, iterDepthsDiffer, covers } from './covers.ts'
import { forgetLoneIds } from './lone-ids.ts'
import { propagateReads } from './liveness.ts'
import { propagatePrecision } from './precision.ts'

/** BPF_F_TEST_STATE_FREQ: a state is kept wherever one can be. */
const TEST_STATE_FREQ = 8

/** The outermost loop known to hold `state`. Those passed on the way are told, and keep that answer when theirs would change. */
export function loopEntryOf(state: State): State | undefined {
  let top = state.loopEntry
  while (top?.loopEntry !== undefined && top !== top.loopEntry) top = top.loopEntry
  for (let s: State | undefined = state; s !== undefined && s.loopEntry !== top; ) {
    const next: State | undefined = s.loopEntry
    s.loopEntry = top
    s = next
  }
  return top
}

/** `state` is part of a loop that begins no later than at `header`. */
export function updateLoopEntry(state: State, header: State): void {
  const own = loopEntryOf(state) ?? state
  const other = loopEntryOf(header) ?? header
  if (other.branches > 0 && other.dfsDepth <= own.dfsDepth) {
    state.loopEntry = header
    header.usedAsLoopEntry = true
  }
}

/** One path of `state` has ended. */
export function pathEnded(walk: Walk, state: State): void {
  for (let s: State | undefined = state; s !== undefined; s = s.parent) {
    s.branches--
    if (s.branches === 0 && s.loopVisit !== undefined) loopDone(walk, s)
    if (s.branches === 0 && s.parent !== undefined && s.loopEntry !== undefined) updateLoopEntry(s.parent, s.loopEntry)
    if (s.branches > 0) return
  }
}

/** Where checkpoints of this insn and call lie: as in the kernel a hash, so that what shares a place is counted together. */
const placeOf = (walk: Walk, at: number): number => ((at ^ walk.frame.callsite) >>> 0) % walk.program.insns.length

/** All paths from these states are done, so what they read is known: the rest of them need never be compared again. */
function cleanDone(list: readonly State[], at: number, cur: State): void {
  for (const state of list) {
    if (state.cleaned || state.branches > 0 || state.firstInsn !== at || !sameCalls(state, cur)) continue
    const entry = loopEntryOf(state)
    if (entry !== undefined && entry.branches > 0) continue
    state.cleaned = true
    for (const frame of state.frames) frame.dropUnread()
  }
}

const none: State[] = []

/** True: the current path is covered. */
export function visited(walk: Walk): boolean {
  const { state } = walk
  const at = walk.insn
  const place = placeOf(walk, at)
  if (walk.program.stackLiveness !== undefined) forgetDead(walk, walk.program.stackLiveness)
  const marks = walk.program.marks[at]!
  const forced = (marks & FORCE_CHECKPOINT) !== 0
  const iterNext = (marks & ITER_NEXT) !== 0
  const callsCallback = (marks & CALLS_CALLBACK) !== 0
  let addNew = walk.jmpsProcessed - walk.prevJmps >= 2 && walk.processed - walk.prevInsns >= 8
  const force = forced || (walk.program.linked.flags & TEST_STATE_FREQ) !== 0 || (state.last?.weight ?? 0) > 40
  if (force) addNew = true
  const known = walk.explored.get(place)
  const list = known ?? none
  const met = list.length
  if (!walk.model.rules.staticLiveness && walk.exacting?.readsAhead !== true) cleanDone(list, at, state)
  // newest first
  for (let i = list.length - 1; i >= 0; i--) {
    const old = list[i]!
    if (old.firstInsn !== at) continue
    walk.program.budget.spend(4 * old.frames.length)
    let hit = false
    let unfinished = old.branches > 0
    if (old.branches > 0) {
      const sameEntry = old.cur.callback === 'async' && old.cur.asyncEntries !== state.cur.asyncEntries
      if (!sameEntry) {
        if (iterNext) {
          if (covers(walk, old, state, 'range')) {
            // an active iterator that comes round in no new state has converged
            if (activeIterator(walk, state)) {
              updateLoopEntry(state, old)
              hit = true
            }
          }
        } else if (walk.program.insns[at]!.op.kind === 'may_goto') {
          if (old.mayGotoDepth !== state.mayGotoDepth && covers(walk, old, state, 'range')) {
            updateLoopEntry(state, old)
            hit = true
          }
        } else if (callsCallback) {
          if (covers(walk, old, state, 'range')) hit = true
        }
        if (
          !hit &&
          !iterNext &&
          !callsCallback &&
          old.frames.length === state.frames.length &&
          identicalRegs(old.cur.regs, state.cur.regs) &&
          covers(walk, old, state, 'exact') &&
          !iterDepthsDiffer(old, state) &&
          old.mayGotoDepth === state.mayGotoDepth &&
          old.callbackUnrollDepth === state.callbackUnrollDepth
        ) {
          violate('infinite-loop', { insn: at })
        }
      }
      if (!hit && !force && walk.jmpsProcessed - walk.prevJmps < 20 && walk.processed - walk.prevInsns < 100)
        addNew = false
    } else {
      const entry = walk.model.rules.loopsByComponent ? undefined : loopEntryOf(old)
      unfinished = needsUnfinished(old) || (entry !== undefined && entry.branches > 0)
      if (covers(walk, old, state, unfinished ? 'range' : 'live')) {
        if (entry !== undefined && unfinished) updateLoopEntry(state, entry)
        hit = true
      }
    }
    if (hit) {
      old.hits++
      if (walk.program.stackLiveness === undefined) propagateReads(state, old)
      propagatePrecision(walk, old)
      if (unfinished) noteBackEdge(walk, old)
      walk.observer?.covered(old)
      return true
    }
    if (addNew) old.misses++
    const patience = forced && old.branches > 0 ? 64 : 3
    if (old.misses > old.hits * patience + patience) {
      list.splice(i, 1)
      walk.hold(-old.bytes())
      if (old.cleaned && !old.usedAsLoopEntry) walk.peakStates--
    }
  }
  walk.maxStatesPerInsn = Math.max(walk.maxStatesPerInsn, met)
  if (!addNew) return false
  walk.totalStates++
  walk.peakStates++
  walk.prevJmps = walk.jmpsProcessed
  walk.prevInsns = walk.processed
  if (walk.model.rules.loneIdsForgotten) forgetLoneIds(state)
  walk.exacting?.forget(state, at)
  const kept = state.keep()
  kept.branches = 1
  kept.firstInsn = at
  kept.lastInsn = walk.prevInsn
  kept.last = state.last
  kept.runFrom = state.runFrom
  kept.loopEntry = state.loopEntry
  if (known === undefined) walk.explored.set(place, [kept])
  else known.push(kept)
  walk.hold(kept.bytes())
  if (walk.model.rules.loopsByComponent) enterLoop(walk, kept)
  state.parent = kept
  state.firstInsn = at
  state.last = undefined
  state.runFrom = at
  state.dfsDepth = kept.dfsDepth + 1
  state.loopEntry = undefined
  for (const frame of state.frames) frame.startSegment()
  walk.observer?.kept(kept)
  return false
}

function activeIterator(walk: Walk, state: State): boolean {
  const reg = walk.reg(1)
  if (reg.kind !== 'fp') return false
  for (const frame of state.frames) {
    if (frame.frameno !== reg.frame) continue
    // as the kernel divides: one past the frame is the first slot
    const slot = frame.slot(Math.trunc((-reg.off - 1) / 8))
    return byteType(slot, 7) === ITER && slot.reg.aux === 1
  }
  return false
}
