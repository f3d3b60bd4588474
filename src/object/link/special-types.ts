// SPDX-License-Identifier: Apache-2.0
// Structs of a program's own that have special fields: each must make a record, and what objects own must come to an end. One that does
// not costs the object its BTF.
import type { Btf, BtfId } from '../../btf/index.ts'
import { rememberedOfBoth } from '../../fault/index.ts'
import {
  type BtfRecord,
  type KernelTypes,
  objectRecord,
  type RecordFault,
  type SpecialField,
} from '../records/record.ts'

/** Why the kernel refuses the BTF for the special fields in it; undefined: it does not. */
export const fieldsRefusal = rememberedOfBoth(findFault)

function findFault(btf: Btf, kernel: KernelTypes): RecordFault | undefined {
  const records = new Map<BtfId, BtfRecord>()
  for (let id = btf.firstId; id < btf.count; id++) {
    const { record, fault } = objectRecord(btf, id, kernel)
    if (fault !== undefined)
      return { ...fault, why: `special fields of struct ${btf.type(id).name} do not go together: ${fault.why}` }
    if (record.fields.length > 0) records.set(id, record)
  }
  for (const [id, { fields }] of records) {
    const root = fields.find((field) => isRoot(field) && !records.has(field.valueId))
    if (root !== undefined)
      return {
        errno: -14,
        why: `struct ${btf.type(id).name} contains struct ${btf.type(root.valueId).name}, which has no special fields`,
      }
  }
  const depths = new Map<BtfId, number>()
  for (const id of records.keys()) {
    if (ownershipDepth(id, MAX_OWNERSHIP, { records, depths }) === undefined)
      return { errno: -40, why: `objects of struct ${btf.type(id).name} own objects more than ${MAX_OWNERSHIP} deep` }
  }
  return undefined
}

/** Objects that own objects that own objects: freeing one frees all, and the kernel's stack has an end. */
const MAX_OWNERSHIP = 8

interface Ownership {
  readonly records: ReadonlyMap<BtfId, BtfRecord>
  /** What is known already. */
  readonly depths: Map<BtfId, number>
}

/** How many levels a struct's objects own, itself included; undefined: more than are left, as in a circle. */
function ownershipDepth(id: BtfId, left: number, within: Ownership): number | undefined {
  const { records, depths } = within
  if (left === 0) return undefined
  let depth = depths.get(id)
  if (depth === undefined) {
    let deepest = 0
    for (const field of records.get(id)?.fields ?? []) {
      const owned = ownedType(field)
      if (owned === undefined || !records.has(owned)) continue
      const below = ownershipDepth(owned, left - 1, within)
      if (below === undefined) return undefined
      deepest = Math.max(deepest, below)
    }
    depth = deepest + 1
    depths.set(id, depth)
  }
  return depth > left ? undefined : depth
}

const isRoot = ({ kind }: SpecialField): boolean => kind === 'bpf_list_head' || kind === 'bpf_rb_root'

function ownedType(field: SpecialField): BtfId | undefined {
  if (isRoot(field)) return field.valueId
  return field.local && (field.kind === 'kptr_ref' || field.kind === 'kptr_percpu') ? field.btfId : undefined
}
