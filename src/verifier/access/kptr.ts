// SPDX-License-Identifier: Apache-2.0
// Kernel pointers kept in map values: what a load gives, what may be stored directly. kfuncs.rst "KF_RCU", selftests map_kptr.

import { type SpecialField, recordOf } from '../../object/index.ts'
import { sizeOf, structIdsMatch } from '../../btf/index.ts'
import type { Model } from '../program/model.ts'
import { type Walk, inRcu, inSleepable } from '../engine/walk.ts'
import { markPrecise } from '../engine/precision.ts'
import { violate } from '../violations/raise.ts'
import * as scalar from '../scalar/index.ts'
import {
  ALLOC,
  isNull,
  MAYBE_NULL,
  NON_OWN,
  PERCPU,
  pointer,
  RCU,
  type RegState,
  regTypeText,
  TRUSTED,
  UNTRUSTED,
  unknownScalar,
} from '../state/reg.ts'
import { fieldText, isPointerField, structName } from './btf-pointer.ts'
import type { Access, Store } from '../program/access.ts'
import { constVar, hasVarOff, requireUnmodified } from './regions.ts'

/** Structs whose memory outlives an RCU grace period: a referenced kptr to one may be read under RCU. */
const rcuProtected: ReadonlySet<string> = new Set([
  'prog_test_ref_kfunc',
  'cgroup',
  'bpf_cpumask',
  'task_struct',
  'bpf_crypto_ctx',
])
function isRcuProtected({ kernel }: Model, { local, btf, btfId }: SpecialField): boolean {
  const listed = kernel.functionSet('rcu_protected_types')
  return local || (btf !== undefined && (listed.size > 0 ? listed : rcuProtected).has(btf.type(btfId).name))
}

/** A load or store that touches a kptr field; undefined where none is touched. */
export function accessMapKptr(walk: Walk, a: Access): RegState | undefined {
  const reg = walk.reg(a.base)
  const { fields } = walk.program.mapRecord(reg.map)
  if (fields.length === 0) return undefined
  const low = reg.off + a.off + (hasVarOff(reg) ? scalar.sminN(reg.var) : constVar(reg))
  const high = reg.off + a.off + (hasVarOff(reg) ? scalar.umaxN(reg.var) : constVar(reg)) + a.size
  const field = touched(fields, low, high)
  if (field === undefined) return undefined
  const name = fieldText(field.kind)
  if (hasVarOff(reg)) violate('kptr-variable', { form: 'access', reg: a.base, name })
  if (low !== field.off) violate('kptr-offset', { form: 'access', reg: a.base, name, expectedOff: field.off, off: low })
  if (a.size !== 8) violate('kptr-size', { reg: a.base, name })
  if (a.atomic) violate('kptr-insn', { reg: a.base })
  if (!a.write) return field.kind === 'uptr' ? loadUserPointer(walk, field) : loadKptr(walk, field)
  if (field.kind === 'uptr') violate('kptr-store', { form: 'uptr', reg: a.base })
  if (field.kind !== 'kptr') violate('kptr-store', { form: 'referenced', reg: a.base })
  storeKptr(walk, field, a)
  return unknownScalar
}

/** The first kptr that has bytes from `low` to before `high`. */
function touched(fields: readonly SpecialField[], low: number, high: number): SpecialField | undefined {
  for (const field of fields)
    if (isPointerField(field.kind) && low < field.off + field.size && field.off < high) return field
  return undefined
}

/** A page of user memory, if user space gave one. */
const loadUserPointer = (walk: Walk, field: SpecialField): RegState =>
  pointer('mem', { flags: MAYBE_NULL, size: sizeOf(field.btf!, field.btfId) ?? 0, id: walk.newId() })

function storeKptr(walk: Walk, field: SpecialField, { base, stored }: Store): void {
  if (stored.kind === 'imm' && stored.imm !== 0) violate('kptr-store', { form: 'constant', reg: base, off: field.off })
  if (stored.kind !== 'reg') return
  const reg = walk.reg(stored.number)
  if (!isNull(reg)) requireKptrMatch(walk.model, field, reg, stored.number)
  // only a zero may be stored unseen: another scalar must not pass for it
  else markPrecise(walk, stored.number)
}

function loadKptr(walk: Walk, field: SpecialField): RegState {
  let flags = UNTRUSTED
  if (field.kind !== 'kptr' && inRcuCs(walk) && (field.kind === 'kptr_percpu' || isRcuProtected(walk.model, field)))
    flags = field.kind === 'kptr_percpu' ? PERCPU | RCU : RCU
  if (flags & RCU && field.local)
    flags |= (field.kind === 'kptr_percpu' ? 0 : ALLOC) | (hasNode(walk.model, field) ? NON_OWN : 0)
  return pointer('btf', { flags: flags | MAYBE_NULL, id: walk.newId(), btf: field.btf, btfId: field.btfId })
}
const inRcuCs = (walk: Walk): boolean => inRcu(walk) || !inSleepable(walk)

/** Allocated objects that sit in lists or trees: borrowed rather than owned when read in place. */
function hasNode(model: Model, field: SpecialField): boolean {
  const record = recordOf(field.btf!, field.btfId, model.types)
  return record.has('bpf_list_node') || record.has('bpf_rb_node')
}

/** The pointer stored into, or exchanged with, a kptr field is of its type. */
export function requireKptrMatch(model: Model, field: SpecialField, reg: RegState, number: number): void {
  const target = field.btf!.type(field.btfId).name
  let allowed = MAYBE_NULL | TRUSTED | RCU
  if (field.kind === 'kptr') allowed |= UNTRUSTED
  if (field.kind !== 'kptr') allowed = MAYBE_NULL | TRUSTED | RCU | ALLOC
  if (field.kind === 'kptr_percpu') allowed |= PERCPU
  const bad = (name = structName(reg)): never => {
    const type = `${regTypeText(reg)}${name}`
    return violate('kptr-type', { reg: number, type, expected: target, untrusted: field.kind === 'kptr' })
  }
  if (reg.kind !== 'btf' || (reg.flags & ~allowed) !== 0 || reg.btf === undefined) bad()
  if (field.kind === 'kptr_percpu' && (reg.flags & PERCPU) === 0) bad('')
  requireUnmodified(model, number, reg, { fixedOk: true })
  const match = { strict: field.kind !== 'kptr', flexArrays: (reg.flags & ALLOC) === 0 }
  if (!structIdsMatch({ btf: reg.btf!, id: reg.btfId, off: reg.off }, { btf: field.btf!, id: field.btfId }, match))
    bad()
}
