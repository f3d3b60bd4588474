// SPDX-License-Identifier: Apache-2.0
// What the kernel keeps of a program's types before it looks at the program. BTF whose structs have special fields that do not go together
// is refused whole; a map whose type cannot have its value's fields, or whose key is not what its type wants, is made without types.
// libbpf 1.5 goes on in both cases (and so do we, with a warning), but for struct_ops.
import { type Btf, type BtfId, type BtfType, resolveType, sizeOf } from '../btf/index.ts'
import type { LinkedProgram, MapDef, Ref } from '../object/index.ts'
import { mapFlags } from '../uapi/index.ts'
import { type FieldKind, type KernelTypes, recordOf } from './record.ts'

export interface Offered {
  readonly prog: LinkedProgram
  readonly warnings: readonly string[]
  /** The program cannot be loaded without what the kernel refused. */
  readonly refusal?: string
}

/** The program with the BTF and the maps' types that the kernel takes. */
export function offered(prog: LinkedProgram, kernel: KernelTypes): Offered {
  const { btf } = prog
  if (btf === undefined) return { prog, warnings: [] }
  const refused = refusedStruct(btf, kernel)
  if (refused !== undefined) {
    const why = `special fields of struct ${btf.type(refused).name} do not go together`
    if (prog.type === 'BPF_PROG_TYPE_STRUCT_OPS')
      return {
        prog,
        warnings: [],
        refusal: `Error loading .BTF into kernel: -22. BTF is mandatory, can't proceed. ${why}`,
      }
    const warnings = [`Error loading .BTF into kernel: -22. BTF is optional, ignoring. ${why}`]
    return { prog: withoutBtf(prog), warnings }
  }
  const warnings: string[] = []
  let changed = false
  const used = new Set([...prog.refs.values()].map((ref) => ('map' in ref ? ref.map : -1)))
  const maps = prog.maps.map((map, index) => {
    const why = map.internal === undefined ? untypedBecause(map, btf, kernel) : undefined
    if (why === undefined) return map
    changed = true
    if (used.has(index)) warnings.push(`map '${map.name}': Retrying without BTF: ${why}`)
    return untyped(map)
  })
  return { prog: !changed ? prog : { ...prog, maps }, warnings }
}

/** Maps that cannot be made without types are not made. */
function withoutBtf(prog: LinkedProgram): LinkedProgram {
  const lost = (map: number): boolean => storages.includes(prog.maps[map]!.type.replace('BPF_MAP_TYPE_', ''))
  const refs = new Map<number, Ref>()
  for (const [insn, ref] of prog.refs) {
    const missing = 'map' in ref && lost(ref.map)
    refs.set(insn, missing ? { kind: 'missing', what: 'map', name: prog.maps[ref.map]!.name } : ref)
  }
  return { ...prog, btf: undefined, funcs: [], maps: prog.maps.map(untyped), refs }
}

const untyped = (map: MapDef): MapDef => ({ ...map, keyTypeId: 0, valueTypeId: 0 })

const refusals = new WeakMap<KernelTypes, WeakMap<Btf, BtfId | 0>>()

/** The first struct with special fields that make no record; undefined where all do. */
function refusedStruct(btf: Btf, kernel: KernelTypes): BtfId | undefined {
  let known = refusals.get(kernel)
  if (known === undefined) {
    known = new WeakMap()
    refusals.set(kernel, known)
  }
  let found = known.get(btf)
  if (found === undefined) {
    found = findRefused(btf, kernel) ?? 0
    known.set(btf, found)
  }
  return found === 0 ? undefined : found
}

/** Structs that stand as fields in objects of a program's own. */
const objectFields = ['bpf_spin_lock', 'bpf_list_head', 'bpf_list_node', 'bpf_rb_root', 'bpf_rb_node', 'bpf_refcount']

function findRefused(btf: Btf, kernel: KernelTypes): BtfId | undefined {
  const special = new Set(objectFields.flatMap((name) => btf.find(name, 'struct') ?? []))
  const owned: Ownership = { btf, kernel, depths: new Map() }
  for (let id = btf.firstId; id < btf.count; id++) {
    const type = btf.type(id)
    if (type.kind !== 'struct' && type.kind !== 'union') continue
    if (!type.members.some((member) => special.has(member.type) || isKptr(btf, btf.type(member.type)))) continue
    const { fields } = recordOf(btf, id, kernel)
    if (fields.length === 0 || type.members.some((member) => hasUnknownTag(btf, btf.type(member.type), kernel)))
      return id
    if (ownershipDepth(id, MAX_OWNERSHIP, owned) === undefined) return id
  }
  return undefined
}

function isKptr(btf: Btf, type: BtfType): boolean {
  if (type.kind !== 'ptr') return false
  const tag = btf.type(type.type)
  return tag.kind === 'type_tag' && ['kptr', 'kptr_untrusted', 'percpu_kptr'].includes(tag.name)
}

/** Beside special fields, a pointer's tag must be one that says what kind of field it is. */
function hasUnknownTag(btf: Btf, type: BtfType, { later }: KernelTypes): boolean {
  const tag = type.kind === 'ptr' ? btf.type(type.type) : undefined
  if (tag?.kind !== 'type_tag') return false
  return !['kptr', 'kptr_untrusted', 'percpu_kptr'].includes(tag.name) && !(tag.name === 'uptr' && later.has('uptr'))
}

/** Objects that own objects that own objects: freeing one frees all, and the kernel's stack has an end. */
const MAX_OWNERSHIP = 8

interface Ownership {
  readonly btf: Btf
  readonly kernel: KernelTypes
  /** What is known already. */
  readonly depths: Map<BtfId, number>
}

/** How many levels a struct's objects own, itself included; undefined: more than are left, as in a circle. */
function ownershipDepth(id: BtfId, left: number, within: Ownership): number | undefined {
  const { btf, kernel, depths } = within
  if (left === 0) return undefined
  let depth = depths.get(id)
  if (depth === undefined) {
    let deepest = 0
    for (const field of recordOf(btf, id, kernel).fields) {
      const owned = ownedType(field)
      if (owned === undefined || recordOf(btf, owned, kernel).fields.length === 0) continue
      const below = ownershipDepth(owned, left - 1, within)
      if (below === undefined) return undefined
      deepest = Math.max(deepest, below)
    }
    depth = deepest + 1
    depths.set(id, depth)
  }
  return depth > left ? undefined : depth
}

function ownedType(field: ReturnType<typeof recordOf>['fields'][number]): BtfId | undefined {
  if (field.kind === 'bpf_list_head' || field.kind === 'bpf_rb_root') return field.valueId
  return field.local && (field.kind === 'kptr_ref' || field.kind === 'kptr_percpu') ? field.btfId : undefined
}

const hashes = ['HASH', 'LRU_HASH', 'ARRAY']
const storages = ['SK_STORAGE', 'INODE_STORAGE', 'TASK_STORAGE', 'CGRP_STORAGE']
const kptrMaps = [...hashes, 'PERCPU_HASH', 'LRU_PERCPU_HASH', 'PERCPU_ARRAY', ...storages]
/** Which maps may hold which fields, after 'BPF_MAP_TYPE_'; the nodes of lists and trees mean nothing in a map. */
const holders: Partial<Record<FieldKind, readonly string[]>> = {
  bpf_spin_lock: ['HASH', 'ARRAY', 'CGROUP_STORAGE', ...storages],
  bpf_timer: hashes,
  bpf_wq: hashes,
  kptr: kptrMaps,
  kptr_ref: kptrMaps,
  kptr_percpu: kptrMaps,
  bpf_refcount: kptrMaps,
  bpf_list_head: hashes,
  bpf_rb_root: hashes,
}
const nodes: ReadonlySet<FieldKind> = new Set(['bpf_list_node', 'bpf_rb_node'])
const oneWay = mapFlags.BPF_F_RDONLY_PROG | mapFlags.BPF_F_WRONLY_PROG
/** Maps that look at their key's type, and so may have none. */
const keyLookers = [
  'ARRAY',
  'PERCPU_ARRAY',
  'LPM_TRIE',
  'CGROUP_STORAGE',
  'PERCPU_CGROUP_STORAGE',
  'BLOOM_FILTER',
  ...storages,
]

/** Why the kernel does not make the map with the types it came with; undefined: it does. */
function untypedBecause(map: MapDef, btf: Btf, kernel: KernelTypes): string | undefined {
  // types that came later have rules of their own
  if (!map.type.startsWith('BPF_MAP_TYPE_')) return undefined
  if (map.valueTypeId === 0) return map.keyTypeId === 0 ? undefined : 'its key has a type, its value none'
  const type = map.type.replace('BPF_MAP_TYPE_', '')
  if (map.keyTypeId === 0 && !keyLookers.includes(type)) return 'its value has a type, its key none'
  if (map.keyTypeId !== 0 && sizeOf(btf, map.keyTypeId) !== map.keySize) return 'its key has another size than its type'
  if (sizeOf(btf, map.valueTypeId) !== map.valueSize) return 'its value has another size than its type'
  const fields = recordOf(btf, map.valueTypeId, kernel).fields.filter(({ kind }) => !nodes.has(kind))
  if (fields.length > 0 && (map.flags & oneWay) !== 0)
    return `a map that programs only read or only write cannot hold a ${fields[0]!.kind}`
  const wrong = fields.find(({ kind }) => holders[kind] !== undefined && !holders[kind].includes(type))
  if (wrong !== undefined) return `a map of this type cannot hold a ${wrong.kind}`
  return keyFault(map, type, btf)
}

function keyFault({ keyTypeId }: MapDef, type: string, btf: Btf): string | undefined {
  const key = keyTypeId === 0 ? undefined : resolveType(btf, keyTypeId)
  if (type === 'ARRAY' || type === 'PERCPU_ARRAY' || storages.includes(type)) {
    return key?.kind === 'int' && key.bits === 32 && key.bitOffset === 0 ? undefined : 'its key is no 32-bit int'
  }
  if (type === 'LPM_TRIE' && key?.kind !== 'struct') return 'its key is no struct'
  return type === 'BLOOM_FILTER' && key !== undefined ? 'it has no key' : undefined
}
