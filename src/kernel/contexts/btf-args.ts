// SPDX-License-Identifier: Apache-2.0
// Contexts that are the arguments of a kernel function, one eight-byte slot each, typed by BTF: tracing, LSM, struct_ops.
// Source: btf_ctx_access of kernel/bpf/btf.c, Linux 6.12. Slots that hold no pointer read as numbers.
import {
  type Btf,
  type BtfId,
  type BtfType,
  pointee,
  resolveType,
  sizeOf,
  skipModifiersAndTypedefs,
  typeTags,
} from '../../btf/index.ts'
import type { BytesAccess, CtxAnswer, ProgramTraits } from '../types.ts'
import { type ContextFacts, isHookIn } from './facts.ts'
import { iteratorArgs } from './iterators.ts'
import { promotedArgument, replacedArgument, structOpsArgument } from './struct-ops-args.ts'
import { ctxTypeName } from './names.ts'
import { lsmHookRange } from './returns.ts'
import { kernelGates } from '../kernel-gates.ts'
import { type AttachProto, attachProto } from './target.ts'
import { tracepointArgs } from './tracepoints.ts'

const number = { ok: true, kind: 'scalar', narrow: true } as const satisfies CtxAnswer
const refuse = (message?: string): CtxAnswer => ({ ok: false, ...(message === undefined ? {} : { message }) })

/** Arguments a function may have, and so slots a tracing program may read (MAX_BPF_FUNC_ARGS). */
const MAX_ARGS = 12

/** Access to the arguments of the attach target. LSM programs are held to no bounds but the prototype's. */
export function argumentAccess(
  facts: ContextFacts,
  program: ProgramTraits,
  { off, size, write }: BytesAccess,
): CtxAnswer {
  const target = attachProto(facts.btf, program)
  const own = write || target === undefined ? undefined : replacedArgument(facts, program, target, slotOf(target, off))
  if (own !== undefined) return own
  if (program.type !== 'BPF_PROG_TYPE_LSM') {
    if (off < 0 || off >= 8 * MAX_ARGS || write || off % size !== 0) return refuse()
  }
  if (target === undefined) return { ok: false, unsupported: 'the attach target of this program is not known' }
  if (off % 8 !== 0) return refuse(`func '${target.name}' offset ${off} is not multiple of 8`)
  const index = slotOf(target, off)
  const count = target.proto.params.length - target.skip
  const missing = `func '${target.name}' doesn't have ${index + 1}-th argument`
  if (index > count) return refuse(missing)
  if (index < count) {
    const param = target.proto.params[index + target.skip]
    return param === undefined
      ? refuse(missing)
      : valueAccess(facts, program, target, { index, typeId: param.type, name: param.name }, { off, size })
  }
  switch (program.attachType) {
    case 'BPF_LSM_MAC':
    case 'BPF_LSM_CGROUP':
    case 'BPF_TRACE_FEXIT':
    case 'BPF_TRACE_FSESSION':
      return returnAccess(facts, program, target, index, { off, size })
    case 'BPF_MODIFY_RETURN':
      if (isSmallInt(resolveType(target.btf, target.proto.ret))) return number
      return refuse(`ret type ${kindText(resolveType(target.btf, target.proto.ret))} not allowed for fmod_ret`)
    default:
      return refuse(missing)
  }
}

function returnAccess(
  facts: ContextFacts,
  program: ProgramTraits,
  target: AttachProto,
  index: number,
  { off, size }: { readonly off: number; readonly size: number },
): CtxAnswer {
  const answer = valueAccess(facts, program, target, { index, typeId: target.proto.ret, name: '' }, { off, size })
  if (program.attachType !== 'BPF_LSM_MAC' || !answer.ok || answer.kind !== 'scalar') return answer
  return { ...answer, range: lsmHookRange(facts, program) }
}

/** Structs by value take as many slots as they need. The `void *` of a tracepoint counts as one here, as in the kernel. */
function slotOf({ btf, proto }: AttachProto, off: number): number {
  let end = 0
  for (const [index, param] of proto.params.entries()) {
    end += slotBytes(btf, param.type)
    if (off < end) return index
  }
  end += slotBytes(btf, proto.ret)
  return off < end ? proto.params.length : proto.params.length + 1
}

const slotBytes = (btf: Btf, id: BtfId): number =>
  pointee(btf, id) === undefined ? Math.ceil((sizeOf(btf, id) ?? 0) / 8) * 8 : 8

function valueAccess(
  facts: ContextFacts,
  program: ProgramTraits,
  target: AttachProto,
  { index, typeId, name: paramName }: { readonly index: number; readonly typeId: BtfId; readonly name: string },
  { off, size }: { readonly off: number; readonly size: number },
): CtxAnswer {
  const { btf, name } = target
  const type = resolveType(btf, typeId)
  if (isSmallInt(type) || type.kind === 'enum' || type.kind === 'enum64' || type.kind === 'struct') return number
  if (type.kind === 'union' && facts.gate(kernelGates.unionArguments)) return number
  if (type.kind !== 'ptr') {
    const text = `func '${name}' arg${index} '${type.name}' has type ${kindText(type)}. Only pointer access is allowed`
    return refuse(text)
  }
  const own = structOpsArgument(facts, program, target, index, { type: type.type, whole: size === 8 })
  if (own !== undefined) return own
  if (size !== 8) return refuse(`func '${name}' size ${size} must be 8`)
  const known = iteratorArgument(facts.btf, program, off)
  if (known !== undefined && known.struct === undefined) return { ok: true, kind: 'pointer', reg: known.reg }
  if (isNumberToPrograms(facts, btf, type.type)) return number
  if (known?.struct !== undefined) return structPointer(facts.btf, known.reg, known.struct)
  const flags = ['PTR_TO_BTF_ID']
  if (areArgumentsTrusted(facts, program)) flags.push('PTR_TRUSTED')
  if (paramName.endsWith('__nullable') || isNullableTracepoint(facts, program, name, { btf, index }))
    flags.push('PTR_MAYBE_NULL')
  if (program.target !== undefined) return contextOfTarget(facts.btf, program.target.type, btf, type.type, flags)
  const tag = typeTags(btf, type.type)[0]
  if (tag === 'user') flags.push('MEM_USER')
  if (tag === 'percpu') flags.push('MEM_PERCPU')
  const id = skipModifiersAndTypedefs(btf, type.type)
  const struct = btf.type(id)
  if (struct.kind !== 'struct' && struct.kind !== 'union') {
    return refuse(`func '${name}' arg${index} type ${kindText(struct)} is not a struct`)
  }
  const log = [`func '${name}' arg${index} has btf_id ${id} type ${kindText(struct)} '${struct.name}'`]
  if (program.attachType === 'BPF_TRACE_RAW_TP' && tracepointArgs(facts).error(name, index)) {
    return { ...number, log: [...log, `marking pointer arg${index} as scalar as it may encode error`] }
  }
  return { ok: true, kind: 'pointer', reg: flags.join('|'), btf, btfId: promotedArgument(facts, btf, program, id), log }
}

/** What a pointer to this reads as: pointers to no struct are numbers; until 7.1 only pointers to `void` and integers were. */
function isNumberToPrograms({ gate }: ContextFacts, btf: Btf, pointee: BtfId): boolean {
  if (pointee === 0) return true
  const { kind } = resolveType(btf, pointee)
  return gate(kernelGates.structArgumentsOnly) ? kind !== 'struct' && kind !== 'union' : kind === 'int'
}

function iteratorArgument(vmlinux: Btf, program: ProgramTraits, off: number) {
  if (program.attachType !== 'BPF_TRACE_ITER' || program.type !== 'BPF_PROG_TYPE_TRACING') return undefined
  const name = program.attachName ?? nameOf(vmlinux, program)
  return iteratorArgs(name.replace(/^bpf_iter_/, ''))?.find((row) => row.off === off)
}

function nameOf(vmlinux: Btf, program: ProgramTraits): string {
  return attachProto(vmlinux, program)?.name ?? ''
}

function structPointer(vmlinux: Btf, reg: string, struct: string): CtxAnswer {
  const btfId = vmlinux.find(struct, 'struct')
  return btfId === undefined ? refuse() : { ok: true, kind: 'pointer', reg, btf: vmlinux, btfId }
}

function isNullableTracepoint(
  facts: ContextFacts,
  program: ProgramTraits,
  name: string,
  { btf, index }: { readonly btf: Btf; readonly index: number },
): boolean {
  if (program.attachType !== 'BPF_TRACE_RAW_TP') return false
  const args = tracepointArgs(facts)
  return args.known(name) ? args.nullable(name, index) : btf.base !== undefined
}

function areArgumentsTrusted(facts: ContextFacts, { type, attachType, attachName }: ProgramTraits): boolean {
  switch (type) {
    case 'BPF_PROG_TYPE_TRACING':
      return attachType === 'BPF_TRACE_RAW_TP' || attachType === 'BPF_TRACE_ITER'
    case 'BPF_PROG_TYPE_LSM':
      return !isHookIn(facts, 'untrusted_lsm_hooks', attachName)
    default:
      return type === 'BPF_PROG_TYPE_STRUCT_OPS'
  }
}

/** Attached to a BPF program, the argument is that program's context: seen as the kernel's own struct. */
function contextOfTarget(vmlinux: Btf, type: string, btf: Btf, id: BtfId, flags: readonly string[]): CtxAnswer {
  const names = ctxTypeName(type)
  if (names === undefined || btf.type(skipModifiersAndTypedefs(btf, id)).name !== names.user) return refuse()
  return structPointer(vmlinux, flags.join('|'), names.kernel)
}

const isSmallInt = (type: BtfType): boolean => type.kind === 'int' && [1, 2, 4, 8].includes(type.size)
/** A BTF kind as the log names it. */
const kindText = (type: BtfType): string => (type.kind === 'void' ? 'UNKNOWN' : type.kind.toUpperCase())
