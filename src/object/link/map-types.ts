// SPDX-License-Identifier: Apache-2.0
// The types of a map's keys and values, as the kernel takes them with the map: BPF_MAP_CREATE of Linux 6.12. A map whose types it does not
// take is made without any.
import { type Btf, type BtfType, resolveType, sizeOf } from '../../btf/index.ts'
import type { MapDef } from '../types.ts'
import { mapFlags } from '../../uapi/index.ts'
import { meansFields } from '../records/meant.ts'
import { type FieldKind, type KernelTypes, mapRecord, objectRecord } from '../records/record.ts'
import type { MapFault } from './map-rules.ts'

const hashes = ['HASH', 'LRU_HASH', 'ARRAY']
const storages = ['SK_STORAGE', 'INODE_STORAGE', 'TASK_STORAGE', 'CGRP_STORAGE']
/** RHASH is a map type of later kernels. */
const timed = [...hashes, 'RHASH']
const kptrMaps = [...timed, 'PERCPU_HASH', 'LRU_PERCPU_HASH', 'PERCPU_ARRAY', ...storages]
/** Which maps may hold which fields, after 'BPF_MAP_TYPE_'. */
const holders: Partial<Record<FieldKind, readonly string[]>> = {
  bpf_spin_lock: ['HASH', 'RHASH', 'ARRAY', 'CGROUP_STORAGE', ...storages],
  bpf_res_spin_lock: ['HASH', 'RHASH', 'ARRAY', 'CGROUP_STORAGE', ...storages],
  bpf_timer: timed,
  bpf_wq: timed,
  bpf_task_work: timed,
  kptr: kptrMaps,
  kptr_ref: kptrMaps,
  kptr_percpu: kptrMaps,
  bpf_refcount: kptrMaps,
  bpf_list_head: hashes,
  bpf_rb_root: hashes,
  uptr: ['TASK_STORAGE'],
}
const oneWay = mapFlags.BPF_F_RDONLY_PROG | mapFlags.BPF_F_WRONLY_PROG
/** What each map type wants of its key's type; the rest take any, but not none. */
const keyRules: ReadonlyMap<string, (key: BtfType | undefined, map: MapDef, btf: Btf) => string | undefined> = new Map([
  ['ARRAY', arrayKey],
  ['PERCPU_ARRAY', arrayKey],
  ...storages.map((type) => [type, (key: BtfType | undefined) => intKey(key, 32)] as const),
  ['LPM_TRIE', (key) => (key?.kind === 'struct' ? undefined : 'its key is not a struct')],
  ['BLOOM_FILTER', (key) => (key === undefined ? undefined : 'it has no key')],
  ['CGROUP_STORAGE', cgroupKey],
  ['PERCPU_CGROUP_STORAGE', cgroupKey],
])
/** Types that have none, whatever is said of them. */
const typeless = ['PROG_ARRAY', 'REUSEPORT_SOCKARRAY', 'RINGBUF', 'USER_RINGBUF']
const PAGE_SIZE = 4096

/** A map as it is made, or what keeps it from being made. */
export interface TypedMap {
  readonly map: MapDef
  readonly fault?: MapFault
  /** What libbpf prints of it and goes on. */
  readonly note?: string
}

/** The map with the types that the kernel takes with it. */
export function withTypesTaken(map: MapDef, btf: Btf, kernel: KernelTypes): TypedMap {
  const inner = map.inner === undefined ? undefined : withTypesTaken(map.inner, btf, kernel)
  const whole = inner === undefined || inner.map === map.inner ? map : { ...map, inner: inner.map }
  if (inner?.fault !== undefined) return { map: whole, fault: inner.fault }
  const why = untypedBecause(map, btf, kernel)
  if (why !== undefined) {
    const untyped = { ...whole, keyTypeId: 0, valueTypeId: 0 }
    const needsTypes = storages.some((type) => map.type === `BPF_MAP_TYPE_${type}`) && map.valueTypeId !== 0
    // libbpf prints what its second try, without types, came to
    if (needsTypes) return { map: untyped, fault: { error: 'Invalid argument(-22)', why } }
    return { map: untyped, note: `Retrying without BTF: ${why}` }
  }
  if (map.valueTypeId === 0) return { map: whole }
  const { record, fault } = mapRecord(btf, map.valueTypeId, kernel)
  if (fault !== undefined) {
    // of a struct that was to have none nothing is lost
    if (!meansFields(btf, map.valueTypeId)) return { map: whole }
    return { map: whole, note: `its values have no special fields: ${fault.why}` }
  }
  const mapped = map.internal !== undefined && (map.flags & mapFlags.BPF_F_MMAPABLE) !== 0
  if (!mapped || record.fields.length === 0) return { map: whole }
  const hint = `global variables that user space sees cannot hold a ${record.fields[0]!.kind}: put it in a map, or make every variable of a section of its own static (SEC(".data.NAME"))`
  return {
    map: whole,
    fault: { error: 'unknown error (-524)(-524)', why: `failed to re-mmap() contents: -524: ${hint}` },
  }
}

/** Why the kernel does not make the map with the types it came with; undefined: it does. */
function untypedBecause(map: MapDef, btf: Btf, kernel: KernelTypes): string | undefined {
  // types that came later have rules of their own
  if (!map.type.startsWith('BPF_MAP_TYPE_') || map.structOps !== undefined) return undefined
  const type = map.type.slice('BPF_MAP_TYPE_'.length)
  if (map.valueTypeId === 0) return map.keyTypeId === 0 ? undefined : 'its key has a type, its value none'
  if (map.keyTypeId !== 0 && sizeOf(btf, map.keyTypeId) !== map.keySize) return 'its key has another size than its type'
  if (map.keyTypeId === 0 && !keyRules.has(type)) return 'its value has a type, its key none'
  if (sizeOf(btf, map.valueTypeId) !== map.valueSize) return 'its value has another size than its type'
  const { fields } = mapRecord(btf, map.valueTypeId, kernel).record
  if (fields.length > 0 && (map.flags & oneWay) !== 0)
    return `a map that programs only read or only write cannot hold a ${fields[0]!.kind}`
  const wrong = fields.find(({ kind }) => holders[kind]?.includes(type) !== true)
  if (wrong !== undefined)
    return `a map of this type cannot hold a ${wrong.kind}; ${(holders[wrong.kind] ?? [])
      .filter((one) => one !== 'RHASH')
      .map((one) => one.toLowerCase())
      .join(', ')} maps can`
  for (const field of fields) {
    const root = field.kind === 'bpf_list_head' || field.kind === 'bpf_rb_root'
    if (root && objectRecord(btf, field.valueId, kernel).record.fields.length === 0)
      return `its ${field.kind} contains a struct without special fields`
    if (field.kind === 'uptr' && !isUserPage(field.btf!, field.btfId, kernel))
      return 'its uptr points at no struct of the program within a page'
  }
  if (typeless.includes(type)) return 'maps of this type have no types'
  const key = map.keyTypeId === 0 ? undefined : resolveType(btf, map.keyTypeId)
  return keyRules.get(type)?.(key, map, btf)
}

function isUserPage(btf: Btf, id: number, kernel: KernelTypes): boolean {
  const size = sizeOf(btf, id) ?? 0
  return !kernel.btfs.includes(btf) && size > 0 && size <= PAGE_SIZE
}

const intKey = (key: BtfType | undefined, bits: number): string | undefined =>
  key?.kind === 'int' && key.bits === bits && key.bitOffset === 0 ? undefined : `its key is not a ${bits}-bit int`

/** Global variables have no key; all else has an index. */
function arrayKey(key: BtfType | undefined, map: MapDef, btf: Btf): string | undefined {
  const variables = (map.type === 'BPF_MAP_TYPE_ARRAY' || map.internal === 'percpu') && map.maxEntries === 1
  if (key === undefined && variables && resolveType(btf, map.valueTypeId).kind === 'datasec') return undefined
  return intKey(key, 32)
}

/** A cgroup's id, or `struct bpf_cgroup_storage_key`: the id and an attach type. */
function cgroupKey(key: BtfType | undefined, { keySize }: MapDef, btf: Btf): string | undefined {
  if (keySize === 8) return intKey(key, 64)
  const members = key?.kind === 'struct' ? key.members : []
  const isInt = (index: number, at: number, size: number): boolean => {
    const member = members[index]
    const type = member === undefined ? undefined : resolveType(btf, member.type)
    return (
      type?.kind === 'int' &&
      type.bits === size * 8 &&
      type.bitOffset === 0 &&
      type.size === size &&
      member!.bitOffset === at * 8 &&
      (member!.bitSize === 0 || member!.bitSize === size * 8)
    )
  }
  return members.length === 2 && isInt(0, 0, 8) && isInt(1, 8, 4)
    ? undefined
    : 'its key is not a bpf_cgroup_storage_key'
}
