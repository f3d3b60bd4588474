// SPDX-License-Identifier: Apache-2.0
// Attributes of maps that a loader decides on before it loads: sizes, types and flags, as libbpf's bpf_map__set_max_entries() and its
// kin set them.
import { mapFlags, mapType } from '../uapi/index.ts'
import { refuse } from './faults.ts'
import type { MapDef } from './types.ts'

/** 'events.max_entries' → '4096', 'outer.inner.value_size' → '8' */
interface MapSetting {
  /** Names behind the map's own: attributes, `inner` in front of those of a map of maps' template. */
  readonly steps: readonly string[]
  readonly path: string
  readonly value: string
}

type Setter = (map: MapDef, setting: MapSetting) => MapDef

const u32 = (key: 'keySize' | 'valueSize' | 'numaNode'): Setter => {
  return (map, setting) => ({ ...map, [key]: Number(numberOf(setting, 32)) })
}

const setters: ReadonlyMap<string, Setter> = new Map<string, Setter>([
  ['type', withType],
  ['key_size', u32('keySize')],
  ['value_size', u32('valueSize')],
  ['max_entries', withMaxEntries],
  ['map_flags', (map, setting) => ({ ...map, flags: flagsOf(setting) })],
  ['map_extra', (map, setting) => ({ ...map, mapExtra: numberOf(setting, 64) })],
  ['numa_node', u32('numaNode')],
])

/** The map with an attribute set. A fault where it has no such attribute, or the value is not one of it. */
export function withAttribute(map: MapDef, setting: MapSetting): MapDef {
  const [step, ...rest] = setting.steps
  const name = step?.startsWith('.') ? step.slice(1) : undefined
  if (name === 'inner' && map.inner !== undefined)
    return { ...map, inner: withAttribute(map.inner, { ...setting, steps: rest }) }
  const set = name === undefined || rest.length > 0 ? undefined : setters.get(name)
  if (set !== undefined) return set(map, setting)
  const names = [...setters.keys(), ...(map.inner === undefined ? [] : ['inner.max_entries …'])]
  return refuse(`'${setting.path}': a map has no such attribute`, {}, `it has ${names.join(', ')}`)
}

function withType(map: MapDef, { path, value }: MapSetting): MapDef {
  const row = mapType(/^\d+$/.test(value) ? Number(value) : value)
  if (row === undefined) return refuse(`'${path}': no map type ${value}`, {}, 'write hash, ringbuf …')
  return { ...map, type: row.name, typeId: row.id }
}

function withMaxEntries(map: MapDef, setting: MapSetting): MapDef {
  const wanted = Number(numberOf(setting, 32))
  return { ...map, maxEntries: wanted }
}

/** 'BPF_F_NO_PREALLOC|BPF_F_MMAPABLE', or a number. */
function flagsOf(setting: MapSetting): number {
  if (/^[+-]?\d/.test(setting.value)) return Number(numberOf(setting, 32))
  let flags = 0
  for (const name of setting.value.split('|').map((text) => text.trim())) {
    const flag = mapFlags[name as keyof typeof mapFlags]
    if (!Object.hasOwn(mapFlags, name))
      refuse(`'${setting.path}': no map flag ${name}`, {}, `there are ${Object.keys(mapFlags).join(', ')}`)
    flags |= flag
  }
  return flags
}

function numberOf({ path, value }: MapSetting, bits: number): bigint {
  const text = value.replace(/^\+/, '')
  if (!/^(?:0x[0-9a-f]+|\d+)$/i.test(text)) refuse(`'${path}': ${value} is not a number of 0 or more`)
  const number = BigInt(text)
  if (number >> BigInt(bits) !== 0n) refuse(`'${path}' goes to ${(1n << BigInt(bits)) - 1n}, and ${value} does not`)
  return number
}
