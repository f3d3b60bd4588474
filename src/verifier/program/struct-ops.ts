// SPDX-License-Identifier: Apache-2.0
// What is asked of struct_ops programs alone: the member they stand for, the references they are given, what they hand back.

import { pointee, skipModifiersAndTypedefs } from '../../btf/index.ts'
import { attachProto, structOpsStub } from '../../kernel/index.ts'
import type { Program } from './program.ts'
import { unsupported, violate } from '../violations/raise.ts'

/** check_struct_ops_btf_id: a member that has a default, and what the struct's check_member and the member's stub say. */
export function checkStructOps(program: Program): void {
  const { structOps, sleepable } = program.linked
  if (!program.traits.gpl) violate('struct-ops-gpl')
  if (structOps === undefined) return
  const { typeName, member } = structOps
  const kind = program.model.kernel.structOps(typeName)
  if (kind === undefined) return unsupported(`what programs of struct ${typeName} may do is not known`)
  const { unsupported: missing, supported, maySleep, mustSleep } = kind
  const refused =
    missing?.includes(member) ||
    supported?.includes(member) === false ||
    (sleepable && maySleep?.includes(member) === false) ||
    (!sleepable && mustSleep?.includes(member))
  if (refused) violate('struct-ops-member', { member, struct: typeName })
  const arguments_ = stubArguments(program)
  if (arguments_.some((name) => /__arena(__nullable)?$/.test(name)) && !program.hasArena)
    violate('struct-ops-arena', { member })
  if (arguments_.some(isReference) && program.subprogs.some(({ hasTailCall }) => hasTailCall))
    violate('struct-ops-tail-call')
}

export const isReference = (name: string): boolean => name.endsWith('__ref')

/** Names of the stub's parameters; before 6.15 only `__nullable` among them meant something. */
export function stubArguments({ model: { rules, kernel }, traits }: Program): readonly string[] {
  if (!rules.kptrReturns || traits.structOps === undefined) return []
  return structOpsStub(kernel, traits.attachBtf ?? kernel.btf, traits.structOps)?.params.map(({ name }) => name) ?? []
}

/** What the member returns a pointer to, where it does. */
export function wantedReturn({ model: { rules, kernel }, traits }: Program) {
  if (!rules.kptrReturns || traits.type !== 'BPF_PROG_TYPE_STRUCT_OPS') return undefined
  const proto = attachProto(kernel.btf, traits)
  const target = proto === undefined ? undefined : pointee(proto.btf, proto.proto.ret)
  if (proto === undefined || target === undefined) return undefined
  return { btf: proto.btf, id: skipModifiersAndTypedefs(proto.btf, target) }
}
