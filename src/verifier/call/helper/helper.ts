// SPDX-License-Identifier: Apache-2.0
// A call of a helper: may this program, do the arguments fit the contract, what is done, what comes back.

import { releaseReferenceIn } from '../../access/held.ts'
import { lsmHookRange, returnRule } from '../../../kernel/index.ts'
import { missingMessage } from '../../../object/index.ts'
import type { HelperContract } from '../../program/contract/contract.ts'
import type { Program } from '../../program/program.ts'
import { type Walk, canSleepHere, inRcu, inSleepable, unsleepableRegion } from '../../engine/walk.ts'
import { requireRange } from '../subprog/return-values.ts'
import { markPrecise } from '../../engine/precision.ts'
import { fillStack } from '../../access/stack.ts'
import { Unlinked, unsupported, violate } from '../../violations/raise.ts'
import * as scalar from '../../scalar/index.ts'
import { ALLOC, edit, isConst, isNull, PERCPU, RCU, type RegState, regTypeText } from '../../state/reg.ts'
import { mapRegs } from '../../state/state.ts'
import { callHelperCallback } from '../subprog/callbacks.ts'
import { constructDynptr, releaseDynptr } from '../objects/dynptr.ts'
import { requireFormat } from './format.ts'
import { requireFunctionEntered } from './func-ip.ts'
import { checkArgs } from './args.ts'
import type { Found, StackWrite } from './found.ts'
import { returned } from './result.ts'
import { invalidatePacketPointers, releaseReference, requireNoReferences } from '../objects/references.ts'

/** BPF_F_RDONLY_PROG */
const RDONLY_PROG = 0x80

export function callHelper(walk: Walk): void {
  const helper = requireOffered(walk, walk.program.insns[walk.insn]!.imm)
  const { role, effects } = helper
  if (effects.sleeps) requireSleep(walk, helper)
  const found = checkArgs(walk, helper)
  if (role === 'for_each_map_elem') requireWalkable(walk.program, helper, found)
  if (found.map >= 0) requireMapTaken(walk, helper, found.map)
  if (effects.changesMap && walk.program.map(found.map).flags & RDONLY_PROG)
    violate('map-flags', { form: 'helper', helper: helper.name })
  for (const write of found.writes) leaveOnStack(walk, write)
  if (role === 'tail_call' && found.map >= 0) noteTailCallKey(walk, found.map)
  release(walk, helper, found)
  special(walk, helper)
  if (effects.calls !== undefined) callHelperCallback(walk, effects.calls, found)
  walk.clobberCallerSaved()
  walk.setReg(0, returned(walk, helper, found))
  if (role === 'get_func_ip') requireFunctionEntered(walk.program, helper)
  // later kernels: a tail call that is taken leaves the function, one that is not moves nothing
  const moves = effects.movesPacket && !(role === 'tail_call' && walk.model.rules.tailCallsReturn)
  if (moves || (role === 'dynptr_write' && isPacketDynptr(found.dynptr))) invalidatePacketPointers(walk)
}

/** The helper of that number, which this program may call. */
function requireOffered(walk: Walk, id: number): HelperContract {
  const name = walk.model.kernel.helperName(id)
  const ref = walk.program.linked.refs.get(walk.insn)
  if (ref?.kind === 'missing') throw new Unlinked(missingMessage(ref), ref)
  if (name === undefined) return violate('helper-unknown', { helper: `#${id}`, id })
  const answer = walk.program.helper(id)
  if (answer.ok) return walk.model.helper(answer.proto)
  if (answer.why === 'gpl') violate('helper-gpl', { helper: name })
  if (answer.why === 'unsupported') unsupported(`helper ${name}`)
  if (answer.message !== undefined) violate('helper-not-allowed', { form: 'told', helper: name, told: answer.message })
  return violate('helper-not-allowed', { form: 'type', helper: name, id })
}

/** The helper may sleep: the program may, too, and is in no section that forbids it. */
function requireSleep(walk: Walk, { name: helper, id }: HelperContract): void {
  if (walk.model.rules.sleepTold) {
    if (!canSleepHere(walk)) violate('helper-sleep', { form: 'region', helper, id, region: unsleepableRegion(walk) })
    return
  }
  if (!inSleepable(walk)) violate('helper-sleep', { form: 'program', helper })
  if (walk.state.sections.rcu > 0) violate('helper-sleep-rcu', { helper, id })
  if (walk.state.sections.preempt > 0) violate('helper-sleep-preempt', { helper, id })
  if (walk.state.sections.irq > 0) violate('helper-sleep-irq', { helper, id })
}

/** The helper takes maps of this type. */
function requireMapTaken(walk: Walk, { id, name: helper, role }: HelperContract, map: number): void {
  const wrong = walk.program.mapRefused(map, id)
  if (wrong === undefined) return
  for (const line of wrong.slice(0, -1)) walk.verbose(line)
  if (role === 'tail_call') violate('map-helper', { form: 'tail-call', helper })
  violate('map-helper', { form: 'told', helper, told: wrong[wrong.length - 1]! })
}

function leaveOnStack(walk: Walk, write: StackWrite): void {
  if (write.kind === 'dynptr') return constructDynptr(walk, write.reg, write.type)
  const { frame, min, size } = write.fill
  fillStack(walk, frame, min, size)
}

/** Maps whose elements a callback can be called for. */
const walkable = new Set(
  'HASH PERCPU_HASH LRU_HASH LRU_PERCPU_HASH ARRAY PERCPU_ARRAY RHASH'.split(' ').map((type) => `BPF_MAP_TYPE_${type}`),
)
function requireWalkable(program: Program, { name }: HelperContract, { map }: Found): void {
  if (map >= 0 && !walkable.has(program.map(map).type)) violate('callback-map', { helper: name, reg: 1 })
}

function release(walk: Walk, { args, role, name: helper, id }: HelperContract, { releaseReg, refObjId }: Found): void {
  if (releaseReg === 0) return
  const reg = walk.reg(releaseReg)
  if (args[releaseReg - 1]!.kind === 'dynptr') return releaseDynptr(walk, releaseReg)
  if (refObjId === 0) {
    if (!isNull(reg)) violate('release-unknown', { helper, id })
    return
  }
  // a per-cpu object given to a map stays readable to the end of the RCU section
  if (role === 'kptr_xchg' && inRcu(walk) && (reg.flags & (ALLOC | PERCPU)) === (ALLOC | PERCPU)) {
    releaseReferenceIn(walk.model, walk.state, refObjId)
    mapRegs(walk.state, (r) =>
      r.refObjId === refObjId
        ? edit(r, { refObjId: 0, id: walk.model.rules.objectIds ? 0 : r.id, flags: (r.flags & ~ALLOC) | RCU })
        : r,
    )
    return
  }
  if (!releaseReference(walk, refObjId)) violate('release-unknown', { helper, id })
}

const isPacketDynptr = (reg: RegState | undefined): boolean => reg?.dynptr === 'skb' || reg?.dynptr === 'skb_meta'

/** A known index into the program array becomes a direct jump, so every path must have the same. */
function noteTailCallKey(walk: Walk, map: number): void {
  const key = walk.reg(3)
  if (isConst(key) && scalar.umaxN(key.var) < walk.program.map(map).maxEntries) markPrecise(walk, 3)
}

/** Rules that one helper has. */
function special(walk: Walk, { role, name }: HelperContract): void {
  switch (role) {
    case 'tail_call':
      return requireNothingHeld(walk, name)
    case 'snprintf':
      return requireFormat(walk)
    case 'set_retval':
      return requireRetval(walk)
    case 'get_local_storage':
      if (!isNull(walk.reg(2))) violate('local-storage-flags')
      return markPrecise(walk, 2)
    case 'dynptr_from_mem':
      if (walk.reg(1).kind !== 'map_value') violate('dynptr-from-mem', { type: regTypeText(walk.reg(1)) })
      return
    default:
  }
}

/** A tail call ends the program: nothing may be held. */
function requireNothingHeld(walk: Walk, helper: string): void {
  // the first line that the kernel explains is its message
  if (walk.model.rules.reportsFirst) requireNoReferences(walk, { exception: true })
  if (walk.state.refs.find((ref) => ref.kind === 'ptr') !== undefined) {
    for (const { id, insn, kind } of walk.state.refs)
      if (kind === 'ptr') walk.verbose(`Unreleased reference id=${id} alloc_insn=${insn}`)
    const places = [...walk.state.refs].map(({ insn }) => insn)
    violate('reference-leak', { form: 'tail-call', places, helper })
  }
  if (walk.state.sections.locks > 0) violate('lock-held')
  if (walk.state.sections.irq > 0) violate('irq-held')
  if (walk.state.sections.rcu > 0) violate('rcu-held')
  if (walk.state.sections.preempt > 0) violate('preempt-held')
}

/** What bpf_set_retval may set: the hook's own values; of getsockopt anything. */
function requireRetval(walk: Walk): void {
  const lsm = walk.program.linked.attachType === 'BPF_LSM_CGROUP'
  if (walk.model.rules.setRetvalRange && walk.reg(1).kind !== 'scalar')
    violate('return-type', { form: 'set-retval', reg: 1 })
  const rule = returnRule(walk.model.kernel, walk.program.traits)
  if (lsm && rule.kind === 'range' && rule.note !== undefined) violate('set-retval-void')
  if (!walk.model.rules.setRetvalRange || walk.program.linked.attachType === 'BPF_CGROUP_GETSOCKOPT') return
  const { min, max } = lsm ? lsmHookRange(walk.model.kernel, walk.program.traits) : { min: -4095, max: 0 }
  requireRange(walk, 1, { min, max, context: 'bpf_set_retval', bits32: true })
}
