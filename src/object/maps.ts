// SPDX-License-Identifier: Apache-2.0
// BTF-defined maps: SEC(".maps") variables whose struct members are attributes, `__uint(type, N)` being `int (*type)[N]`,
// `__type(key, T)` being `T *key`, `__array(values, T)` an array of pointers to T. Behaviour as of libbpf 1.5.
import { type Btf, type BtfMember, type BtfType, resolveType, sizeOf, skipModifiersAndTypedefs } from '../btf/index.ts'
import { mapType } from '../uapi/index.ts'
import { refuse } from './faults.ts'
import { findKind } from './fixed-btf.ts'
import type { LoaderRules } from './loaders.ts'
import type { MapDef } from './types.ts'
import type { Section } from './view.ts'

interface Attributes {
  type: number
  maxEntries: number
  flags: number
  numaNode: number
  keySize: number
  valueSize: number
  keyTypeId: number
  valueTypeId: number
  mapExtra: bigint
  pinning: number
  inner: Attributes | undefined
}
const noAttributes = (): Attributes => ({
  type: 0,
  maxEntries: 0,
  flags: 0,
  numaNode: 0,
  keySize: 0,
  valueSize: 0,
  keyTypeId: 0,
  valueTypeId: 0,
  mapExtra: 0n,
  pinning: 0,
  inner: undefined,
})

const PROG_ARRAY = 3
const isMapInMap = (type: number): boolean => type === 12 || type === 13
const isRingbuf = (type: number): boolean => type === 27 || type === 31
const PAGE = 4096

/** Every map of SEC(".maps"), in the order of its BTF variables. */
export function userMaps(
  btf: Btf,
  section: Section,
  { pinnings, roundsRings }: Pick<LoaderRules, 'pinnings' | 'roundsRings'>,
): MapDef[] {
  const id = findKind(btf, '.maps', 'datasec')
  const datasec = id === undefined ? undefined : btf.type(id)
  if (datasec?.kind !== 'datasec') refuse("DATASEC '.maps' not found.", { section: '.maps' })
  // many variables may be of one struct of many members
  const known = new Map<number, Attributes>()
  return datasec.entries.map((entry, index) => {
    const variable = btf.type(entry.type)
    const { name } = variable
    if (name === '') refuse(`map #${index}: empty name.`, { section: '.maps' })
    if (entry.offset + entry.size > section.size) refuse(`map '${name}' BTF data is corrupted.`, { section: '.maps' })
    if (variable.kind !== 'var') refuse(`map '${name}': unexpected var kind ${variable.kind}.`, { section: '.maps' })
    if (variable.linkage !== 'global') {
      refuse(`map '${name}': unsupported map linkage ${variable.linkage}.`, { section: '.maps' })
    }
    const def = resolveType(btf, variable.type)
    if (def.kind !== 'struct') refuse(`map '${name}': unexpected def kind var.`, { section: '.maps' })
    if (def.size > entry.size) refuse(`map '${name}': invalid def size.`, { section: '.maps' })
    const attributes = known.get(def.id) ?? readAttributes(btf, name, def, { inner: false, pinnings })
    known.set(def.id, attributes)
    const made = toMap(name, attributes, section, entry.offset)
    return roundsRings ? roundedRing(made) : made
  })
}

function toMap(name: string, from: Attributes, section: Section, offset: number): MapDef {
  return {
    name,
    kernelName: shortName(name),
    type: mapType(from.type)?.name ?? String(from.type),
    typeId: from.type,
    keySize: from.keySize,
    valueSize: from.valueSize,
    maxEntries: from.maxEntries,
    flags: from.flags,
    mapExtra: from.mapExtra,
    keyTypeId: from.keyTypeId,
    valueTypeId: from.valueTypeId,
    ...(from.numaNode === 0 ? {} : { numaNode: from.numaNode }),
    ...(from.inner === undefined ? {} : { inner: toMap(`${name}.inner`, from.inner, section, offset) }),
    frozen: false,
    pinned: from.pinning === 1,
    section: section.name,
    sectionIndex: section.index,
    offset,
    autocreate: true,
  }
}

/** What the kernel is told: as much as it has room for, byte by byte. */
export const shortName = (name: string): string =>
  String.fromCharCode(...new TextEncoder().encode(name.slice(0, 15)).subarray(0, 15))

/** The names of maps that libbpf makes up itself have only what the kernel allows. */
export const kernelMapName = (name: string): string => name.slice(0, 15).replace(/[^A-Za-z0-9_.]/g, '_')

/** libbpf rounds a ring buffer up to a power of two of pages, that of a map of maps as well. */
export const roundedRing = (map: MapDef): MapDef => ({
  ...map,
  ...(isRingbuf(map.typeId) ? { maxEntries: ringbufSize(map.maxEntries) } : {}),
  ...(map.inner === undefined ? {} : { inner: roundedRing(map.inner) }),
})

function ringbufSize(size: number): number {
  if (size === 0) return 0
  for (let bytes = PAGE; bytes < 2 ** 32; bytes *= 2) if (bytes >= size) return bytes
  return size
}

function readAttributes(
  btf: Btf,
  map: string,
  def: Extract<BtfType, { kind: 'struct' | 'union' }>,
  { inner, pinnings }: { readonly inner: boolean } & Pick<LoaderRules, 'pinnings'>,
) {
  const found = noAttributes()
  const sizes = { key: 0, value: 0 }
  def.members.forEach((member, index) => {
    const { name } = member
    switch (name) {
      case 'type':
        found.type = uint(btf, map, member)
        break
      case 'max_entries':
        found.maxEntries = uint(btf, map, member)
        break
      case 'map_flags':
        found.flags = uint(btf, map, member)
        break
      case 'numa_node':
        found.numaNode = uint(btf, map, member)
        break
      case 'map_extra':
        found.mapExtra = ulong(btf, map, member)
        break
      case 'key_size':
        found.keySize = agree(map, 'key', sizes, uint(btf, map, member))
        break
      case 'value_size':
        found.valueSize = agree(map, 'value', sizes, uint(btf, map, member))
        break
      case 'key':
        found.keyTypeId = typeAttribute(btf, map, 'key', member)
        found.keySize = agree(map, 'key', sizes, sizeOf(btf, found.keyTypeId) ?? noSize(map, 'key', found.keyTypeId))
        break
      case 'value':
        found.valueTypeId = typeAttribute(btf, map, 'value', member)
        found.valueSize = agree(
          map,
          'value',
          sizes,
          sizeOf(btf, found.valueTypeId) ?? noSize(map, 'value', found.valueTypeId),
        )
        break
      case 'values':
        if (inner) refuse(`map '${map}': multi-level inner maps not supported.`)
        if (index !== def.members.length - 1) refuse(`map '${map}': 'values' member should be last.`)
        found.inner = values(btf, map, member, found)
        break
      case 'pinning':
        if (inner) refuse(`map '${map}': inner def can't be pinned.`)
        found.pinning = uint(btf, map, member)
        if (found.pinning > 1 && pinnings !== 'any')
          refuse(
            `map '${map}': invalid pinning value ${found.pinning}.`,
            {},
            'LIBBPF_PIN_NONE or LIBBPF_PIN_BY_NAME; values that a Go program gives a meaning: --loader ebpf-go',
          )
        break
      default:
        refuse(`map '${map}': unknown field '${name}'.`)
    }
  })
  if (found.type === 0) refuse(`map '${map}': map type isn't specified.`)
  return found
}

function values(btf: Btf, map: string, member: BtfMember, found: Attributes): Attributes | undefined {
  const mapInMap = isMapInMap(found.type)
  const what = mapInMap ? 'map-in-map inner' : 'prog-array value'
  if (!mapInMap && found.type !== PROG_ARRAY) refuse(`map '${map}': should be map-in-map or prog-array.`)
  if (found.valueSize !== 0 && found.valueSize !== 4) {
    refuse(`map '${map}': conflicting value size ${found.valueSize} != 4.`)
  }
  found.valueSize = 4
  const array = btf.type(member.type)
  if (array.kind !== 'array' || array.count !== 0) refuse(`map '${map}': ${what} spec is not a zero-sized array.`)
  const pointer = resolveType(btf, array.type)
  if (pointer.kind !== 'ptr') refuse(`map '${map}': ${what} def is of unexpected kind ${pointer.kind}.`)
  const target = resolveType(btf, pointer.type)
  if (!mapInMap) {
    if (target.kind !== 'func_proto') {
      refuse(`map '${map}': prog-array value def is of unexpected kind ${target.kind}.`)
    }
    return undefined
  }
  if (target.kind !== 'struct') refuse(`map '${map}': map-in-map inner def is of unexpected kind ${target.kind}.`)
  return readAttributes(btf, `${map}.inner`, target, { inner: true, pinnings: 'none or by name' })
}

function agree(map: string, part: 'key' | 'value', sizes: { key: number; value: number }, size: number): number {
  if (sizes[part] !== 0 && sizes[part] !== size) {
    refuse(`map '${map}': conflicting ${part} size ${sizes[part]} != ${size}.`)
  }
  sizes[part] = size
  return size
}

const noSize = (map: string, part: string, id: number): never =>
  refuse(`map '${map}': can't determine ${part} size for type [${id}]: -22.`)

function typeAttribute(btf: Btf, map: string, part: string, member: BtfMember): number {
  const pointer = btf.type(member.type)
  if (pointer.kind !== 'ptr') refuse(`map '${map}': ${part} spec is not PTR: ${pointer.kind}.`)
  return pointer.type
}

/** `__uint(name, N)` */
function uint(btf: Btf, map: string, member: BtfMember): number {
  const pointer = resolveType(btf, member.type)
  if (pointer.kind !== 'ptr') refuse(`map '${map}': attr '${member.name}': expected PTR, got ${pointer.kind}.`)
  const array = btf.type(pointer.type)
  if (array.kind !== 'array') refuse(`map '${map}': attr '${member.name}': expected ARRAY, got ${array.kind}.`)
  return array.count
}

/** `__ulong(name, N)`: an enum with N as its only value. */
function ulong(btf: Btf, map: string, member: BtfMember): bigint {
  const type = btf.type(skipModifiersAndTypedefs(btf, member.type))
  if (type.kind === 'ptr') return BigInt(uint(btf, map, member))
  if (type.kind !== 'enum' && type.kind !== 'enum64') {
    refuse(`map '${map}': attr '${member.name}': expected ENUM or ENUM64, got ${type.kind}.`)
  }
  const only = type.values[0]
  if (type.values.length !== 1 || only === undefined) refuse(`map '${map}': attr '${member.name}': invalid __ulong`)
  return BigInt.asUintN(64, only.value)
}
