// SPDX-License-Identifier: Apache-2.0
// bpf_kptr_xchg: a pointer moves into a field, the old one comes out. kfuncs.rst "KF_ACQUIRE", selftests map_kptr, local_kptr_stash.

import { constVar, hasVarOff } from '../access/regions.ts'
import type { Walk } from '../engine/walk.ts'
import type { SpecialField } from '../program/records/record.ts'
import { reject } from '../violations/raise.ts'
import { recordAt } from './locks.ts'

/** The kptr field that R1 points at. */
export function kptrDestination(walk: Walk, number: number): SpecialField {
  const reg = walk.reg(number)
  const details = { reg: number }
  if (hasVarOff(reg))
    reject('kptr-variable', `R${number} doesn't have constant offset. kptr has to be at the constant offset`, details)
  const map = reg.kind === 'map_value' ? walk.program.map(reg.map) : undefined
  if (map !== undefined && map.valueTypeId === 0)
    reject('kptr-btf', `map '${walk.program.mapName(reg.map)}' has to have BTF in order to use bpf_kptr_xchg`, details)
  const record = recordAt(walk.program, reg)
  if (record === undefined || !record.fields.some((field) => field.kind.startsWith('kptr'))) {
    return reject('kptr-none', `R${number} has no valid kptr`, details)
  }
  const at = reg.off + constVar(reg)
  const field = record.at(at)
  if (field === undefined || !field.kind.startsWith('kptr'))
    return reject('kptr-offset', `off=${at} doesn't point to kptr`, details)
  if (field.kind !== 'kptr_ref' && field.kind !== 'kptr_percpu')
    return reject('kptr-unreferenced', `off=${at} kptr isn't referenced kptr`, details)
  return field
}
