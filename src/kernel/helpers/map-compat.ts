// SPDX-License-Identifier: Apache-2.0
// Which maps go with which helpers and programs in Linux 6.12. Names are without 'BPF_MAP_TYPE_' and 'bpf_'.
// Sources: check_map_func_compatibility and check_map_prog_compatibility of kernel/bpf/verifier.c.
import { asReplaced } from '../extension.ts'
import { helperId, helperName, mapType } from '../../uapi/index.ts'
import type { ProgramTraits } from '../types.ts'

/** Maps that only these helpers take; a map type without a row goes with any helper that has no row below. */
export const helpersOfMap: ReadonlyMap<string, readonly string[]> = table({
  PROG_ARRAY: 'tail_call',
  PERF_EVENT_ARRAY: 'perf_event_read perf_event_output skb_output perf_event_read_value xdp_output',
  RINGBUF: `ringbuf_output ringbuf_reserve ringbuf_query ringbuf_reserve_dynptr ringbuf_submit_dynptr
    ringbuf_discard_dynptr`,
  USER_RINGBUF: 'user_ringbuf_drain',
  STACK_TRACE: 'get_stackid',
  CGROUP_ARRAY: 'skb_under_cgroup current_task_under_cgroup',
  CGROUP_STORAGE: 'get_local_storage',
  PERCPU_CGROUP_STORAGE: 'get_local_storage',
  DEVMAP: 'redirect_map map_lookup_elem',
  DEVMAP_HASH: 'redirect_map map_lookup_elem',
  CPUMAP: 'redirect_map',
  XSKMAP: 'redirect_map map_lookup_elem',
  ARRAY_OF_MAPS: 'map_lookup_elem',
  HASH_OF_MAPS: 'map_lookup_elem',
  SOCKMAP: 'sk_redirect_map sock_map_update msg_redirect_map sk_select_reuseport map_lookup_elem',
  SOCKHASH: 'sk_redirect_hash sock_hash_update msg_redirect_hash sk_select_reuseport map_lookup_elem',
  REUSEPORT_SOCKARRAY: 'sk_select_reuseport',
  QUEUE: 'map_peek_elem map_pop_elem map_push_elem',
  STACK: 'map_peek_elem map_pop_elem map_push_elem',
  SK_STORAGE: 'sk_storage_get sk_storage_delete kptr_xchg',
  INODE_STORAGE: 'inode_storage_get inode_storage_delete kptr_xchg',
  TASK_STORAGE: 'task_storage_get task_storage_delete kptr_xchg',
  CGRP_STORAGE: 'cgrp_storage_get cgrp_storage_delete kptr_xchg',
  BLOOM_FILTER: 'map_peek_elem map_push_elem',
  INSN_ARRAY: '',
})

/** Helpers that take only these maps. */
export const mapsOfHelper: ReadonlyMap<string, readonly string[]> = table({
  tail_call: 'PROG_ARRAY',
  perf_event_read: 'PERF_EVENT_ARRAY',
  perf_event_output: 'PERF_EVENT_ARRAY',
  perf_event_read_value: 'PERF_EVENT_ARRAY',
  skb_output: 'PERF_EVENT_ARRAY',
  xdp_output: 'PERF_EVENT_ARRAY',
  ringbuf_output: 'RINGBUF',
  ringbuf_reserve: 'RINGBUF',
  ringbuf_query: 'RINGBUF',
  ringbuf_reserve_dynptr: 'RINGBUF',
  ringbuf_submit_dynptr: 'RINGBUF',
  ringbuf_discard_dynptr: 'RINGBUF',
  user_ringbuf_drain: 'USER_RINGBUF',
  get_stackid: 'STACK_TRACE',
  current_task_under_cgroup: 'CGROUP_ARRAY',
  skb_under_cgroup: 'CGROUP_ARRAY',
  redirect_map: 'DEVMAP DEVMAP_HASH CPUMAP XSKMAP',
  sk_redirect_map: 'SOCKMAP',
  msg_redirect_map: 'SOCKMAP',
  sock_map_update: 'SOCKMAP',
  sk_redirect_hash: 'SOCKHASH',
  msg_redirect_hash: 'SOCKHASH',
  sock_hash_update: 'SOCKHASH',
  get_local_storage: 'CGROUP_STORAGE PERCPU_CGROUP_STORAGE',
  sk_select_reuseport: 'REUSEPORT_SOCKARRAY SOCKMAP SOCKHASH',
  map_pop_elem: 'QUEUE STACK',
  map_peek_elem: 'QUEUE STACK BLOOM_FILTER',
  map_push_elem: 'QUEUE STACK BLOOM_FILTER',
  map_lookup_percpu_elem: 'PERCPU_ARRAY PERCPU_HASH LRU_PERCPU_HASH',
  sk_storage_get: 'SK_STORAGE',
  sk_storage_delete: 'SK_STORAGE',
  inode_storage_get: 'INODE_STORAGE',
  inode_storage_delete: 'INODE_STORAGE',
  task_storage_get: 'TASK_STORAGE',
  task_storage_delete: 'TASK_STORAGE',
  cgrp_storage_get: 'CGRP_STORAGE',
  cgrp_storage_delete: 'CGRP_STORAGE',
})

/** Programs that hold no locked socket, so may write socket maps by the ordinary helpers. */
const sockmapWriters = new Set(
  'SOCKET_FILTER SCHED_CLS SCHED_ACT XDP SK_REUSEPORT FLOW_DISSECTOR SK_LOOKUP'
    .split(' ')
    .map((name) => `BPF_PROG_TYPE_${name}`),
)

/** Since 7.3 the only ones. */
const fewSockmapWriters = new Set(['BPF_PROG_TYPE_SK_REUSEPORT', 'BPF_PROG_TYPE_SK_LOOKUP'])

/** What the kernel logs, line by line, where this map must not go into this helper; undefined where it may. */
export function checkMapForHelper(
  mapTypeId: number,
  helper: number,
  program: ProgramTraits,
  { few = false }: { readonly few?: boolean } = {},
): readonly string[] | undefined {
  const map = (mapType(mapTypeId)?.name ?? '').replace('BPF_MAP_TYPE_', '')
  const name = (helperName(helper) ?? '').replace(/^bpf_/, '')
  const refusal = `cannot pass map_type ${mapTypeId} into func bpf_${name}#${helper}`
  const helpers = name === 'tail_call' ? undefined : helpersOfMap.get(map)
  if (helpers !== undefined && !helpers.includes(name)) {
    if (map !== 'SOCKMAP' && map !== 'SOCKHASH') return [refusal]
    if (name !== 'map_update_elem' && name !== 'map_delete_elem') return [refusal]
    if (!mayUpdateSockmap(name, program, { few })) return ['cannot update sockmap in this context', refusal]
  }
  // this one looks at its map by itself
  if (name === 'tail_call' && map !== 'PROG_ARRAY') return ['kernel subsystem misconfigured verifier']
  const maps = mapsOfHelper.get(name)
  return maps === undefined || maps.includes(map) ? undefined : [refusal]
}

/** Ids of the helpers that take this map type; undefined where the type does not restrict them. */
export const helperIdsOfMap = (mapTypeName: string): readonly number[] | undefined =>
  helpersOfMap.get(mapTypeName.replace('BPF_MAP_TYPE_', ''))?.map((name) => helperId(`bpf_${name}`) ?? 0)

function mayUpdateSockmap(helper: string, program: ProgramTraits, { few }: { readonly few: boolean }): boolean {
  const { type, attachType } = asReplaced(program)
  if (type === 'BPF_PROG_TYPE_TRACING') return attachType === 'BPF_TRACE_ITER'
  if (type === 'BPF_PROG_TYPE_SOCK_OPS') return helper === 'map_delete_elem'
  return (few ? fewSockmapWriters : sockmapWriters).has(type)
}

/** Program types whose hooks may fire anywhere: is_tracing_prog_type. BPF_PROG_TYPE_TRACING is not one of them. */
const tracingTypes = new Set(
  'KPROBE TRACEPOINT PERF_EVENT RAW_TRACEPOINT RAW_TRACEPOINT_WRITABLE'
    .split(' ')
    .map((name) => `BPF_PROG_TYPE_${name}`),
)

/** Special fields in a map's value that some programs must not meet, in the order of the kernel's checks. */
const fieldRules: readonly {
  why: MapRefusal['why']
  fields: readonly string[]
  types: ReadonlySet<string>
  told: string
  timed?: boolean
}[] = [
  {
    why: 'graph',
    fields: ['bpf_list_head', 'bpf_rb_root'],
    types: tracingTypes,
    told: 'tracing progs cannot use bpf_{list_head,rb_root} yet',
  },
  {
    why: 'spin_lock',
    fields: ['bpf_spin_lock', 'bpf_res_spin_lock'],
    types: new Set(['BPF_PROG_TYPE_SOCKET_FILTER']),
    told: 'socket filter progs cannot use bpf_spin_lock yet',
  },
  {
    why: 'spin_lock',
    fields: ['bpf_spin_lock'],
    types: tracingTypes,
    told: 'tracing progs cannot use bpf_spin_lock yet',
  },
  {
    why: 'timer',
    fields: ['bpf_timer'],
    types: tracingTypes,
    told: 'tracing progs cannot use bpf_timer yet',
    timed: true,
  },
  { why: 'wq', fields: ['bpf_wq'], types: tracingTypes, told: 'tracing progs cannot use bpf_wq yet', timed: true },
]

/** Maps a sleepable program may use. */
export const sleepableMaps: ReadonlySet<string> = new Set(
  `HASH LRU_HASH ARRAY PERCPU_HASH PERCPU_ARRAY LRU_PERCPU_HASH ARRAY_OF_MAPS HASH_OF_MAPS RINGBUF USER_RINGBUF
  INODE_STORAGE SK_STORAGE TASK_STORAGE CGRP_STORAGE QUEUE STACK ARENA`.split(/\s+/),
)

/** Those it may use besides, since 7.3. */
const laterSleepableMaps: ReadonlySet<string> = new Set(['RHASH', 'LPM_TRIE', 'INSN_ARRAY', 'PROG_ARRAY'])

/** What kernels after 6.12 allow. */
export interface LaterMapRules {
  readonly timersInTracing?: boolean
  readonly moreSleepableMaps?: boolean
}

/** Why a program must not use a map: for a field of its values, for the program may sleep, for what the map is. */
export interface MapRefusal {
  readonly why: 'graph' | 'spin_lock' | 'timer' | 'wq' | 'sleeps' | 'struct_ops'
  /** What the kernel logs. */
  readonly told: string
}

/** Whether this program must not use a map of this type with these special fields (their struct names). */
export function checkMapForProgram(
  mapTypeName: string,
  fields: Iterable<string>,
  program: ProgramTraits,
  later: LaterMapRules = {},
): MapRefusal | undefined {
  const { type } = asReplaced(program)
  const held = new Set(fields)
  for (const rule of fieldRules)
    if (!(later.timersInTracing && rule.timed) && rule.types.has(type) && rule.fields.some((field) => held.has(field)))
      return { why: rule.why, told: rule.told }
  const map = mapTypeName.replace('BPF_MAP_TYPE_', '')
  if (map === 'STRUCT_OPS') return { why: 'struct_ops', told: 'bpf_struct_ops map cannot be used in prog' }
  if (program.sleepable && !sleepableMaps.has(map) && !(later.moreSleepableMaps && laterSleepableMaps.has(map)))
    return {
      why: 'sleeps',
      told: 'Sleepable programs can only use array, hash, ringbuf and local storage maps',
    }
  return undefined
}

function table(rows: Readonly<Record<string, string>>): ReadonlyMap<string, readonly string[]> {
  return new Map(Object.entries(rows).map(([key, words]) => [key, words.split(/\s+/).filter((word) => word !== '')]))
}
