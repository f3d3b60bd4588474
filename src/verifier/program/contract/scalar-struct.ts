// SPDX-License-Identifier: Apache-2.0
import { type Btf, type BtfType, resolveType } from '../../../btf/index.ts'
import type { KfuncParam } from '../../../kfunc/index.ts'

/** Scalars throughout, arrays and nested structs of scalars included: may be passed as plain memory. kfuncs.rst "__sz". */
export function isScalarStruct(btf: Btf, type: BtfType, depth: number): boolean {
  if (type.kind !== 'struct' && type.kind !== 'union') return false
  return type.members.every((member) => {
    let bare = resolveType(btf, member.type)
    if (bare.kind === 'struct' || bare.kind === 'union') return depth < 3 && isScalarStruct(btf, bare, depth + 1)
    if (bare.kind === 'array') {
      if (bare.count === 0) return false
      bare = resolveType(btf, bare.type)
    }
    return isScalarType(bare)
  })
}
export const isScalarType = (type: BtfType): boolean =>
  type.kind === 'int' || type.kind === 'enum' || type.kind === 'enum64'

export const isSized = (next: KfuncParam | undefined): boolean =>
  next !== undefined && (next.suffixes.includes('sz') || next.suffixes.includes('szk'))
