// SPDX-License-Identifier: Apache-2.0
// Maps by type.

import type { Btf } from '../../btf/index.ts'
import type { MapDef } from '../../object/index.ts'
import type { Core } from '../core/core.ts'
import type { Block } from '../core/memory.ts'
import { MachineError, notModelled } from '../core/errors.ts'
import { ArenaMap } from './arena.ts'
import { ArrayMap } from './array.ts'
import { BloomFilterMap } from './bloom.ts'
import { CgroupStorageMap } from './cgroup-storage.ts'
import { ArrayOfMapsMap, CgroupArrayMap, ProgArrayMap } from './descriptors.ts'
import { HashMap, PercpuHashMap } from './hash.ts'
import { HashOfMapsMap } from './hash-of-maps.ts'
import { InsnArrayMap } from './insn-array.ts'
import { LpmTrieMap } from './lpm-trie.ts'
import type { RuntimeMap } from './map.ts'
import { PercpuArrayMap } from './percpu-array.ts'
import { PerfEventArrayMap } from './perf-events.ts'
import { QueueMap, StackMap } from './queue.ts'
import { CpuMap, DevMap, DevMapHash, XskMap } from './redirects.ts'
import { RhashMap } from './rhash.ts'
import { RingBufferMap, UserRingBufferMap } from './ringbuf.ts'
import { ReuseportArray, SockHash, SockMap } from './sockets.ts'
import { StackTraceMap } from './stack-trace.ts'
import { CgrpStorageMap, InodeStorageMap, SkStorageMap, TaskStorageMap } from './storage.ts'
import { StructOpsMap } from './struct-ops.ts'

type MapClass = new (core: Core, def: MapDef, btf?: Btf) => RuntimeMap

/** After 'BPF_MAP_TYPE_'. */
const types: ReadonlyMap<string, MapClass> = new Map<string, MapClass>([
  ['ARRAY', ArrayMap],
  ['PERCPU_ARRAY', PercpuArrayMap],
  ['HASH', HashMap],
  ['LRU_HASH', HashMap],
  ['PERCPU_HASH', PercpuHashMap],
  ['LRU_PERCPU_HASH', PercpuHashMap],
  ['LPM_TRIE', LpmTrieMap],
  ['QUEUE', QueueMap],
  ['STACK', StackMap],
  ['BLOOM_FILTER', BloomFilterMap],
  ['RINGBUF', RingBufferMap],
  ['USER_RINGBUF', UserRingBufferMap],
  ['PERF_EVENT_ARRAY', PerfEventArrayMap],
  ['STACK_TRACE', StackTraceMap],
  ['PROG_ARRAY', ProgArrayMap],
  ['CGROUP_ARRAY', CgroupArrayMap],
  ['ARRAY_OF_MAPS', ArrayOfMapsMap],
  ['HASH_OF_MAPS', HashOfMapsMap],
  ['DEVMAP', DevMap],
  ['DEVMAP_HASH', DevMapHash],
  ['CPUMAP', CpuMap],
  ['XSKMAP', XskMap],
  ['SOCKMAP', SockMap],
  ['SOCKHASH', SockHash],
  ['REUSEPORT_SOCKARRAY', ReuseportArray],
  ['SK_STORAGE', SkStorageMap],
  ['TASK_STORAGE', TaskStorageMap],
  ['INODE_STORAGE', InodeStorageMap],
  ['CGRP_STORAGE', CgrpStorageMap],
  ['CGROUP_STORAGE', CgroupStorageMap],
  ['PERCPU_CGROUP_STORAGE', CgroupStorageMap],
  ['STRUCT_OPS', StructOpsMap],
  ['ARENA', ArenaMap],
  ['RHASH', RhashMap],
  ['INSN_ARRAY', InsnArrayMap],
])

/** A map as the kernel would create it; `btf` has the types of its values. Throws a MachineError that names a type there is no model of. */
export function createMap(core: Core, def: MapDef, btf?: Btf): RuntimeMap {
  const type = types.get(def.type.replace('BPF_MAP_TYPE_', ''))
  if (type === undefined) throw notModelled(`${def.type} (map ${def.name})`)
  const entries = core.mapEntries + def.maxEntries
  if (entries > core.mapEntryLimit)
    throw new MachineError(
      'limit',
      `mapEntryLimit: with map ${def.name} there would be more than ${core.mapEntryLimit} elements`,
    )
  core.mapEntries = entries
  const blocks = new Set<Block>()
  const map = core.memory.noting(blocks, () => new type(core, def, btf))
  map.blocks = blocks
  map.btf = btf
  return map
}
