// SPDX-License-Identifier: Apache-2.0
// Kfunc arguments that are objects kept in map values (work queues, timers, task work), and the map they lie in.

import type { KfuncMeta } from './kfunc-meta.ts'
import { hasVarOff } from '../access/regions.ts'
import type { Program } from '../program/program.ts'
import type { FieldKind } from '../program/records/record.ts'
import { reject } from '../violations/raise.ts'
import * as scalar from '../scalar/index.ts'
import { isMapValue, type RegState, regTypeText } from '../state/reg.ts'
import type { Arg } from './kfunc-arg-kind.ts'

const fields: Readonly<Record<'wq' | 'timer' | 'task_work', FieldKind>> = {
  wq: 'bpf_wq',
  timer: 'bpf_timer',
  task_work: 'bpf_task_work',
}

/** The object at its place in a map value. */
export function requireMapField(program: Program, meta: KfuncMeta, arg: Arg, kind: 'wq' | 'timer' | 'task_work'): void {
  const { reg, number, index } = arg
  const what = fields[kind]
  const details = { reg: number, arg: index, kfunc: meta.kfunc.name, seen: regTypeText(reg) }
  if (!isMapValue(reg)) reject('wq-arg', `arg#${index} doesn't point to a map value`, details)
  if (hasVarOff(reg) && program.model.rules.constantWqOffset)
    reject('wq-offset', `R${number} doesn't have constant offset. ${what} has to be at the constant offset`, details)
  const map = program.map(reg.map)
  if (map.valueTypeId === 0)
    reject('wq-btf', `map '${program.mapName(reg.map)}' has to have BTF in order to use ${what}`, details)
  const field = program.mapRecord(reg.map).fields.find((f) => f.kind === what)
  if (field === undefined) return reject('wq-none', `map '${program.mapName(reg.map)}' has no valid ${what}`, details)
  // until then only the known bits of a variable offset are looked at
  const at = reg.off + Number(BigInt.asIntN(64, scalar.tnumValue(reg.var)))
  if (at !== field.off)
    reject('wq-offset', `off ${at} doesn't point to 'struct ${what}' that is at ${field.off}`, details)
  meta.map = reg.map
  meta.mapUid = reg.mapUid
}

/** kfuncs.rst of 7.3 "__const_map annotation": a map known when the program is loaded, that of the object before it. */
export function requireConstMap(program: Program, meta: KfuncMeta, { reg, number, index }: Arg): void {
  if (reg.kind !== 'map_ptr')
    reject('not-a-map', `pointer in R${number} isn't map pointer`, {
      reg: number,
      arg: index,
      kfunc: meta.kfunc.name,
      seen: regTypeText(reg),
    })
  requireSameMap(program, meta, reg, number)
  meta.map = reg.map
  meta.mapUid = reg.mapUid
}

/** Objects in map values are initialised with the very map they lie in. */
export function requireSameMap(program: Program, meta: KfuncMeta, reg: RegState, number: number): void {
  if (meta.map < 0 || (reg.map === meta.map && (reg.kind !== 'map_ptr' || reg.mapUid === meta.mapUid))) return
  const details = { reg: number, kfunc: meta.kfunc.name, seen: regTypeText(reg) }
  const uids = [`map_uid=${meta.mapUid}`, `map_uid=${reg.mapUid}`] as const
  if (program.model.rules.taskWork) {
    const record = program.mapRecord(meta.map)
    const what = record.has('bpf_timer') ? 'timer' : record.has('bpf_task_work') ? 'bpf_task_work' : 'workqueue'
    reject(
      'wq-map',
      `${what} pointer in R${number - 1} ${uids[0]} doesn't match map pointer in R${number} ${uids[1]}`,
      details,
    )
  }
  if (program.mapRecord(reg.map).has('bpf_wq'))
    reject('wq-map', `workqueue pointer in R1 ${uids[0]} doesn't match map pointer in R2 ${uids[1]}`, details)
}
