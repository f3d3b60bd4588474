// SPDX-License-Identifier: Apache-2.0
// `bpf_core_type_matches`: a stricter relation than compatibility. Names count (flavours aside), ints by size and sign, a struct's local
// members must all be there; behind a pointer structs match by name alone.

import { kindClass } from '../equal.ts'
import { resolveType } from '../resolve.ts'
import { essentialName } from '../strings.ts'
import type { Btf, BtfId, BtfType } from '../types.ts'

type Struct = Extract<BtfType, { kind: 'struct' | 'union' }>
type Enum = Extract<BtfType, { kind: 'enum' | 'enum64' }>

interface Sides {
  readonly local: Btf
  readonly target: Btf
  /** Comparisons left: types of a hostile section could fan out without end. */
  budget: number
}

/** Whether the local type matches the target type. The caller has compared the root's names. */
export function typesMatch(local: Btf, localId: BtfId, target: Btf, targetId: BtfId): boolean {
  return match({ local, target, budget: 1_000_000 }, localId, targetId, false, 32)
}

const namesMatch = (local: string, target: string): boolean =>
  target === '' ? local === '' : essentialName(local) === essentialName(target)

function match(sides: Sides, localId: BtfId, targetId: BtfId, behindPointer: boolean, depth: number): boolean {
  if (depth <= 0 || sides.budget-- <= 0) return false
  const a = resolveType(sides.local, localId)
  const b = resolveType(sides.target, targetId)
  if (!namesMatch(a.name, b.name)) return false
  switch (a.kind) {
    case 'void':
      return b.kind === 'void'
    case 'fwd':
      if (behindPointer && b.kind !== 'fwd') return b.kind === (a.union ? 'union' : 'struct')
      return b.kind === 'fwd' && a.union === b.union
    case 'enum':
    case 'enum64':
      return kindClass(b) === 'enum' && enumsMatch(a, b as Enum)
    case 'struct':
    case 'union':
      if (behindPointer) return b.kind === a.kind || (b.kind === 'fwd' && b.union === (a.kind === 'union'))
      return b.kind === a.kind && membersMatch(sides, a, b as Struct, depth)
    case 'int':
      return b.kind === 'int' && a.size === b.size && a.signed === b.signed
    case 'ptr':
      return b.kind === 'ptr' && match(sides, a.type, b.type, true, depth - 1)
    case 'array':
      return b.kind === 'array' && a.count === b.count && match(sides, a.type, b.type, behindPointer, depth - 1)
    case 'func_proto': {
      if (b.kind !== 'func_proto' || a.params.length !== b.params.length) return false
      const paramsMatch = a.params.every((param, i) =>
        match(sides, param.type, b.params[i]!.type, behindPointer, depth - 1),
      )
      return paramsMatch && match(sides, a.ret, b.ret, behindPointer, depth - 1)
    }
    default:
      return false
  }
}

function enumsMatch(a: Enum, b: Enum): boolean {
  if (a.size !== b.size || a.values.length > b.values.length) return false
  const names = new Set(b.values.map((value) => essentialName(value.name)))
  return a.values.every((value) => names.has(essentialName(value.name)))
}

function membersMatch(sides: Sides, a: Struct, b: Struct, depth: number): boolean {
  if (a.members.length > b.members.length) return false
  return a.members.every((member) =>
    b.members.some(
      (twin) => namesMatch(member.name, twin.name) && match(sides, member.type, twin.type, false, depth - 1),
    ),
  )
}
