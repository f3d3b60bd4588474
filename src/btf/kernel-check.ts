// SPDX-License-Identifier: Apache-2.0
// Would the kernel take this BTF? What BPF_BTF_LOAD of Linux 6.12 asks of each type alone (names, sizes, offsets), and then of what types
// refer to (sizes that resolve, no type inside itself). btf.rst "Type Encoding" has most of it; the sentences are the kernel's log's.
// libbpf loads an object's programs without BTF where the kernel refuses it, unless a struct_ops map needs it.
import { isModifier } from './resolve.ts'
import { resolvesWithin } from './kernel-resolve.ts'
import type { Btf, BtfHead, BtfId, BtfKind, BtfType } from './types.ts'

export interface BtfRefusal {
  readonly type: BtfId
  /** The kernel's sentence: 'Invalid name'. */
  readonly message: string
}

export interface TakenOptions {
  /** Tags may stand behind other modifiers: since 7.2. */
  readonly tagsAnywhere?: boolean
}

/** Without what is asked of tags, and that. */
const known = new WeakMap<Btf, { readonly plain: BtfRefusal | undefined; readonly tags: BtfRefusal | undefined }>()

/** What the kernel would refuse first in a program's BTF; undefined: it takes it. */
export function kernelRefusal(btf: Btf, { tagsAnywhere = false }: TakenOptions = {}): BtfRefusal | undefined {
  let answer = known.get(btf)
  if (answer === undefined) {
    const plain = firstRefusal(btf)
    answer = { plain, tags: plain === undefined ? tagsFault(btf) : undefined }
    known.set(btf, answer)
  }
  return answer.plain ?? (tagsAnywhere ? undefined : answer.tags)
}

function firstRefusal(btf: Btf): BtfRefusal | undefined {
  if (btf.count <= btf.firstId) return { type: 0, message: 'No type found' }
  const ksyms = ksymTypes(btf)
  for (let id = btf.firstId; id < btf.count; id++) {
    const type = btf.type(id)
    const message = headFault(btf, type) ?? (ksyms.has(id) ? undefined : aloneFault(type, btf.head?.(id)))
    if (message !== undefined) return { type: id, message }
  }
  return ksymFault(btf, ksyms) ?? resolvesWithin(btf, ksyms)
}

/** What libbpf shows in their place are variables of the first int of 32 bits, with 4 bytes of room each. */
function ksymFault(btf: Btf, ksyms: ReadonlySet<BtfId>): BtfRefusal | undefined {
  const section = [...ksyms].find((id) => btf.type(id).kind === 'datasec')
  if (section === undefined) return undefined
  for (let id = btf.firstId; id < btf.count; id++) {
    const type = btf.type(id)
    if (type.kind === 'int' && type.bits === 32)
      return type.size > 4 ? { type: section, message: 'Invalid size' } : undefined
  }
  return { type: section, message: 'Invalid type_id' }
}

/** libbpf shows the kernel .ksyms and what is in it as plain ints, whatever the compiler wrote. */
function ksymTypes(btf: Btf): ReadonlySet<BtfId> {
  const found = new Set<BtfId>()
  for (const id of btf.findAll('.ksyms')) {
    const type = btf.type(id)
    if (type.kind !== 'datasec') continue
    found.add(id)
    for (const entry of type.entries) found.add(entry.type)
  }
  return found
}

const noVlen = new Set<BtfKind>(
  'int ptr array typedef fwd const volatile restrict type_tag var float decl_tag'.split(' ') as BtfKind[],
)
const mayHaveFlag = new Set<BtfKind>(['struct', 'union', 'fwd', 'enum', 'enum64'])
const nameless = new Set<BtfKind>(['ptr', 'array', 'func_proto', 'const', 'volatile', 'restrict'])
/** What is set in a type's first words that its kind has no use for. */
function headFault(btf: Btf, { id, kind }: BtfType): string | undefined {
  const head = btf.head?.(id)
  if (head === undefined) return undefined
  if (kind === 'array' && head.nameOffset !== 0) return 'Invalid name'
  if (noVlen.has(kind) && head.vlen !== 0) return 'vlen != 0'
  if (kind === 'func' && head.vlen > 2) return 'Invalid func linkage'
  if (!mayHaveFlag.has(kind) && head.flag) return 'Invalid btf_info kind_flag'
  if (nameless.has(kind) && head.nameOffset !== 0) return 'Invalid name'
  if (kind === 'fwd' && head.word !== 0) return 'type != 0'
  if (kind === 'int' && head.extra >>> 28 !== 0) return `Invalid int_data:${head.extra.toString(16)}`
  return kind === 'array' && head.word !== 0 ? 'size != 0' : undefined
}

/** What is wrong with a type by itself. */
function aloneFault(type: BtfType, head: BtfHead | undefined): string | undefined {
  const badName = head?.badName === true
  // a name that must be there may be missing: its offset is 0
  const unnamed = type.name === '' || badName
  switch (type.kind) {
    case 'int':
      if (type.bits + type.bitOffset > 128) return 'nr_bits exceeds 128'
      if (Math.ceil((type.bits + type.bitOffset) / 8) > type.size) return 'nr_bits exceeds type_size'
      return [type.signed, type.char, type.bool].filter(Boolean).length > 1 ? 'Unsupported encoding' : undefined
    case 'typedef':
    case 'fwd':
      return unnamed ? 'Invalid name' : undefined
    case 'type_tag':
      return type.name === '' ? 'Invalid name' : undefined
    case 'array':
      if (type.type === 0) return 'Invalid elem'
      return type.index === 0 ? 'Invalid index' : undefined
    case 'struct':
    case 'union':
      return badName ? 'Invalid name' : membersFault(type)
    case 'enum':
    case 'enum64':
      if (![1, 2, 4, 8].includes(type.size)) return 'Unexpected size'
      return badName || type.values.some(({ name }) => name === '') ? 'Invalid name' : undefined
    case 'func':
      if (unnamed) return 'Invalid name'
      return type.linkage === 'extern' ? 'Invalid func linkage' : undefined
    case 'var':
      if (unnamed) return 'Invalid name'
      if (type.type === 0) return 'Invalid type_id'
      return type.linkage === 'extern' || (head?.extra ?? 0) > 2 ? 'Linkage not supported' : undefined
    case 'datasec':
      return datasecFault(type, { unnamed })
    case 'float':
      return [2, 4, 8, 12, 16].includes(type.size) ? undefined : 'Invalid type_size'
    case 'decl_tag':
      if (type.name === '') return 'Invalid value'
      return type.component < -1 ? 'Invalid component_idx' : undefined
    default:
      return undefined
  }
}

function membersFault({ kind, size, members }: BtfType & { kind: 'struct' | 'union' }): string | undefined {
  let last = 0
  for (const { type, bitOffset } of members) {
    if (type === 0) return 'Invalid type_id'
    if (kind === 'union' && bitOffset !== 0) return 'Invalid member bits_offset'
    if (bitOffset < last) return 'Invalid member bits_offset'
    if (Math.ceil(bitOffset / 8) > size) return 'Member bits_offset exceeds its struct size'
    last = bitOffset
  }
  return undefined
}

function datasecFault(
  { size, entries }: BtfType & { kind: 'datasec' },
  { unnamed }: { readonly unnamed: boolean },
): string | undefined {
  if (size === 0) return 'size == 0'
  if (unnamed) return 'Invalid name'
  let end = 0
  let held = 0
  for (const entry of entries) {
    if (entry.type === 0) return 'Invalid type_id'
    if (entry.offset < end || entry.offset >= size) return 'Invalid offset'
    if (entry.size === 0 || entry.size > size) return 'Invalid size'
    end = entry.offset + entry.size
    if (end > size) return 'Invalid offset+size'
    held += entry.size
  }
  return held > size ? 'Invalid btf_info size' : undefined
}

/** btf.rst "BTF_KIND_TYPE_TAG": type tags come before any modifier. */
function tagsFault(btf: Btf): BtfRefusal | undefined {
  for (let id = btf.firstId; id < btf.count; id++) {
    let type = btf.type(id)
    let inTags = type.kind === 'type_tag'
    // modifiers further down were looked at when it was their turn, or will be
    for (let steps = 0; isModifier(type) || type.kind === 'typedef'; steps++) {
      if (steps === 32) return { type: id, message: 'Max chain length or cycle detected' }
      if (type.kind === 'type_tag' && !inTags) return { type: id, message: "Type tags don't precede modifiers" }
      if (type.kind !== 'type_tag') inTags = false
      if (type.id < id) break
      type = btf.type(type.type)
    }
  }
  return undefined
}
