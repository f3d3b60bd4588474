// SPDX-License-Identifier: Apache-2.0
// Map types and creation flags: include/uapi/linux/bpf.h.

export const mapTypes = [
  { id: 0, name: 'BPF_MAP_TYPE_UNSPEC', short: 'unspec' },
  { id: 1, name: 'BPF_MAP_TYPE_HASH', short: 'hash' },
  { id: 2, name: 'BPF_MAP_TYPE_ARRAY', short: 'array' },
  { id: 3, name: 'BPF_MAP_TYPE_PROG_ARRAY', short: 'prog_array' },
  { id: 4, name: 'BPF_MAP_TYPE_PERF_EVENT_ARRAY', short: 'perf_event_array' },
  { id: 5, name: 'BPF_MAP_TYPE_PERCPU_HASH', short: 'percpu_hash' },
  { id: 6, name: 'BPF_MAP_TYPE_PERCPU_ARRAY', short: 'percpu_array' },
  { id: 7, name: 'BPF_MAP_TYPE_STACK_TRACE', short: 'stack_trace' },
  { id: 8, name: 'BPF_MAP_TYPE_CGROUP_ARRAY', short: 'cgroup_array' },
  { id: 9, name: 'BPF_MAP_TYPE_LRU_HASH', short: 'lru_hash' },
  { id: 10, name: 'BPF_MAP_TYPE_LRU_PERCPU_HASH', short: 'lru_percpu_hash' },
  { id: 11, name: 'BPF_MAP_TYPE_LPM_TRIE', short: 'lpm_trie' },
  { id: 12, name: 'BPF_MAP_TYPE_ARRAY_OF_MAPS', short: 'array_of_maps' },
  { id: 13, name: 'BPF_MAP_TYPE_HASH_OF_MAPS', short: 'hash_of_maps' },
  { id: 14, name: 'BPF_MAP_TYPE_DEVMAP', short: 'devmap' },
  { id: 15, name: 'BPF_MAP_TYPE_SOCKMAP', short: 'sockmap' },
  { id: 16, name: 'BPF_MAP_TYPE_CPUMAP', short: 'cpumap' },
  { id: 17, name: 'BPF_MAP_TYPE_XSKMAP', short: 'xskmap' },
  { id: 18, name: 'BPF_MAP_TYPE_SOCKHASH', short: 'sockhash' },
  { id: 19, name: 'BPF_MAP_TYPE_CGROUP_STORAGE', short: 'cgroup_storage' },
  { id: 20, name: 'BPF_MAP_TYPE_REUSEPORT_SOCKARRAY', short: 'reuseport_sockarray' },
  { id: 21, name: 'BPF_MAP_TYPE_PERCPU_CGROUP_STORAGE', short: 'percpu_cgroup_storage' },
  { id: 22, name: 'BPF_MAP_TYPE_QUEUE', short: 'queue' },
  { id: 23, name: 'BPF_MAP_TYPE_STACK', short: 'stack' },
  { id: 24, name: 'BPF_MAP_TYPE_SK_STORAGE', short: 'sk_storage' },
  { id: 25, name: 'BPF_MAP_TYPE_DEVMAP_HASH', short: 'devmap_hash' },
  { id: 26, name: 'BPF_MAP_TYPE_STRUCT_OPS', short: 'struct_ops' },
  { id: 27, name: 'BPF_MAP_TYPE_RINGBUF', short: 'ringbuf' },
  { id: 28, name: 'BPF_MAP_TYPE_INODE_STORAGE', short: 'inode_storage' },
  { id: 29, name: 'BPF_MAP_TYPE_TASK_STORAGE', short: 'task_storage' },
  { id: 30, name: 'BPF_MAP_TYPE_BLOOM_FILTER', short: 'bloom_filter' },
  { id: 31, name: 'BPF_MAP_TYPE_USER_RINGBUF', short: 'user_ringbuf' },
  { id: 32, name: 'BPF_MAP_TYPE_CGRP_STORAGE', short: 'cgrp_storage' },
  { id: 33, name: 'BPF_MAP_TYPE_ARENA', short: 'arena' },
  { id: 34, name: 'BPF_MAP_TYPE_INSN_ARRAY', short: 'insn_array', since: '6.19' },
  { id: 35, name: 'BPF_MAP_TYPE_RHASH', short: 'rhash', since: '7.2' },
] as const satisfies readonly {
  readonly id: number
  readonly name: string
  readonly short: string
  readonly since?: string
}[]

/** 'BPF_MAP_TYPE_ARRAY' … */
export type MapTypeName = (typeof mapTypes)[number]['name']

/** The row of a map type by number, kernel name ('BPF_MAP_TYPE_HASH') or libbpf's word ('hash'). */
export const mapType = (key: number | string): (typeof mapTypes)[number] | undefined =>
  mapTypes.find((row) => row.id === key || row.name === key || row.short === key)

/** map_flags of BPF_MAP_CREATE, one bit each. */
export const mapFlags = {
  BPF_F_NO_PREALLOC: 0x1,
  BPF_F_NO_COMMON_LRU: 0x2,
  BPF_F_NUMA_NODE: 0x4,
  BPF_F_RDONLY: 0x8,
  BPF_F_WRONLY: 0x10,
  BPF_F_STACK_BUILD_ID: 0x20,
  BPF_F_ZERO_SEED: 0x40,
  BPF_F_RDONLY_PROG: 0x80,
  BPF_F_WRONLY_PROG: 0x100,
  BPF_F_CLONE: 0x200,
  BPF_F_MMAPABLE: 0x400,
  BPF_F_PRESERVE_ELEMS: 0x800,
  BPF_F_INNER_MAP: 0x1000,
  BPF_F_LINK: 0x2000,
  BPF_F_PATH_FD: 0x4000,
  BPF_F_VTYPE_BTF_OBJ_FD: 0x8000,
  BPF_F_TOKEN_FD: 0x10000,
  BPF_F_SEGV_ON_FAULT: 0x20000,
  BPF_F_NO_USER_CONV: 0x40000,
} as const
