// SPDX-License-Identifier: Apache-2.0
// Where the special fields of a type lie. The kernel looks at members of structs, at structs among them and at arrays of either; not into
// unions, and through no typedef. What it finds is bounded (so many fields, so many levels), and so is the search: a struct's fields do not
// depend on where it stands, so each is looked through once for each level at which it is met.
import {
  type Btf,
  type BtfId,
  type BtfMember,
  type BtfStruct,
  type BtfType,
  isModifier,
  skipModifiersAndTypedefs,
} from '../../btf/index.ts'
import type { FieldKind, RecordFault } from './types.ts'

/** The kernel's BTF_FIELDS_MAX. */
export const MAX_FIELDS = 11
/** MAX_RESOLVE_DEPTH */
const MAX_LEVELS = 32

export type BtfDatasec = Extract<BtfType, { kind: 'datasec' }>

/** A field where it was found, before anyone asks what it points at. */
export interface FoundField {
  readonly kind: FieldKind
  readonly off: number
  readonly size: number
  /** 'field x of struct y', for who is told what is wrong with it. */
  readonly where: string
  /** kptr: the struct it points at, in the program's BTF. List head, tree root: the struct that has the node. */
  readonly target: BtfId
  readonly nodeName: string
}

interface Special {
  readonly kind: FieldKind
  readonly size: number
  readonly align: number
  /** Of which there is at most one, however deep. */
  readonly single?: true
  /** That may be the element of an array. */
  readonly repeats?: true
  readonly root?: true
}
/** By the struct. */
export const specials: ReadonlyMap<string, Special> = new Map(
  (
    [
      { kind: 'bpf_spin_lock', size: 4, align: 4, single: true },
      { kind: 'bpf_res_spin_lock', size: 4, align: 4, single: true },
      { kind: 'bpf_timer', size: 16, align: 8, single: true },
      { kind: 'bpf_wq', size: 16, align: 8, single: true },
      { kind: 'bpf_task_work', size: 8, align: 8, single: true },
      { kind: 'bpf_list_head', size: 16, align: 8, repeats: true, root: true },
      { kind: 'bpf_list_node', size: 24, align: 8 },
      { kind: 'bpf_rb_root', size: 16, align: 8, repeats: true, root: true },
      { kind: 'bpf_rb_node', size: 32, align: 8 },
      { kind: 'bpf_refcount', size: 4, align: 4, single: true },
    ] as const
  ).map((special) => [special.kind, special]),
)
/** By the tag of the pointer. */
export const pointerTags: ReadonlyMap<string, FieldKind> = new Map([
  ['kptr_untrusted', 'kptr'],
  ['kptr', 'kptr_ref'],
  ['percpu_kptr', 'kptr_percpu'],
  ['uptr', 'uptr'],
])
const POINTER_SIZE = 8

/** Fields by place, and kinds that may not come again. */
interface Part {
  readonly fields: readonly FoundField[]
  readonly seen: ReadonlySet<FieldKind>
}
const nothing: Part = { fields: [], seen: new Set() }

/** What is looked for. */
export interface Wanted {
  readonly kinds: ReadonlySet<FieldKind>
  /** The kernel knows the tag of user pointers, even where it looks for none. */
  readonly userPointers: boolean
  readonly tagsAnywhere: boolean
}

interface Search extends Wanted {
  readonly btf: Btf
  /** By level, then struct. */
  readonly known: Map<BtfId, Part | RecordFault>[]
}

/** One member of a struct, or variable of a section. */
interface Spot {
  readonly owner: BtfId
  /** Index of the member; -1 for a variable. */
  readonly component: number
  readonly type: BtfId
  readonly off: number
  /** What a section says of a variable's size; 0 for members. */
  readonly expected: number
}

const searches = new WeakMap<Btf, Map<string, Search>>()

/** The special fields of a struct or a section of variables, of these kinds, as they come. */
export function fieldsOf(
  btf: Btf,
  type: BtfStruct | BtfDatasec,
  { kinds, userPointers, tagsAnywhere }: Wanted,
): readonly FoundField[] | RecordFault {
  const key = [...kinds, userPointers, tagsAnywhere].join(' ')
  let perBtf = searches.get(btf)
  if (perBtf === undefined) {
    perBtf = new Map()
    searches.set(btf, perBtf)
  }
  let search = perBtf.get(key)
  if (search === undefined) {
    search = { btf, kinds, userPointers, tagsAnywhere, known: [] }
    perBtf.set(key, search)
  }
  const part = type.kind === 'datasec' ? together(search, variablesOf(btf, type), 0) : ofStruct(search, type, 0)
  return 'errno' in part ? part : part.fields
}

function ofStruct(search: Search, type: BtfStruct, level: number): Part | RecordFault {
  search.known[level] ??= new Map()
  const known = search.known[level].get(type.id)
  if (known !== undefined) return known
  const found = together(search, membersOf(type), level)
  search.known[level].set(type.id, found)
  return found
}

function* membersOf(type: BtfStruct): Generator<Spot | RecordFault> {
  for (const [component, member] of type.members.entries()) {
    const spot = { owner: type.id, component, type: member.type, off: byteOffset(member), expected: 0 }
    yield member.bitOffset % 8 === 0
      ? spot
      : invalid(`field '${member.name}' of ${structText(type)} is a bitfield that begins inside a byte`)
  }
}
const structText = ({ name }: BtfType): string => `struct ${name === '' ? '(anonymous)' : name}`
const byteOffset = ({ bitOffset }: BtfMember): number => bitOffset / 8

function* variablesOf(btf: Btf, type: BtfDatasec): Generator<Spot> {
  for (const entry of type.entries) {
    const variable = btf.type(entry.type)
    if (variable.kind === 'var')
      yield { owner: variable.id, component: -1, type: variable.type, off: entry.offset, expected: entry.size }
  }
}

function whereIs({ btf }: Search, { owner, component }: Spot): string {
  const type = btf.type(owner)
  if (type.kind !== 'struct') return `variable '${type.name}'`
  return `field '${type.members[component]?.name}' of ${structText(type)}`
}

function together(search: Search, spots: Iterable<Spot | RecordFault>, level: number): Part | RecordFault {
  const fields: FoundField[] = []
  const seen = new Set<FieldKind>()
  for (const spot of spots) {
    if ('errno' in spot) return spot
    const part = at(search, spot, level)
    if ('errno' in part) return part
    for (const kind of part.seen) {
      if (seen.has(kind)) return tooMany(`${whereIs(search, spot)}: a second ${kind}`)
      seen.add(kind)
    }
    if (fields.length + part.fields.length > MAX_FIELDS) return tooMany(`more than ${MAX_FIELDS} special fields`)
    for (const field of part.fields) fields.push(field)
  }
  return fields.length === 0 && seen.size === 0 ? nothing : { fields, seen }
}

/** What lies at one place: a special field, a struct that has some, or an array of either. */
function at(search: Search, spot: Spot, level: number): Part | RecordFault {
  const { btf, kinds } = search
  let type = btf.type(spot.type)
  let count = 1
  let steps = 0
  for (; steps < MAX_LEVELS && type.kind === 'array'; steps++) {
    count = Math.imul(count, type.count) >>> 0
    type = btf.type(type.type)
  }
  if (steps === MAX_LEVELS) return tooMany(`${whereIs(search, spot)} is an array of too many dimensions`)
  if (count === 0) return nothing
  const special = specials.get(type.name)
  if (special !== undefined && kinds.has(special.kind)) return named(search, spot, { type, special, count })
  if (type.kind === 'struct') return nested(search, spot, { type, count, level })
  return kinds.has('kptr') ? pointer(search, spot, type, count) : nothing
}

function nested(
  search: Search,
  spot: Spot,
  { type, count, level }: { type: BtfStruct; count: number; level: number },
): Part | RecordFault {
  if (spot.expected !== 0 && spot.expected !== Math.imul(type.size, count) >>> 0) return nothing
  if (level + 1 >= MAX_LEVELS) return tooMany(`${whereIs(search, spot)}: structs nested more than ${MAX_LEVELS} deep`)
  const inner = ofStruct(search, type, level + 1)
  if ('errno' in inner || inner.fields.length === 0) return inner
  return repeat(search, inner, spot, { count, size: type.size })
}

function named(
  search: Search,
  spot: Spot,
  { type, special, count }: { type: BtfType; special: Special; count: number },
): Part | RecordFault {
  const { kind, size, align } = special
  // met is met, whether or not it can be used
  const seen: ReadonlySet<FieldKind> = special.single === true ? new Set([kind]) : nothing.seen
  if (spot.expected !== 0 && spot.expected !== Math.imul(size, count) >>> 0) return { fields: [], seen }
  if (spot.off % align !== 0 || type.kind !== 'struct' || type.size !== size) return { fields: [], seen }
  let target = 0 as BtfId
  let nodeName = ''
  if (special.root === true) {
    const contents = contains(search, spot)
    if ('errno' in contents) return contents
    ;({ target, nodeName } = contents)
  }
  const field: FoundField = { kind, off: 0, size, where: whereIs(search, spot), target, nodeName }
  return repeat(search, { fields: [field], seen }, spot, { count, size })
}

/** A pointer with a tag that says what kind of field it is. */
function pointer(search: Search, spot: Spot, direct: BtfType, count: number): Part | RecordFault {
  const { btf, kinds, tagsAnywhere } = search
  if (spot.expected !== 0 && spot.expected !== Math.imul(POINTER_SIZE, count) >>> 0) return nothing
  if (spot.off % POINTER_SIZE !== 0) return nothing
  const type = direct.kind === 'volatile' ? btf.type(direct.type) : direct
  if (type.kind !== 'ptr') return nothing
  const kind = tagsAnywhere ? kindAmong(search, spot, type.type) : kindAlone(search, spot, type.type)
  if (typeof kind === 'object') return kind
  if (kind === undefined || !kinds.has(kind)) return nothing
  const target = btf.type(skipModifiersAndTypedefs(btf, type.type))
  if (target.kind === 'fwd')
    return invalid(
      `${whereIs(search, spot)}: struct ${target.name} is only declared in this object: include its definition (vmlinux.h)`,
    )
  if (target.kind !== 'struct') return invalid(`${whereIs(search, spot)} points at no struct`)
  const field: FoundField = {
    kind,
    off: 0,
    size: POINTER_SIZE,
    where: whereIs(search, spot),
    target: target.id,
    nodeName: '',
  }
  return repeat(search, { fields: [field], seen: nothing.seen }, spot, { count, size: POINTER_SIZE })
}

/** One tag, the first thing that the pointer's target is. */
function kindAlone(search: Search, spot: Spot, first: BtfId): FieldKind | undefined | RecordFault {
  const { btf, userPointers } = search
  const tag = btf.type(first)
  if (tag.kind !== 'type_tag') return undefined
  if (btf.type(tag.type).kind === 'type_tag') return invalid(`${whereIs(search, spot)} has more than one type tag`)
  const kind = pointerTags.get(tag.name)
  if (kind === undefined || (kind === 'uptr' && !userPointers))
    return invalid(`${whereIs(search, spot)} has the type tag '${tag.name}', which belongs to no special field`)
  return kind
}

/** Tags among modifiers and typedefs: those that name a kind of field name one. Attributes written as tags (kind_flag) name none. */
function kindAmong(search: Search, spot: Spot, first: BtfId): FieldKind | undefined | RecordFault {
  const { btf } = search
  let found: FieldKind | undefined
  let type = btf.type(first)
  // BTF that the kernel takes has no circles
  for (; isModifier(type) || type.kind === 'typedef'; type = btf.type(type.type)) {
    const named = type.kind === 'type_tag' && btf.head?.(type.id).flag !== true ? pointerTags.get(type.name) : undefined
    if (named === undefined) continue
    if (found !== undefined && found !== named)
      return invalid(`${whereIs(search, spot)} has the type tags of two kinds of fields`)
    found = named
  }
  return found
}

function repeat(
  search: Search,
  part: Part,
  spot: Spot,
  { count, size }: { count: number; size: number },
): Part | RecordFault {
  const { fields, seen } = part
  if (count === 1 && spot.off === 0) return part
  if (count > 1) {
    const alone = fields.find(({ kind }) => specials.get(kind)?.repeats !== true && !kind.includes('ptr'))
    if (alone !== undefined) return invalid(`${whereIs(search, spot)}: an array of ${alone.kind}`)
    if (fields.length * count > MAX_FIELDS) return tooMany(`more than ${MAX_FIELDS} special fields`)
  }
  const all: FoundField[] = []
  for (let i = 0; i < count; i++) {
    for (const field of fields) all.push({ ...field, off: field.off + spot.off + i * size })
  }
  return { fields: all, seen }
}

/** `__contains(type, node)`: a decl tag `contains:type:node` on the member or variable, and only one. */
function contains(search: Search, spot: Spot): { readonly target: BtfId; readonly nodeName: string } | RecordFault {
  const { btf } = search
  const { owner, component } = spot
  const where = whereIs(search, spot)
  const tags = btf.declTags(owner).filter((tag) => tag.component === component && tag.name.startsWith('contains:'))
  const [tag] = tags
  if (tag === undefined) return invalid(`${where} does not say what it contains: __contains(type, node)`)
  if (tags.length > 1) return invalid(`${where} says twice what it contains`)
  const [, type = '', nodeName = ''] = /^contains:([^:]*):(.*)$/s.exec(tag.name) ?? []
  const target = firstStruct(btf, type)
  if (target === undefined) return { errno: -2, why: `${where} contains struct ${type}, which is not defined` }
  if (nodeName === '') return invalid(`${where} does not name the node by which it contains struct ${type}`)
  return { target, nodeName }
}

/** The first struct of a name; structs without one are found by the empty name. */
export function firstStruct(btf: Btf, name: string): BtfId | undefined {
  if (name !== '') return btf.find(name, 'struct')
  for (let id = 1; id < btf.count; id++) {
    const type = btf.type(id)
    if (type.kind === 'struct' && type.name === '') return id
  }
  return undefined
}

const invalid = (why: string): RecordFault => ({ errno: -22, why })
const tooMany = (why: string): RecordFault => ({ errno: -7, why })
