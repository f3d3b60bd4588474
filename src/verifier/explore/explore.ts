// SPDX-License-Identifier: Apache-2.0
// Walks every path of a function, depth first, fall-through before target, as the kernel does: the first rejection is the answer.

import { PRUNE } from '../program/program.ts'
import { accessAtomic, accessLoad, accessStore, loadAbs, loadImm64, requirePacketLoads } from './memory-insns.ts'
import { checkReserved } from '../../isa/index.ts'
import { callHelper } from '../call/helper/helper.ts'
import { callKfunc } from '../call/kfunc/kfunc.ts'
import { allowedUnderLock } from '../call/objects/locks.ts'
import { invalidatePacketPointers, requireNoReferences, requireSectionsClosed } from '../call/objects/references.ts'
import { callSubprog } from '../call/subprog/subprog.ts'
import { knownOpcodes } from '../program/check-insns.ts'
import { readReg } from '../engine/operands.ts'
import type { Walk } from '../engine/walk.ts'
import { unsupported, violate } from '../violations/raise.ts'
import { constReg, unknownScalar } from '../state/reg.ts'
import type { State } from '../state/state.ts'
import { executeAlu } from './alu.ts'
import { executeJump } from './branch.ts'
import { requireLoopEntered } from '../engine/loop-visits.ts'
import { widenImprecise } from '../engine/covers.ts'
import { enforceCallbackReturn, enforceReturn } from '../call/subprog/return-values.ts'
import { isTailCall, jumpTarget, kfuncContractAt } from '../program/flow.ts'
import { jumpThroughTable } from './gotox.ts'
import { findPrevious, pushState } from '../engine/pending.ts'
import { pathEnded, visited } from '../engine/visit.ts'

/** BPF_COMPLEXITY_LIMIT_INSNS */
const MOST_INSNS = 1_000_000

/** Explores all paths from `state` at `start`. Throws a Rejection at the first violation. */
export function explore(walk: Walk, state: State, start: number): void {
  walk.state = state
  state.runFrom = start
  walk.insn = start
  walk.prevInsn = -1
  walk.pending = []
  walk.marks = []
  walk.explored = new Map()
  walk.holdNothing()
  walk.loopVisits.clear()
  walk.observer?.started()
  for (;;) {
    if (walk.insn < 0 || walk.insn >= walk.program.insns.length)
      violate('insn-index', { insn: walk.insn, insns: walk.program.insns.length })
    walk.program.budget.spend()
    if (++walk.processed > MOST_INSNS) violate('too-large', { form: 'walked', insns: walk.processed })
    walk.program.budget.count(walk.processed)
    walk.beginStep()
    if (walk.program.is(walk.insn, PRUNE) && visited(walk)) {
      if (!nextPath(walk)) return
      continue
    }
    if (walk.seen[walk.insn] === 0) {
      walk.seen[walk.insn] = 1
      const insn = walk.program.insns[walk.insn]!
      const wrong = checkReserved(insn, knownOpcodes(walk.model))
      if (wrong !== undefined) {
        if (insn.op.kind === 'ld_abs' || insn.op.kind === 'ld_ind') requirePacketLoads(walk.program)
        // asked ahead of its fields
        if (insn.op.kind === 'jump') readReg(walk, insn.dst)
        violate('reserved', { told: wrong })
      }
    }
    if (walk.observer !== undefined) walk.observer.beforeInsn()
    const next = step(walk)
    if (next === undefined) {
      if (!nextPath(walk)) return
      continue
    }
    walk.endStep(next)
    if (walk.observer !== undefined) walk.observer.afterInsn(next)
    walk.prevInsn = walk.insn
    walk.insn = next
  }
}

/** The path is done; goes on with the one put aside last. */
function nextPath(walk: Walk): boolean {
  if (walk.model.rules.loopsByComponent) requireLoopEntered(walk)
  pathEnded(walk, walk.state)
  const state = walk.pending.pop()
  if (state === undefined) return false
  walk.state = state
  walk.hold(-state.bytes())
  walk.insn = state.runFrom
  walk.prevInsn = state.lastInsn
  if (walk.observer !== undefined) walk.observer.resumed(walk.marks.pop())
  return true
}

/** One insn; answers the next, or undefined where the path ends. */
function step(walk: Walk): number | undefined {
  const insn = walk.program.insns[walk.insn]!
  const { op } = insn
  switch (op.kind) {
    case 'alu':
      executeAlu(walk, insn)
      return walk.insn + 1
    case 'load':
      accessLoad(walk, insn)
      return walk.insn + 1
    case 'store':
      accessStore(walk, insn)
      return walk.insn + 1
    case 'atomic':
      accessAtomic(walk, insn)
      return walk.insn + 1
    case 'ld_imm64':
      loadImm64(walk, insn)
      return walk.insn + 2
    case 'ld_abs':
    case 'ld_ind':
      loadAbs(walk, insn)
      if (walk.state.frames.length > 1) {
        // a load beyond the packet returns 0 from the function at once
        walk.pushStep()
        pushState(walk, walk.insn + 1, walk.insn)
        walk.setReg(0, constReg(0))
        return exit(walk, { exception: false })
      }
      return walk.insn + 1
    case 'jump':
      walk.jmpsProcessed++
      return executeJump(walk, insn)
    case 'ja':
      walk.jmpsProcessed++
      return jumpTarget(insn, walk.insn)
    case 'gotox':
      walk.jmpsProcessed++
      return jumpThroughTable(walk, insn)
    case 'may_goto': {
      walk.jmpsProcessed++
      const target = jumpTarget(insn, walk.insn)!
      walk.pushStep()
      const previous = findPrevious(walk.state.parent?.parent, walk.insn, walk.state)
      const queued = pushState(walk, walk.insn + 1, walk.insn)
      queued.mayGotoDepth++
      if (previous !== undefined) widenImprecise(previous, queued)
      return target
    }
    case 'call':
      walk.jmpsProcessed++
      return call(walk)
    case 'exit':
      walk.jmpsProcessed++
      return exit(walk, { exception: false })
    default:
      return unsupported(`instruction ${op.kind} (opcode 0x${insn.code.toString(16)})`)
  }
}

function call(walk: Walk): number | undefined {
  const insn = walk.program.insns[walk.insn]!
  const { state } = walk
  if (state.sections.locks > 0 && !allowedUnderLock(walk, insn)) violate('lock-call')
  if (insn.src === 1) {
    const ref = walk.program.linked.refs.get(walk.insn)
    return callSubprog(walk, ref?.kind === 'subprog' ? ref.insn : walk.insn + insn.imm + 1)
  }
  if (insn.src === 2) {
    callKfunc(walk)
    if (kfuncContractAt(walk.program, walk.insn)?.effects.throws) return exit(walk, { exception: true })
    return walk.insn + 1
  }
  callHelper(walk)
  if (walk.model.rules.tailCallsReturn && isTailCall(insn) && state.frames.length > 1) {
    const { callback } = state.cur
    if (walk.model.rules.callbacksCannotTailCall && callback !== 'none' && callback !== 'exception')
      violate('tail-call-callback')
    // one that is taken ends the function that makes it: the caller goes on with whatever the other program returns
    walk.pushStep()
    pushState(walk, walk.insn + 1, walk.insn)
    invalidatePacketPointers(walk)
    walk.setReg(0, unknownScalar)
    return exitClosed(walk, { exception: false })
  }
  return walk.insn + 1
}

function exit(walk: Walk, { exception }: { readonly exception: boolean }): number | undefined {
  const { state } = walk
  const outermost = exception || state.frames.length === 1
  if (walk.model.policies.sections.closedInOrder) {
    if (outermost)
      requireSectionsClosed(walk, exception ? 'bpf_throw' : 'BPF_EXIT instruction in main prog', { exception })
    else requireNoReferences(walk, { exception })
    return exitClosed(walk, { exception })
  }
  const what = 'bpf_throw'
  if (state.sections.locks > 0 && outermost) {
    const region = 'bpf_spin_lock'
    violate(
      'section-open',
      exception ? { form: 'ended', what, region } : { form: 'missing', region, closer: 'bpf_spin_unlock' },
    )
  }
  if (state.sections.rcu > 0 && outermost) {
    const region = 'bpf_rcu_read_lock'
    violate(
      'section-open',
      exception ? { form: 'ended', what, region } : { form: 'missing', region, closer: 'bpf_rcu_read_unlock' },
    )
  }
  if (state.sections.preempt > 0 && outermost) {
    const region = 'bpf_preempt_disable'
    const [closer, count] = ['bpf_preempt_enable', state.sections.preempt]
    violate(
      'section-open',
      exception ? { form: 'ended', what, region } : { form: 'missing-many', region, closer, count },
    )
  }
  requireNoReferences(walk, { exception })
  return exitClosed(walk, { exception })
}

function exitClosed(walk: Walk, { exception }: { readonly exception: boolean }): number | undefined {
  const { state, frame } = walk
  if (exception) return undefined
  if (state.frames.length === 1) {
    enforceReturn(walk, 0)
    return undefined
  }
  // back to the caller
  const r0 = frame.regs[0]!
  if (r0.kind === 'fp') violate('return-stack', { reg: 0 })
  const { callsite } = frame
  const callback = frame.callback === 'sync'
  if (callback) enforceCallbackReturn(walk)
  walk.pushStep()
  state.frames.pop()
  const caller = state.cur
  if (!callback) {
    caller.ownRegs()[0] = r0
    caller.wroteRegs = (caller.wroteRegs & ~1) | (frame.born ? 1 : frame.wroteRegs & 1)
    caller.r0From = frame.r0From >= 0 ? frame.r0From : frame.frameno
    return callsite + 1
  }
  // the call is made again: it may call back once more, or be done
  const previous = findPrevious(state.parent, callsite, state)
  if (previous !== undefined) widenImprecise(previous, state)
  return callsite
}
