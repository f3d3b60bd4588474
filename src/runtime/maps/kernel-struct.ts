// SPDX-License-Identifier: Apache-2.0
// A map's struct of the kernel, which programs may read: struct bpf_map, and what begins with one.

import type { MapDef } from '../../object/index.ts'
import { mapFlags } from '../../uapi/index.ts'
import type { Core } from '../core/core.ts'
import { type Fields, setFields } from '../core/objects.ts'

/** Room for any of them. */
const LEAST_BYTES = 512
/** struct htab_elem, before the key. */
const HTAB_ELEM = 48

const eights = (size: number): number => Math.ceil(size / 8) * 8
const powerOfTwo = (count: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, count)))

function arrayFields({ valueSize, maxEntries }: MapDef): Fields {
  return { elem_size: eights(valueSize), index_mask: powerOfTwo(maxEntries) - 1 }
}
function hashFields({ type, keySize, valueSize, maxEntries }: MapDef): Fields {
  const value = type.includes('PERCPU') ? 8 : eights(valueSize)
  return { n_buckets: powerOfTwo(maxEntries), elem_size: HTAB_ELEM + eights(keySize) + value }
}

/** A map's struct, and what it has beyond struct bpf_map. */
interface Layout {
  readonly struct: string
  readonly fields: (def: MapDef) => Fields
}
/** By type, after 'BPF_MAP_TYPE_'. */
const structs: ReadonlyMap<string, Layout> = new Map<string, Layout>([
  ...['ARRAY', 'PERCPU_ARRAY', 'PROG_ARRAY', 'PERF_EVENT_ARRAY', 'CGROUP_ARRAY', 'ARRAY_OF_MAPS'].map(
    (type) => [type, { struct: 'bpf_array', fields: arrayFields }] as const,
  ),
  ...['HASH', 'PERCPU_HASH', 'LRU_HASH', 'LRU_PERCPU_HASH', 'HASH_OF_MAPS'].map(
    (type) => [type, { struct: 'bpf_htab', fields: hashFields }] as const,
  ),
  // where it lies is not known before its pages are there
  ['ARENA', { struct: 'bpf_arena', fields: () => ({}) }],
])

/** Where it lies. */
export function mapObject(core: Core, def: MapDef): number {
  const { memory, layouts } = core
  const { struct = 'bpf_map', fields } = structs.get(def.type.replace('BPF_MAP_TYPE_', '')) ?? {}
  const size = layouts.struct(struct)?.size ?? 0
  const address = memory.allocate(Math.max(size, LEAST_BYTES), `map ${def.name}`)
  if (layouts.struct('bpf_map') === undefined) return address
  setFields(core, address, 'bpf_map', {
    map_type: def.typeId,
    key_size: def.keySize,
    value_size: def.valueSize,
    max_entries: def.maxEntries,
    // who opened it may write or read only: that is not the map's
    map_flags: def.flags & ~(mapFlags.BPF_F_RDONLY | mapFlags.BPF_F_WRONLY),
    id: core.maps.size + 1,
    name: new TextEncoder().encode(def.kernelName.slice(0, 15)),
  })
  if (fields !== undefined && size > 0) setFields(core, address, struct, fields(def))
  return address
}

/** struct bpf_htab counts in `count` where there are no elements beforehand and few CPUs' worth of them. */
export function counterOf(core: Core, def: MapDef, address: number): number | undefined {
  if ((def.flags & mapFlags.BPF_F_NO_PREALLOC) === 0 || def.maxEntries / 2 > core.cpus * 32) return undefined
  const field = core.layouts.find('bpf_htab', 'count.counter')
  return field === undefined ? undefined : address + field.offset
}
