// SPDX-License-Identifier: Apache-2.0
// `.values = { &inner, … }` of maps of maps: libbpf puts each map in when the map of maps is made, and the kernel takes only what is like the
// template. What stands further down is not there yet.
import type { Btf } from '../../btf/index.ts'
import type { MapDef } from '../types.ts'
import { mapFlags } from '../../uapi/index.ts'
import { type KernelTypes, mapRecord, noRecord, type SpecialField } from '../records/record.ts'
import type { MapFault } from './map-rules.ts'

interface Within {
  readonly btf: Btf | undefined
  readonly kernel: KernelTypes
}
const invalid = 'Invalid argument(-22)' as const

/** What keeps a map of maps from being filled; undefined: all fit. `made`: the maps that are there by then. */
export function slotFault(map: MapDef, made: ReadonlyMap<string, MapDef>, within: Within): MapFault | undefined {
  const { slots, inner } = map
  if (slots === undefined || inner === undefined) return undefined
  for (const [index, name] of [...slots].sort(([a], [b]) => a - b)) {
    const slot = `slot [${index}], '${name}'`
    const target = made.get(name)
    if (target === undefined)
      return { error: invalid, why: `${slot}, is not made yet: define it before the map that it goes into` }
    const differs = difference(inner, target, within)
    if (differs !== undefined) return { error: invalid, why: `${slot}, is not like the template: ${differs}` }
    if (index >= map.maxEntries)
      return { error: 'Argument list too long(-7)', why: `${slot}, is beyond max_entries ${map.maxEntries}` }
  }
  return undefined
}

/** Attributes that the template and what goes into a slot must have alike. */
const compared: readonly { readonly name: string; readonly of: (map: MapDef) => string | number }[] = [
  { name: 'type', of: ({ type }) => type.replace('BPF_MAP_TYPE_', '').toLowerCase() },
  { name: 'key_size', of: ({ keySize }) => keySize },
  { name: 'value_size', of: ({ valueSize }) => valueSize },
  { name: 'map_flags', of: ({ flags }) => flags },
]
/** Maps whose size is part of what programs rely on. */
const sized = ['BPF_MAP_TYPE_ARRAY', 'BPF_MAP_TYPE_XSKMAP']

function difference(template: MapDef, map: MapDef, within: Within): string | undefined {
  for (const { name, of } of compared) {
    if (of(template) !== of(map)) return `${name} ${of(map)}, not ${of(template)}`
  }
  const [wanted, given] = [fields(template, within), fields(map, within)]
  if (wanted.length !== given.length || wanted.some((field, index) => !isSame(field, given[index]!)))
    return 'its values have other special fields'
  const size = sized.includes(template.type) && (template.flags & mapFlags.BPF_F_INNER_MAP) === 0
  if (!size || template.maxEntries === map.maxEntries) return undefined
  return `max_entries ${map.maxEntries}, not ${template.maxEntries}${template.type.endsWith('_ARRAY') ? ' (map_flags BPF_F_INNER_MAP let it differ)' : ''}`
}

const fields = ({ valueTypeId }: MapDef, { btf, kernel }: Within): readonly SpecialField[] =>
  (btf === undefined || valueTypeId === 0 ? noRecord : mapRecord(btf, valueTypeId, kernel).record).fields

const isSame = (a: SpecialField, b: SpecialField): boolean =>
  a.kind === b.kind &&
  a.off === b.off &&
  a.btf === b.btf &&
  a.btfId === b.btfId &&
  a.valueId === b.valueId &&
  a.nodeOff === b.nodeOff
