// SPDX-License-Identifier: Apache-2.0
// `bpf_core_type_matches`: a stricter relation than compatibility. Names count (flavours aside), ints by size and sign, a struct's local
// members must all be there; behind a pointer structs match by name alone.

import { kindClass } from '../same-type.ts'
import { resolveType } from '../resolve.ts'
import { essentialName } from '../strings.ts'
import type { Btf, BtfId, BtfType } from '../types.ts'

type Struct = Extract<BtfType, { kind: 'struct' | 'union' }>
type Enum = Extract<BtfType, { kind: 'enum' | 'enum64' }>

interface Sides {
  readonly local: Btf
  readonly target: Btf
  /** What is known of pairs of structs: a hostile section could have the same ones compared over and over. */
  readonly known: Map<number, boolean>
}

const compared = new WeakMap<Btf, WeakMap<Btf, Map<number, boolean>>>()

/** Whether the local type matches the target type. The caller has compared the root's names. */
export function typesMatch(local: Btf, localId: BtfId, target: Btf, targetId: BtfId): boolean {
  let byTarget = compared.get(local)
  if (byTarget === undefined) {
    byTarget = new WeakMap()
    compared.set(local, byTarget)
  }
  let known = byTarget.get(target)
  if (known === undefined) {
    known = new Map()
    byTarget.set(target, known)
  }
  return match({ local, target, known }, localId, targetId, { behindPointer: false }, 32)
}

const namesMatch = (local: string, target: string): boolean =>
  target === '' ? local === '' : essentialName(local) === essentialName(target)

function match(
  sides: Sides,
  localId: BtfId,
  targetId: BtfId,
  { behindPointer }: { readonly behindPointer: boolean },
  depth: number,
): boolean {
  if (depth <= 0) return false
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
      return b.kind === a.kind && structsMatch(sides, a, b as Struct, depth)
    case 'int':
      return b.kind === 'int' && a.size === b.size && a.signed === b.signed
    case 'ptr':
      return b.kind === 'ptr' && match(sides, a.type, b.type, { behindPointer: true }, depth - 1)
    case 'array':
      return b.kind === 'array' && a.count === b.count && match(sides, a.type, b.type, { behindPointer }, depth - 1)
    case 'func_proto': {
      if (b.kind !== 'func_proto' || a.params.length !== b.params.length) return false
      const paramsMatch = a.params.every((param, i) =>
        match(sides, param.type, b.params[i]!.type, { behindPointer }, depth - 1),
      )
      return paramsMatch && match(sides, a.ret, b.ret, { behindPointer }, depth - 1)
    }
    default:
      return false
  }
}

const enumNames = new WeakMap<Enum, ReadonlySet<string>>()

function enumsMatch(a: Enum, b: Enum): boolean {
  if (a.size !== b.size || a.values.length > b.values.length) return false
  const names = enumNames.get(b) ?? new Set(b.values.map((value) => essentialName(value.name)))
  enumNames.set(b, names)
  return a.values.every((value) => names.has(essentialName(value.name)))
}

/** Ids are below 2^20 (the kernel's limit), so both fit a number. */
const pairOf = (a: Struct, b: Struct): number => a.id * 2 ** 20 + b.id

function structsMatch(sides: Sides, a: Struct, b: Struct, depth: number): boolean {
  const pair = pairOf(a, b)
  let answer = sides.known.get(pair)
  if (answer === undefined) {
    // a struct inside itself is no C: while it is under way it matches nothing
    sides.known.set(pair, false)
    answer = membersMatch(sides, a, b, depth)
    sides.known.set(pair, answer)
  }
  return answer
}

function membersMatch(sides: Sides, a: Struct, b: Struct, depth: number): boolean {
  if (a.members.length > b.members.length) return false
  const twins = membersByName(b)
  return a.members.every(({ name, type }) =>
    twins.get(essentialName(name))?.some((twin) => match(sides, type, twin, { behindPointer: false }, depth - 1)),
  )
}

const byName = new WeakMap<Struct, ReadonlyMap<string, readonly BtfId[]>>()

/** The types of a struct's members by their names, flavours aside; '' for those without. */
function membersByName(struct: Struct): ReadonlyMap<string, readonly BtfId[]> {
  const known = byName.get(struct)
  if (known !== undefined) return known
  const names = new Map<string, BtfId[]>()
  for (const { name, type } of struct.members) {
    const essential = essentialName(name)
    const list = names.get(essential)
    if (list === undefined) names.set(essential, [type])
    else list.push(type)
  }
  byName.set(struct, names)
  return names
}
