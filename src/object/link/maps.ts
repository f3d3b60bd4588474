// SPDX-License-Identifier: Apache-2.0
// The maps as the kernel would be asked to create them, and those that it would not create.
import type { Btf } from '../../btf/index.ts'
import { type Budget, fewOf, rememberedOfBoth } from '../../fault/index.ts'
import { releaseIn } from '../../uapi/index.ts'
import { refuse } from '../faults.ts'
import { loaders } from '../loaders.ts'
import { untyped } from './btf.ts'
import { kernelTypes } from '../records/record.ts'
import { kernelStructMaps } from './struct-ops.ts'
import { isMapOfMaps, type MapFault, type MapFaultOptions, mapFault, withinFault } from './map-rules.ts'
import { type TypedMap, withTypesTaken } from './map-types.ts'
import { slotFault } from './slots.ts'
import type { BpfObject, LinkTarget, MapDef } from '../types.ts'

export interface LinkedMaps {
  /** One array for all programs of the object: what is known of the maps is kept by it. */
  readonly maps: readonly MapDef[]
  /** Maps that are not made, by index, and why: what refers to them is replaced by libbpf's marker. */
  readonly missing: ReadonlyMap<number, string>
  /** What the loader says of maps that the kernel would not make: without this program alone in mind, it gives the object up. */
  readonly warnings: readonly string[]
  /** What was settled for a map, to be told to who uses it. */
  readonly notes: ReadonlyMap<number, readonly string[]>
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
/** Whose types libbpf keeps to itself: the kernel takes none for them. */
const typeless = new Set(
  'PERF_EVENT_ARRAY CGROUP_ARRAY STACK_TRACE ARRAY_OF_MAPS HASH_OF_MAPS DEVMAP DEVMAP_HASH CPUMAP XSKMAP SOCKMAP SOCKHASH QUEUE STACK ARENA'
    .split(' ')
    .map((type) => `BPF_MAP_TYPE_${type}`),
)
/**
 * Applies what user space would do before loading: a size for maps that leave it open, contents of .kconfig, kernel sizes of struct_ops.
 * Of the latter, those that a program is not named in are left out for it.
 */
export const linkMaps = rememberedOfBoth(settleMaps)

interface Settling {
  readonly kconfig: Uint8Array | undefined
  readonly btf: Btf | undefined
  /** The loader's. */
  readonly release: string
  readonly budget: Budget
}

function settleMaps(object: BpfObject, target: LinkTarget, settling: Settling): LinkedMaps {
  const { btf, budget } = settling
  const { fillsSizes } = loaders[object.loader]
  const kernel = kernelTypes(target)
  const missing = new Map<number, string>()
  const warnings: string[] = []
  const notes = new Map<number, readonly string[]>()
  const structs = kernelStructMaps(object, target)
  const made = new Map<string, MapDef>()
  const maps = object.maps.map((defined, index) => {
    budget.spend(4)
    const given = structs.get(index) ?? defined
    const settled = settleMap(fillsSizes ? filled(given) : given, settling)
    const {
      map,
      fault = slotFault(map, made, { btf, kernel }),
      note,
    }: TypedMap = settled.fault !== undefined || btf === undefined ? settled : withTypesTaken(settled.map, btf, kernel)
    if (fault !== undefined) {
      missing.set(index, fault.why)
      warnings.push(`map '${map.name}': failed to create: ${fault.error}: ${fault.why}`)
      return { ...map, autocreate: false }
    }
    if (map.autocreate) made.set(map.name, map)
    const said = note === undefined ? [] : [`map '${map.name}': ${note}`]
    if (map.maxEntries !== defined.maxEntries && map.structOps === undefined)
      said.unshift(`map '${map.name}' leaves max_entries to its loader; taken as ${map.maxEntries}`)
    if (said.length > 0) notes.set(index, said)
    return map
  })
  return { maps, missing, notes, warnings: fewOf(warnings, 'maps that are not made') }
}

function settleMap(defined: MapDef, { kconfig, btf, release }: Settling): TypedMap {
  if (defined.structOps !== undefined) return { map: defined }
  const map = arenaDataPlaced(sized(btf === undefined ? untyped(defined) : withoutTypes(defined)), release)
  if (map.internal === 'kconfig' && kconfig !== undefined) return { map: { ...map, data: kconfig } }
  const fault = faultOf(map, { btf, release })
  return fault === undefined ? { map } : { map, fault }
}

/** Since 7.0's libbpf global variables lie in an arena's last pages, so that its first are those that programs allocate first. */
function arenaDataPlaced(map: MapDef, release: string): MapDef {
  if (map.type !== 'BPF_MAP_TYPE_ARENA' || map.data === undefined || !releaseIn(release, '7.0')) return map
  return { ...map, dataOffset: (map.maxEntries - Math.ceil(map.data.length / PAGE)) * PAGE }
}
const PAGE = 4096

/** The struct_ops maps that a program is named in must be made. */
export function requireStructMaps(own: ReadonlySet<number>, maps: readonly MapDef[], options: MapFaultOptions): void {
  for (const index of own) {
    const map = maps[index]!
    const fault = mapFault(map, options)
    if (fault !== undefined) refuse(`map '${map.name}': failed to create: ${fault.error}: ${fault.why}`)
  }
}

function withoutTypes(map: MapDef): MapDef {
  const inner = map.inner === undefined ? undefined : withoutTypes(map.inner)
  if (!typeless.has(map.type) && inner === map.inner) return map
  const types = typeless.has(map.type) ? { keyTypeId: 0, valueTypeId: 0 } : {}
  return { ...map, ...types, ...(inner === undefined ? {} : { inner }) }
}

/** What keeps a map from being made, and for a map of maps the one that describes its members. */
function faultOf(map: MapDef, options: MapFaultOptions): MapFault | undefined {
  if (!isMapOfMaps(map.type)) return mapFault(map, options)
  if (map.inner === undefined)
    return { error: 'Invalid argument(-22)', why: 'nothing says what the maps in it are: __array(values, …)' }
  const inner = mapFault(map.inner, options) ?? withinFault(map.inner)
  return inner === undefined ? mapFault(map, options) : { ...inner, why: `the maps in it: ${inner.why}` }
}

/** With the sizes that the kernel asks for, where the object leaves them open. */
function filled(map: MapDef): MapDef {
  const perf = map.type === 'BPF_MAP_TYPE_PERF_EVENT_ARRAY'
  if (!perf && !isMapOfMaps(map.type)) return map
  const { keySize, valueSize } = map
  return { ...map, keySize: perf && keySize === 0 ? 4 : keySize, valueSize: valueSize === 0 ? 4 : valueSize }
}

function sized(map: MapDef): MapDef {
  const ringbuf = ringbufs.has(map.type)
  const plain = ringbuf && (map.keySize !== 0 || map.valueSize !== 0) ? { ...map, keySize: 0, valueSize: 0 } : map
  if (plain.maxEntries !== 0 || unsized.has(plain.type)) return plain
  return { ...plain, maxEntries: ringbuf ? 4096 : 1 }
}
