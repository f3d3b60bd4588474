// SPDX-License-Identifier: Apache-2.0
// A field of a kernel object that is a pointer in C, and a number to the verifier: it follows pointers to structs only.

import { type Btf, type BtfId, formatType, pointee, resolveType, sizeOf, structOf } from '../../btf/index.ts'
import { scalar } from '../../verifier/index.ts'
import { callableBy } from '../allowed.ts'
import { type Values, yes } from '../fill.ts'
import { structName } from '../words.ts'
import type { Case } from './case.ts'

export function followedValues({ report, causes, program, kernel }: Case): Values {
  const { path, origin, value } = causes
  const from = path[origin]
  const insn = from === undefined ? undefined : program.insns[from.insn]
  if (report.rule !== 'invalid-access' || value?.kind !== 'scalar' || insn?.op.kind !== 'load') return {}
  const base = from!.regs[insn.src]!
  if (base.kind !== 'btf' || base.btf === undefined || base.btfId === 0 || !scalar.isConst(base.var)) return {}
  const member = pointerAt(base.btf, base.btfId, base.off + insn.off + scalar.constNumber(base.var))
  const pointed = member === undefined ? undefined : pointee(base.btf, member.type)
  const kind = pointed === undefined ? undefined : resolveType(base.btf, pointed).kind
  if (member === undefined || kind === undefined || kind === 'struct' || kind === 'union') return {}
  const dynptr = kernel.kfuncs.get('bpf_dynptr_from_skb')
  const ofPacket = structName(base) === 'sk_buff' && member.name === 'data'
  return {
    packetBySkb: yes(ofPacket && dynptr !== undefined && callableBy(program, kernel)(dynptr)),
    plainField: member.name,
    plainOf: structName(base),
    plainType: formatType(base.btf, member.type),
  }
}

const DEEPEST = 8

/** The member at an offset that is no struct itself, in structs and unions within: a pointer where there is one. */
function pointerAt(btf: Btf, id: BtfId, off: number, depth = 0): { name: string; type: BtfId } | undefined {
  const found = (structOf(btf, id)?.members ?? []).flatMap(({ name, type, bitOffset }) => {
    const start = bitOffset / 8
    if (depth > DEEPEST || off < start || off >= start + (sizeOf(btf, type) ?? 0)) return []
    const { kind } = resolveType(btf, type)
    if (kind !== 'struct' && kind !== 'union') return [{ name, type }]
    return pointerAt(btf, type, off - start, depth + 1) ?? []
  })
  return found.find(({ type }) => resolveType(btf, type).kind === 'ptr') ?? found[0]
}
