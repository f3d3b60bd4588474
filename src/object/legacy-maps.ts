// SPDX-License-Identifier: Apache-2.0
// Maps as structs of numbers in SEC("maps"), from before BTF: `struct bpf_map_def { type, key_size, value_size, max_entries, map_flags }`
// of libbpf before 1.0, which aya's programs still carry with `id` and `pinning` behind. libbpf 1.5 refuses them; other loaders do not.
import { mapType } from '../uapi/index.ts'
import { refuse } from './faults.ts'
import { shortName } from './maps.ts'
import type { MapDef } from './types.ts'
import { type ElfView, type Section, stt } from './view.ts'

/** Sections of such maps: 'maps', and 'maps/NAME' of aya's. */
export const isLegacyMaps = (name: string): boolean => name === 'maps' || name.startsWith('maps/')

const LEAST = 16
const AYA_PINNING = 24

/** One map per object symbol of the section. */
export function legacyMaps(elf: ElfView, section: Section): MapDef[] {
  const { data } = section
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  const symbols = elf.symbolsIn(section.index).filter(({ type, name }) => type === stt.object && name !== '')
  const starts = symbols.map(({ value }) => value).sort((a, b) => a - b)
  const inOrder = symbols.toSorted((a, b) => a.value - b.value)
  return inOrder.map(({ name, value }, index) => {
    const end = starts[index + 1] ?? data.length
    const size = Math.min(end, data.length) - value
    if (size < LEAST) {
      refuse(`map '${name}': its definition has ${Math.max(0, size)} bytes, not ${LEAST}`, { section: section.name })
    }
    const u32 = (at: number): number => (at + 4 <= size ? view.getUint32(value + at, elf.littleEndian) : 0)
    const typeId = u32(0)
    return {
      name,
      kernelName: shortName(name),
      type: mapType(typeId)?.name ?? String(typeId),
      typeId,
      keySize: u32(4),
      valueSize: u32(8),
      maxEntries: u32(12),
      flags: u32(16),
      mapExtra: 0n,
      keyTypeId: 0,
      valueTypeId: 0,
      frozen: false,
      pinned: u32(AYA_PINNING) === 1,
      section: section.name,
      sectionIndex: section.index,
      offset: value,
      autocreate: true,
    }
  })
}
