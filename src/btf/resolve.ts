// SPDX-License-Identifier: Apache-2.0
// Small questions about one type. Each is bounded: chains in a hostile section may be cyclic.

import { FaultError } from '../fault/index.ts'
import type { Btf, BtfId, BtfMember, BtfType } from './types.ts'

/** The kernel resolves at most 32 levels (MAX_RESOLVE_DEPTH); a chain longer than this is cyclic or hostile. */
const MAX_CHAIN = 64

export type BtfStruct = Extract<BtfType, { kind: 'struct' | 'union' }>

export const isModifier = (
  type: BtfType,
): type is Extract<BtfType, { kind: 'const' | 'volatile' | 'restrict' | 'type_tag' }> =>
  type.kind === 'const' || type.kind === 'volatile' || type.kind === 'restrict' || type.kind === 'type_tag'

/** The type below const, volatile, restrict and type tags. A chain without end throws a FaultError. */
export function skipModifiers(btf: Btf, id: BtfId): BtfId {
  for (let steps = 0; steps < MAX_CHAIN; steps++) {
    const type = btf.type(id)
    if (!isModifier(type)) return id
    id = type.type
  }
  throw endless(btf, id)
}

/** The type below modifiers and typedefs. A chain without end throws a FaultError. */
export function skipModifiersAndTypedefs(btf: Btf, id: BtfId): BtfId {
  for (let steps = 0; steps < MAX_CHAIN; steps++) {
    const type = btf.type(id)
    if (!isModifier(type) && type.kind !== 'typedef') return id
    id = type.type
  }
  throw endless(btf, id)
}

const endless = (btf: Btf, id: BtfId): FaultError =>
  new FaultError(`BTF type ${id} of ${btf.name} is a chain of modifiers without end`)

/** The type itself below modifiers and typedefs. */
export const resolveType = (btf: Btf, id: BtfId): BtfType => btf.type(skipModifiersAndTypedefs(btf, id))

/** Size of a value of this type in bytes; undefined where it has none (void, func, fwd …) or it cannot be known. Pointers have 8. */
export function sizeOf(btf: Btf, id: BtfId): number | undefined {
  let elements = 1
  for (let steps = 0; steps < MAX_CHAIN; steps++) {
    const type = btf.type(id)
    switch (type.kind) {
      case 'int':
      case 'enum':
      case 'enum64':
      case 'float':
      case 'struct':
      case 'union':
      case 'datasec':
        return bounded(elements * type.size)
      case 'ptr':
        return bounded(elements * 8)
      case 'array':
        elements *= type.count
        if (!Number.isSafeInteger(elements)) return undefined
        id = type.type
        break
      case 'typedef':
      case 'volatile':
      case 'const':
      case 'restrict':
      case 'type_tag':
      case 'var':
        id = type.type
        break
      default:
        return undefined
    }
  }
  return undefined
}

const bounded = (size: number): number | undefined => (Number.isSafeInteger(size) ? size : undefined)

/** Worked out once per struct: a hostile section could nest the same structs over and over. */
const structAlign = new WeakMap<BtfType, number>()

/** Natural alignment in bytes as C gives it (a struct's is its members' greatest); undefined where there is none. */
export function alignOf(btf: Btf, id: BtfId, depth = 0): number | undefined {
  if (depth > 32) return undefined
  const type = btf.type(skipModifiersAndTypedefs(btf, id))
  switch (type.kind) {
    case 'int':
    case 'enum':
    case 'enum64':
    case 'float':
      return Math.min(8, type.size)
    case 'ptr':
      return 8
    case 'array':
      return alignOf(btf, type.type, depth + 1)
    case 'struct':
    case 'union': {
      let align = structAlign.get(type) ?? 0
      if (align > 0) return align
      align = 1
      structAlign.set(type, align)
      for (const member of type.members) align = Math.max(align, alignOf(btf, member.type, depth + 1) ?? 1)
      structAlign.set(type, align)
      return align
    }
    default:
      return undefined
  }
}

/** What a pointer points to (its id as written, modifiers and tags still on it); undefined where the type is no pointer. */
export function pointee(btf: Btf, id: BtfId): BtfId | undefined {
  const type = btf.type(skipModifiersAndTypedefs(btf, id))
  return type.kind === 'ptr' ? type.type : undefined
}

/**
 * Type tags on a type, outermost first. For a pointer: those right under the PTR (`struct foo __kptr *`), which is where compilers put
 * them (btf.rst 2.2.18: "ptr -> [type_tag]* -> [const | volatile | restrict | typedef]* -> base_type").
 */
export function typeTags(btf: Btf, id: BtfId): readonly string[] {
  const tags: string[] = []
  let type = btf.type(id)
  let pointers = 0
  for (let steps = 0; steps < MAX_CHAIN; steps++) {
    if (type.kind === 'type_tag') tags.push(type.name)
    else if (type.kind === 'ptr' && pointers === 0) {
      pointers++
      tags.length = 0
    } else if (!isModifier(type) && type.kind !== 'typedef') return tags
    type = btf.type(type.type)
  }
  return tags
}

/** The name behind modifiers: `task_struct` of `const struct task_struct`; '' for anonymous types. */
export const typeName = (btf: Btf, id: BtfId): string => btf.type(skipModifiers(btf, id)).name

/** The struct or union below modifiers and typedefs, if it is one. */
export function structOf(btf: Btf, id: BtfId): BtfStruct | undefined {
  const type = resolveType(btf, id)
  return type.kind === 'struct' || type.kind === 'union' ? type : undefined
}

/** The member of a struct that covers a byte offset, counted from the struct's start; the first in a union. */
export function memberAt(btf: Btf, structId: BtfId, offset: number): BtfMember | undefined {
  return structOf(btf, structId)?.members.find((member) => {
    const start = Math.floor(member.bitOffset / 8)
    const size =
      member.bitSize > 0 ? Math.ceil(((member.bitOffset % 8) + member.bitSize) / 8) : (sizeOf(btf, member.type) ?? 0)
    return offset >= start && offset < start + size
  })
}

/** The member with this name, through anonymous members, with its bit offset from the outer struct's start. */
export function memberNamed(btf: Btf, structId: BtfId, name: string): BtfMember | undefined {
  const searched = new Set<BtfId>()
  const search = (id: BtfId, depth: number): BtfMember | undefined => {
    const type = structOf(btf, id)
    if (type === undefined || depth > 32 || searched.has(type.id)) return undefined
    searched.add(type.id)
    for (const member of type.members) {
      if (member.name === name) return member
      if (member.name !== '') continue
      const inner = search(member.type, depth + 1)
      if (inner !== undefined) return { ...inner, bitOffset: inner.bitOffset + member.bitOffset }
    }
    return undefined
  }
  return search(structId, 0)
}
