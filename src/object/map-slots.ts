// SPDX-License-Identifier: Apache-2.0
// `.values = { &inner, … }` of map-in-map and prog-array maps: relocations of SEC(".maps"). Behaviour as of libbpf 1.5.
import { type Btf, resolveType } from '../btf/index.ts'
import type { Collected } from './collect.ts'
import { refuse } from './faults.ts'
import { findKind } from './fixed-btf.ts'
import { firstBy, spansOf } from './spans.ts'
import type { MapDef } from './types.ts'

/** The maps with their initial slots. */
export function withSlots(collected: Collected, btf: Btf | undefined, maps: readonly MapDef[]): MapDef[] {
  const { elf, relocations, functions } = collected
  const slots = new Map<MapDef, Map<number, string>>()
  const names = new Set(maps.map(({ name }) => name))
  const byName = firstBy(functions, ({ name }) => name)
  for (const relocation of relocations) {
    if (collected.maps === undefined || relocation.info !== collected.maps.index || btf === undefined) continue
    const id = findKind(btf, '.maps', 'datasec')
    const datasec = id === undefined ? undefined : btf.type(id)
    if (datasec?.kind !== 'datasec') refuse("DATASEC '.maps' not found.", { section: '.maps' })
    const entryAt = spansOf(datasec.entries, ({ offset, size }) => ({ start: offset, end: offset + size }))
    const mapAt = firstBy(
      maps.filter((m) => m.sectionIndex === relocation.info),
      (m) => m.offset,
    )
    for (const [index, { offset, symbol: symbolIndex }] of elf.relocationsOf(relocation).entries()) {
      const symbol = elf.symbols[symbolIndex]
      const wrong: (what: string) => never = (what) =>
        refuse(`.maps relo #${index}: ${what}`, { section: '.maps', byte: offset })
      if (symbol === undefined) wrong(`symbol ${symbolIndex} not found`)
      const entry = entryAt(offset, offset + 8)
      const map = entry === undefined ? undefined : mapAt.get(entry.offset)
      if (entry === undefined || map === undefined) {
        wrong(`cannot find map '${symbol.name}' at rel->r_offset ${offset}`)
      }
      if (map.typeId === 12 || map.typeId === 13) {
        if (symbol.section !== relocation.info) wrong(`'${symbol.name}' isn't a BTF-defined map`)
        if (map.typeId === 13 && map.keySize !== 4) wrong(`hash-of-maps '${map.name}' should have key size 4.`)
        if (!names.has(symbol.name)) wrong(`'${symbol.name}' isn't a valid map reference`)
      } else if (map.typeId === 3) {
        const target = byName.get(symbol.name)
        if (target === undefined) wrong(`'${symbol.name}' isn't a valid program reference`)
        if (target.section.index !== symbol.section || target.start * 8 !== symbol.value || target.subprog) {
          wrong(`'${symbol.name}' isn't an entry-point program`)
        }
      } else wrong(`map '${map.name}' does not take values`)
      const variable = btf.type(entry.type)
      const def = variable.kind === 'var' ? resolveType(btf, variable.type) : undefined
      const last = def?.kind === 'struct' ? def.members.at(-1) : undefined
      const first = entry.offset + (last?.bitOffset ?? 0) / 8
      if (last?.name !== 'values' || offset < first || (offset - first) % 8 !== 0) {
        wrong(`not a slot of 'values' of map '${map.name}'`)
      }
      let own = slots.get(map)
      if (own === undefined) {
        own = new Map()
        slots.set(map, own)
      }
      own.set((offset - first) / 8, symbol.name)
    }
  }
  return maps.map((map) => {
    const own = slots.get(map)
    return own === undefined ? map : { ...map, slots: own }
  })
}
