// SPDX-License-Identifier: Apache-2.0
// Arguments of a kfunc against its contract: what annotations, flags and types ask for. One function a kind; each names its section of
// kfuncs.rst.

import { recordOfReg, TRUSTING, isRcuPointer, isTrusted } from '../../access/btf-pointer.ts'
import type { BtfId } from '../../../btf/index.ts'
import type { Argument, ArgumentKind, KfuncContract, TypeRef } from '../../program/contract/contract.ts'
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
  typeText,
} from '../../state/reg.ts'
import { constructDynptr, requireDynptr } from '../objects/dynptr.ts'
import { constructIterator, destroyIterator, iterReg, requireIterator } from '../objects/iterator.ts'
import { requireIrqFlag } from '../objects/irq.ts'
import { type Arg, argDetails } from './arg.ts'
import { type Found, nothingFound } from './found.ts'
import { requireGraphNode, requireGraphRoot } from './graph.ts'
import { hasBtfType, kindOf, kindText } from './kind.ts'
import { requireSizedMemory, requireStruct, requireTypedMemory } from './memory.ts'
import { spinLock } from '../objects/locks.ts'
import { requireConstMap, requireMapField, requireSameMap } from './map-fields.ts'
import { mostArgs, requireArgsPassed } from '../subprog/many-args.ts'
import { requireArgOffset, requireReleaseOffset, requireConstString } from '../memory-args.ts'
import { contextMoves, requireUnmodified } from '../../access/regions.ts'
import { isScalarStruct, isScalarType, isSized } from '../../program/contract/scalar-struct.ts'

/** Every argument is what the contract asks for; what they tell of the call. */
export function checkArgs(walk: Walk, kfunc: KfuncContract): Found {
  const { name, params, effects } = kfunc
  const most = mostArgs(walk.model)
  if (params.length > most) violate('too-many-args', { form: 'kfunc', kfunc: name, count: params.length, most })
  requireArgsPassed(params.length, { kfunc: name })
  let found = nothingFound
  for (let i = 0; i < params.length; i++) {
    const says = kfunc.args[i]!
    const number = says.reg
    if (found.sizeReg === number) continue
    // nothing need be in the register: what it must hold says the kind of argument
    markRegRead(walk.state, number)
    if (says.kind === 'ignored') continue
    const { type, target, targetId } = params[i]!
    const reg = walk.reg(number)
    if (isScalarType(type)) {
      found = checkScalar(walk, kfunc, says, reg, found)
      continue
    }
    if (type.kind !== 'ptr') violate('arg-type', { arg: i, kfunc: name, kind: type.kind.toUpperCase() })
    const arg: Arg = { index: i, number, says, reg, target, targetId }
    found = checkPointer(walk, kfunc, arg, found)
  }
  if (effects.releases === 'referenced' && found.releaseReg === 0)
    violate('release-nothing', { form: 'none', kfunc: name, reg: 1, arg: 0 })
  return found
}

function checkPointer(walk: Walk, kfunc: KfuncContract, arg: Arg, before: Found): Found {
  const { name, trust, effects } = kfunc
  const { rules } = walk.model
  const { reg, number, index, says } = arg
  // kfuncs.rst of 7.3 "__arena annotation": a constant zero is fine with or without `__nullable`; how it arrives differs
  const nullableArena = kfunc.params[index]!.param.suffixes.includes('arena')
  const details = argDetails(arg, kfunc)
  if (trust !== 'any' && (isNull(reg) || mayBeNull(reg)) && !says.nullable && !nullableArena)
    violate('null-to-trusted', details)
  let found = (effects.releases === 'referenced' ? noteReference : requireReferenced)(kfunc, arg, before)
  if (rules.declaredArgs && (says.nullable || nullableArena) && isNull(reg)) {
    if (nullableArena) requireArena(walk.program, reg, details)
    markPrecise(walk, number)
    return isSized(kfunc.params[index + 1]?.param) ? requireSizedMemory(walk, kfunc, arg, found) : found
  }
  const kind = kindOf(walk, kfunc, arg)
  if (kind === 'null') return found
  if (kind === 'map' && !rules.declaredArgs) found = requireMap(walk.program, kfunc, arg, found)
  const object = kind === 'map' || kind === 'btf'
  const provenance = rules.declaredArgs ? object && hasBtfType(reg) : object || kind === 'alloc'
  const checkProvenance = (): void => {
    if (provenance && trust !== 'any') requireProvenance(arg, name, { rcuAllowed: trust === 'rcu' })
  }
  if (!rules.declaredArgs) checkProvenance()
  const releases = effects.releases === 'referenced' ? reg.refObjId !== 0 : effects.releases === number
  if (kind === 'refcounted' && rules.objectsInFrame) requireUnmodified(walk.model, number, reg, { fixedOk: false })
  else if (!(kind !== 'ctx' && contextMoves(walk.program, reg))) {
    if (releases && kind !== 'dynptr') requireReleaseOffset(walk, number)
    else requireArgOffset(walk, number)
  }
  if (rules.declaredArgs) checkProvenance()
  return byKind(walk, kfunc, kind, arg, found)
}

/** kfuncs.rst "KF_RELEASE flag", since 7.2: what is released comes first. */
function requireReferenced(kfunc: KfuncContract, arg: Arg, found: Found): Found {
  const { reg, number, target } = arg
  const releases = kfunc.effects.releases === number
  if (reg.refObjId !== 0) return { ...found, refObjId: reg.refObjId, releaseReg: releases ? number : found.releaseReg }
  if (releases && !isNull(reg) && target.name !== 'bpf_dynptr')
    violate('release-nothing', { form: 'first', ...argDetails(arg, kfunc) })
  return found
}

/** Up to 7.1: the one referenced argument, wherever it stands. */
function noteReference(kfunc: KfuncContract, arg: Arg, found: Found): Found {
  const { reg, number } = arg
  if (reg.refObjId === 0) return found
  const releases = kfunc.effects.releases !== undefined
  if (releases && found.refObjId !== 0)
    violate('two-references', { ...argDetails(arg, kfunc), refId: reg.refObjId, otherRefId: found.refObjId })
  return { ...found, refObjId: reg.refObjId, releaseReg: releases ? number : found.releaseReg }
}

/** A `__map` argument, and that it is the map an object before it lies in. */
function requireMap(program: Program, kfunc: KfuncContract, arg: Arg, found: Found): Found {
  const { reg } = arg
  if (reg.kind !== 'map_ptr' && reg.kind !== 'btf' && reg.map < 0) violate('not-a-map', argDetails(arg, kfunc))
  requireSameMap(program, kfunc, arg, found)
  return ofMap(reg, found)
}
const ofMap = ({ map, mapUid }: RegState, found: Found): Found => ({ ...found, map, mapUid })

/** kfuncs.rst "KF_TRUSTED_ARGS flag", "KF_RCU flag": a valid pointer, or one alive in this RCU section. */
function requireProvenance(arg: Arg, kfunc: string, { rcuAllowed }: { readonly rcuAllowed: boolean }): void {
  const { reg, number } = arg
  if (isTrusted(reg)) return
  const details = { reg: number, arg: arg.index, kfunc, seen: regTypeText(reg) }
  if (!rcuAllowed) violate('untrusted-arg', details)
  if (!isRcuPointer(reg)) violate('not-rcu-arg', details)
}

/** kfuncs.rst "__k annotation"; the size of the memory that is returned. */
function checkScalar(walk: Walk, { name }: KfuncContract, says: Argument, reg: RegState, found: Found): Found {
  const number = says.reg
  const details = { reg: number, arg: number - 1, kfunc: name }
  // how far a pointer was moved is asked first, also of one that nobody wrote
  if (walk.model.rules.declaredArgs) requireArgOffset(walk, number)
  if (reg.kind !== 'scalar') violate('not-scalar', details)
  if (says.kind === 'constant') {
    if (found.constant !== undefined) violate('two-constants', details)
    if (!scalar.isConst(reg.var)) violate('not-constant', { form: 'constant', ...details })
    markPrecise(walk, number)
    return { ...found, constant: Number(scalar.constValue(reg.var)) }
  }
  if (says.kind !== 'result_size') return found
  if (found.resultSize !== undefined && found.resultSize.bytes !== 0) violate('two-sizes', details)
  if (!scalar.isConst(reg.var)) violate('not-constant', { form: 'size', ...details })
  if (scalar.constValue(reg.var) > 0xffff_ffffn) violate('size-range', details)
  markPrecise(walk, number)
  return { ...found, resultSize: { bytes: Number(scalar.constValue(reg.var)), rdonly: says.rdonly } }
}

/** The struct that a program of this type is really handed: what bpf_ctx_convert, a struct made to tell it, has for the type. */
function kernelContext(program: Program, details: KfuncArg): TypeRef {
  const { btf } = program.model.kernel
  const convert = btf.find('bpf_ctx_convert', 'struct')
  const type = convert === undefined ? undefined : btf.type(convert)
  const member =
    type?.kind === 'struct' ? type.members.find(({ name }) => name === `${program.linked.type}_kern`) : undefined
  if (member === undefined) return violate('cast-ctx', { form: 'type', ...details })
  if (btf.type(member.type).kind !== 'struct')
    violate('cast-ctx', { form: 'no-struct', ...details, typeId: member.type })
  return { btf, id: member.type }
}

/** What the kind asks for, and what it tells. */
function byKind(walk: Walk, kfunc: KfuncContract, kind: ArgumentKind, arg: Arg, found: Found): Found {
  const { reg, number } = arg
  const details = argDetails(arg, kfunc)
  switch (kind) {
    case 'ctx':
      if (reg.kind !== 'ctx') violate('not-ctx', details)
      return kfunc.role === 'cast_to_kern_ctx'
        ? { ...found, kernelContext: kernelContext(walk.program, details) }
        : found
    case 'alloc':
      requireAllocated(arg, kfunc)
      return { ...found, object: reg }
    case 'dynptr':
      return dynptr(walk, kfunc, arg, found)
    case 'iter':
      return iterator(walk, kfunc, arg, found)
    case 'list_head':
      return { ...found, ...requireGraphRoot(walk, kfunc, arg, 'bpf_list_head') }
    case 'rb_root':
      return { ...found, ...requireGraphRoot(walk, kfunc, arg, 'bpf_rb_root') }
    case 'list_node':
    case 'rb_node':
      requireGraphNode(walk, kfunc, arg, found)
      return found
    case 'const_map':
      requireConstMap(walk.program, kfunc, arg, found)
      return ofMap(reg, found)
    case 'map':
    case 'btf':
      if (walk.model.rules.declaredArgs && !hasBtfType(reg) && isScalarStruct(kfunc.kfunc.btf, arg.target, 0)) {
        requireTypedMemory(walk, kfunc, arg)
        return found
      }
      requireObject(walk.model, arg, details)
      requireStruct(walk.model, kfunc, arg, kind)
      return found
    case 'mem':
      requireTypedMemory(walk, kfunc, arg)
      return found
    case 'sized_mem':
      return requireSizedMemory(walk, kfunc, arg, found)
    case 'callback':
      if (reg.kind !== 'func') violate('not-func', details)
      return { ...found, callback: reg.frame }
    case 'refcounted':
      requireCounted(walk.model, reg, details)
      return {
        ...found,
        object: reg,
        owned: (reg.flags & NON_OWN) === 0 && (!walk.model.rules.declaredArgs || reg.refObjId !== 0),
      }
    case 'const_str':
      if (!isMapValue(reg)) violate('const-str', { form: 'argument', ...details })
      requireConstString(walk, number)
      return found
    case 'wq':
    case 'timer':
    case 'task_work':
      requireMapField(walk.program, kfunc, arg, kind)
      return ofMap(reg, found)
    case 'irq_flag':
      irqFlag(walk, kfunc, arg)
      return found
    case 'res_lock':
      resilientLock(walk, kfunc, arg)
      return found
    case 'arena':
      requireArena(walk.program, reg, details)
      return found
    default:
      return found
  }
}

/** kfuncs.rst "__refcounted_kptr annotation": an object of the program's own that has a counter. */
function requireCounted(model: Model, reg: RegState, details: KfuncArg): void {
  if (reg.kind !== 'btf' || (reg.flags & ALLOC) === 0 || (reg.flags & ~(ALLOC | NON_OWN | RCU)) !== 0)
    violate('refcount-arg', details)
  const { fields, refcountOff } = recordOfReg(model, reg)
  if (fields.length === 0) violate('refcount-none', { form: 'no-record', ...details })
  if (refcountOff < 0) violate('refcount-none', { form: 'no-field', ...details })
}

/** kfuncs.rst of 6.14 "__irq_flag annotation": bpf_local_irq_*, or of a resilient lock. */
function irqFlag(walk: Walk, kfunc: KfuncContract, arg: Arg): void {
  const { opens, closes } = kfunc.effects
  const section = opens ?? closes
  if (section !== 'irq' && section !== 'res_lock_irq') return unsupported(`an irq flag as an argument of ${kfunc.name}`)
  requireIrqFlag(walk, kfunc, arg, { save: opens !== undefined, family: section === 'irq' ? 'native' : 'lock' })
}

/** A resilient lock in a map value or held object; never within the ordering of a tree. */
function resilientLock(walk: Walk, kfunc: KfuncContract, arg: Arg): void {
  const { reg, number } = arg
  const details = argDetails(arg, kfunc)
  if (walk.state.frames.some((f) => f.callbackKind === 'rbtree'))
    violate('lock-in-callback', { form: 'resilient', ...details })
  if (!isMapValue(reg) && !(reg.kind === 'btf' && reg.flags === ALLOC)) violate('lock-arg', details)
  const { opens, closes } = kfunc.effects
  const kind = opens ?? closes
  if (kind !== 'res_lock' && kind !== 'res_lock_irq')
    return unsupported(`a resilient lock as an argument of ${kfunc.name}`)
  spinLock(walk, number, { take: opens !== undefined, kind })
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
  // a `__map` is declared as `void *`
  const [kind, struct] = arg.says.kind === 'map' ? ['STRUCT', 'bpf_map'] : [kindText(arg.target), arg.target.name]
  violate('not-btf', { form: 'struct', ...details, kind, struct, also: registersOf.get(struct) })
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
function requireAllocated(arg: Arg, kfunc: KfuncContract): void {
  const { reg } = arg
  const details = argDetails(arg, kfunc)
  const kind = reg.kind === 'btf' ? reg.flags : -1
  if (kind === ALLOC) {
    if (kfunc.role !== 'obj_drop') violate('drop-kind', { form: 'object', ...details })
  } else if (kind === (ALLOC | PERCPU)) {
    if (kfunc.role !== 'percpu_obj_drop') violate('drop-kind', { form: 'percpu', ...details })
  } else violate('not-allocated', details)
  if (reg.refObjId === 0) violate('not-owned', details)
}

function dynptr(walk: Walk, kfunc: KfuncContract, arg: Arg, found: Found): Found {
  const { reg, number, says, index } = arg
  const { name, effects } = kfunc
  const details = { reg: number, arg: index, kfunc: name }
  if (says.uninit) {
    if (reg.kind !== 'fp' && reg.kind !== 'dynptr') violate('dynptr-pointer', details)
    // only the kernel's own constructors are known to make one
    if (kfunc.kfunc.module !== undefined) violate('dynptr-constructor', details)
    const clone = found.dynptr
    const type = effects.makesDynptr ?? clone?.dynptr ?? 'local'
    constructDynptr(walk, number, type, { clone, on: walk.model.rules.objectIds ? found.refObjId : 0 })
    return found
  }
  const ends = effects.endsDynptr
  if (ends !== undefined && reg.kind === 'dynptr') violate('dynptr-const', { form: 'released', ...details })
  const seen = requireDynptr(walk, number, ends, { mutates: false })
  return { ...found, dynptr: seen, discards: ends === undefined ? found.discards : number }
}

function iterator(walk: Walk, kfunc: KfuncContract, arg: Arg, found: Found): Found {
  const { btf, flags } = kfunc.kfunc
  if (kfunc.role === 'iter_css_task' && !cssTaskAllowed(walk.program)) violate('css-task', { kfunc: kfunc.name })
  const id = arg.target.id as BtfId
  if (kfunc.effects.iterator === 'new') {
    constructIterator(walk, arg.number, btf, id, { rcuProtected: flags.has('KF_RCU_PROTECTED') })
    return found
  }
  const iter = requireIterator(walk, arg.number, btf, id)
  // an element in memory lives as long as its iterator
  const { refObjId } = iterReg(walk.state, iter)
  if (kfunc.effects.iterator === 'destroy') destroyIterator(walk, iter)
  return { ...found, iter, refObjId }
}
const cssTaskAllowed = (program: Program): boolean =>
  program.linked.type === 'BPF_PROG_TYPE_LSM' ||
  program.linked.attachType === 'BPF_TRACE_ITER' ||
  program.linked.sleepable
