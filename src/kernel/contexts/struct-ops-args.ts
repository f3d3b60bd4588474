// SPDX-License-Identifier: Apache-2.0
// Arguments of struct_ops programs that are not what their C type says. What may be NULL, is a reference or lies in an arena the stub
// of the member says, a kernel function STRUCT__MEMBER, by the suffixes of its parameters (prepare_arg_info of kernel/bpf/bpf_struct_ops.c).
import { type Btf, type BtfId, resolveType, skipModifiersAndTypedefs } from '../../btf/index.ts'
import type { ContextFacts } from './facts.ts'
import type { CtxAnswer, ProgramTraits } from '../types.ts'
import type { AttachProto, FuncProto } from './target.ts'

type Kinds = Pick<ContextFacts, 'structOps'>

/** An argument that the member's kind says itself, whatever its C type: wherever in it is read, and however much. */
export function replacedArgument(
  { structOps }: Kinds,
  { structOps: ops }: ProgramTraits,
  { btf, skip }: AttachProto,
  index: number,
): CtxAnswer | undefined {
  const replaced = ops === undefined ? undefined : structOps(ops.typeName)?.argument
  if (replaced === undefined || replaced.member !== ops?.member || replaced.index !== index - skip) return undefined
  const btfId = btf.find(replaced.to, 'struct')
  return btfId === undefined ? undefined : { ok: true, kind: 'pointer', reg: 'PTR_TO_BTF_ID|PTR_TRUSTED', btf, btfId }
}

/** `type`: what the argument points to; `whole`: all eight bytes are read. Undefined where the argument is what its type says. */
export function structOpsArgument(
  kinds: Kinds,
  program: ProgramTraits,
  { btf }: AttachProto,
  index: number,
  { type, whole }: { readonly type: BtfId; readonly whole: boolean },
): CtxAnswer | undefined {
  const ops = program.structOps
  if (ops === undefined) return undefined
  const kind = kinds.structOps(ops.typeName)
  const stub = structOpsStub(kinds, btf, ops)
  // before stubs said it, the kernel looked at the offset alone, whatever the size
  const listed = stub === undefined && nullableOf(kind?.nullable, ops.member).includes(index)
  if (!listed && (stub === undefined || !whole)) return undefined
  const name = stub?.params[index]?.name ?? ''
  if (/__arena(__nullable)?$/.test(name)) return { ok: true, kind: 'pointer', reg: 'PTR_TO_ARENA' }
  const struct = promotedArgument(kinds, btf, program, skipModifiersAndTypedefs(btf, type))
  const pointer = { ok: true, kind: 'pointer', btf, btfId: struct } as const
  if (listed || name.endsWith('__nullable')) return { ...pointer, reg: 'PTR_TO_BTF_ID|PTR_TRUSTED|PTR_MAYBE_NULL' }
  return name.endsWith('__ref') ? { ...pointer, reg: 'PTR_TO_BTF_ID|PTR_TRUSTED', reference: index } : undefined
}

/** The struct a pointer argument is taken to point to: a congestion control's `struct sock` is a tcp_sock. */
export function promotedArgument({ structOps }: Kinds, btf: Btf, program: ProgramTraits, id: BtfId): BtfId {
  const rule = program.structOps === undefined ? undefined : structOps(program.structOps.typeName)?.argument
  if (rule?.from === undefined || btf.type(id).name !== rule.from) return id
  return btf.find(rule.to, 'struct') ?? id
}

/** The kernel's own function behind a member, STRUCT__MEMBER, whose parameters' suffixes mean something. */
export function structOpsStub(
  { structOps }: Kinds,
  btf: Btf,
  { typeName, member }: NonNullable<ProgramTraits['structOps']>,
): FuncProto | undefined {
  for (const struct of [typeName, structOps(typeName)?.stubsOf]) {
    const id = struct === undefined ? undefined : btf.find(`${struct}__${member}`, 'func')
    const func = id === undefined ? undefined : btf.type(id)
    const proto = func?.kind === 'func' ? resolveType(btf, func.type) : undefined
    if (proto?.kind === 'func_proto') return proto
  }
  return undefined
}

/** The kernel's member may have any name. */
const nullableOf = (
  nullable: Readonly<Record<string, readonly number[]>> | undefined,
  member: string,
): readonly number[] => (nullable !== undefined && Object.hasOwn(nullable, member) ? nullable[member]! : [])
