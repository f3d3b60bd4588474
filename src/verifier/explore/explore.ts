// SPDX-License-Identifier: Apache-2.0
// Walks every path of a function, depth first, fall-through before target, as the kernel does: the first rejection is the answer.

import { accessAtomic, accessLoad, accessStore, loadAbs, loadImm64, requirePacketLoads } from './memory-insns.ts'
import { checkReserved } from '../../isa/index.ts'
import { callHelper } from '../call/helper.ts'
import { callKfunc } from '../call/kfunc.ts'
import { allowedUnderLock } from '../call/locks.ts'
import { invalidatePacketPointers, requireNoReferences, requireSectionsClosed } from '../call/references.ts'
import { callSubprog } from '../call/subprog.ts'
import { knownOpcodes } from '../check-insns.ts'
import type { Env } from '../env.ts'
import { reject, unsupported } from '../report.ts'
import { constReg, unknownScalar } from '../state/reg.ts'
import type { State } from '../state/state.ts'
import { executeAlu } from './alu.ts'
import { executeJump } from './branch.ts'
import { requireLoopEntered } from './components.ts'
import { widenImprecise } from './equal.ts'
import { enforceCallbackReturn, enforceReturn } from './exit.ts'
import { isTailCall, jumpTarget, roleAt } from './flow.ts'
import { jumpThroughTable } from './gotox.ts'
import { findPrevious, pushState } from './paths.ts'
import { pathEnded, visited } from './visit.ts'

/** BPF_COMPLEXITY_LIMIT_INSNS */
const MOST_INSNS = 1_000_000

/** Explores all paths from `state` at `start`. Throws a Rejection at the first violation. */
export function explore(env: Env, state: State, start: number): void {
  env.state = state
  env.insn = start
  env.prevInsn = -1
  env.stack = []
  env.explored = new Map()
  env.holdNothing()
  env.loopVisits.clear()
  env.printer?.start()
  for (;;) {
    if (env.insn < 0 || env.insn >= env.insns.length)
      reject('insn-index', `invalid insn idx ${env.insn} insn_cnt ${env.insns.length}`)
    env.budget.spend()
    if (++env.processed > MOST_INSNS) reject('too-large', `BPF program is too large. Processed ${env.processed} insn`)
    env.budget.count(env.processed)
    env.beginStep()
    if (env.note(env.insn).prune && visited(env)) {
      env.printer?.covered()
      if (!nextPath(env)) return
      continue
    }
    const note = env.note(env.insn)
    if (!note.seen) {
      note.seen = true
      const insn = env.insns[env.insn]!
      const wrong = checkReserved(insn, knownOpcodes(env))
      if (wrong !== undefined) {
        if (insn.op.kind === 'ld_abs' || insn.op.kind === 'ld_ind') requirePacketLoads(env)
        reject('reserved', wrong)
      }
    }
    if (env.printer !== undefined) env.printer.beforeInsn()
    const next = step(env)
    if (next === undefined) {
      if (!nextPath(env)) return
      continue
    }
    env.pushStep()
    if (env.printer !== undefined) env.printer.afterInsn(next)
    env.prevInsn = env.insn
    env.insn = next
  }
}

/** The path is done; goes on with the one put aside last. */
function nextPath(env: Env): boolean {
  if (env.rules.loopsByComponent) requireLoopEntered(env)
  pathEnded(env, env.state)
  const pending = env.stack.pop()
  if (pending === undefined) return false
  env.state = pending.state
  env.hold(-pending.state.bytes())
  env.insn = pending.insn
  env.prevInsn = pending.prev
  env.printer?.resume(pending.logLength)
  return true
}

/** One insn; answers the next, or undefined where the path ends. */
function step(env: Env): number | undefined {
  const insn = env.insns[env.insn]!
  const { op } = insn
  switch (op.kind) {
    case 'alu':
      executeAlu(env, insn)
      return env.insn + 1
    case 'load':
      accessLoad(env, insn)
      return env.insn + 1
    case 'store':
      accessStore(env, insn)
      return env.insn + 1
    case 'atomic':
      accessAtomic(env, insn)
      return env.insn + 1
    case 'ld_imm64':
      loadImm64(env, insn)
      return env.insn + 2
    case 'ld_abs':
    case 'ld_ind':
      loadAbs(env, insn)
      if (env.state.frames.length > 1) {
        // a load beyond the packet returns 0 from the function at once
        env.pushStep()
        pushState(env, env.insn + 1, env.insn)
        env.setReg(0, constReg(0))
        return exit(env, false)
      }
      return env.insn + 1
    case 'jump':
      env.jmpsProcessed++
      return executeJump(env, insn, (target) => {
        env.pushStep()
        return pushState(env, target, env.insn)
      })
    case 'ja':
      env.jmpsProcessed++
      return jumpTarget(insn, env.insn)
    case 'gotox':
      env.jmpsProcessed++
      return jumpThroughTable(env, insn)
    case 'may_goto': {
      env.jmpsProcessed++
      const target = jumpTarget(insn, env.insn)!
      env.pushStep()
      const previous = findPrevious(env.state.parent?.parent, env.insn, env.state)
      const queued = pushState(env, env.insn + 1, env.insn)
      queued.mayGotoDepth++
      if (previous !== undefined) widenImprecise(previous, queued)
      return target
    }
    case 'call':
      env.jmpsProcessed++
      return call(env)
    case 'exit':
      env.jmpsProcessed++
      return exit(env, false)
    default:
      return unsupported(`instruction ${op.kind} (opcode 0x${insn.code.toString(16)})`)
  }
}

function call(env: Env): number | undefined {
  const insn = env.insns[env.insn]!
  const { state } = env
  if (state.activeLocks > 0 && !allowedUnderLock(env, insn))
    reject('lock-call', 'function calls are not allowed while holding a lock')
  if (insn.src === 1) {
    const ref = env.prog.refs.get(env.insn)
    return callSubprog(env, ref?.kind === 'subprog' ? ref.insn : env.insn + insn.imm + 1)
  }
  if (insn.src === 2) {
    callKfunc(env)
    if (roleAt(env, env.insn) === 'throw') return exit(env, true)
    return env.insn + 1
  }
  callHelper(env)
  if (env.rules.tailCallsReturn && isTailCall(insn) && state.frames.length > 1) {
    const { callback } = state.cur
    if (env.rules.callbacksCannotTailCall && callback !== 'none' && callback !== 'exception')
      reject('tail-call-callback', 'cannot tail call within callback')
    // one that is taken ends the function that makes it: the caller goes on with whatever the other program returns
    env.pushStep()
    pushState(env, env.insn + 1, env.insn)
    invalidatePacketPointers(env)
    env.setReg(0, unknownScalar)
    return exitClosed(env, false)
  }
  return env.insn + 1
}

function exit(env: Env, exception: boolean): number | undefined {
  const { state } = env
  const outermost = exception || state.frames.length === 1
  const missing = (what: string, region: string): never =>
    reject('section-open', exception ? `bpf_throw cannot be used inside ${region}-ed region` : what)
  if (env.rules.resilientLocks) {
    if (outermost) requireSectionsClosed(env, exception ? 'bpf_throw' : 'BPF_EXIT instruction in main prog', exception)
    else requireNoReferences(env, exception)
    return exitClosed(env, exception)
  }
  if (state.activeLocks > 0 && outermost) missing('bpf_spin_unlock is missing', 'bpf_spin_lock')
  if (state.activeRcu > 0 && outermost) missing('bpf_rcu_read_unlock is missing', 'bpf_rcu_read_lock')
  if (state.activePreempt > 0 && outermost) {
    missing(
      `${state.activePreempt} bpf_preempt_enable${state.activePreempt === 1 ? ' is' : '(s) are'} missing`,
      'bpf_preempt_disable',
    )
  }
  requireNoReferences(env, exception)
  return exitClosed(env, exception)
}

function exitClosed(env: Env, exception: boolean): number | undefined {
  const { state, frame } = env
  if (exception) return undefined
  if (state.frames.length === 1) {
    enforceReturn(env, 0, 'R0')
    return undefined
  }
  // back to the caller
  const r0 = frame.regs[0]!
  if (r0.kind === 'fp') reject('return-stack', 'cannot return stack pointer to the caller', { reg: 0 })
  const { callsite } = frame
  const callback = frame.callback === 'sync'
  if (callback) enforceCallbackReturn(env)
  env.pushStep()
  state.frames.pop()
  const caller = state.cur
  if (!callback) {
    caller.regs[0] = r0
    caller.wroteRegs = (caller.wroteRegs & ~1) | (frame.born ? 1 : frame.wroteRegs & 1)
    caller.r0From = frame.r0From >= 0 ? frame.r0From : frame.frameno
    return callsite + 1
  }
  // the call is made again: it may call back once more, or be done
  const previous = findPrevious(state.parent, callsite, state)
  if (previous !== undefined) widenImprecise(previous, state)
  return callsite
}
