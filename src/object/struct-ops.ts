// SPDX-License-Identifier: Apache-2.0
// SEC(".struct_ops") variables: each is a map, and relocations in it say which program implements which member.
// Behaviour as of libbpf 1.5.
import { type Btf, type BtfMember, resolveType, skipModifiersAndTypedefs } from '../btf/index.ts'
import { mapFlags, mapType, sectionRule } from '../uapi/index.ts'
import type { Collected } from './collect.ts'
import { refuse } from './faults.ts'
import { findKind } from './fixed-btf.ts'
import { shortName } from './maps.ts'
import { bySectionOf, functionAt } from './relocs.ts'
import { firstBy, spansOf } from './spans.ts'
import type { MapDef, ObjectFunction, StructOpsDef } from './types.ts'
import type { Section } from './view.ts'

export interface StructOpsDraft {
  readonly map: MapDef
  readonly def: { typeName: string; typeId: number; data: Uint8Array; members: Map<number, number> }
}

/** Every struct_ops variable, without its members yet. */
export function structOpsMaps({ structOps }: Collected, btf: Btf | undefined): StructOpsDraft[] {
  if (structOps.length === 0) return []
  let drafted = 0
  if (btf === undefined) refuse('BTF is required, but is missing or corrupted.', {}, 'compile with -g')
  const drafts = structOps.flatMap((section) => {
    const id = findKind(btf, section.name, 'datasec')
    const datasec = id === undefined ? undefined : btf.type(id)
    if (datasec?.kind !== 'datasec') refuse(`struct_ops init: DATASEC ${section.name} not found`)
    drafted += datasec.entries.length
    if (drafted > MAX_DRAFTS) refuse(`more than ${MAX_DRAFTS} struct_ops variables`)
    return datasec.entries.map((entry) => draft(btf, section, entry.type, entry.offset))
  })
  return drafts
}

/** Each takes 28 bytes of BTF at least; sections of one name share theirs, and so could ask for them over and over. */
const MAX_DRAFTS = 100_000

function draft(btf: Btf, section: Section, variableId: number, offset: number): StructOpsDraft {
  const variable = btf.type(variableId)
  if (variable.kind !== 'var') refuse(`struct_ops init: Cannot resolve var type_id ${variableId}`)
  const typeId = skipModifiersAndTypedefs(btf, variable.type)
  const type = btf.type(typeId)
  if (type.name === '') refuse('struct_ops init: anonymous type is not supported')
  if (type.kind !== 'struct') refuse(`struct_ops init: ${type.name} is not a struct`)
  if (offset + type.size > section.data.length) {
    refuse(`struct_ops init: var ${variable.name} is beyond the end of DATASEC ${section.name}`)
  }
  const optional = section.name.startsWith('?')
  // a view: variables may lie over one another
  const data = section.data.subarray(offset, offset + type.size)
  const map: MapDef = {
    name: variable.name,
    kernelName: shortName(variable.name),
    type: mapType(26)!.name,
    typeId: 26,
    keySize: 4,
    valueSize: type.size,
    maxEntries: 1,
    flags: section.name.endsWith('.link') ? mapFlags.BPF_F_LINK : 0,
    mapExtra: 0n,
    keyTypeId: 0,
    valueTypeId: typeId,
    structOps: { typeName: type.name, typeId },
    frozen: false,
    pinned: false,
    section: optional ? section.name.slice(1) : section.name,
    sectionIndex: section.index,
    offset,
    autocreate: !optional,
  }
  return { map, def: { typeName: type.name, typeId, data, members: new Map() } }
}

/** Fills in the members of struct_ops variables from the relocations of their section. */
export function structOpsMembers(
  { elf, relocations }: Collected,
  drafts: readonly StructOpsDraft[],
  btf: Btf,
  functions: readonly ObjectFunction[],
): void {
  if (drafts.length === 0) return
  const bySection = bySectionOf(functions, ({ sectionIndex }) => sectionIndex)
  const indexes = new Map(functions.map((fn, index) => [fn, index]))
  const draftsBySection = bySectionOf(drafts, ({ map }) => map.sectionIndex)
  const memberAt = memberFinder(btf)
  for (const relocation of relocations) {
    const own = draftsBySection.get(relocation.info)
    if (own === undefined) continue
    const covering = spansOf(own, ({ map }) => ({ start: map.offset, end: map.offset + map.valueSize }))
    for (const { offset, symbol: symbolIndex } of elf.relocationsOf(relocation)) {
      const symbol = elf.symbols[symbolIndex]
      if (symbol === undefined) refuse(`struct_ops reloc: symbol ${symbolIndex} not found`)
      const target = covering(offset, offset + 1)
      if (target === undefined) refuse(`struct_ops reloc: cannot find map at rel->r_offset ${offset}`)
      const { map, def } = target
      const at = offset - map.offset
      if (symbol.section >= 0xff00) {
        refuse(
          `struct_ops reloc ${map.name}: rel->r_offset ${offset} shdr_idx ${symbol.section} unsupported non-static function`,
        )
      }
      if (symbol.value % 8 !== 0) {
        refuse(`struct_ops reloc ${map.name}: invalid target program offset ${symbol.value}`)
      }
      const found = memberAt(def.typeId, at * 8)
      if (found === undefined) refuse(`struct_ops reloc ${map.name}: cannot find member at moff ${at}`)
      const { index, member } = found
      const pointer = resolveType(btf, member.type)
      if (pointer.kind !== 'ptr' || resolveType(btf, pointer.type).kind !== 'func_proto') {
        refuse(`struct_ops reloc ${map.name}: cannot relocate non func ptr ${member.name}`)
      }
      const insn = symbol.value / 8
      const program = functionAt(bySection.get(symbol.section) ?? [], insn)
      if (program === undefined) {
        refuse(
          `struct_ops reloc ${map.name}: cannot find prog at shdr_idx ${symbol.section} to relocate func ptr ${member.name}`,
        )
      }
      if (sectionRule(program.section)?.type !== 'BPF_PROG_TYPE_STRUCT_OPS') {
        refuse(`struct_ops reloc ${map.name}: prog ${program.name} is not struct_ops BPF program`)
      }
      def.members.set(index, indexes.get(program)!)
    }
  }
}

/** The first member of a struct at a bit, by one look through each struct. */
function memberFinder(btf: Btf) {
  const byStruct = new Map<number, ReadonlyMap<number, { readonly index: number; readonly member: BtfMember }>>()
  return (structId: number, bit: number) => {
    let members = byStruct.get(structId)
    if (members === undefined) {
      const struct = btf.type(structId)
      const all = struct.kind === 'struct' ? struct.members.map((member, index) => ({ index, member })) : []
      members = firstBy(all, ({ member }) => member.bitOffset)
      byStruct.set(structId, members)
    }
    return members.get(bit)
  }
}

/** The drafts as they are kept, given the index of their first map. */
export const structOpsDefs = (drafts: readonly StructOpsDraft[], firstMap: number): StructOpsDef[] =>
  drafts.map(({ def }, index) => ({ map: firstMap + index, ...def }))
