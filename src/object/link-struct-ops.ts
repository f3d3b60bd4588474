// SPDX-License-Identifier: Apache-2.0
// struct_ops programs: which kernel struct and member one implements, found by matching the object's struct with the kernel's member by
// member. Behaviour as of libbpf 1.5, one program at a time: only maps that name the program count, other slots are taken as empty.
import { type Btf, type BtfMember, essentialName, resolveType, sizeOf, skipModifiersAndTypedefs } from '../btf/index.ts'
import { refuse } from './faults.ts'
import { findKind } from './fixed-btf.ts'
import { findInKernel } from './link-externs.ts'
import type { BpfObject, LinkTarget, MapDef, ObjectFunction, ObjectProgram, StructOpsDef } from './types.ts'

export interface StructOpsLink {
  readonly btf: Btf
  readonly typeId: number
  readonly typeName: string
  readonly member: string
  readonly memberIndex: number
  readonly mapName: string
  /** The maps that name the program, with the kernel's sizes. */
  readonly maps: ReadonlyMap<number, MapDef>
}

/** Where the kernel would call this program; undefined where no struct_ops variable names it. */
export function linkStructOps(
  object: BpfObject,
  program: ObjectProgram,
  target: LinkTarget,
): StructOpsLink | undefined {
  const index = indexOf(object, program.fn)
  let found: StructOpsLink | undefined
  const maps = new Map<number, MapDef>()
  for (const def of defsOf(object).get(index) ?? []) {
    const kernel = kernelStruct(def, target)
    const map = object.maps[def.map]!
    for (const { member, memberIndex } of matchMembers(object, def, kernel, map, index)) {
      if (found === undefined) {
        const { btf, typeId, typeName } = kernel
        found = { btf, typeId, typeName, member, memberIndex, mapName: map.name, maps }
        continue
      }
      const reuse = `struct_ops init_kern ${map.name} func ptr ${member}: invalid reuse of prog ${program.name} in sec ${program.section} with type 27:`
      if (found.typeId !== kernel.typeId) {
        refuse(`${reuse} attach_btf_id ${found.typeId} != kern_type_id ${kernel.typeId}`)
      }
      if (found.memberIndex !== memberIndex) {
        refuse(`${reuse} expected_attach_type ${found.memberIndex} != kern_member_idx ${memberIndex}`)
      }
    }
    maps.set(def.map, {
      ...map,
      valueSize: kernel.valueSize,
      structOps: { typeName: kernel.typeName, typeId: kernel.typeId },
    })
  }
  return found
}

const indexes = new WeakMap<BpfObject, ReadonlyMap<ObjectFunction, number>>()
const definitions = new WeakMap<BpfObject, ReadonlyMap<number, readonly StructOpsDef[]>>()

function indexOf(object: BpfObject, fn: ObjectFunction): number {
  const known = indexes.get(object) ?? new Map(object.functions.map((one, index) => [one, index]))
  indexes.set(object, known)
  return known.get(fn) ?? -1
}

/** The struct_ops variables that name each function. */
function defsOf(object: BpfObject): ReadonlyMap<number, readonly StructOpsDef[]> {
  const known = definitions.get(object)
  if (known !== undefined) return known
  const defs = new Map<number, StructOpsDef[]>()
  for (const def of object.structOps) {
    for (const fn of new Set(def.members.values())) {
      const list = defs.get(fn)
      if (list === undefined) defs.set(fn, [def])
      else list.push(def)
    }
  }
  definitions.set(object, defs)
  return defs
}

interface KernelStruct {
  readonly btf: Btf
  readonly typeId: number
  readonly typeName: string
  readonly members: readonly BtfMember[]
  readonly valueSize: number
}

function kernelStruct(def: StructOpsDef, target: LinkTarget): KernelStruct {
  const typeName = essentialName(def.typeName)
  const valueName = `bpf_struct_ops_${typeName}`
  const found = findInKernel(target, valueName, 'struct')
  if (found === undefined) return refuse(`struct_ops init_kern: struct ${valueName} is not found in kernel BTF`)
  const typeId = findKind(found.btf, typeName, 'struct')
  if (typeId === undefined) return refuse(`struct_ops init_kern: struct ${typeName} is not found in kernel BTF`)
  const value = found.btf.type(found.id)
  const type = found.btf.type(typeId)
  if (value.kind !== 'struct' || type.kind !== 'struct' || !value.members.some((member) => member.type === typeId)) {
    return refuse(`struct_ops init_kern: struct ${typeName} data is not found in struct ${valueName}`)
  }
  return { btf: found.btf, typeId, typeName, members: type.members, valueSize: value.size }
}

function matchMembers(
  object: BpfObject,
  def: StructOpsDef,
  kernel: KernelStruct,
  map: MapDef,
  program: number,
): { member: string; memberIndex: number }[] {
  const btf = object.btf!
  const struct = btf.type(def.typeId)
  if (struct.kind !== 'struct') return []
  const found: { member: string; memberIndex: number }[] = []
  for (const [index, member] of struct.members.entries()) {
    const { name } = member
    const at = `struct_ops init_kern ${map.name}`
    const size = sizeOf(btf, member.type)
    if (size === undefined) refuse(`${at}: failed to resolve the size of member ${name}`)
    const mine = def.members.get(index) === program
    const offset = member.bitOffset / 8
    const memberIndex = kernel.members.findIndex((candidate) => candidate.name === name)
    const theirs = kernel.members[memberIndex]
    if (theirs === undefined) {
      const empty = !mine && def.data.subarray(offset, offset + size).every((byte) => byte === 0)
      if (!empty) refuse(`${at}: Cannot find member ${name} in kernel BTF`)
      continue
    }
    if (member.bitSize !== 0 || theirs.bitSize !== 0) refuse(`${at}: bitfield ${name} is not supported`)
    const type = resolveType(btf, member.type)
    const kernelType = resolveType(kernel.btf, theirs.type)
    if (type.kind !== kernelType.kind) {
      refuse(`${at}: Unmatched member type ${name} ${kindNumber(type.kind)} != ${kindNumber(kernelType.kind)}(kernel)`)
    }
    if (kernelType.kind === 'ptr') {
      if (!mine) continue
      if (resolveType(kernel.btf, kernelType.type).kind !== 'func_proto') {
        refuse(`${at}: kernel member ${name} is not a func ptr`)
      }
      found.push({ member: name, memberIndex })
      continue
    }
    const kernelSize = sizeOf(kernel.btf, skipModifiersAndTypedefs(kernel.btf, theirs.type))
    if (kernelSize !== size) refuse(`${at}: Error in size of member ${name}: ${size} != ${kernelSize ?? -22}(kernel)`)
  }
  return found
}

/** BTF_KIND_* numbers that such a message can name. */
const kindNumber = (kind: string): number =>
  [
    'void',
    'int',
    'ptr',
    'array',
    'struct',
    'union',
    'enum',
    'fwd',
    'typedef',
    'volatile',
    'const',
    'restrict',
    'func',
    'func_proto',
    'var',
    'datasec',
    'float',
    'decl_tag',
    'type_tag',
    'enum64',
  ].indexOf(kind)
