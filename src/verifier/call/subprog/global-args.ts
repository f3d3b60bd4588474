// SPDX-License-Identifier: Apache-2.0
// Parameters of a global function: what its types and `arg:` tags promise inside, and what a caller must hand over. The order is the
// kernel's, parameter by parameter. libbpf's __arg_ctx, __arg_nonnull, __arg_nullable, __arg_trusted, __arg_arena.

import {
  type Btf,
  type BtfId,
  type BtfType,
  resolveType,
  skipModifiers,
  skipModifiersAndTypedefs,
  sizeOf,
  structIdsMatch,
  typeTags,
} from '../../../btf/index.ts'
import { ctxTypeName } from '../../../kernel/index.ts'
import { structName } from '../../access/btf-pointer.ts'
import { contextMoves } from '../../access/regions.ts'
import type { Model } from '../../program/model.ts'
import type { Program, Subprog } from '../../program/program.ts'
import type { Walk } from '../../engine/walk.ts'
import { markPrecise } from '../../engine/precision.ts'
import { violate } from '../../violations/raise.ts'
import {
  isNull,
  isPkt,
  MAYBE_NULL,
  mayBeNull,
  pointer,
  RDONLY,
  type RegState,
  regTypeText,
  TRUSTED,
  UNTRUSTED,
  unknownScalar,
} from '../../state/reg.ts'
import { requireDynptr } from '../objects/dynptr.ts'
import { argKind, expectedText, typeFits } from '../../program/contract/helper-kinds.ts'
import { MOST, takesTooMany } from './many-args.ts'
import { requireArgOffset, requirePlainMemory } from '../memory-args.ts'

export type ArgType =
  | { readonly kind: 'scalar' | 'ctx' | 'dynptr' | 'arena' }
  /** Whatever it is: bytes, or a struct of the kernel, that may not be there. */
  | { readonly kind: 'untrusted'; readonly btfId: BtfId | undefined }
  | { readonly kind: 'mem'; readonly size: number; readonly nullable: boolean }
  | { readonly kind: 'btf'; readonly btfId: BtfId; readonly nullable: boolean }

type Tag = 'ctx' | 'trusted' | 'untrusted' | 'nonnull' | 'nullable' | 'arena'
const tagNames: ReadonlySet<string> = new Set<Tag>(['ctx', 'trusted', 'untrusted', 'nonnull', 'nullable', 'arena'])

/** What each parameter of a global function is. */
export function argTypes(program: Program, subprog: Subprog): readonly ArgType[] {
  const { btf } = program.linked
  if (btf === undefined || subprog.typeId === 0) return []
  const func = btf.type(subprog.typeId)
  const proto = func.kind === 'func' ? btf.type(func.type) : undefined
  if (proto?.kind !== 'func_proto') return violate('subprog-btf')
  const { name } = subprog
  const { length } = proto.params
  if (length > 5)
    violate(
      'subprog-args',
      program.model.rules.manyArgs && takesTooMany(length)
        ? { form: 'most', func: name, count: length, most: MOST }
        : { form: 'beyond', func: name, count: length },
    )
  const ret = resolveType(btf, proto.ret)
  if (!isInteger(ret) && !(program.model.rules.globalThrows && (ret.kind === 'void' || isArenaPointer(btf, proto.ret))))
    violate('subprog-return', { name })
  return proto.params.map((param, index) => argType(program, btf, subprog, { index, typeId: param.type }))
}

/** Since 7.2 a global function may return nothing. */
export function returnsVoid({ linked: { btf } }: Program, subprog: Subprog): boolean {
  if (btf === undefined || subprog.typeId === 0) return false
  const func = btf.type(subprog.typeId)
  const proto = func.kind === 'func' ? btf.type(func.type) : undefined
  return proto?.kind === 'func_proto' && resolveType(btf, proto.ret).kind === 'void'
}

/** A pointer whose target carries the type tag `arena`. */
const isArenaPointer = (btf: Btf, id: BtfId): boolean => {
  const type = resolveType(btf, id)
  return type.kind === 'ptr' && typeTags(btf, type.type).includes('arena')
}

const isInteger = ({ kind }: BtfType): boolean => kind === 'int' || kind === 'enum' || kind === 'enum64'

interface Param {
  readonly index: number
  readonly typeId: BtfId
}

function argType(program: Program, btf: Btf, subprog: Subprog, param: Param): ArgType {
  const { index } = param
  const tags = tagsOf(program.model, btf, subprog, param)
  const type = resolveType(btf, param.typeId)
  if (type.kind !== 'ptr') {
    if (tags.size > 0) violate('subprog-arg', { form: 'tagged-number', param: index })
    if (isInteger(type)) return { kind: 'scalar' }
    return violate('subprog-arg', { form: 'type', param: index, kind: kindText(type), func: subprog.name })
  }
  const clash = (...allowed: Tag[]): void => {
    if ([...tags].some((tag) => !allowed.includes(tag))) violate('subprog-arg', { form: 'tags', param: index })
  }
  if (tags.has('ctx') || isContext(program, btf, type.type)) {
    clash('ctx')
    if (tags.has('ctx')) requireContextType(program, btf, type.type, index)
    return { kind: 'ctx' }
  }
  const target = btf.type(skipModifiersAndTypedefs(btf, type.type))
  if (target.kind === 'struct' && target.name === 'bpf_dynptr') {
    clash()
    return { kind: 'dynptr' }
  }
  if (tags.has('trusted')) {
    if (tags.has('nonnull')) violate('subprog-arg', { form: 'tags', param: index })
    return { kind: 'btf', btfId: kernelType(program.model, target, index), nullable: tags.has('nullable') }
  }
  if (tags.has('untrusted')) {
    if (tags.size > 1) violate('subprog-arg', { form: 'untrusted-tags', param: index })
    if (target.kind === 'void' || isInteger(target)) return { kind: 'untrusted', btfId: undefined }
    const btfId = kernelType(program.model, target, index)
    const { kind } = program.model.kernel.btf.type(btfId)
    if (kind !== 'struct' && kind !== 'union')
      violate('subprog-arg', {
        form: 'untrusted-type',
        param: index,
        kind: kindText(program.model.kernel.btf.type(btfId)),
        struct: target.name,
      })
    return { kind: 'untrusted', btfId }
  }
  if (tags.has('arena')) {
    if (tags.size > 1) violate('subprog-arg', { form: 'arena-tags', param: index })
    return { kind: 'arena' }
  }
  if (tags.has('nullable')) violate('subprog-arg', { form: 'tags', param: index })
  const size = target.kind === 'void' || target.kind === 'fwd' ? undefined : sizeOf(btf, target.id)
  if (size === undefined)
    violate('subprog-arg', { form: 'size', param: index, kind: kindText(target), struct: target.name })
  return { kind: 'mem', size, nullable: !tags.has('nonnull') }
}

function tagsOf(model: Model, btf: Btf, subprog: Subprog, { index, typeId }: Param): ReadonlySet<Tag> {
  const tags = new Set<Tag>()
  for (const { component, name } of btf.declTags(subprog.typeId)) {
    if (component !== index || !name.startsWith('arg:')) continue
    const tag = name.slice(4)
    if (!tagNames.has(tag) || (tag === 'untrusted' && !model.rules.untrustedLeaves))
      violate('subprog-arg', { form: 'unknown-tag', param: index })
    tags.add(tag as Tag)
  }
  // since 7.3 the type says it too
  if (model.rules.arenaTypes && isArenaPointer(btf, typeId)) tags.add('arena')
  return tags
}

/** A pointer to the struct that programs of this type have for context, by name. */
function isContext(program: Program, btf: Btf, typeId: BtfId): boolean {
  if (program.linked.type === 'BPF_PROG_TYPE_KPROBE' && isUserRegs(btf, typeId)) return true
  const target = btf.type(skipModifiersAndTypedefs(btf, typeId))
  if (target.kind !== 'struct' || target.name === '') return false
  const name = ctxTypeName(program.linked.type)?.user
  // the typedef of kprobes stands for this struct
  return target.name === name || (name === USER_REGS && target.name === 'pt_regs')
}

const USER_REGS = 'bpf_user_pt_regs_t'
/** kprobes' context goes by a typedef. */
const isUserRegs = (btf: Btf, typeId: BtfId): boolean => {
  const type = btf.type(skipModifiers(btf, typeId))
  return type.kind === 'typedef' && type.name === USER_REGS
}

/** Attach types of tracing programs whose context may be taken as an array of u64. */
const argumentArrays = new Set([
  'BPF_TRACE_RAW_TP',
  'BPF_TRACE_FENTRY',
  'BPF_TRACE_FEXIT',
  'BPF_MODIFY_RETURN',
  'BPF_TRACE_FSESSION',
])

/** A parameter tagged as context is `void *` or what this program type has. */
function requireContextType(program: Program, btf: Btf, typeId: BtfId, index: number): void {
  const progType = program.linked.type.slice('BPF_PROG_TYPE_'.length)
  const attach = program.linked.attachType
  if ((progType === 'KPROBE' || progType === 'PERF_EVENT') && isUserRegs(btf, typeId)) return
  const target = btf.type(skipModifiersAndTypedefs(btf, typeId))
  if (target.kind === 'void') return
  if (target.name === '') violate('subprog-arg', { form: 'ctx-unnamed', param: index })
  const words = target.kind === 'int' && target.size === 8
  const struct = target.kind === 'struct' ? target.name : ''
  switch (progType) {
    case 'KPROBE':
    case 'PERF_EVENT':
      if (struct === 'pt_regs') return
      break
    case 'RAW_TRACEPOINT':
    case 'RAW_TRACEPOINT_WRITABLE':
    case 'LSM':
    case 'STRUCT_OPS':
      if (words) return
      break
    case 'TRACING':
      if (words && argumentArrays.has(attach ?? '')) return
      if (attach === 'BPF_TRACE_RAW_TP' && struct === 'bpf_raw_tracepoint_args') return
      if (attach === 'BPF_TRACE_ITER' && struct.startsWith('bpf_iter__')) return
      break
    case 'TRACEPOINT':
    case 'SYSCALL':
    case 'EXT':
      return
    default:
  }
  const user = ctxTypeName(program.linked.type)?.user
  const wanted = user === USER_REGS ? 'pt_regs' : user
  if (wanted === undefined || program.model.kernel.btf.find(wanted, 'struct') === undefined)
    violate('subprog-arg', { form: 'ctx-void', param: index })
  if (struct !== wanted) violate('subprog-arg', { form: 'ctx-struct', param: index, expected: wanted })
}

/** The one type of the kernel that goes by this name. */
function kernelType(model: Model, target: BtfType, index: number): BtfId {
  const wrong = (what: string): never =>
    violate('subprog-arg', { form: 'kernel-type', param: index, kind: kindText(target), struct: target.name, what })
  if (target.name === '') return wrong('candidate matching error: -22')
  const name = target.name.replace(/___.*$/, '')
  const candidates = model.kernel.btf.findAll(name).filter((id) => model.kernel.btf.type(id).kind === target.kind)
  if (candidates.length > 1) return wrong('is ambiguous')
  if (candidates.length === 1) return candidates[0]!
  const inModules = model.kernel.modules.reduce(
    (count, module) => count + module.findAll(name).filter((id) => module.type(id).kind === target.kind).length,
    0,
  )
  if (inModules > 1) return wrong('is ambiguous')
  return wrong(inModules === 1 ? 'points to kernel module type (unsupported)' : 'has no matches')
}

/** A kind as the kernel writes it. */
const kindText = ({ kind }: BtfType): string => (kind === 'void' ? 'UNKNOWN' : kind.toUpperCase())

/** Registers that a global function starts with, by its types. */
export function startRegs(walk: Walk, subprog: Subprog): RegState[] {
  return argTypes(walk.program, subprog).map((arg): RegState => {
    switch (arg.kind) {
      case 'scalar':
      case 'arena':
        return unknownScalar
      case 'ctx':
        return pointer('ctx')
      case 'dynptr':
        return pointer('dynptr', { dynptr: 'local', id: walk.newId() })
      case 'untrusted':
        return arg.btfId === undefined
          ? pointer('mem', { flags: RDONLY | UNTRUSTED, size: 0 })
          : pointer('btf', { btf: walk.model.kernel.btf, btfId: arg.btfId, flags: UNTRUSTED, id: walk.newId() })
      case 'mem':
        return pointer('mem', { size: arg.size, flags: arg.nullable ? MAYBE_NULL : 0, id: walk.newId() })
      case 'btf': {
        const flags = TRUSTED | (arg.nullable ? MAYBE_NULL : 0)
        return pointer('btf', { btf: walk.model.kernel.btf, btfId: arg.btfId, flags, id: walk.newId() })
      }
    }
  })
}

/** What the caller has in the register is what the parameter promises. */
export function requireGlobalArg(walk: Walk, arg: ArgType, index: number, func: number): void {
  const { changesPktData } = walk.program.subprogs[func]!
  const number = index + 1
  const reg = walk.reg(number)
  const details = { reg: number, arg: index }
  switch (arg.kind) {
    case 'scalar':
      if (reg.kind !== 'scalar') violate('global-arg', { form: 'scalar', ...details })
      return
    case 'untrusted':
      return
    case 'ctx':
      requireArgOffset(walk, number, false)
      if (reg.kind !== 'ctx') violate('global-arg', { form: 'ctx', ...details })
      return
    case 'arena':
      if (reg.kind !== 'arena' && reg.kind !== 'scalar') violate('global-arg', { form: 'arena', ...details })
      return
    case 'dynptr':
      requireArgOffset(walk, number, false)
      requireDynptr(walk, number, undefined, false)
      return
    case 'mem':
      if (!contextMoves(walk.program, reg)) requireArgOffset(walk, number, false)
      if (walk.model.rules.objectsReadOnly && reg.kind === 'btf')
        violate('global-arg', { form: 'read-only', ...details })
      requirePlainMemory(walk, number, arg.size, { byType: true })
      if (walk.model.rules.nullsRefused && isNull(reg)) markPrecise(walk, number)
      if (walk.model.rules.objectsReadOnly && changesPktData && isPacketMemory(reg))
        violate('global-arg', { form: 'packet', ...details, func })
      if (!arg.nullable && (mayBeNull(reg) || (walk.model.rules.nullsExact && isNull(reg))))
        violate('global-arg', { form: 'null', ...details })
      return
    case 'btf':
      if (arg.nullable && isNull(reg)) {
        if (walk.model.rules.nullsExact) markPrecise(walk, number)
        return
      }
      requireKernelPointer(walk, number, arg)
      return requireArgOffset(walk, number, false)
  }
}

/** A pointer to the kernel's own struct, as helpers take one. */
function requireKernelPointer(
  walk: Walk,
  number: number,
  { btfId, nullable }: Extract<ArgType, { kind: 'btf' }>,
): void {
  const reg = walk.reg(number)
  const kind = argKind({ type: nullable ? 'ARG_PTR_TO_BTF_ID|PTR_MAYBE_NULL' : 'ARG_PTR_TO_BTF_ID' })
  if (!typeFits(walk.model.rules, reg, kind, 0)) {
    const expected = expectedText(walk.model.rules, kind)
    violate('argument-type', { reg: number, seen: regTypeText(reg), expected })
  }
  const { btf } = walk.model.kernel
  if (structIdsMatch(reg.btf!, reg.btfId, reg.off, btf, btfId)) return
  const expected = btf.type(btfId).name
  const seen = structName(reg)
  violate('struct-mismatch', { form: 'helper', reg: number, expected, seen })
}

/** As plain memory a packet pointer, or a slice of the packet, would outlive what moves the packet. */
const isPacketMemory = (reg: RegState): boolean =>
  isPkt(reg) || (reg.kind === 'mem' && (reg.dynptr === 'skb' || reg.dynptr === 'skb_meta'))
