// SPDX-License-Identifier: Apache-2.0
// The prototype a program's arguments come from: the function, tracepoint or struct_ops member it attaches to.
import { type Btf, type BtfId, type BtfType, pointee, resolveType } from '../../btf/index.ts'
import type { ProgramTraits } from '../types.ts'

export type FuncProto = Extract<BtfType, { kind: 'func_proto' }>

export interface AttachProto {
  readonly btf: Btf
  readonly proto: FuncProto
  /** As log lines name it: a tracepoint without 'btf_trace_', a struct_ops member. */
  readonly name: string
  /** Parameters before the first argument: a tracepoint's `void *__data`. */
  readonly skip: 0 | 1
}

/** Undefined where the program has no such target or its BTF does not hold it. */
export function attachProto(vmlinux: Btf, program: ProgramTraits): AttachProto | undefined {
  const btf = program.attachBtf ?? vmlinux
  if (program.structOps !== undefined) return memberProto(btf, program.structOps.typeName, program.structOps.member)
  const id = program.attachBtfId
  if (id === undefined || id === 0 || id >= btf.count) return undefined
  const type = btf.type(id as BtfId)
  if (type.kind === 'func') {
    const proto = btf.type(type.type)
    return proto.kind === 'func_proto' ? { btf, proto, name: type.name, skip: 0 } : undefined
  }
  if (type.kind !== 'typedef') return undefined
  const target = pointee(btf, type.type)
  const proto = target === undefined ? undefined : resolveType(btf, target)
  return proto?.kind === 'func_proto' ? { btf, proto, name: type.name.replace(/^btf_trace_/, ''), skip: 1 } : undefined
}

function memberProto(btf: Btf, struct: string, member: string): AttachProto | undefined {
  const id = btf.find(struct, 'struct')
  const type = id === undefined ? undefined : btf.type(id)
  if (type?.kind !== 'struct') return undefined
  const field = type.members.find((row) => row.name === member)
  const target = field === undefined ? undefined : pointee(btf, field.type)
  const proto = target === undefined ? undefined : resolveType(btf, target)
  return proto?.kind === 'func_proto' ? { btf, proto, name: member, skip: 0 } : undefined
}
