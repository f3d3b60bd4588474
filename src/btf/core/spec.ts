// SPDX-License-Identifier: Apache-2.0
// What a CO-RE record asks about, in terms of the local types: a root type and a path of accessors. llvm.org "BTF CO-RE relocation".

import { FaultError } from '../../fault/index.ts'
import type { CoreRelo, CoreReloKind } from '../ext.ts'
import { resolveType, skipModifiersAndTypedefs, sizeOf } from '../resolve.ts'
import type { Btf, BtfId } from '../types.ts'

/** One step: a named member, an enumerator, or (without a name) an array element. */
export interface Accessor {
  /** The struct, union or enum that has the member or enumerator; for an element, the element's type. */
  readonly type: BtfId
  readonly index: number
  readonly name: string | undefined
}

export interface CoreSpec {
  readonly btf: Btf
  readonly root: BtfId
  readonly kind: CoreReloKind
  /** Anonymous members are passed through without an accessor: where they are may differ between kernels. */
  readonly accessors: readonly Accessor[]
  /** Every index taken, anonymous members' too. */
  readonly raw: readonly number[]
  readonly bitOffset: number
}

/** Deepest path libbpf takes (BPF_CORE_SPEC_MAX_LEN). */
export const MAX_SPEC = 64

export const isFieldKind = (kind: CoreReloKind): boolean => kind.startsWith('field_')
export const isEnumKind = (kind: CoreReloKind): boolean => kind.startsWith('enumval_')

/** Longest access string that can be good: as many numbers of nine digits. */
export const MOST_SPEC_TEXT = MAX_SPEC * 10

/** Reads an access string against the local types. Throws a FaultError where it does not fit them. */
export function parseSpec(relo: CoreRelo, btf: Btf): CoreSpec {
  const { kind, typeId: root } = relo
  const raw = relo.spec
    .slice(0, MOST_SPEC_TEXT + 20)
    .split(':')
    .map((part) => (/^\d{1,9}$/.test(part) ? Number(part) : -1))
  const wrong = (why: string): FaultError => {
    const type = btf.type(root)
    return new FaultError(
      `CO-RE relocation on ${type.kind} ${type.name || '<anon>'} + '${relo.spec.slice(0, MOST_SPEC_TEXT)}': ${why}`,
    )
  }
  if (raw.some((index) => index < 0)) throw wrong('the access string is not a list of numbers')
  if (raw.length > MAX_SPEC) throw wrong(`the access string has more than ${MAX_SPEC} steps`)

  if (!isFieldKind(kind) && !isEnumKind(kind)) {
    if (relo.spec !== '0') throw wrong('a relocation on a type has no path')
    return { btf, root, kind, accessors: [], raw: [], bitOffset: 0 }
  }

  let id = skipModifiersAndTypedefs(btf, root)
  const first = raw[0]!
  if (isEnumKind(kind)) {
    const type = btf.type(id)
    if ((type.kind !== 'enum' && type.kind !== 'enum64') || raw.length > 1) throw wrong('not one enumerator of an enum')
    const value = type.values[first]
    if (value === undefined) throw wrong(`the enum has ${type.values.length} values`)
    return { btf, root, kind, accessors: [{ type: id, index: first, name: value.name }], raw, bitOffset: 0 }
  }

  const accessors: Accessor[] = [{ type: id, index: first, name: undefined }]
  const sizeInBits = (of: BtfId): number => {
    const size = sizeOf(btf, of)
    if (size === undefined) throw wrong('a type on the path has no size')
    return size * 8
  }
  let bitOffset = first * sizeInBits(id)
  for (const index of raw.slice(1)) {
    const type = resolveType(btf, id)
    if (type.kind === 'struct' || type.kind === 'union') {
      const member = type.members[index]
      if (member === undefined) throw wrong(`${type.kind} ${type.name} has no member ${index}`)
      bitOffset += member.bitOffset
      if (member.name !== '') accessors.push({ type: type.id, index, name: member.name })
      id = member.type
    } else if (type.kind === 'array') {
      if (index >= type.count && !isFlexible(btf, accessors.at(-1), type.count))
        throw wrong(`index ${index} is beyond the array`)
      id = skipModifiersAndTypedefs(btf, type.type)
      accessors.push({ type: id, index, name: undefined })
      bitOffset += index * sizeInBits(id)
    } else throw wrong(`a path leads into ${type.kind} ${type.name}`)
  }
  if (!Number.isSafeInteger(bitOffset)) throw wrong('the offset is out of range')
  return { btf, root, kind, accessors, raw, bitOffset }
}

/** An array of no elements that ends its struct may be indexed at will. */
export function isFlexible(btf: Btf, accessor: Accessor | undefined, count: number): boolean {
  if (accessor?.name === undefined || count > 0) return false
  const owner = resolveType(btf, accessor.type)
  return (owner.kind === 'struct' || owner.kind === 'union') && accessor.index === owner.members.length - 1
}

const kindNames: Readonly<Record<CoreReloKind, string>> = {
  field_byte_offset: 'byte_off',
  field_byte_size: 'byte_sz',
  field_exists: 'field_exists',
  field_signed: 'signed',
  field_lshift_u64: 'lshift_u64',
  field_rshift_u64: 'rshift_u64',
  type_id_local: 'local_type_id',
  type_id_target: 'target_type_id',
  type_exists: 'type_exists',
  type_size: 'type_size',
  enumval_exists: 'enumval_exists',
  enumval_value: 'enumval_value',
  type_matches: 'type_matches',
}

/** Characters of a path that are told: names may be long, and 64 of them in it. */
const MOST_PATH = 1000

/** As libbpf writes it in its log: `<byte_off> [12] struct task_struct.pid (0:3 @ offset 40)`. */
export function formatSpec(spec: CoreSpec): string {
  const type = spec.btf.type(spec.root)
  const head = `<${kindNames[spec.kind]}> [${spec.root}] ${type.kind} ${type.name || '<anon>'}`
  if (isEnumKind(spec.kind)) {
    const found = resolveType(spec.btf, spec.root)
    if (found.kind !== 'enum' && found.kind !== 'enum64') return head
    const value = found.values[spec.raw[0] ?? 0]
    return value === undefined ? head : `${head}::${value.name} = ${value.value}`
  }
  if (!isFieldKind(spec.kind)) return head
  let path = ''
  for (const [i, { name, index }] of spec.accessors.entries()) {
    path += name !== undefined ? `.${name}` : i > 0 || index > 0 ? `[${index}]` : ''
    if (path.length > MOST_PATH) break
  }
  const bits = spec.bitOffset % 8
  const offset = `${Math.floor(spec.bitOffset / 8)}${bits > 0 ? `.${bits}` : ''}`
  return `${head}${path} (${spec.raw.join(':')} @ offset ${offset})`
}
