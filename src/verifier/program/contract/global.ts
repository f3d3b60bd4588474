// SPDX-License-Identifier: Apache-2.0
// The contract of a global function: what its types and `arg:` tags promise. The order of checks is the kernel's, parameter by
// parameter. libbpf's __arg_ctx, __arg_nonnull, __arg_nullable, __arg_trusted, __arg_arena.

import {
  type Btf,
  type BtfId,
  type BtfType,
  resolveType,
  skipModifiers,
  skipModifiersAndTypedefs,
  sizeOf,
  typeTags,
} from '../../../btf/index.ts'
import { rememberedOfBoth } from '../../../fault/index.ts'
import { ctxTypeName } from '../../../kernel/index.ts'
import type { Model } from '../model.ts'
import { kindText } from '../func-proto.ts'
import type { Program, Subprog } from '../program.ts'
import { violate } from '../../violations/raise.ts'
import { type Argument, argument, effectsWith, type GlobalContract, result } from './contract.ts'
import { MOST, takesTooMany } from './many-args.ts'

type Tag = 'ctx' | 'trusted' | 'untrusted' | 'nonnull' | 'nullable' | 'arena'
const tagNames: ReadonlySet<string> = new Set<Tag>(['ctx', 'trusted', 'untrusted', 'nonnull', 'nullable', 'arena'])

/** What callers of a global function must hand over, and may rely on. Its types may say what no kernel takes: then it is violated. */
export const globalContract = rememberedOfBoth((subprog: Subprog, program: Program): GlobalContract => {
  const { name, changesPktData, mightSleep, mightThrow } = subprog
  return {
    kind: 'global',
    name,
    role: undefined,
    args: globalArguments(program, subprog),
    result: result(returnsVoid(program, subprog) ? 'none' : 'scalar'),
    effects: effectsWith({ movesPacket: changesPktData, sleeps: mightSleep, throws: mightThrow }),
  }
})

function globalArguments(program: Program, subprog: Subprog): readonly Argument[] {
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
  return proto.params.map(({ name, type }, index) => argumentOf(program, btf, subprog, { index, name, typeId: type }))
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
  readonly name: string
  readonly typeId: BtfId
}

function argumentOf(program: Program, btf: Btf, subprog: Subprog, param: Param): Argument {
  const { index } = param
  const reg = index + 1
  const { name } = param
  const tags = tagsOf(program.model, btf, subprog, param)
  const type = resolveType(btf, param.typeId)
  if (type.kind !== 'ptr') {
    if (tags.size > 0) violate('subprog-arg', { form: 'tagged-number', param: index })
    if (isInteger(type)) return argument(reg, 'scalar', { name })
    return violate('subprog-arg', { form: 'type', param: index, kind: kindText(type), func: subprog.name })
  }
  const clash = (...allowed: Tag[]): void => {
    if ([...tags].some((tag) => !allowed.includes(tag))) violate('subprog-arg', { form: 'tags', param: index })
  }
  if (tags.has('ctx') || isContext(program, btf, type.type)) {
    clash('ctx')
    if (tags.has('ctx')) requireContextType(program, btf, type.type, index)
    return argument(reg, 'ctx', { name })
  }
  const target = btf.type(skipModifiersAndTypedefs(btf, type.type))
  if (target.kind === 'struct' && target.name === 'bpf_dynptr') {
    clash()
    return argument(reg, 'dynptr', { name })
  }
  if (tags.has('trusted')) {
    if (tags.has('nonnull')) violate('subprog-arg', { form: 'tags', param: index })
    return argument(reg, 'btf', {
      name,
      nullable: tags.has('nullable'),
      type: { btf: program.model.kernel.btf, id: kernelType(program.model, target, index) },
      accepts: program.model.accepted.get('btf'),
    })
  }
  if (tags.has('untrusted')) {
    if (tags.size > 1) violate('subprog-arg', { form: 'untrusted-tags', param: index })
    if (target.kind === 'void' || isInteger(target)) return argument(reg, 'untrusted', { name })
    const btfId = kernelType(program.model, target, index)
    const { kind } = program.model.kernel.btf.type(btfId)
    if (kind !== 'struct' && kind !== 'union')
      violate('subprog-arg', {
        form: 'untrusted-type',
        param: index,
        kind: kindText(program.model.kernel.btf.type(btfId)),
        struct: target.name,
      })
    return argument(reg, 'untrusted', { name, type: { btf: program.model.kernel.btf, id: btfId } })
  }
  if (tags.has('arena')) {
    if (tags.size > 1) violate('subprog-arg', { form: 'arena-tags', param: index })
    return argument(reg, 'arena', { name })
  }
  if (tags.has('nullable')) violate('subprog-arg', { form: 'tags', param: index })
  const size = target.kind === 'void' || target.kind === 'fwd' ? undefined : sizeOf(btf, target.id)
  if (size === undefined)
    violate('subprog-arg', { form: 'size', param: index, kind: kindText(target), struct: target.name })
  return argument(reg, 'mem', { name, size, nullable: !tags.has('nonnull') })
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
