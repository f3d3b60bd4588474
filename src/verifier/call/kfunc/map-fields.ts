// SPDX-License-Identifier: Apache-2.0
// Kfunc arguments that are objects kept in map values (work queues, timers, task work), and the map they lie in.

import type { FieldKind } from '../../../object/index.ts'
import { hasVarOff } from '../../access/regions.ts'
import type { KfuncContract } from '../../program/contract/contract.ts'
import type { Program } from '../../program/program.ts'
import { violate } from '../../violations/raise.ts'
import * as scalar from '../../scalar/index.ts'
import { isMapValue, regTypeText } from '../../state/reg.ts'
import { type Arg, argDetails } from './arg.ts'
import type { Found } from './found.ts'

const fields: Readonly<Record<'wq' | 'timer' | 'task_work', FieldKind>> = {
  wq: 'bpf_wq',
  timer: 'bpf_timer',
  task_work: 'bpf_task_work',
}

/** The object at its place in a map value. */
export function requireMapField(
  program: Program,
  kfunc: KfuncContract,
  arg: Arg,
  kind: 'wq' | 'timer' | 'task_work',
): void {
  const { reg } = arg
  const what = fields[kind]
  const details = argDetails(arg, kfunc)
  if (!isMapValue(reg)) violate('wq-arg', details)
  if (hasVarOff(reg) && program.model.rules.constantWqOffset)
    violate('wq-offset', { form: 'variable', ...details, what })
  const map = program.map(reg.map)
  if (map.valueTypeId === 0) violate('wq-btf', { ...details, map: program.mapName(reg.map), what })
  const field = program.mapRecord(reg.map).fields.find((f) => f.kind === what)
  if (field === undefined) return violate('wq-none', { ...details, map: program.mapName(reg.map), what })
  // until then only the known bits of a variable offset are looked at
  const at = reg.off + Number(BigInt.asIntN(64, scalar.tnumValue(reg.var)))
  if (at !== field.off) violate('wq-offset', { form: 'elsewhere', ...details, at, what, expectedOff: field.off })
}

/** kfuncs.rst of 7.3 "__const_map annotation": a map known when the program is loaded, that of the object before it. */
export function requireConstMap(program: Program, kfunc: KfuncContract, arg: Arg, found: Found): void {
  if (arg.reg.kind !== 'map_ptr') violate('not-a-map', argDetails(arg, kfunc))
  requireSameMap(program, kfunc, arg, found)
}

/** Objects in map values are initialised with the very map they lie in. */
export function requireSameMap(program: Program, kfunc: KfuncContract, arg: Arg, found: Found): void {
  const { reg, number } = arg
  if (found.map < 0 || (reg.map === found.map && (reg.kind !== 'map_ptr' || reg.mapUid === found.mapUid))) return
  const details = { reg: number, kfunc: kfunc.name, seen: regTypeText(reg) }
  const uids = [`map_uid=${found.mapUid}`, `map_uid=${reg.mapUid}`] as const
  const { declaredArgs, taskWork } = program.model.rules
  const objectReg = number - 1
  const [uid, otherUid] = uids
  if (declaredArgs) {
    const record = program.mapRecord(found.map)
    const what = record.has('bpf_timer') ? 'timer' : record.has('bpf_task_work') ? 'bpf_task_work' : 'workqueue'
    violate('wq-map', { form: 'object', ...details, what, objectReg, uid, otherUid })
  }
  if (taskWork && program.mapRecord(reg.map).has('bpf_task_work'))
    violate('wq-map', { form: 'object', ...details, what: 'bpf_task_work', objectReg, uid, otherUid })
  if (program.mapRecord(reg.map).has('bpf_wq')) violate('wq-map', { form: 'workqueue', ...details, uid, otherUid })
}
