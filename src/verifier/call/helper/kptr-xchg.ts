// SPDX-License-Identifier: Apache-2.0
// bpf_kptr_xchg: a pointer moves into a field, the old one comes out. kfuncs.rst "KF_ACQUIRE", selftests map_kptr, local_kptr_stash.

import type { SpecialField } from '../../../object/index.ts'
import { constVar, hasVarOff } from '../../access/regions.ts'
import type { Walk } from '../../engine/walk.ts'
import { violate } from '../../violations/raise.ts'
import { recordAt } from '../objects/locks.ts'

/** The kptr field that R1 points at. */
export function kptrDestination(walk: Walk, number: number): SpecialField {
  const reg = walk.reg(number)
  const details = { reg: number }
  if (hasVarOff(reg)) violate('kptr-variable', { form: 'exchange', ...details })
  const map = reg.kind === 'map_value' ? walk.program.map(reg.map) : undefined
  if (map !== undefined && map.valueTypeId === 0)
    violate('kptr-btf', { ...details, map: walk.program.mapName(reg.map) })
  const record = recordAt(walk.program, reg)
  if (record === undefined || !record.fields.some((field) => field.kind.startsWith('kptr'))) {
    return violate('kptr-none', details)
  }
  const at = reg.off + constVar(reg)
  const field = record.at(at)
  if (field === undefined || !field.kind.startsWith('kptr'))
    return violate('kptr-offset', { form: 'exchange', ...details, off: at })
  if (field.kind !== 'kptr_ref' && field.kind !== 'kptr_percpu') return violate('kptr-unreferenced', { ...details, at })
  return field
}
