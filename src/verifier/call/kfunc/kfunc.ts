// SPDX-License-Identifier: Apache-2.0
// A call of a kfunc: allowed here, arguments fit its contract, what is held afterwards, what comes back. kfuncs.rst throughout.

import type { KfuncMeta } from './meta.ts'
import { type BtfId, resolveType, sizeOf } from '../../../btf/index.ts'
import { type Kfunc, specialRole } from '../../../kfunc/index.ts'
import { recordOfReg } from '../../access/btf-pointer.ts'
import type { Model } from '../../program/model.ts'
import type { Program } from '../../program/program.ts'
import { type Walk, inRcu, inSleepable } from '../../engine/walk.ts'
import { enforceReturn } from '../subprog/return-values.ts'
import { recordOf } from '../../program/records/record.ts'
import { violate } from '../../violations/raise.ts'
import {
  ACTIVE,
  ALLOC,
  DRAINED,
  MAYBE_NULL,
  PERCPU,
  RCU,
  RDONLY,
  type RegState,
  TRUSTED,
  UNTRUSTED,
  constReg,
  edit,
  notInit,
  pointer,
  scalarReg,
  unknownScalar,
} from '../../state/reg.ts'
import { rbtreeCallback, taskWorkCallback, workqueueCallback } from '../subprog/callbacks.ts'
import { releaseDynptr } from '../objects/dynptr.ts'
import { type IterArg, iterReg, setIterReg } from '../objects/iterator.ts'
import { checkKfuncArgs } from './args.ts'
import { leaveRcu, rcuLock, rcuUnlock } from '../objects/locks.ts'
import { packetAccessAllowed } from '../../program/packet-access.ts'
import {
  acquireReference,
  asNonOwning,
  invalidatePacketPointers,
  lendReference,
  releaseReference,
} from '../objects/references.ts'
import { findPrevious, pushState } from '../../engine/pending.ts'
import { widenImprecise } from '../../engine/equal.ts'
import * as scalar from '../../scalar/index.ts'
import { isScalarStruct } from '../../program/contract/scalar-struct.ts'

export function callKfunc(walk: Walk): void {
  const ref = walk.program.linked.refs.get(walk.insn)
  if (ref?.kind !== 'kfunc') return violate('kfunc-missing')
  const kfunc = walk.model.kernel.kfuncById(ref.btf, ref.btfId)
  const { name } = ref
  const details = { kfunc: name }
  if (kfunc === undefined || !walk.model.kernel.kfuncAllowed(kfunc, walk.program.traits)) {
    return violate('kfunc-not-allowed', details)
  }
  const sleepable = kfunc.flags.has('KF_SLEEPABLE')
  if (sleepable && !inSleepable(walk)) violate('kfunc-sleepable', details)
  const meta: KfuncMeta = {
    kfunc,
    refObjId: 0,
    releaseReg: 0,
    constant: undefined,
    size: 0,
    sizeFound: false,
    sizeRdonly: false,
    map: -1,
    mapUid: 0,
    callback: -1,
    argBtf: undefined,
    owningRef: false,
    root: undefined,
    rootBtf: undefined,
    dynptr: undefined,
    iter: undefined,
    destroysIter: false,
    discards: 0,
    ctxReturn: 0 as BtfId,
    pending: [],
  }
  const role = specialRole(kfunc)
  if (role === 'trap') violate('trap', details)
  if (role === 'res_lock' || role === 'res_lock_irq') lockFails(walk)
  checkKfuncArgs(walk, meta)
  if ((role === 'obj_drop' || role === 'percpu_obj_drop') && walk.model.rules.nmiUnsafeDrop)
    requireSafeDrop(walk.program, meta)
  for (const apply of meta.pending) apply()
  if (role === 'rbtree_add') {
    const { valueId, nodeOff } = meta.root!
    rbtreeCallback(
      walk,
      meta.callback,
      meta.rootBtf,
      valueId,
      nodeOff,
      recordOf(meta.rootBtf!, valueId, walk.model.types).refcountOff >= 0,
    )
  }
  if (role === 'session_cookie') meta.size = 8
  if (role === 'wq_callback') workqueueCallback(walk, meta.callback, meta.map, meta.mapUid)
  if (role === 'task_work') taskWorkCallback(walk, meta.callback, meta.map, meta.mapUid)
  sections(walk, kfunc, sleepable)
  if (kfunc.flags.has('KF_RCU_PROTECTED') && walk.model.rules.rcuProtectedCalls && !inRcu(walk))
    violate('kfunc-rcu-protected', details)
  if (meta.discards !== 0) releaseDynptr(walk, meta.discards)
  else if (meta.releaseReg !== 0 && !releaseReference(walk, walk.reg(meta.releaseReg).refObjId)) {
    violate('kfunc-release-unknown', { ...details, btfId: kfunc.btfId })
  }
  if (role === 'list_push' || role === 'rbtree_add') lendReference(walk, walk.reg(2).refObjId)
  // with the default callback the cookie is what the program returns
  if (role === 'throw' && walk.program.exceptionCb < 0) enforceReturn(walk, 1)
  walk.clobberCallerSaved()
  const value = role === 'res_lock' || role === 'res_lock_irq' ? constReg(0) : returned(walk, meta)
  walk.setReg(0, value)
  if (role === 'xdp_pull_data') invalidatePacketPointers(walk)
  if (kfunc.flags.has('KF_ITER_NEXT') && meta.iter !== undefined) iterate(walk, meta.iter)
}

/** Programs that may run in an NMI drop only what can be freed there. */
function requireSafeDrop(program: Program, { kfunc, argBtf }: KfuncMeta): void {
  const { type, attachType, sleepable } = program.linked
  const tracing = type === 'BPF_PROG_TYPE_TRACING' && attachType !== 'BPF_TRACE_ITER' && !sleepable
  if (!tracing && !tracingTypes.has(type)) return
  if (recordOfReg(program.model, argBtf!).fields.every(({ kind }) => nmiSafe.has(kind))) return
  violate('drop-nmi', { kfunc: kfunc.name, reg: 1, arg: 0 })
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
function lockFails(walk: Walk): void {
  walk.pushStep()
  const failed = pushState(walk, walk.insn + 1, walk.insn)
  for (let i = 1; i <= 5; i++) failed.cur.ownRegs()[i] = notInit
  failed.cur.ownRegs()[0] = scalarReg(scalar.clampSigned(scalar.unknown, -4095, -1))
}

/** RCU and preemption sections open and close; nothing that sleeps inside. */
function sections(walk: Walk, kfunc: Kfunc, sleepable: boolean): void {
  const { state } = walk
  const role = specialRole(kfunc)
  const lock = role === 'rcu_lock'
  const unlock = role === 'rcu_unlock'
  const details = { kfunc: kfunc.name }
  if (state.activeRcu > 0 && (lock || unlock) && state.frames.some((f) => f.callbackKind === 'rbtree')) {
    violate('rcu-in-callback', details)
  }
  if (lock) rcuLock(walk)
  else if (unlock) rcuUnlock(walk)
  else if (sleepable && state.activeRcu > 0) {
    violate('kfunc-sleep-rcu', details)
  }
  if (role === 'preempt_disable') state.activePreempt++
  else if (role === 'preempt_enable') {
    if (state.activePreempt === 0) violate('preempt-unmatched', details)
    state.activePreempt--
    if (walk.model.rules.rcuBySections) leaveRcu(walk)
  } else if (sleepable && state.activePreempt > 0) {
    violate('kfunc-sleep-preempt', details)
  }
  if (sleepable && state.activeIrq > 0) violate('kfunc-sleep-irq', details)
  if (sleepable && state.activeLocks > 0) violate('kfunc-sleep-lock', details)
}

function returned(walk: Walk, meta: KfuncMeta): RegState {
  const { kfunc } = meta
  const bare = resolveType(kfunc.btf, kfunc.ret)
  const acquire = kfunc.flags.has('KF_ACQUIRE')
  const role = specialRole(kfunc)
  const target = bare.kind === 'ptr' ? resolveType(kfunc.btf, bare.type) : undefined
  const special = returnedSpecially(walk.program, meta)
  if (acquire && special === undefined && (target === undefined || !isStruct(target.kind))) {
    violate('acquire-return', { kfunc: kfunc.name })
  }
  if (bare.kind === 'void') return notInit
  // a void pointer is a number to the program
  if (bare.kind !== 'ptr' || (target!.kind === 'void' && special === undefined)) return unknownScalar
  let value = special
  if (value === undefined) {
    if (isStruct(target!.kind)) {
      value = pointer('btf', { btf: kfunc.btf, btfId: target!.id as BtfId, flags: worthOf(walk, meta) })
    } else value = returnedMemory(walk.model, meta, target!.kind, target!.name, bare.type)
  }
  // a counted reference of what is owned anyway cannot fail
  const certain = meta.owningRef && role === 'refcount_acquire'
  if (kfunc.flags.has('KF_RET_NULL') && !certain)
    value = edit(value, { flags: value.flags | MAYBE_NULL, id: walk.newId() })
  if (acquire) {
    const id = acquireReference(walk)
    value = edit(value, { refObjId: id, id: value.flags & MAYBE_NULL ? id : value.id })
  } else if (role === 'rbtree_walk' || role === 'list_peek') value = asNonOwning(walk.model, value)
  // what a lock may guard is told apart by its id
  if (value.id === 0 && value.kind === 'btf' && value.flags & ALLOC && recordOfReg(walk.model, value).hasLock)
    value = edit(value, { id: walk.newId() })
  return value
}

/** What a returned kernel pointer is worth: in 6.12 nothing by itself, but for elements of iterators; trusted since. */
function worthOf(walk: Walk, meta: KfuncMeta): number {
  const { kfunc } = meta
  const element = kfunc.flags.has('KF_ITER_NEXT') && meta.iter !== undefined
  const rcu = element && (iterReg(walk.state, meta.iter!).flags & RCU) !== 0
  if (specialRole(kfunc) === 'kmem_cache') return UNTRUSTED
  if (rcu || (walk.model.rules.rcuProtectedCalls && kfunc.flags.has('KF_RCU_PROTECTED'))) return RCU
  return element || walk.model.rules.trustedReturns ? TRUSTED : 0
}

const isStruct = (kind: string): boolean => kind === 'struct' || kind === 'union'

function returnedMemory(model: Model, meta: KfuncMeta, kind: string, name: string, pointee: BtfId): RegState {
  const { kfunc } = meta
  let { size, sizeRdonly } = meta
  const given = model.rules.declaredArgs ? meta.sizeFound || size !== 0 : size !== 0
  if (!given) {
    size = sizeOf(kfunc.btf, pointee) ?? 0
    sizeRdonly = true
  }
  if (size === 0 && !given) {
    violate('return-type', { form: 'kfunc', kfunc: kfunc.name, kind: kind.toUpperCase(), name })
  }
  const rcu = model.rules.rcuProtectedCalls && kfunc.flags.has('KF_RCU_PROTECTED') ? RCU : 0
  return pointer('mem', { size, flags: (sizeRdonly ? RDONLY : 0) | rcu, refObjId: meta.refObjId })
}

/** Kfuncs whose return depends on more than their prototype. */
function returnedSpecially(program: Program, meta: KfuncMeta): RegState | undefined {
  const { kfunc } = meta
  const role = specialRole(kfunc)
  switch (role) {
    case 'obj_new':
    case 'percpu_obj_new':
      return newObject(program, meta, role === 'percpu_obj_new')
    case 'refcount_acquire':
      return pointer('btf', { flags: ALLOC, btf: meta.argBtf!.btf, btfId: meta.argBtf!.btfId })
    case 'list_pop':
    case 'list_del':
    case 'list_peek':
    case 'rbtree_walk':
    case 'rbtree_remove':
      return pointer('btf', { flags: ALLOC, btf: meta.rootBtf, btfId: meta.root!.valueId, off: meta.root!.nodeOff })
    case 'cast_to_kern_ctx':
      return pointer('btf', { flags: TRUSTED, btf: program.model.kernel.btf, btfId: meta.ctxReturn })
    case 'rdonly_cast':
      return castReadOnly(program.model, meta)
    case 'dynptr_slice':
    case 'dynptr_slice_rdwr': {
      const dynptr = meta.dynptr!
      if (role === 'dynptr_slice_rdwr' && !packetAccessAllowed(program, true)) {
        violate('slice-write', { kfunc: kfunc.name })
      }
      return pointer('mem', {
        size: meta.constant!,
        flags: role === 'dynptr_slice' ? RDONLY : 0,
        aux: dynptr.id,
        dynptr: dynptr.dynptr === 'xdp' ? 'skb' : dynptr.dynptr,
        refObjId: meta.refObjId,
      })
    }
    default:
      return undefined
  }
}

/** Memory seen as a kernel struct that may not be there; since 6.17, to void, as bytes that may not be. */
function castReadOnly(model: Model, meta: KfuncMeta): RegState {
  const { btf } = model.kernel
  const id = meta.constant! as BtfId
  const details = { kfunc: meta.kfunc.name }
  const kind = id >= 0 && id < btf.count ? btf.type(id).kind : undefined
  if (kind !== undefined && isStruct(kind)) return pointer('btf', { flags: UNTRUSTED, btf, btfId: id })
  if (!model.rules.castToVoid) return violate('cast-type', { form: 'no-struct', ...details })
  if (kind === undefined) return violate('cast-type', { form: 'unknown', ...details, id })
  if (kind === 'void') return pointer('mem', { flags: RDONLY | UNTRUSTED, size: 0 })
  return violate('cast-type', { form: 'no-struct-or-void', ...details })
}

function newObject(program: Program, meta: KfuncMeta, percpu: boolean): RegState {
  const details = { kfunc: meta.kfunc.name }
  const btf = program.linked.btf
  const id = meta.constant! as BtfId
  if (id < 0 || id > 0xffffffff) violate('obj-new-type', { form: 'range', ...details })
  if (btf === undefined) return violate('obj-new-btf', details)
  const type = id > 0 && id < btf.count ? btf.type(id) : undefined
  if (type?.kind !== 'struct') {
    return violate('obj-new-type', { form: 'no-struct', ...details })
  }
  if (percpu) {
    if (type.size > 512) violate('percpu-size', { ...details, size: type.size })
    if (!isScalarStruct(btf, type, 0)) violate('percpu-type', details)
    if (recordOf(btf, id, program.model.types).fields.length > 0) {
      violate('percpu-fields', details)
    }
  }
  return pointer('btf', { flags: ALLOC | (percpu ? PERCPU : 0), btf, btfId: id })
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
