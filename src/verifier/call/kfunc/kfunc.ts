// SPDX-License-Identifier: Apache-2.0
// A call of a kfunc: allowed here, arguments fit its contract, what is done, what is held afterwards. kfuncs.rst throughout.

import { recordOf } from '../../../object/index.ts'
import { recordOfReg } from '../../access/btf-pointer.ts'
import type { KfuncContract } from '../../program/contract/contract.ts'
import type { Model } from '../../program/model.ts'
import type { Program } from '../../program/program.ts'
import { type Walk, inRcu, inSleepable } from '../../engine/walk.ts'
import { enforceReturn } from '../subprog/return-values.ts'
import { violate } from '../../violations/raise.ts'
import {
  ACTIVE,
  ALLOC,
  constReg,
  DRAINED,
  edit,
  MAYBE_NULL,
  NON_OWN,
  notInit,
  pointer,
  RCU,
  type RegState,
  scalarReg,
} from '../../state/reg.ts'
import { callBack } from '../subprog/callbacks.ts'
import { releaseDynptr } from '../objects/dynptr.ts'
import { type IterArg, iterReg, setIterReg } from '../objects/iterator.ts'
import { checkArgs } from './args.ts'
import type { Found } from './found.ts'
import { returned } from './result.ts'
import { leaveRcu, rcuLock, rcuUnlock } from '../objects/locks.ts'
import { invalidatePacketPointers, lendReference, releaseReference } from '../objects/references.ts'
import { findPrevious, pushState } from '../../engine/pending.ts'
import { widenImprecise } from '../../engine/covers.ts'
import * as scalar from '../../scalar/index.ts'

export function callKfunc(walk: Walk): void {
  const kfunc = requireAllowed(walk)
  const { name, role, effects } = kfunc
  if (effects.sleeps && !inSleepable(walk)) violate('kfunc-sleepable', { kfunc: name })
  if (role === 'trap') violate('trap', { kfunc: name })
  if (effects.mayFail) goOnFailed(walk)
  const found = checkArgs(walk, kfunc)
  if ((role === 'obj_drop' || role === 'percpu_obj_drop') && walk.model.rules.nmiUnsafeDrop)
    requireSafeDrop(walk.program, kfunc, found)
  if (effects.calls !== undefined) callBack(walk, effects.calls, { ...found, ...comparedNode(walk.model, found) })
  sections(walk, kfunc)
  if (effects.needsRcu && !inRcu(walk)) violate('kfunc-rcu-protected', { kfunc: name })
  if (found.discards !== 0) releaseDynptr(walk, found.discards)
  else if (found.releaseReg !== 0 && !releaseReference(walk, walk.reg(found.releaseReg).refObjId)) {
    violate('kfunc-release-unknown', { kfunc: name, btfId: kfunc.kfunc.btfId })
  }
  if (effects.lends !== undefined) lendReference(walk, walk.reg(effects.lends).refObjId)
  // with the default callback the cookie is what the program returns
  if (effects.throws && walk.program.exceptionCb < 0) enforceReturn(walk, 1)
  walk.clobberCallerSaved()
  // one that may fail has not, here
  walk.setReg(0, effects.mayFail ? constReg(0) : returned(walk, kfunc, found))
  if (effects.movesPacket) invalidatePacketPointers(walk)
  if (effects.iterator === 'next' && found.iter !== undefined) iterate(walk, found.iter)
}

/** The kfunc that is called there, which this program may call. */
function requireAllowed({ program, model, insn }: Walk): KfuncContract {
  const ref = program.linked.refs.get(insn)
  if (ref?.kind !== 'kfunc') return violate('kfunc-missing')
  const kfunc = model.kernel.kfuncById(ref.btf, ref.btfId)
  if (kfunc === undefined || !model.kernel.kfuncAllowed(kfunc, program.traits))
    return violate('kfunc-not-allowed', { kfunc: ref.name })
  return model.kfunc(kfunc)
}

/** A tree's order is asked of two of its nodes, borrowed. */
function comparedNode({ types }: Model, { root, rootBtf }: Found): { readonly node?: RegState } {
  if (root === undefined || rootBtf === undefined) return {}
  const { valueId, nodeOff } = root
  const counted = recordOf(rootBtf, valueId, types).refcountOff >= 0
  const flags = ALLOC | NON_OWN | (counted ? RCU : 0)
  return { node: pointer('btf', { btf: rootBtf, btfId: valueId, off: nodeOff, flags }) }
}

/** Programs that may run in an NMI drop only what can be freed there. */
function requireSafeDrop(program: Program, { name }: KfuncContract, { object }: Found): void {
  const { type, attachType, sleepable } = program.linked
  const tracing = type === 'BPF_PROG_TYPE_TRACING' && attachType !== 'BPF_TRACE_ITER' && !sleepable
  if (!tracing && !tracingTypes.has(type)) return
  if (recordOfReg(program.model, object!).fields.every(({ kind }) => nmiSafe.has(kind))) return
  violate('drop-nmi', { kfunc: name, reg: 1, arg: 0 })
}
const tracingTypes = new Set(
  ['KPROBE', 'TRACEPOINT', 'PERF_EVENT', 'RAW_TRACEPOINT', 'RAW_TRACEPOINT_WRITABLE'].map(
    (type) => `BPF_PROG_TYPE_${type}`,
  ),
)
/** Fields that need no freeing, or can be freed anywhere. */
const nmiSafe = new Set<string>([
  'bpf_spin_lock',
  'bpf_res_spin_lock',
  'bpf_timer',
  'bpf_wq',
  'bpf_task_work',
  'kptr',
  'bpf_refcount',
])

/** A resilient lock may not be had: one path goes on without it, with an errno. */
function goOnFailed(walk: Walk): void {
  walk.pushStep()
  const failed = pushState(walk, walk.insn + 1, walk.insn)
  for (let i = 1; i <= 5; i++) failed.cur.ownRegs()[i] = notInit
  failed.cur.ownRegs()[0] = scalarReg(scalar.clampSigned(scalar.unknown, -4095, -1))
}

/** RCU and preemption sections open and close; nothing that sleeps inside. */
function sections(walk: Walk, { name, effects }: KfuncContract): void {
  const { state } = walk
  const { opens, closes, sleeps } = effects
  const details = { kfunc: name }
  const rcu = opens === 'rcu' || closes === 'rcu'
  if (state.sections.rcu > 0 && rcu && state.frames.some((f) => f.callbackKind === 'rbtree'))
    violate('rcu-in-callback', details)
  if (opens === 'rcu') rcuLock(walk)
  else if (closes === 'rcu') rcuUnlock(walk)
  else if (sleeps && state.sections.rcu > 0) violate('kfunc-sleep-rcu', details)
  if (opens === 'preempt') state.setSections({ preempt: state.sections.preempt + 1 })
  else if (closes === 'preempt') {
    if (state.sections.preempt === 0) violate('preempt-unmatched', details)
    state.setSections({ preempt: state.sections.preempt - 1 })
    leaveRcu(walk, 'preempt')
  } else if (sleeps && state.sections.preempt > 0) violate('kfunc-sleep-preempt', details)
  if (sleeps && state.sections.irq > 0) violate('kfunc-sleep-irq', details)
  if (sleeps && state.sections.locks > 0) violate('kfunc-sleep-lock', details)
}

/** next: one path gets an element and may come back here; the other sees the end. */
function iterate(walk: Walk, iter: IterArg): void {
  const reg = iterReg(walk.state, iter)
  if (reg.aux !== DRAINED) {
    walk.pushStep()
    const previous = findPrevious(walk.state.parent?.parent, walk.insn, walk.state)
    const active = pushState(walk, walk.insn + 1, walk.insn)
    setIterReg(active, iter, { aux: ACTIVE, frame: reg.frame + 1 })
    if (previous !== undefined) widenImprecise(previous, active)
    const r0 = active.cur.regs[0]!
    active.cur.ownRegs()[0] = edit(r0, { flags: r0.flags & ~MAYBE_NULL })
  }
  setIterReg(walk.state, iter, { aux: DRAINED })
  walk.setReg(0, constReg(0))
}
