// SPDX-License-Identifier: Apache-2.0
// The maps as the kernel would be asked to create them, and those that it would not create.
import type { BpfObject, MapDef } from './types.ts'

export interface LinkedMaps {
  readonly maps: readonly MapDef[]
  /** Indexes of maps that cannot be made: what refers to them is replaced by libbpf's marker. */
  readonly missing: ReadonlySet<number>
  /** What was settled for a map, to be told to who uses it. */
  readonly notes: ReadonlyMap<number, string>
}

/** Map types that are made with max_entries 0, or filled in from the machine. */
const unsized = new Set([
  'BPF_MAP_TYPE_SK_STORAGE',
  'BPF_MAP_TYPE_TASK_STORAGE',
  'BPF_MAP_TYPE_INODE_STORAGE',
  'BPF_MAP_TYPE_CGRP_STORAGE',
  'BPF_MAP_TYPE_CGROUP_STORAGE',
  'BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE',
  'BPF_MAP_TYPE_PERF_EVENT_ARRAY',
  'BPF_MAP_TYPE_STRUCT_OPS',
])
const ringbufs = new Set(['BPF_MAP_TYPE_RINGBUF', 'BPF_MAP_TYPE_USER_RINGBUF'])
const mapInMap = new Set(['BPF_MAP_TYPE_ARRAY_OF_MAPS', 'BPF_MAP_TYPE_HASH_OF_MAPS'])
/** Types whose key, or value, may have no size. */
const keyless = new Set([
  'BPF_MAP_TYPE_BLOOM_FILTER',
  'BPF_MAP_TYPE_QUEUE',
  'BPF_MAP_TYPE_STACK',
  'BPF_MAP_TYPE_RINGBUF',
  'BPF_MAP_TYPE_USER_RINGBUF',
  'BPF_MAP_TYPE_ARENA',
])
const valueless = new Set(['BPF_MAP_TYPE_RINGBUF', 'BPF_MAP_TYPE_USER_RINGBUF', 'BPF_MAP_TYPE_ARENA'])

/** Applies what user space would do before loading: a size for maps that leave it open, contents of .kconfig, kernel sizes of struct_ops. */
export function linkMaps(
  object: BpfObject,
  structOps: ReadonlyMap<number, MapDef> | undefined,
  kconfig: Uint8Array | undefined,
): LinkedMaps {
  const missing = new Set<number>()
  const notes = new Map<number, string>()
  const maps = object.maps.map((map, index) => {
    if (map.internal === 'kconfig' && kconfig !== undefined) return { ...map, data: kconfig }
    if (map.structOps !== undefined) {
      const linked = structOps?.get(index)
      if (linked === undefined) missing.add(index)
      return linked ?? map
    }
    if (!isCreatable(map)) missing.add(index)
    const settled = sized(map)
    if (settled.maxEntries !== map.maxEntries) {
      notes.set(index, `map '${map.name}' leaves max_entries to its loader; taken as ${settled.maxEntries}`)
    }
    return settled
  })
  return { maps, missing, notes }
}

function isCreatable(map: MapDef): boolean {
  if (map.keySize === 0 && !keyless.has(map.type)) return false
  if (map.valueSize === 0 && !valueless.has(map.type)) return false
  return !mapInMap.has(map.type) || map.inner !== undefined
}

function sized(map: MapDef): MapDef {
  const ringbuf = ringbufs.has(map.type)
  const plain = ringbuf && (map.keySize !== 0 || map.valueSize !== 0) ? { ...map, keySize: 0, valueSize: 0 } : map
  if (plain.maxEntries !== 0 || unsized.has(plain.type)) return plain
  return { ...plain, maxEntries: ringbuf ? 4096 : 1 }
}
