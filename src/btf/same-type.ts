// SPDX-License-Identifier: Apache-2.0
// When are two types the same? Three answers: by layout (two definitions describe the same bytes and names), by identity as the
// verifier demands of kfunc arguments, and by the names that stand for one another in C only (`nf_conn___init`).

import { resolveType, structOf } from './resolve.ts'
import type { Btf, BtfId, BtfType } from './types.ts'
import { walkStruct } from './walk.ts'

const MAX_PAIRS = 100_000

/**
 * Structural equality across sections: kinds, names, sizes, members, parameters, values, recursively. Modifiers and typedefs count.
 * Cyclic types are equal when no difference is found along the cycle; after 100,000 pairs the answer is no.
 */
export function typesEqualByLayout(btfA: Btf, idA: BtfId, btfB: Btf, idB: BtfId): boolean {
  const assumed = new Set<number>()
  const work: [BtfId, BtfId][] = [[idA, idB]]
  for (let pair = work.pop(); pair !== undefined; pair = work.pop()) {
    const [a, b] = pair
    const key = a * 0x20_0000 + b
    if ((btfA === btfB && a === b) || assumed.has(key)) continue
    assumed.add(key)
    if (assumed.size > MAX_PAIRS || !equalHere(btfA.type(a), btfB.type(b), work)) return false
  }
  return true
}

/** Compares two types without what they refer to, which is put on `work`. */
function equalHere(a: BtfType, b: BtfType, work: [BtfId, BtfId][]): boolean {
  if (a.kind !== b.kind || a.name !== b.name) return false
  switch (a.kind) {
    case 'void':
      return true
    case 'int': {
      const other = b as typeof a
      const same = a.size === other.size && a.signed === other.signed && a.char === other.char && a.bool === other.bool
      return same && a.bits === other.bits && a.bitOffset === other.bitOffset
    }
    case 'float':
      return a.size === (b as typeof a).size
    case 'fwd':
      return a.union === (b as typeof a).union
    case 'array': {
      const other = b as typeof a
      work.push([a.type, other.type])
      return a.count === other.count
    }
    case 'struct':
    case 'union': {
      const other = b as typeof a
      if (a.size !== other.size || a.members.length !== other.members.length) return false
      return a.members.every((member, i) => {
        const twin = other.members[i]!
        work.push([member.type, twin.type])
        return member.name === twin.name && member.bitOffset === twin.bitOffset && member.bitSize === twin.bitSize
      })
    }
    case 'enum':
    case 'enum64': {
      const other = b as typeof a
      if (a.size !== other.size || a.values.length !== other.values.length) return false
      return a.values.every(({ name, value }, i) => name === other.values[i]!.name && value === other.values[i]!.value)
    }
    case 'func_proto': {
      const other = b as typeof a
      if (a.params.length !== other.params.length) return false
      work.push([a.ret, other.ret])
      a.params.forEach((param, i) => {
        work.push([param.type, other.params[i]!.type])
      })
      return true
    }
    case 'datasec': {
      const other = b as typeof a
      if (a.size !== other.size || a.entries.length !== other.entries.length) return false
      return a.entries.every((entry, i) => {
        const twin = other.entries[i]!
        work.push([entry.type, twin.type])
        return entry.offset === twin.offset && entry.size === twin.size
      })
    }
    case 'decl_tag':
      work.push([a.type, (b as typeof a).type])
      return a.component === (b as typeof a).component
    case 'func':
    case 'var':
      work.push([a.type, (b as typeof a).type])
      return a.linkage === (b as typeof a).linkage
    default:
      work.push([a.type, (b as typeof a).type])
      return true
  }
}

/** One type of one kernel: the same id in the same section, or a module's id that lies in the base it shares. */
export function isSameType(btfA: Btf, idA: BtfId, btfB: Btf, idB: BtfId): boolean {
  return idA === idB && (btfA === btfB || btfA.type(idA) === btfB.type(idB))
}

/**
 * Whether a pointer `off` bytes into a `idA` may be passed where a `idB` is expected (kfuncs.rst "Equivalent types", and how the
 * verifier compares struct arguments): the type itself, or a nested struct that begins exactly there, through first members at
 * offset 0. `strict` (release and KF_TRUSTED_ARGS of allocated objects …) allows only the type itself.
 */
export function structIdsMatch(
  { btf: btfA, id: idA, off }: { readonly btf: Btf; readonly id: BtfId; readonly off: number },
  { btf: btfB, id: idB }: { readonly btf: Btf; readonly id: BtfId },
  options: { readonly strict?: boolean; readonly flexArrays?: boolean } = {},
): boolean {
  if (off === 0 && isSameType(btfA, idA, btfB, idB)) return true
  if (options.strict === true) return false
  let id = idA
  let at = off
  for (let depth = 0; depth < 32; depth++) {
    const walk = walkStruct(btfA, id, at, 1, { stopAtStruct: true, flexArrays: options.flexArrays ?? true })
    if (walk.kind !== 'struct') return false
    if (isSameType(btfA, walk.id, btfB, idB)) return true
    id = walk.id
    at = 0
  }
  return false
}

/** Same kind, name and size: how a struct is recognised across sections that share no base (a program's BTF against the kernel's). */
export function isSameStructByName(btfA: Btf, idA: BtfId, btfB: Btf, idB: BtfId): boolean {
  const a = structOf(btfA, idA)
  const b = structOf(btfB, idB)
  return (
    a !== undefined && b !== undefined && a.kind === b.kind && a.name !== '' && a.name === b.name && a.size === b.size
  )
}

/** kfuncs.rst "no-cast aliases": exactly one of the names ends in `___init`, and without it they are equal. */
export function isNoCastAlias(btfA: Btf, idA: BtfId, btfB: Btf, idB: BtfId): boolean {
  const a = btfA.type(idA).name
  const b = btfB.type(idB).name
  return a !== '' && b !== '' && (a === `${b}___init` || b === `${a}___init`)
}

/**
 * CO-RE's compatibility of a local and a target root type (libbpf: `bpf_core_types_are_compat`): names are ignored; ints match
 * whatever their size; structs, unions, enums, fwds match by kind; pointers, arrays and prototypes are followed.
 */
export function typesAreCompatible(local: Btf, localId: BtfId, target: Btf, targetId: BtfId): boolean {
  let budget = MAX_PAIRS
  const compatible = (aId: BtfId, bId: BtfId, depth: number): boolean => {
    const a = resolveType(local, aId)
    const b = resolveType(target, bId)
    if (kindClass(a) !== kindClass(b) || depth <= 0 || budget-- <= 0) return false
    switch (a.kind) {
      case 'int':
        // An int that is only a bitfield (it has an offset) never matches.
        return a.bitOffset === 0 && (b as typeof a).bitOffset === 0
      case 'void':
      case 'struct':
      case 'union':
      case 'enum':
      case 'enum64':
      case 'fwd':
        return true
      case 'ptr':
      case 'array':
        return compatible(a.type, (b as typeof a).type, depth - 1)
      case 'func_proto': {
        const other = b as typeof a
        if (a.params.length !== other.params.length) return false
        const paramsFit = a.params.every((param, i) => compatible(param.type, other.params[i]!.type, depth - 1))
        return paramsFit && compatible(a.ret, other.ret, depth - 1)
      }
      default:
        return false
    }
  }
  return compatible(localId, targetId, 32)
}

/** Enums of 32 and 64 bits are one kind to CO-RE. */
export const kindClass = (type: BtfType): string => (type.kind === 'enum64' ? 'enum' : type.kind)
