// SPDX-License-Identifier: Apache-2.0
// Arguments of a kfunc against its declaration: suffix annotations, flags, types. One function a kind; each names its section of
// kfuncs.rst. The kinds are told apart in a fixed order: declared annotations first, then types, then what the register holds.

import type { KfuncMeta } from './meta.ts'
import { type BtfId, resolveType, skipModifiers } from '../../../btf/index.ts'
import { type KfuncParam, specialRole } from '../../../kfunc/index.ts'
import { isRcuPointer, isTrusted, recordOfReg, TRUSTING } from '../../access/btf-pointer.ts'
import type { Model } from '../../program/model.ts'
import type { Program } from '../../program/program.ts'
import type { Walk } from '../../engine/walk.ts'
import { markRegRead } from '../../engine/liveness.ts'
import { markPrecise } from '../../engine/precision.ts'
import { unsupported, violate } from '../../violations/raise.ts'
import type { KfuncArg } from '../../violations/row.ts'
import * as scalar from '../../scalar/index.ts'
import {
  ALLOC,
  isNull,
  mayBeNull,
  NON_OWN,
  PERCPU,
  RCU,
  isMapValue,
  type RegState,
  regTypeText,
  type DynptrType,
  typeText,
} from '../../state/reg.ts'
import { constructDynptr, requireDynptr } from '../objects/dynptr.ts'
import { constructIterator, destroyIterator, iterReg, requireIterator } from '../objects/iterator.ts'
import { type IrqFamily, requireIrqFlag } from '../objects/irq.ts'
import { requireGraphNode, requireGraphRoot } from './graph.ts'
import { type Arg, type ArgKind, hasBtfType, isProgAux, kindOf, kindText } from './kind.ts'
import { requireSizedMemory, requireStruct, requireTypedMemory } from './memory.ts'

import { type LockUse, spinLock } from '../objects/locks.ts'
import { requireConstMap, requireMapField, requireSameMap } from './map-fields.ts'
import { mostArgs, requireArgsPassed } from '../subprog/many-args.ts'
import { requireArgOffset, requireConstString } from '../memory-args.ts'
import { contextMoves, requireUnmodified } from '../../access/regions.ts'
import { isScalarStruct, isScalarType, isSized } from '../../program/contract/scalar-struct.ts'

export function checkKfuncArgs(walk: Walk, meta: KfuncMeta): void {
  const { kfunc } = meta
  const { params, btf } = kfunc
  const most = mostArgs(walk.model)
  if (params.length > most) violate('too-many-args', { form: 'kfunc', kfunc: kfunc.name, count: params.length, most })
  requireArgsPassed(params.length, { kfunc: kfunc.name })
  for (let i = 0; i < params.length; i++) {
    const param = params[i]!
    const number = i + 1
    // nothing need be in the register: what it must hold says the kind of argument
    markRegRead(walk.state, number)
    if (param.suffixes.includes('ign') || isProgAux(walk.model, meta, param)) continue
    const type = resolveType(btf, param.type)
    const reg = walk.reg(number)
    if (isScalarType(type)) {
      checkScalar(walk, meta, param, number, reg)
      continue
    }
    if (type.kind !== 'ptr') violate('arg-type', { arg: i, kfunc: kfunc.name, kind: type.kind.toUpperCase() })
    const targetId = skipModifiers(btf, type.type)
    const arg: Arg = { index: i, number, param, reg, target: resolveType(btf, targetId), targetId }
    if (checkPointer(walk, meta, arg)) i++
  }
  if (!walk.model.rules.releaseFirst && kfunc.flags.has('KF_RELEASE') && meta.releaseReg === 0) {
    violate('release-nothing', { form: 'none', kfunc: kfunc.name, reg: 1, arg: 0 })
  }
}

/** True where the argument took its size with it. */
function checkPointer(walk: Walk, meta: KfuncMeta, arg: Arg): boolean {
  const { kfunc } = meta
  const { flags } = kfunc
  const { reg, number, index, param } = arg
  // a release takes what was acquired: trusted by nature
  const trusted = walk.model.rules.trustedByDefault || flags.has('KF_TRUSTED_ARGS') || flags.has('KF_RELEASE')
  const rcu = flags.has('KF_RCU')
  const nullable = param.suffixes.includes('nullable')
  const details = { reg: number, arg: index, kfunc: kfunc.name, seen: regTypeText(reg) }
  if ((trusted || rcu) && (isNull(reg) || mayBeNull(reg)) && !nullable && !nullableArena(arg))
    violate('null-to-trusted', details)
  if (walk.model.rules.releaseFirst) {
    if (flags.has('KF_RELEASE') && number === 1) requireReferenced(meta, arg)
    if (reg.refObjId !== 0) meta.refObjId = reg.refObjId
  } else noteReference(meta, arg)
  if (walk.model.rules.declaredArgs && (nullable || nullableArena(arg)) && isNull(reg)) {
    if (nullableArena(arg)) requireArena(walk.program, reg, details)
    markPrecise(walk, number)
    return isSized(kfunc.params[index + 1]) && requireSizedMemory(walk, meta, arg)
  }
  const kind = kindOf(walk, meta, arg)
  if (kind === 'null') return false
  if (kind === 'map') noteMap(walk.program, meta, arg)
  const object = kind === 'map' || kind === 'btf'
  const provenance = walk.model.rules.declaredArgs ? object && hasBtfType(reg) : object || kind === 'alloc'
  const checkProvenance = (): void => {
    if (provenance && (trusted || rcu)) requireProvenance(arg, kfunc.name, rcu)
  }
  if (!walk.model.rules.declaredArgs) checkProvenance()
  const release = flags.has('KF_RELEASE') && (walk.model.rules.releaseFirst ? number === 1 : reg.refObjId !== 0)
  if (kind === 'refcounted' && walk.model.rules.objectsInFrame) requireUnmodified(walk.model, number, reg, false)
  else if (!(kind !== 'ctx' && contextMoves(walk.program, reg)))
    requireArgOffset(walk, number, release && kind !== 'dynptr')
  if (walk.model.rules.declaredArgs) checkProvenance()
  return byKind(walk, meta, kind, arg)
}

/** kfuncs.rst of 7.3 "__arena annotation": a constant zero is fine with or without `__nullable`; how it arrives differs. */
const nullableArena = ({ param: { suffixes } }: Arg): boolean => suffixes.includes('arena')

/** kfuncs.rst "KF_RELEASE flag", since 7.2: what is released comes first. */
function requireReferenced(meta: KfuncMeta, { reg, number, index, target }: Arg): void {
  if (reg.refObjId !== 0) meta.releaseReg = number
  if (reg.refObjId !== 0 || isNull(reg) || target.name === 'bpf_dynptr') return
  violate('release-nothing', { form: 'first', reg: number, arg: index, kfunc: meta.kfunc.name, seen: regTypeText(reg) })
}

/** Up to 7.1: the one referenced argument, wherever it stands. */
function noteReference(meta: KfuncMeta, { reg, number, index }: Arg): void {
  if (reg.refObjId === 0) return
  const releases = meta.kfunc.flags.has('KF_RELEASE')
  if (releases && meta.refObjId !== 0)
    violate('two-references', {
      reg: number,
      arg: index,
      kfunc: meta.kfunc.name,
      seen: regTypeText(reg),
      refId: reg.refObjId,
      otherRefId: meta.refObjId,
    })
  meta.refObjId = reg.refObjId
  if (releases) meta.releaseReg = number
}

/** A `__map` argument, and that it is the map an object before it lies in. */
function noteMap(program: Program, meta: KfuncMeta, { reg, number, index }: Arg): void {
  const details = { reg: number, arg: index, kfunc: meta.kfunc.name, seen: regTypeText(reg) }
  if (program.model.rules.declaredArgs) return
  if (reg.kind !== 'map_ptr' && reg.kind !== 'btf' && reg.map < 0) violate('not-a-map', details)
  requireSameMap(program, meta, reg, number)
  meta.map = reg.map
  meta.mapUid = reg.mapUid
}

/** kfuncs.rst "KF_TRUSTED_ARGS flag", "KF_RCU flag": a valid pointer, or one alive in this RCU section. */
function requireProvenance(arg: Arg, kfunc: string, rcuAllowed: boolean): void {
  const { reg, number } = arg
  if (isTrusted(reg)) return
  const details = { reg: number, arg: arg.index, kfunc, seen: regTypeText(reg) }
  if (!rcuAllowed) violate('untrusted-arg', details)
  if (!isRcuPointer(reg)) violate('not-rcu-arg', details)
}

/** kfuncs.rst "__k annotation"; buffer sizes by the names rdonly_buf_size and rdwr_buf_size. */
function checkScalar(walk: Walk, meta: KfuncMeta, param: KfuncParam, number: number, reg: RegState): void {
  const details = { reg: number, arg: number - 1, kfunc: meta.kfunc.name }
  if (reg.kind !== 'scalar') violate('not-scalar', details)
  if (param.suffixes.includes('k')) {
    if (meta.constant !== undefined) violate('two-constants', details)
    if (!scalar.isConst(reg.var)) violate('not-constant', { form: 'constant', ...details })
    markPrecise(walk, number)
    meta.constant = Number(scalar.constValue(reg.var))
  } else if (param.name === 'rdonly_buf_size' || param.name === 'rdwr_buf_size') {
    if (meta.size !== 0) violate('two-sizes', details)
    if (!scalar.isConst(reg.var)) violate('not-constant', { form: 'size', ...details })
    if (scalar.constValue(reg.var) > 0xffff_ffffn) violate('size-range', details)
    meta.sizeFound = true
    meta.size = Number(scalar.constValue(reg.var))
    meta.sizeRdonly = param.name === 'rdonly_buf_size'
    markPrecise(walk, number)
  }
}

/** The struct that a program of this type is really handed: what bpf_ctx_convert, a struct made to tell it, has for the type. */
function kernelContext(program: Program, details: KfuncArg): BtfId {
  const { btf } = program.model.kernel
  const convert = btf.find('bpf_ctx_convert', 'struct')
  const type = convert === undefined ? undefined : btf.type(convert)
  const member =
    type?.kind === 'struct' ? type.members.find(({ name }) => name === `${program.linked.type}_kern`) : undefined
  if (member === undefined) return violate('cast-ctx', { form: 'type', ...details })
  if (btf.type(member.type).kind !== 'struct')
    violate('cast-ctx', { form: 'no-struct', ...details, typeId: member.type })
  return member.type
}

/** True where the argument took its size with it. */
function byKind(walk: Walk, meta: KfuncMeta, kind: ArgKind, arg: Arg): boolean {
  const { reg, number, index } = arg
  const { kfunc } = meta
  const details = { reg: number, arg: index, kfunc: kfunc.name, seen: regTypeText(reg) }
  switch (kind) {
    case 'ctx':
      if (reg.kind !== 'ctx') violate('not-ctx', details)
      if (specialRole(kfunc) === 'cast_to_kern_ctx') meta.ctxReturn = kernelContext(walk.program, details)
      return false
    case 'alloc':
      requireAllocated(arg, meta)
      return false
    case 'dynptr':
      dynptr(walk, meta, arg)
      return false
    case 'iter':
      iterator(walk, meta, arg)
      return false
    case 'list_head':
    case 'rb_root':
      requireGraphRoot(walk, meta, arg, kind === 'list_head' ? 'bpf_list_head' : 'bpf_rb_root')
      return false
    case 'list_node':
    case 'rb_node':
      requireGraphNode(walk, meta, arg, kind)
      return false
    case 'const_map':
      requireConstMap(walk.program, meta, arg)
      return false
    case 'map':
    case 'btf':
      if (walk.model.rules.declaredArgs && !hasBtfType(reg) && isScalarStruct(kfunc.btf, arg.target, 0)) {
        requireTypedMemory(walk, meta, arg)
        return false
      }
      requireObject(walk.model, arg, details)
      requireStruct(walk.model, meta, arg, kind === 'map')
      return false
    case 'mem':
      requireTypedMemory(walk, meta, arg)
      return false
    case 'mem_size':
      return requireSizedMemory(walk, meta, arg)
    case 'callback':
      if (reg.kind !== 'func') violate('not-func', details)
      meta.callback = reg.frame
      return false
    case 'refcounted': {
      if (reg.kind !== 'btf' || (reg.flags & ALLOC) === 0 || (reg.flags & ~(ALLOC | NON_OWN | RCU)) !== 0) {
        violate('refcount-arg', details)
      }
      meta.owningRef = (reg.flags & NON_OWN) === 0 && (!walk.model.rules.declaredArgs || reg.refObjId !== 0)
      if (recordOfReg(walk.model, reg).fields.length === 0) violate('refcount-none', { form: 'no-record', ...details })
      if (recordOfReg(walk.model, reg).refcountOff < 0) violate('refcount-none', { form: 'no-field', ...details })
      meta.argBtf = reg
      return false
    }
    case 'const_str':
      if (!isMapValue(reg)) violate('const-str', { form: 'argument', ...details })
      requireConstString(walk, number)
      return false
    case 'wq':
    case 'timer':
    case 'task_work':
      requireMapField(walk.program, meta, arg, kind)
      return false
    case 'irq_flag': {
      const use = irqUses.get(specialRole(kfunc) ?? '')
      if (use === undefined) return unsupported(`an irq flag as an argument of ${kfunc.name}`)
      requireIrqFlag(walk, meta, arg, use)
      return false
    }
    case 'res_lock':
      resilientLock(walk, meta, arg)
      return false
    case 'arena':
      requireArena(walk.program, reg, details)
      return false
    default:
      return false
  }
}

const irqUses: ReadonlyMap<string, { readonly save: boolean; readonly family: IrqFamily }> = new Map(
  Object.entries<{ readonly save: boolean; readonly family: IrqFamily }>({
    irq_save: { save: true, family: 'native' },
    irq_restore: { save: false, family: 'native' },
    res_lock_irq: { save: true, family: 'lock' },
    res_unlock_irq: { save: false, family: 'lock' },
  }),
)
const lockUses: ReadonlyMap<string, LockUse> = new Map(
  Object.entries<LockUse>({
    res_lock: { take: true, kind: 'res_lock' },
    res_unlock: { take: false, kind: 'res_lock' },
    res_lock_irq: { take: true, kind: 'res_lock_irq' },
    res_unlock_irq: { take: false, kind: 'res_lock_irq' },
  }),
)

/** A resilient lock in a map value or held object; never within the ordering of a tree. */
function resilientLock(walk: Walk, meta: KfuncMeta, { reg, number, index }: Arg): void {
  const details = { reg: number, arg: index, kfunc: meta.kfunc.name, seen: regTypeText(reg) }
  if (walk.state.frames.some((f) => f.callbackKind === 'rbtree'))
    violate('lock-in-callback', { form: 'resilient', ...details })
  if (!isMapValue(reg) && !(reg.kind === 'btf' && reg.flags === ALLOC)) violate('lock-arg', details)
  const use = lockUses.get(specialRole(meta.kfunc) ?? '')
  if (use === undefined) return unsupported(`a resilient lock as an argument of ${meta.kfunc.name}`)
  spinLock(walk, number, use)
}

/** A kernel object or a socket; up to 7.2 without doubt about it: an RCU pointer only where nothing else is said of it. */
function requireObject(model: Model, arg: Arg, details: KfuncArg): void {
  const { reg } = arg
  const known = reg.kind === 'btf' && ((reg.flags & ~TRUSTING) === 0 || isRcuPointer(reg) || model.rules.declaredArgs)
  if (known || (hasBtfType(reg) && reg.kind !== 'btf')) return
  if (!model.rules.declaredArgs) {
    const expected = typeText(reg.kind, reg.flags & TRUSTING)
    violate('not-btf', { form: 'trusting', ...details, expected })
  }
  const { target } = arg
  const also = registersOf.get(target.name)
  violate('not-btf', { form: 'struct', ...details, kind: kindText(target), struct: target.name, also })
}

/** Structs that some registers hold without saying so in their type. */
const registersOf: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    sock: 'sock',
    sock_common: 'sock_common',
    tcp_sock: 'tcp_sock',
    bpf_map: 'map_ptr',
  }),
)

/** kfuncs.rst of 7.3 "__arena annotation": an arena pointer, or the number that is one. */
function requireArena(program: Program, reg: RegState, details: KfuncArg): void {
  if (
    ![...program.linked.refs.values()].some((ref) => 'map' in ref && program.map(ref.map).type === 'BPF_MAP_TYPE_ARENA')
  )
    violate('arena-none', details)
  if (reg.kind !== 'arena' && reg.kind !== 'scalar') violate('arena-arg', details)
}

/** kfuncs.rst: bpf_obj_drop and bpf_percpu_obj_drop each take their own kind of allocated object, held. */
function requireAllocated(arg: Arg, meta: KfuncMeta): void {
  const { reg, index, number } = arg
  const role = specialRole(meta.kfunc)
  const details = { reg: number, arg: index, kfunc: meta.kfunc.name, seen: regTypeText(reg) }
  const kind = reg.kind === 'btf' ? reg.flags : -1
  if (kind === ALLOC) {
    if (role !== 'obj_drop') violate('drop-kind', { form: 'object', ...details })
  } else if (kind === (ALLOC | PERCPU)) {
    if (role !== 'percpu_obj_drop') violate('drop-kind', { form: 'percpu', ...details })
  } else violate('not-allocated', details)
  if (reg.refObjId === 0) violate('not-owned', details)
  meta.argBtf = reg
}

function dynptr(walk: Walk, meta: KfuncMeta, arg: Arg): void {
  const { reg, number, param, index } = arg
  const { name } = meta.kfunc
  const role = specialRole(meta.kfunc)
  if (param.suffixes.includes('uninit')) {
    if (reg.kind !== 'fp' && reg.kind !== 'dynptr') {
      violate('dynptr-pointer', { reg: number, arg: index, kfunc: name })
    }
    const parent = meta.dynptr
    // only the kernel's own constructors are known to make one
    if (meta.kfunc.module !== undefined) violate('dynptr-constructor', { reg: number, arg: index, kfunc: name })
    const type = constructed.get(role ?? '') ?? parent?.dynptr ?? 'local'
    constructDynptr(walk, number, type, { clone: parent, on: walk.model.rules.objectIds ? meta.refObjId : 0 })
    return
  }
  const discards = role === 'dynptr_file_discard'
  if (discards && reg.kind === 'dynptr')
    violate('dynptr-const', { form: 'released', reg: number, arg: index, kfunc: name })
  const seen = requireDynptr(walk, number, discards ? 'file' : undefined, false)
  meta.dynptr = seen
  if (discards) meta.discards = number
}
/** Kfuncs that make a dynptr, and over what. */
const constructed: ReadonlyMap<string, DynptrType> = new Map(
  Object.entries<DynptrType>({
    dynptr_from_skb: 'skb',
    dynptr_from_xdp: 'xdp',
    dynptr_from_skb_meta: 'skb_meta',
    dynptr_from_file: 'file',
  }),
)

function iterator(walk: Walk, meta: KfuncMeta, arg: Arg): void {
  const { kfunc } = meta
  if (specialRole(kfunc) === 'iter_css_task' && !cssTaskAllowed(walk.program)) {
    violate('css-task', { kfunc: kfunc.name })
  }
  const id = arg.target.id as BtfId
  if (kfunc.flags.has('KF_ITER_NEW'))
    return constructIterator(walk, arg.number, kfunc.btf, id, kfunc.flags.has('KF_RCU_PROTECTED'))
  const iter = requireIterator(walk, arg.number, kfunc.btf, id)
  meta.iter = iter
  // an element in memory lives as long as its iterator
  meta.refObjId = iterReg(walk.state, iter).refObjId
  if (kfunc.flags.has('KF_ITER_DESTROY')) {
    meta.destroysIter = true
    destroyIterator(walk, iter)
  }
}
const cssTaskAllowed = (program: Program): boolean =>
  program.linked.type === 'BPF_PROG_TYPE_LSM' ||
  program.linked.attachType === 'BPF_TRACE_ITER' ||
  program.linked.sleepable
