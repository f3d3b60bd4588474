// SPDX-License-Identifier: Apache-2.0
// A call of a kfunc: allowed here, arguments fit its contract, what is held afterwards, what comes back. kfuncs.rst throughout.

import type { BtfId } from '../../btf/index.ts'
import { resolveType, sizeOf } from '../../btf/index.ts'
import { type Kfunc, specialRole } from '../../kfunc/index.ts'
import { recordOfReg } from '../access/btf-pointer.ts'
import { type Env, inRcu, inSleepable } from '../env.ts'
import { enforceReturn } from '../explore/exit.ts'
import { recordOf, type SpecialField } from '../record.ts'
import { reject } from '../report.ts'
import {
  ALLOC,
  edit,
  MAYBE_NULL,
  notInit,
  PERCPU,
  pointer,
  RCU,
  RDONLY,
  type RegState,
  TRUSTED,
  UNTRUSTED,
  unknownScalar,
} from '../state/reg.ts'
import { rbtreeCallback, taskWorkCallback, workqueueCallback } from './callbacks.ts'
import { releaseDynptr } from './dynptr.ts'
import { ACTIVE, DRAINED, type IterArg, iterReg, setIterReg } from './iterator.ts'
import { checkKfuncArgs } from './kfunc-args.ts'
import { leaveRcu, rcuLock, rcuUnlock } from './locks.ts'
import { packetAccessAllowed } from './program-facts.ts'
import {
  acquireReference,
  asNonOwning,
  invalidatePacketPointers,
  lendReference,
  releaseReference,
} from './references.ts'
import { findPrevious, pushState } from '../explore/paths.ts'
import { widenImprecise } from '../explore/equal.ts'
import { constReg, scalarReg } from '../state/reg.ts'
import * as scalar from '../scalar/index.ts'
import { isScalarStruct } from './scalar-struct.ts'

/** What the arguments told of the call. */
export interface KfuncMeta {
  readonly kfunc: Kfunc
  refObjId: number
  releaseReg: number
  constant: number | undefined
  size: number
  /** A size argument was there, be it 0. */
  sizeFound: boolean
  sizeRdonly: boolean
  map: number
  mapUid: number
  callback: number
  argBtf: RegState | undefined
  owningRef: boolean
  root: SpecialField | undefined
  rootBtf: RegState['btf']
  dynptr: RegState | undefined
  iter: IterArg | undefined
  destroysIter: boolean
  /** Register of the dynptr that is given back, or 0. */
  discards: number
  ctxReturn: BtfId
  readonly pending: (() => void)[]
}

export function callKfunc(env: Env): void {
  const ref = env.prog.refs.get(env.insn)
  if (ref?.kind !== 'kfunc')
    return reject('kfunc-missing', `invalid kernel function call not eliminated in verifier pass`)
  const kfunc = env.kernel.kfuncById(ref.btf, ref.btfId)
  const { name } = ref
  const details = { kfunc: name }
  if (kfunc === undefined || !env.kernel.kfuncAllowed(kfunc, env.traits)) {
    return reject('kfunc-not-allowed', `calling kernel function ${name} is not allowed`, details)
  }
  const sleepable = kfunc.flags.has('KF_SLEEPABLE')
  if (sleepable && !inSleepable(env))
    reject('kfunc-sleepable', `program must be sleepable to call sleepable kfunc ${name}`, details)
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
  if (role === 'trap') reject('trap', 'unexpected __bpf_trap() due to uninitialized variable?', details)
  if (role === 'res_lock' || role === 'res_lock_irq') lockFails(env)
  checkKfuncArgs(env, meta)
  if ((role === 'obj_drop' || role === 'percpu_obj_drop') && env.rules.nmiUnsafeDrop) requireSafeDrop(env, meta)
  for (const apply of meta.pending) apply()
  if (role === 'rbtree_add') {
    const { valueId, nodeOff } = meta.root!
    rbtreeCallback(
      env,
      meta.callback,
      meta.rootBtf,
      valueId,
      nodeOff,
      recordOf(meta.rootBtf!, valueId, env.kernelTypes).refcountOff >= 0,
    )
  }
  if (role === 'session_cookie') meta.size = 8
  if (role === 'wq_callback') workqueueCallback(env, meta.callback, meta.map, meta.mapUid)
  if (role === 'task_work') taskWorkCallback(env, meta.callback, meta.map, meta.mapUid)
  sections(env, kfunc, sleepable)
  if (kfunc.flags.has('KF_RCU_PROTECTED') && env.rules.rcuProtectedCalls && !inRcu(env))
    reject('kfunc-rcu-protected', `kernel func ${name} requires RCU critical section protection`, details)
  if (meta.discards !== 0) releaseDynptr(env, meta.discards)
  else if (meta.releaseReg !== 0 && !releaseReference(env, env.reg(meta.releaseReg).refObjId)) {
    reject('kfunc-release-unknown', `kfunc ${name}#${kfunc.btfId} reference has not been acquired before`, details)
  }
  if (role === 'list_push' || role === 'rbtree_add') lendReference(env, env.reg(2).refObjId)
  if (role === 'throw') {
    env.seenException = true
    // with the default callback the cookie is what the program returns
    if (env.exceptionCb < 0) enforceReturn(env, 1, 'R1')
  }
  env.clobberCallerSaved()
  const value = role === 'res_lock' || role === 'res_lock_irq' ? constReg(0) : returned(env, meta)
  env.setReg(0, value)
  if (role === 'xdp_pull_data') invalidatePacketPointers(env)
  if (kfunc.flags.has('KF_ITER_NEXT') && meta.iter !== undefined) iterate(env, meta.iter)
}

/** Programs that may run in an NMI drop only what can be freed there. */
function requireSafeDrop(env: Env, { kfunc, argBtf }: KfuncMeta): void {
  const { type, attachType, sleepable } = env.prog
  const tracing = type === 'BPF_PROG_TYPE_TRACING' && attachType !== 'BPF_TRACE_ITER' && !sleepable
  if (!tracing && !tracingTypes.has(type)) return
  if (recordOfReg(env, argBtf!).fields.every(({ kind }) => nmiSafe.has(kind))) return
  reject('drop-nmi', `${kfunc.name} cannot be used in tracing programs on types with NMI unsafe fields`, {
    kfunc: kfunc.name,
    reg: 1,
    arg: 0,
  })
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
function lockFails(env: Env): void {
  env.pushStep()
  const failed = pushState(env, env.insn + 1, env.insn)
  for (let i = 1; i <= 5; i++) failed.cur.regs[i] = notInit
  failed.cur.regs[0] = scalarReg(scalar.clampSigned(scalar.unknown, -4095, -1))
}

/** RCU and preemption sections open and close; nothing that sleeps inside. */
function sections(env: Env, kfunc: Kfunc, sleepable: boolean): void {
  const { state } = env
  const role = specialRole(kfunc)
  const lock = role === 'rcu_lock'
  const unlock = role === 'rcu_unlock'
  const details = { kfunc: kfunc.name }
  if (state.activeRcu > 0 && (lock || unlock) && state.frames.some((f) => f.callbackKind === 'rbtree')) {
    reject('rcu-in-callback', 'Calling bpf_rcu_read_{lock,unlock} in unnecessary rbtree callback', details)
  }
  if (lock) rcuLock(env)
  else if (unlock) rcuUnlock(env)
  else if (sleepable && state.activeRcu > 0) {
    reject('kfunc-sleep-rcu', `kernel func ${kfunc.name} is sleepable within rcu_read_lock region`, details)
  }
  if (role === 'preempt_disable') state.activePreempt++
  else if (role === 'preempt_enable') {
    if (state.activePreempt === 0)
      reject('preempt-unmatched', `unmatched attempt to enable preemption (kernel function ${kfunc.name})`, details)
    state.activePreempt--
    if (env.rules.rcuBySections) leaveRcu(env)
  } else if (sleepable && state.activePreempt > 0) {
    reject('kfunc-sleep-preempt', `kernel func ${kfunc.name} is sleepable within non-preemptible region`, details)
  }
  if (sleepable && state.activeIrq > 0)
    reject('kfunc-sleep-irq', `kernel func ${kfunc.name} is sleepable within IRQ-disabled region`, details)
  if (sleepable && state.activeLocks > 0)
    reject('kfunc-sleep-lock', `kernel func ${kfunc.name} is sleepable within lock region`, details)
}

function returned(env: Env, meta: KfuncMeta): RegState {
  const { kfunc } = meta
  const bare = resolveType(kfunc.btf, kfunc.ret)
  const acquire = kfunc.flags.has('KF_ACQUIRE')
  const role = specialRole(kfunc)
  const target = bare.kind === 'ptr' ? resolveType(kfunc.btf, bare.type) : undefined
  const special = returnedSpecially(env, meta)
  if (acquire && special === undefined && (target === undefined || !isStruct(target.kind))) {
    reject('acquire-return', 'acquire kernel function does not return PTR_TO_BTF_ID', { kfunc: kfunc.name })
  }
  if (bare.kind === 'void') return notInit
  // a void pointer is a number to the program
  if (bare.kind !== 'ptr' || (target!.kind === 'void' && special === undefined)) return unknownScalar
  let value = special
  if (value === undefined) {
    if (isStruct(target!.kind)) {
      value = pointer('btf', { btf: kfunc.btf, btfId: target!.id as BtfId, flags: worthOf(env, meta) })
    } else value = returnedMemory(env, meta, target!.kind, target!.name, bare.type)
  }
  // a counted reference of what is owned anyway cannot fail
  const certain = meta.owningRef && role === 'refcount_acquire'
  if (kfunc.flags.has('KF_RET_NULL') && !certain)
    value = edit(value, { flags: value.flags | MAYBE_NULL, id: env.newId() })
  if (acquire) {
    const id = acquireReference(env)
    value = edit(value, { refObjId: id, id: value.flags & MAYBE_NULL ? id : value.id })
  } else if (role === 'rbtree_walk' || role === 'list_peek') value = asNonOwning(env, value)
  // what a lock may guard is told apart by its id
  if (value.id === 0 && value.kind === 'btf' && value.flags & ALLOC && recordOfReg(env, value).hasLock)
    value = edit(value, { id: env.newId() })
  return value
}

/** What a returned kernel pointer is worth: in 6.12 nothing by itself, but for elements of iterators; trusted since. */
function worthOf(env: Env, meta: KfuncMeta): number {
  const { kfunc } = meta
  const element = kfunc.flags.has('KF_ITER_NEXT') && meta.iter !== undefined
  const rcu = element && (iterReg(env.state, meta.iter!).flags & RCU) !== 0
  if (specialRole(kfunc) === 'kmem_cache') return UNTRUSTED
  if (rcu || (env.rules.rcuProtectedCalls && kfunc.flags.has('KF_RCU_PROTECTED'))) return RCU
  return element || env.rules.trustedReturns ? TRUSTED : 0
}

const isStruct = (kind: string): boolean => kind === 'struct' || kind === 'union'

function returnedMemory(env: Env, meta: KfuncMeta, kind: string, name: string, pointee: BtfId): RegState {
  const { kfunc } = meta
  let { size, sizeRdonly } = meta
  const given = env.rules.declaredArgs ? meta.sizeFound || size !== 0 : size !== 0
  if (!given) {
    size = sizeOf(kfunc.btf, pointee) ?? 0
    sizeRdonly = true
  }
  if (size === 0 && !given) {
    reject(
      'return-type',
      `kernel function ${kfunc.name} returns pointer type ${kind.toUpperCase()} ${name} is not supported`,
      { kfunc: kfunc.name },
    )
  }
  const rcu = env.rules.rcuProtectedCalls && kfunc.flags.has('KF_RCU_PROTECTED') ? RCU : 0
  return pointer('mem', { size, flags: (sizeRdonly ? RDONLY : 0) | rcu, refObjId: meta.refObjId })
}

/** Kfuncs whose return depends on more than their prototype. */
function returnedSpecially(env: Env, meta: KfuncMeta): RegState | undefined {
  const { kfunc } = meta
  const role = specialRole(kfunc)
  switch (role) {
    case 'obj_new':
    case 'percpu_obj_new':
      return newObject(env, meta, role === 'percpu_obj_new')
    case 'refcount_acquire':
      return pointer('btf', { flags: ALLOC, btf: meta.argBtf!.btf, btfId: meta.argBtf!.btfId })
    case 'list_pop':
    case 'list_del':
    case 'list_peek':
    case 'rbtree_walk':
    case 'rbtree_remove':
      return pointer('btf', { flags: ALLOC, btf: meta.rootBtf, btfId: meta.root!.valueId, off: meta.root!.nodeOff })
    case 'cast_to_kern_ctx':
      return pointer('btf', { flags: TRUSTED, btf: env.kernel.btf, btfId: meta.ctxReturn })
    case 'rdonly_cast':
      return castReadOnly(env, meta)
    case 'dynptr_slice':
    case 'dynptr_slice_rdwr': {
      const dynptr = meta.dynptr!
      if (role === 'dynptr_slice_rdwr' && !packetAccessAllowed(env, true)) {
        reject('slice-write', 'the prog does not allow writes to packet data', { kfunc: kfunc.name })
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
function castReadOnly(env: Env, meta: KfuncMeta): RegState {
  const { btf } = env.kernel
  const id = meta.constant! as BtfId
  const details = { kfunc: meta.kfunc.name }
  const kind = id >= 0 && id < btf.count ? btf.type(id).kind : undefined
  if (kind !== undefined && isStruct(kind)) return pointer('btf', { flags: UNTRUSTED, btf, btfId: id })
  if (!env.rules.castToVoid)
    return reject('cast-type', 'kfunc bpf_rdonly_cast type ID argument must be of a struct', details)
  if (kind === undefined) return reject('cast-type', `Unknown type ID ${id} passed to kfunc bpf_rdonly_cast`, details)
  if (kind === 'void') return pointer('mem', { flags: RDONLY | UNTRUSTED, size: 0 })
  return reject('cast-type', 'kfunc bpf_rdonly_cast type ID argument must be of a struct or void', details)
}

function newObject(env: Env, meta: KfuncMeta, percpu: boolean): RegState {
  const details = { kfunc: meta.kfunc.name }
  const btf = env.prog.btf
  const id = meta.constant! as BtfId
  if (id < 0 || id > 0xffffffff) reject('obj-new-type', 'local type ID argument must be in range [0, U32_MAX]', details)
  if (btf === undefined) return reject('obj-new-btf', 'bpf_obj_new/bpf_percpu_obj_new requires prog BTF', details)
  const type = id > 0 && id < btf.count ? btf.type(id) : undefined
  if (type?.kind !== 'struct') {
    return reject('obj-new-type', 'bpf_obj_new/bpf_percpu_obj_new type ID argument must be of a struct', details)
  }
  if (percpu) {
    if (type.size > 512)
      reject('percpu-size', `bpf_percpu_obj_new type size (${type.size}) is greater than 512`, details)
    if (!isScalarStruct(btf, type, 0))
      reject('percpu-type', 'bpf_percpu_obj_new type ID argument must be of a struct of scalars', details)
    if (recordOf(btf, id, env.kernelTypes).fields.length > 0) {
      reject('percpu-fields', 'bpf_percpu_obj_new type ID argument must not contain special fields', details)
    }
  }
  return pointer('btf', { flags: ALLOC | (percpu ? PERCPU : 0), btf, btfId: id })
}

/** next: one path gets an element and may come back here; the other sees the end. */
function iterate(env: Env, iter: IterArg): void {
  const reg = iterReg(env.state, iter)
  if (reg.aux !== DRAINED) {
    env.pushStep()
    const previous = findPrevious(env.state.parent?.parent, env.insn, env.state)
    const active = pushState(env, env.insn + 1, env.insn)
    setIterReg(active, iter, { aux: ACTIVE, frame: reg.frame + 1 })
    if (previous !== undefined) widenImprecise(previous, active)
    const r0 = active.cur.regs[0]!
    active.cur.regs[0] = edit(r0, { flags: r0.flags & ~MAYBE_NULL })
  }
  setIterReg(env.state, iter, { aux: DRAINED })
  env.setReg(0, constReg(0))
}
