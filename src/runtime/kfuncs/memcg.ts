// SPDX-License-Identifier: Apache-2.0
// Memory cgroups: struct mem_cgroup of each control group. What one uses and has counted is what a test says: `machine.cgroup(name, { memory })`.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { cgroupsOf } from '../objects/cgroup.ts'
import { memoryGroupsOf } from '../objects/memcg.ts'

/** -1UL: there is no such counter. */
const NO_COUNTER = -1n

/** Names by number, of some of the kernel's enums. */
function namesOf({ layouts: { btf } }: Core, enums: readonly string[]): ReadonlyMap<number, string> {
  const types = enums.flatMap((name) => btf.findAll(name)).map((id) => btf.type(id))
  return new Map(
    types.flatMap((type) =>
      type.kind === 'enum' ? type.values.map(({ name, value }) => [Number(value), name] as const) : [],
    ),
  )
}

/** A counter by its number there; names with NR_… at the end count the counters. */
const counter = (...enums: readonly string[]) =>
  model(['i32', 'i32'], 'i64', (core) => {
    const names = namesOf(core, enums)
    return (group, index) => {
      const name = names.get(index)
      if (name === undefined || /^(NR_VM_|MEMCG_NR_)/.test(name)) return NO_COUNTER
      const told = new Map(Object.entries(memoryGroupsOf(core).at(group).memory.counters ?? {}))
      return BigInt(told.get(name) ?? 0)
    }
  })

const put = model(['i32'], 'none', (core) => (group) => memoryGroupsOf(core).release(group))

export const memoryGroupKfuncs: Models = {
  bpf_get_root_mem_cgroup: model([], 'u32', (core) => () => memoryGroupsOf(core).acquire(cgroupsOf(core).root.address)),
  bpf_get_mem_cgroup: model(['i32'], 'u32', (core) => (css) => {
    const groups = memoryGroupsOf(core)
    return groups.acquire(groups.cgroupOf(css))
  }),
  bpf_put_mem_cgroup: put,
  bpf_put_mem_cgroup_dtor: put,
  bpf_mem_cgroup_usage: model(
    ['i32'],
    'i64',
    (core) => (group) => BigInt(memoryGroupsOf(core).at(group).memory.usage ?? 0),
  ),
  bpf_mem_cgroup_vm_events: counter('vm_event_item'),
  bpf_mem_cgroup_memory_events: counter('memcg_memory_event'),
  bpf_mem_cgroup_page_state: counter('node_stat_item', 'memcg_stat_item'),
  // nothing is to be added up
  bpf_mem_cgroup_flush_stats: model(['none'], 'none', () => () => {}),
}
