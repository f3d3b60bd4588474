// SPDX-License-Identifier: Apache-2.0
// struct_ops programs: which kernel struct and member one implements, found by matching the object's struct with the kernel's member by
// member. Behaviour as of libbpf 1.5, one program at a time: only maps that name the program count, other slots are taken as empty.
import {
  type Btf,
  type BtfMember,
  essentialName,
  kindCode,
  resolveType,
  sizeOf,
  skipModifiersAndTypedefs,
} from '../../btf/index.ts'
import { attempt, remembered, rememberedOfBoth, type Result } from '../../fault/index.ts'
import { refuse } from '../faults.ts'
import { findKind } from '../fixed-btf.ts'
import { findInKernel } from './externs.ts'
import type { BpfObject, LinkTarget, MapDef, ObjectFunction, ObjectProgram, StructOpsDef } from '../types.ts'

export interface StructOpsLink {
  readonly btf: Btf
  readonly typeId: number
  readonly typeName: string
  readonly member: string
  readonly memberIndex: number
  readonly mapName: string
  /** The maps that name the program. */
  readonly maps: ReadonlySet<number>
}

/** Where the kernel would call this program; undefined where no struct_ops variable names it. */
export function linkStructOps(
  object: BpfObject,
  program: ObjectProgram,
  target: LinkTarget,
): StructOpsLink | undefined {
  const index = indexOf(object, program.fn)
  let found: StructOpsLink | undefined
  const maps = new Set<number>()
  for (const def of defsOf(object).get(index) ?? []) {
    const kernel = kernelStruct(def, target)
    const map = object.maps[def.map]!
    for (const { member, memberIndex } of membersOf(object, def, kernel, index)) {
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
    maps.add(def.map)
  }
  return found
}

/** The struct_ops maps of an object as this kernel would have them; without those whose struct it does not know. */
export const kernelStructMaps = rememberedOfBoth((object: BpfObject, target: LinkTarget) => {
  const maps = new Map<number, MapDef>()
  for (const def of object.structOps) {
    const kernel = attempt({}, () => kernelStruct(def, target))
    if (!kernel.ok) continue
    const { valueSize, typeName, typeId } = kernel.value
    maps.set(def.map, { ...object.maps[def.map]!, valueSize, structOps: { typeName, typeId } })
  }
  return maps
})

/** A struct_ops variable as a kernel sees it: its struct there, and by the kernel's members what the object has for each. */
export interface StructOpsVariable {
  readonly btf: Btf
  readonly typeName: string
  readonly members: readonly StructOpsValue[]
}
export interface StructOpsValue {
  /** The kernel's. */
  readonly member: BtfMember
  /** Of a member that is a function: the program that implements it. */
  readonly program: string | undefined
  /** Of any other: its bytes. */
  readonly data: Uint8Array
}

/** A `Fault` where the kernel has no such struct, or one that does not fit. */
export const structOpsVariable = (
  object: BpfObject,
  def: StructOpsDef,
  target: LinkTarget,
): Result<StructOpsVariable> =>
  attempt({ object: object.name }, () => {
    const { btf, typeName, members } = kernelStruct(def, target)
    const matched = compareMembers(object.btf!, def, { btf, members })
    if (matched.fault !== undefined) refuse(`struct_ops init_kern ${object.maps[def.map]!.name}: ${matched.fault.what}`)
    const struct = object.btf!.type(def.typeId)
    const own = struct.kind === 'struct' ? struct.members : []
    return {
      btf,
      typeName,
      members: [...matched.kernel].map(([at, { member }]) => {
        const from = own[at]!.bitOffset / 8
        const fn = def.members.get(at)
        return {
          member,
          program: fn === undefined ? undefined : object.functions[fn]?.name,
          data: def.data.subarray(from, from + (sizeOf(object.btf!, own[at]!.type) ?? 0)),
        }
      }),
    }
  })

const indexesOf = remembered(
  ({ functions }: BpfObject): ReadonlyMap<ObjectFunction, number> =>
    new Map(functions.map((one, index) => [one, index])),
)
const indexOf = (object: BpfObject, fn: ObjectFunction): number => indexesOf(object).get(fn) ?? -1

/** The struct_ops variables that name each function. */
const defsOf = remembered(({ structOps }: BpfObject): ReadonlyMap<number, readonly StructOpsDef[]> => {
  const defs = new Map<number, StructOpsDef[]>()
  for (const def of structOps) {
    for (const fn of new Set(def.members.values())) {
      const list = defs.get(fn)
      if (list === undefined) defs.set(fn, [def])
      else list.push(def)
    }
  }
  return defs
})

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

/** A struct's members beside the kernel's, whichever program is asked about. */
interface Matched {
  /** The kernel's member and its place, by the object's. */
  readonly kernel: ReadonlyMap<number, { readonly member: BtfMember; readonly index: number }>
  /** The first member that does not fit, even where nothing is put into it. */
  readonly fault: { readonly at: number; readonly what: string } | undefined
  /** Members that name programs, in order, by program. */
  readonly named: ReadonlyMap<number, readonly number[]>
}

/** The members of one variable that name a program. The first that does not fit is refused, its own and what they all share in order. */
function membersOf(
  object: BpfObject,
  def: StructOpsDef,
  kernel: KernelStruct,
  program: number,
): { member: string; memberIndex: number }[] {
  const struct = object.btf!.type(def.typeId)
  if (struct.kind !== 'struct') return []
  const { kernel: theirs, fault, named } = matchMembers(object, def, kernel)
  const at = `struct_ops init_kern ${object.maps[def.map]!.name}`
  const found: { member: string; memberIndex: number }[] = []
  for (const index of named.get(program) ?? []) {
    if (index >= (fault?.at ?? Number.POSITIVE_INFINITY)) break
    const { name } = struct.members[index]!
    const twin = theirs.get(index)
    if (twin === undefined) return refuse(`${at}: Cannot find member ${name} in kernel BTF`)
    const type = resolveType(kernel.btf, twin.member.type)
    if (type.kind !== 'ptr') continue
    if (resolveType(kernel.btf, type.type).kind !== 'func_proto')
      refuse(`${at}: kernel member ${name} is not a func ptr`)
    found.push({ member: name, memberIndex: twin.index })
  }
  if (fault !== undefined) refuse(`${at}: ${fault.what}`)
  return found
}

const matches = remembered((_: StructOpsDef) => new Map<Btf, Matched>())

function matchMembers(object: BpfObject, def: StructOpsDef, kernel: KernelStruct): Matched {
  const known = matches(def).get(kernel.btf)
  if (known !== undefined) return known
  const named = new Map<number, number[]>()
  for (const [index, fn] of [...def.members].sort(([a], [b]) => a - b)) {
    const list = named.get(fn)
    if (list === undefined) named.set(fn, [index])
    else list.push(index)
  }
  const matched = { ...compareMembers(object.btf!, def, kernel), named }
  matches(def).set(kernel.btf, matched)
  return matched
}

function compareMembers(
  btf: Btf,
  def: StructOpsDef,
  kernel: Pick<KernelStruct, 'btf' | 'members'>,
): Pick<Matched, 'kernel' | 'fault'> {
  const struct = btf.type(def.typeId)
  const found = new Map<number, { member: BtfMember; index: number }>()
  const byName = new Map<string, { member: BtfMember; index: number }>()
  for (const [index, member] of kernel.members.entries())
    if (!byName.has(member.name)) byName.set(member.name, { member, index })
  for (const [at, member] of (struct.kind === 'struct' ? struct.members : []).entries()) {
    const twin = byName.get(member.name)
    if (twin !== undefined) found.set(at, twin)
    const what = mismatch(btf, def, member, { btf: kernel.btf, member: twin?.member })
    if (what !== undefined) return { kernel: found, fault: { at, what } }
  }
  return { kernel: found, fault: undefined }
}

/** Why a member does not fit the kernel's of its name. One that the kernel lacks may be there as long as it is empty. */
function mismatch(
  btf: Btf,
  def: StructOpsDef,
  member: BtfMember,
  kernel: { readonly btf: Btf; readonly member: BtfMember | undefined },
): string | undefined {
  const { name } = member
  const size = sizeOf(btf, member.type)
  if (size === undefined) return `failed to resolve the size of member ${name}`
  const theirs = kernel.member
  if (theirs === undefined) {
    const offset = member.bitOffset / 8
    const empty = def.data.subarray(offset, offset + size).every((byte) => byte === 0)
    return empty ? undefined : `Cannot find member ${name} in kernel BTF`
  }
  if (member.bitSize !== 0 || theirs.bitSize !== 0) return `bitfield ${name} is not supported`
  const type = resolveType(btf, member.type)
  const kernelType = resolveType(kernel.btf, theirs.type)
  if (type.kind !== kernelType.kind)
    return `Unmatched member type ${name} ${kindCode[type.kind]} != ${kindCode[kernelType.kind]}(kernel)`
  if (kernelType.kind === 'ptr') return undefined
  const kernelSize = sizeOf(kernel.btf, skipModifiersAndTypedefs(kernel.btf, theirs.type))
  return kernelSize === size ? undefined : `Error in size of member ${name}: ${size} != ${kernelSize ?? -22}(kernel)`
}
