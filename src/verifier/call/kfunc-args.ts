// SPDX-License-Identifier: Apache-2.0
// Arguments of a kfunc against its declaration: suffix annotations, flags, types. One function a kind; each names its section of
// kfuncs.rst. The kinds are told apart in a fixed order: declared annotations first, then types, then what the register holds.

import {
  type BtfId,
  type BtfType,
  isNoCastAlias,
  resolveType,
  sizeOf,
  skipModifiers,
  structIdsMatch,
} from '../../btf/index.ts'
import { ctxTypeName } from '../../kernel/index.ts'
import type { Kfunc, KfuncParam } from '../../kfunc/index.ts'
import { isRcuPointer, isTrusted, recordOfReg, structName, TRUSTING } from '../access/btf-pointer.ts'
import { constVar, hasVarOff } from '../access/regions.ts'
import type { Env } from '../env.ts'
import { markRegRead } from '../explore/liveness.ts'
import { markPrecise } from '../explore/precision.ts'
import type { SpecialField } from '../record.ts'
import { type Details, Rejection, reject } from '../report.ts'
import * as scalar from '../scalar/index.ts'
import { ALLOC, isNull, mayBeNull, NON_OWN, PERCPU, RCU, type RegState, regTypeText, typeText } from '../state/reg.ts'
import { constructDynptr, requireDynptr } from './dynptr.ts'
import { constructIterator, destroyIterator, iterReg, requireIterator } from './iterator.ts'
import type { KfuncMeta } from './kfunc.ts'
import { recordAt, requireLockHeld } from './locks.ts'
import { requireArgOffset, requireConstString, requirePlainMemory, requireSized, withoutNull } from './memory-args.ts'
import { isScalarStruct, isScalarType } from './scalar-struct.ts'

export type ArgKind =
  | 'null'
  | 'ctx'
  | 'alloc'
  | 'refcounted'
  | 'dynptr'
  | 'iter'
  | 'list_head'
  | 'list_node'
  | 'rb_root'
  | 'rb_node'
  | 'const_str'
  | 'map'
  | 'wq'
  | 'btf'
  | 'callback'
  | 'mem'
  | 'mem_size'

interface Arg {
  readonly index: number
  readonly number: number
  readonly param: KfuncParam
  readonly reg: RegState
  /** What the parameter points at. */
  readonly target: BtfType
  readonly targetId: BtfId
}

export function checkKfuncArgs(env: Env, meta: KfuncMeta): void {
  const { kfunc } = meta
  const { params, btf, flags } = kfunc
  if (params.length > 5)
    reject('too-many-args', `Function ${kfunc.name} has ${params.length} > 5 args`, { kfunc: kfunc.name })
  for (let i = 0; i < params.length; i++) {
    const param = params[i]!
    const number = i + 1
    // nothing need be in the register: what it must hold says the kind of argument
    markRegRead(env.state, number)
    if (param.suffixes.includes('ign')) continue
    const type = resolveType(btf, param.type)
    const reg = env.reg(number)
    if (isScalarType(type)) {
      checkScalar(env, meta, param, number, reg)
      continue
    }
    if (type.kind !== 'ptr')
      reject('arg-type', `Unrecognized arg#${i} type ${type.kind.toUpperCase()}`, { arg: i, kfunc: kfunc.name })
    const targetId = skipModifiers(btf, type.type)
    const arg: Arg = { index: i, number, param, reg, target: resolveType(btf, targetId), targetId }
    // a release takes what was acquired: trusted by nature
    const trustedArgs = flags.has('KF_TRUSTED_ARGS') || flags.has('KF_RELEASE')
    const rcu = flags.has('KF_RCU')
    const details = { reg: number, arg: i, kfunc: kfunc.name, seen: regTypeText(reg) }
    if ((trustedArgs || rcu) && (isNull(reg) || mayBeNull(reg)) && !param.suffixes.includes('nullable')) {
      reject('null-to-trusted', `Possibly NULL pointer passed to trusted arg${i}`, details)
    }
    if (reg.refObjId !== 0) {
      if (flags.has('KF_RELEASE') && meta.refObjId !== 0)
        reject(
          'two-references',
          `verifier internal error: more than one arg with ref_obj_id R${number} ${reg.refObjId} ${meta.refObjId}`,
          details,
        )
      meta.refObjId = reg.refObjId
      if (flags.has('KF_RELEASE')) meta.releaseReg = number
    }
    const kind = kindOf(env, meta, arg)
    if (kind === 'null') continue
    if (kind === 'map') {
      if (reg.kind !== 'map_ptr' && reg.kind !== 'btf' && reg.map < 0)
        reject('not-a-map', `pointer in R${number} isn't map pointer`, details)
      if (
        meta.map >= 0 &&
        reg.kind === 'map_ptr' &&
        meta.mapUid !== reg.mapUid &&
        env.mapRecord(reg.map).has('bpf_wq')
      ) {
        reject(
          'wq-map',
          `workqueue pointer in R1 map_uid=${meta.mapUid} doesn't match map pointer in R2 map_uid=${reg.mapUid}`,
          details,
        )
      }
      if (meta.map >= 0 && reg.map !== meta.map && env.mapRecord(reg.map).has('bpf_wq')) {
        reject(
          'wq-map',
          `workqueue pointer in R1 map_uid=${meta.mapUid} doesn't match map pointer in R2 map_uid=${reg.mapUid}`,
          details,
        )
      }
      meta.map = reg.map
      meta.mapUid = reg.mapUid
    }
    if ((kind === 'map' || kind === 'alloc' || kind === 'btf') && (trustedArgs || rcu))
      requireProvenance(arg, kfunc.name, rcu)
    requireArgOffset(env, number, flags.has('KF_RELEASE') && reg.refObjId !== 0)
    if (byKind(env, meta, kind, arg)) i++
  }
  if (flags.has('KF_RELEASE') && meta.releaseReg === 0) {
    reject('release-nothing', `release kernel function ${kfunc.name} expects refcounted PTR_TO_BTF_ID`, {
      kfunc: kfunc.name,
      reg: 1,
      arg: 0,
    })
  }
}

/** kfuncs.rst "KF_TRUSTED_ARGS flag", "KF_RCU flag": a valid pointer, or one alive in this RCU section. */
function requireProvenance(arg: Arg, kfunc: string, rcuAllowed: boolean): void {
  const { reg, number } = arg
  if (isTrusted(reg)) return
  const details = { reg: number, arg: arg.index, kfunc, seen: regTypeText(reg) }
  if (!rcuAllowed) reject('untrusted-arg', `R${number} must be referenced or trusted`, details)
  if (!isRcuPointer(reg)) reject('not-rcu-arg', `R${number} must be a rcu pointer`, details)
}

/** kfuncs.rst "__k annotation"; buffer sizes by the names rdonly_buf_size and rdwr_buf_size. */
function checkScalar(env: Env, meta: KfuncMeta, param: KfuncParam, number: number, reg: RegState): void {
  const details = { reg: number, arg: number - 1, kfunc: meta.kfunc.name }
  if (reg.kind !== 'scalar') reject('not-scalar', `R${number} is not a scalar`, details)
  if (param.suffixes.includes('k')) {
    if (meta.constant !== undefined)
      reject('two-constants', 'verifier internal error: only one constant argument permitted', details)
    if (!scalar.isConst(reg.var)) reject('not-constant', `R${number} must be a known constant`, details)
    markPrecise(env, number)
    meta.constant = Number(scalar.constValue(reg.var))
  } else if (param.name === 'rdonly_buf_size' || param.name === 'rdwr_buf_size') {
    if (meta.size !== 0) reject('two-sizes', '2 or more rdonly/rdwr_buf_size parameters for kfunc', details)
    if (!scalar.isConst(reg.var)) reject('not-constant', `R${number} is not a const`, details)
    meta.size = Number(scalar.constValue(reg.var))
    meta.sizeRdonly = param.name === 'rdonly_buf_size'
    markPrecise(env, number)
  }
}

const structKinds: Record<string, ArgKind> = {
  bpf_dynptr: 'dynptr',
  bpf_dynptr_kern: 'dynptr',
  bpf_list_head: 'list_head',
  bpf_list_node: 'list_node',
  bpf_rb_root: 'rb_root',
  bpf_rb_node: 'rb_node',
  bpf_wq: 'wq',
}
const hasBtfType = (reg: RegState): boolean =>
  reg.kind === 'btf' ||
  reg.kind === 'sock' ||
  reg.kind === 'sock_common' ||
  reg.kind === 'tcp_sock' ||
  reg.kind === 'map_ptr'

function kindOf(env: Env, meta: KfuncMeta, arg: Arg): ArgKind {
  const { param, target, reg, index } = arg
  const { kfunc } = meta
  const { suffixes } = param
  if (kfunc.module === undefined && kfunc.name === 'bpf_cast_to_kern_ctx') return 'ctx'
  if (isCtxParam(env, target)) return 'ctx'
  if (suffixes.includes('nullable') && isNull(reg)) return 'null'
  if (suffixes.includes('alloc')) return 'alloc'
  if (suffixes.includes('refcounted_kptr')) return 'refcounted'
  const byStruct = target.kind === 'struct' ? structKinds[target.name] : undefined
  if (byStruct === 'dynptr') return 'dynptr'
  const isIter = kfunc.flags.has('KF_ITER_NEW') || kfunc.flags.has('KF_ITER_NEXT') || kfunc.flags.has('KF_ITER_DESTROY')
  if ((isIter && index === 0) || suffixes.includes('iter')) return 'iter'
  if (byStruct !== undefined && byStruct !== 'wq') return byStruct
  if (suffixes.includes('str')) return 'const_str'
  if (suffixes.includes('map')) return 'map'
  if (byStruct === 'wq') return 'wq'
  if (hasBtfType(reg)) {
    if (target.kind !== 'struct' && target.kind !== 'union') {
      reject(
        'pointer-type',
        `kernel function ${kfunc.name} args#${index} pointer type ${kindText(target)} ${target.name} is not supported`,
        {
          reg: arg.number,
          arg: index,
          kfunc: kfunc.name,
        },
      )
    }
    return 'btf'
  }
  if (target.kind === 'func_proto') return 'callback'
  const sized = hasSize(env, kfunc, index)
  if (!isScalarType(target) && !isScalarStruct(kfunc.btf, target, 0) && !(sized && target.kind === 'void')) {
    reject(
      'pointer-type',
      `arg#${index} pointer type ${kindText(target)} ${target.name} must point to ${sized ? 'void, ' : ''}scalar, or struct with scalar`,
      {
        reg: arg.number,
        arg: index,
        kfunc: kfunc.name,
        seen: regTypeText(reg),
        expected: target.name,
      },
    )
  }
  return sized ? 'mem_size' : 'mem'
}
/** kfuncs.rst "__sz annotation": a number in the next register says how much memory there is. */
function hasSize(env: Env, { params, btf }: Kfunc, index: number): boolean {
  const next = params[index + 1]
  if (next === undefined || !(next.suffixes.includes('sz') || next.suffixes.includes('szk'))) return false
  return isScalarType(resolveType(btf, next.type)) && env.reg(index + 2).kind === 'scalar'
}
const kindText = (type: BtfType): string => (type.kind === 'void' ? 'UNKNOWN' : type.kind.toUpperCase())

function isCtxParam(env: Env, target: BtfType): boolean {
  if (target.kind !== 'struct') return false
  const ctx = ctxTypeName(env.prog.type)
  return (
    ctx !== undefined &&
    (target.name === ctx.user || (target.name === ctx.kernel && projections[ctx.user] === ctx.kernel)) &&
    env.prog.type !== 'BPF_PROG_TYPE_TRACING' &&
    env.prog.type !== 'BPF_PROG_TYPE_LSM' &&
    env.prog.type !== 'BPF_PROG_TYPE_STRUCT_OPS'
  )
}

/** True where the argument took its size with it. */
function byKind(env: Env, meta: KfuncMeta, kind: ArgKind, arg: Arg): boolean {
  const { reg, number, index } = arg
  const { kfunc } = meta
  const details = { reg: number, arg: index, kfunc: kfunc.name, seen: regTypeText(reg) }
  const inKernel = kfunc.module === undefined
  switch (kind) {
    case 'ctx':
      if (reg.kind !== 'ctx')
        reject('not-ctx', `arg#${index} expected pointer to ctx, but got ${regTypeText(reg)}`, details)
      if (inKernel && kfunc.name === 'bpf_cast_to_kern_ctx') {
        const name = ctxTypeName(env.prog.type)?.kernel
        const id = name === undefined ? undefined : env.kernel.btf.find(name, 'struct')
        if (id === undefined) reject('cast-ctx', `bpf_cast_to_kern_ctx is not supported for this program type`, details)
        meta.ctxReturn = id!
      }
      return false
    case 'alloc':
      requireAllocated(arg, meta)
      return false
    case 'dynptr':
      dynptr(env, meta, arg)
      return false
    case 'iter':
      iterator(env, meta, arg)
      return false
    case 'list_head':
    case 'rb_root':
      graphRoot(env, meta, arg, kind === 'list_head' ? 'bpf_list_head' : 'bpf_rb_root')
      return false
    case 'list_node':
    case 'rb_node':
      graphNode(env, meta, arg, kind)
      return false
    case 'map':
    case 'btf':
      requireObject(arg, details)
      requireStruct(env, meta, arg, kind === 'map')
      return false
    case 'mem': {
      const size = sizeOf(kfunc.btf, arg.targetId)
      if (size === undefined) {
        return reject(
          'mem-size',
          `arg#${index} reference type('${kindText(arg.target)} ${arg.target.name}') size cannot be determined: -22`,
          details,
        )
      }
      requirePlainMemory(env, arg.number, size)
      return false
    }
    case 'mem_size':
      sizedMemory(env, meta, arg)
      return true
    case 'callback':
      if (reg.kind !== 'func') reject('not-func', `arg${index} expected pointer to func`, details)
      meta.callback = reg.frame
      return false
    case 'refcounted': {
      if (reg.kind !== 'btf' || (reg.flags & ALLOC) === 0 || (reg.flags & ~(ALLOC | NON_OWN | RCU)) !== 0) {
        reject('refcount-arg', `arg#${index} is neither owning or non-owning ref`, details)
      }
      meta.owningRef = (reg.flags & NON_OWN) === 0
      if (recordOfReg(env, reg).refcountOff < 0)
        reject('refcount-none', `arg#${index} doesn't point to a type with bpf_refcount field`, details)
      meta.argBtf = reg
      return false
    }
    case 'const_str':
      if (reg.kind !== 'map_value') reject('const-str', `arg#${index} doesn't point to a const string`, details)
      requireConstString(env, number)
      return false
    case 'wq':
      workqueue(env, meta, arg)
      return false
    default:
      return false
  }
}

/** kfuncs.rst: bpf_obj_drop and bpf_percpu_obj_drop each take their own kind of allocated object, held. */
function requireAllocated(arg: Arg, meta: KfuncMeta): void {
  const { reg, index, number } = arg
  const { name } = meta.kfunc
  const details = { reg: number, arg: index, kfunc: name, seen: regTypeText(reg) }
  const kind = reg.kind === 'btf' ? reg.flags : -1
  if (kind === ALLOC) {
    if (name !== 'bpf_obj_drop_impl') reject('drop-kind', `arg#${index} expected for bpf_obj_drop_impl()`, details)
  } else if (kind === (ALLOC | PERCPU)) {
    if (name !== 'bpf_percpu_obj_drop_impl')
      reject('drop-kind', `arg#${index} expected for bpf_percpu_obj_drop_impl()`, details)
  } else reject('not-allocated', `arg#${index} expected pointer to allocated object`, details)
  if (reg.refObjId === 0) reject('not-owned', 'allocated object must be referenced', details)
  meta.argBtf = reg
}

function dynptr(env: Env, meta: KfuncMeta, arg: Arg): void {
  const { reg, number, param, index } = arg
  const { name } = meta.kfunc
  if (param.suffixes.includes('uninit')) {
    if (reg.kind !== 'fp' && reg.kind !== 'dynptr') {
      reject('dynptr-pointer', `arg#${index} expected pointer to stack or const struct bpf_dynptr`, {
        reg: number,
        arg: index,
        kfunc: name,
      })
    }
    const parent = meta.dynptr
    // only the kernel's own constructors are known to make one
    if (meta.kfunc.module !== undefined) reject('dynptr-constructor', '', { reg: number, arg: index, kfunc: name })
    const type =
      name === 'bpf_dynptr_from_skb' ? 'skb' : name === 'bpf_dynptr_from_xdp' ? 'xdp' : (parent?.dynptr ?? 'local')
    constructDynptr(env, number, type, parent?.refObjId ?? 0, 0)
    return
  }
  const seen = requireDynptr(env, number, undefined, false)
  meta.dynptr = seen
}

function iterator(env: Env, meta: KfuncMeta, arg: Arg): void {
  const { kfunc } = meta
  if (kfunc.name === 'bpf_iter_css_task_new' && !cssTaskAllowed(env)) {
    reject('css-task', 'css_task_iter is only allowed in bpf_lsm, bpf_iter and sleepable progs', { kfunc: kfunc.name })
  }
  const id = arg.target.id as BtfId
  if (kfunc.flags.has('KF_ITER_NEW'))
    return constructIterator(env, arg.number, kfunc.btf, id, kfunc.flags.has('KF_RCU_PROTECTED'))
  const iter = requireIterator(env, arg.number, kfunc.btf, id)
  meta.iter = iter
  // an element in memory lives as long as its iterator
  meta.refObjId = iterReg(env.state, iter).refObjId
  if (kfunc.flags.has('KF_ITER_DESTROY')) {
    meta.destroysIter = true
    destroyIterator(env, iter)
  }
}
const cssTaskAllowed = (env: Env): boolean =>
  env.prog.type === 'BPF_PROG_TYPE_LSM' || env.prog.attachType === 'BPF_TRACE_ITER' || env.prog.sleepable

/** graph_ds_impl.rst: a list head or tree root at its place in a map value or held object, its lock held. */
function graphRoot(env: Env, meta: KfuncMeta, arg: Arg, what: 'bpf_list_head' | 'bpf_rb_root'): void {
  const { reg, number, index } = arg
  const details = { reg: number, arg: index, kfunc: meta.kfunc.name, seen: regTypeText(reg) }
  const alloc = reg.kind === 'btf' && reg.flags === ALLOC
  if (reg.kind !== 'map_value' && !alloc)
    reject('root-arg', `arg#${index} expected pointer to map value or allocated object`, details)
  if (alloc && reg.refObjId === 0) reject('not-owned', 'allocated object must be referenced', details)
  if (hasVarOff(reg))
    reject('root-offset', `R${number} doesn't have constant offset. ${what} has to be at the constant offset`, details)
  const off = reg.off + constVar(reg)
  const field = recordAt(env, reg)?.at(off)
  if (field?.kind !== what) return reject('root-none', `${what} not found at offset=${off}`, details)
  requireLockHeld(env, reg, what, number)
  meta.root = field
  meta.rootBtf = reg.kind === 'map_value' ? env.mapBtf : reg.btf
}

function graphNode(env: Env, meta: KfuncMeta, arg: Arg, kind: 'list_node' | 'rb_node'): void {
  const { reg, number, index } = arg
  const details = { reg: number, arg: index, kfunc: meta.kfunc.name, seen: regTypeText(reg) }
  if (meta.kfunc.name === 'bpf_rbtree_remove') {
    if ((reg.flags & NON_OWN) === 0 || reg.refObjId !== 0)
      reject('remove-owned', 'rbtree_remove node input must be non-owning ref', details)
    if (env.state.frames.some((f) => f.callbackKind === 'rbtree'))
      reject('remove-in-callback', 'rbtree_remove not allowed in rbtree cb', details)
  } else {
    if (reg.kind !== 'btf' || reg.flags !== ALLOC)
      reject('not-allocated', `arg#${index} expected pointer to allocated object`, details)
    if (reg.refObjId === 0) reject('not-owned', 'allocated object must be referenced', details)
  }
  const what = kind === 'list_node' ? 'bpf_list_node' : 'bpf_rb_node'
  const root: SpecialField = meta.root!
  const rootText = kind === 'list_node' ? 'bpf_list_head' : 'bpf_rb_root'
  if (hasVarOff(reg))
    reject('node-offset', `R${number} doesn't have constant offset. ${what} has to be at the constant offset`, details)
  const off = reg.off + constVar(reg)
  const field = recordAt(env, reg)?.at(off)
  if (field?.kind !== what) return reject('node-none', `${what} not found at offset=${off}`, details)
  const wanted = meta.rootBtf!.type(root.valueId).name
  if (!structIdsMatch(reg.btf!, reg.btfId, 0, meta.rootBtf!, root.valueId, { strict: true })) {
    reject(
      'node-struct',
      `operation on ${rootText} expects arg#1 ${what} at offset=${root.nodeOff} in struct ${wanted}, but arg is at offset=${off} in struct ${structName(reg)}`,
      details,
    )
  }
  if (off !== root.nodeOff) {
    reject(
      'node-place',
      `arg#1 offset=${off}, but expected ${what} at offset=${root.nodeOff} in struct ${wanted}`,
      details,
    )
  }
}

/** A kernel object or a socket, without doubt about it: an RCU pointer only where nothing else is said of it. */
function requireObject({ reg, index }: Arg, details: Details): void {
  const known = reg.kind === 'btf' && ((reg.flags & ~TRUSTING) === 0 || isRcuPointer(reg))
  if (known || (hasBtfType(reg) && reg.kind !== 'btf')) return
  const expected = typeText(reg.kind, reg.flags & TRUSTING)
  reject('not-btf', `arg#${index} is ${regTypeText(reg)} expected ${expected} or socket`, details)
}

const socketTypes: Record<string, string> = {
  sock: 'sock',
  sock_common: 'sock_common',
  tcp_sock: 'tcp_sock',
  map_ptr: 'bpf_map',
}

/** kfuncs.rst "Specifying no-cast aliases", "Equivalent types": the struct itself or one that begins with it; exactly it where a reference is given back. */
function requireStruct(env: Env, meta: KfuncMeta, arg: Arg, map: boolean): void {
  const { reg, number, index } = arg
  const { kfunc } = meta
  const btf = reg.kind === 'btf' ? reg.btf! : env.kernel.btf
  const id = reg.kind === 'btf' ? reg.btfId : btf.find(socketTypes[reg.kind]!, 'struct')!
  const wantedBtf = map ? env.kernel.btf : kfunc.btf
  const wantedId = map ? env.kernel.btf.find('bpf_map', 'struct')! : (arg.target.id as BtfId)
  const wanted = wantedBtf.type(wantedId)
  const strict = (kfunc.flags.has('KF_RELEASE') && reg.refObjId !== 0) || isNoCastAlias(btf, id, wantedBtf, wantedId)
  const flexArrays = (reg.flags & ALLOC) === 0
  if (structIdsMatch(btf, id, reg.off, wantedBtf, wantedId, { strict, flexArrays })) return
  const seen = btf.type(id)
  // a program's view of a kernel type stands for the type
  if (projections[wanted.name] === seen.name) return
  reject(
    'struct-mismatch',
    `kernel function ${kfunc.name} args#${index} expected pointer to ${kindText(wanted)} ${wanted.name} but R${number} has a pointer to ${kindText(seen)} ${seen.name}`,
    { reg: number, arg: index, kfunc: kfunc.name, expected: wanted.name, seen: seen.name },
  )
}
const projections: Record<string, string> = { __sk_buff: 'sk_buff', xdp_md: 'xdp_buff' }

/** kfuncs.rst "__sz annotation", "__szk": a buffer and its length. "__opt": the buffer may be null. */
function sizedMemory(env: Env, meta: KfuncMeta, arg: Arg): void {
  const { reg, number, index, param } = arg
  const next = meta.kfunc.params[index + 1]!
  const size = env.reg(number + 1)
  const details = { reg: number, arg: index, kfunc: meta.kfunc.name, seen: regTypeText(reg) }
  if (!isNull(reg) || !param.suffixes.includes('opt')) {
    try {
      withoutNull(env, number, () => {
        requireSized(env, number + 1, { write: false, zeroOk: true, uninit: false }, [])
        requireSized(env, number + 1, { write: true, zeroOk: true, uninit: false }, [])
      })
    } catch (error) {
      if (!(error instanceof Rejection)) throw error
      env.verbose(error.message)
      reject('mem-len', `arg#${index} arg#${index + 1} memory, len pair leads to invalid memory access`, {
        ...details,
        seen: error.message,
      })
    }
  }
  if (!next.suffixes.includes('szk')) return
  if (meta.constant !== undefined)
    reject('two-constants', 'verifier internal error: only one constant argument permitted', details)
  if (size.kind !== 'scalar' || !scalar.isConst(size.var))
    reject('not-constant', `R${number + 1} must be a known constant`, { ...details, reg: number + 1, arg: index + 1 })
  meta.constant = Number(scalar.constValue(size.var))
  markPrecise(env, number + 1)
}

function workqueue(env: Env, meta: KfuncMeta, arg: Arg): void {
  const { reg, number, index } = arg
  const details = { reg: number, arg: index, kfunc: meta.kfunc.name, seen: regTypeText(reg) }
  if (reg.kind !== 'map_value') reject('wq-arg', `arg#${index} doesn't point to a map value`, details)
  if (hasVarOff(reg))
    reject('wq-offset', `R${number} doesn't have constant offset. bpf_wq has to be at the constant offset`, details)
  const map = env.map(reg.map)
  if (map.valueTypeId === 0) reject('wq-btf', `map '${map.name}' has to have BTF in order to use bpf_wq`, details)
  const field = env.mapRecord(reg.map).fields.find((f) => f.kind === 'bpf_wq')
  if (field === undefined) return reject('wq-none', `map '${map.name}' has no valid bpf_wq`, details)
  const at = reg.off + constVar(reg)
  if (at !== field.off)
    reject('wq-offset', `off ${at} doesn't point to 'struct bpf_wq' that is at ${field.off}`, details)
  meta.map = reg.map
  meta.mapUid = reg.mapUid
}
