// SPDX-License-Identifier: Apache-2.0
// A call of a helper: may this program, do the arguments fit the prototype, what comes back.

import { releaseReferenceIn } from '../access/held.ts'
import { checkMapForHelper, lsmHookRange, returnRule } from '../../kernel/index.ts'
import { missingMessage } from '../../object/index.ts'
import type { Program } from '../program/program.ts'
import { type Walk, canSleepHere, inRcu, inSleepable, unsleepableRegion } from '../engine/walk.ts'
import { requireRange } from './return-values.ts'
import { TAIL_CALL } from '../program/flow.ts'
import { markPrecise } from '../engine/precision.ts'
import { reject, Unlinked, unsupported } from '../violations/raise.ts'
import * as scalar from '../scalar/index.ts'
import { ALLOC, edit, isConst, isNull, PERCPU, RCU, type RegState, regTypeText } from '../state/reg.ts'
import { mapRegs } from '../state/state.ts'
import { callHelperCallback } from './callbacks.ts'
import { releaseDynptr } from './dynptr.ts'
import { changesPacket } from '../program/effects.ts'
import { requireFormat } from './format.ts'
import { GET_FUNC_IP, requireFunctionEntered } from './func-ip.ts'
import { checkArg } from './helper-check.ts'
import { type Meta, newMeta } from './helper-meta.ts'
import { returned } from './helper-return.ts'
import { invalidatePacketPointers, releaseReference, requireNoReferences } from './references.ts'

/** update, delete, push and pop of elements. */
const changesMap = new Set([2, 3, 87, 88])
/** BPF_F_RDONLY_PROG */
const RDONLY_PROG = 0x80
const SNPRINTF = 165
const FOR_EACH_MAP_ELEM = 164
const SET_RETVAL = 187

export function callHelper(walk: Walk): void {
  const insn = walk.program.insns[walk.insn]!
  const id = insn.imm
  const name = walk.model.kernel.helperName(id)
  const ref = walk.program.linked.refs.get(walk.insn)
  if (ref?.kind === 'missing') throw new Unlinked(missingMessage(ref), ref)
  if (name === undefined) return reject('helper-unknown', `invalid func unknown#${id}`, { helper: `#${id}` })
  const answer = walk.program.helper(id)
  if (!answer.ok) {
    if (answer.why === 'gpl')
      reject('helper-gpl', 'cannot call GPL-restricted function from non-GPL compatible program', { helper: name })
    if (answer.why === 'unsupported') unsupported(`helper ${name}`)
    if (answer.message !== undefined) reject('helper-not-allowed', answer.message, { helper: name })
    return reject('helper-not-allowed', `program of this type cannot use helper ${name}#${id}`, { helper: name })
  }
  const { proto } = answer
  if (proto.mightSleep && walk.model.rules.sleepTold) {
    if (!canSleepHere(walk))
      reject('helper-sleep', `sleepable helper ${name}#${id} in ${unsleepableRegion(walk)}`, { helper: name })
  } else if (proto.mightSleep) {
    if (!inSleepable(walk)) reject('helper-sleep', 'helper call might sleep in a non-sleepable prog', { helper: name })
    if (walk.state.activeRcu > 0)
      reject('helper-sleep-rcu', `sleepable helper ${name}#${id} in rcu_read_lock region`, { helper: name })
    if (walk.state.activePreempt > 0)
      reject('helper-sleep-preempt', `sleepable helper ${name}#${id} in non-preemptible region`, { helper: name })
    if (walk.state.activeIrq > 0)
      reject('helper-sleep-irq', `sleepable helper ${name}#${id} in IRQ-disabled region`, { helper: name })
  }
  const meta = newMeta(proto)
  proto.args.forEach((_, i) => {
    checkArg(walk, meta, i)
  })
  if (id === FOR_EACH_MAP_ELEM) requireWalkable(walk.program, meta)
  if (meta.map >= 0) {
    const wrong = checkMapForHelper(
      walk.program.map(meta.map).typeId,
      id,
      walk.program.traits,
      walk.model.rules.fewSockmapWriters,
    )
    for (const line of wrong?.slice(0, -1) ?? []) walk.verbose(line)
    if (wrong !== undefined) reject('map-helper', wrong[wrong.length - 1]!, { helper: name })
  }
  if (changesMap.has(id) && walk.program.map(meta.map).flags & RDONLY_PROG)
    reject('map-flags', 'write into map forbidden', { helper: name })
  for (const apply of meta.pending) apply()
  if (id === TAIL_CALL && meta.map >= 0) noteTailCallKey(walk, meta.map)
  release(walk, meta, id, name)
  special(walk, meta, id)
  callHelperCallback(walk, meta, id)
  walk.clobberCallerSaved()
  walk.setReg(0, returned(walk, meta, id))
  if (id === GET_FUNC_IP) requireFunctionEntered(walk.program)
  // later kernels: a tail call that is taken leaves the function, one that is not moves nothing
  const moves = changesPacket.has(id) && !(id === TAIL_CALL && walk.model.rules.tailCallsReturn)
  if (moves || (id === DYNPTR_WRITE && isPacketDynptr(meta.dynptr))) invalidatePacketPointers(walk)
}

/** Maps whose elements a callback can be called for. */
const walkable = new Set(
  'HASH PERCPU_HASH LRU_HASH LRU_PERCPU_HASH ARRAY PERCPU_ARRAY RHASH'.split(' ').map((type) => `BPF_MAP_TYPE_${type}`),
)
function requireWalkable(program: Program, meta: Meta): void {
  if (meta.map >= 0 && !walkable.has(program.map(meta.map).type))
    reject('callback-map', 'callback function not allowed for map', { helper: meta.proto.name, reg: 1 })
}

function release(walk: Walk, meta: Meta, id: number, name: string): void {
  if (meta.releaseReg === 0) return
  const reg = walk.reg(meta.releaseReg)
  if (meta.proto.args[meta.releaseReg - 1]!.type.includes('DYNPTR')) return releaseDynptr(walk, meta.releaseReg)
  if (id === 194 && meta.refObjId !== 0) {
    // a per-cpu object given to a map stays readable to the end of the RCU section
    if (inRcu(walk) && (reg.flags & (ALLOC | PERCPU)) === (ALLOC | PERCPU)) {
      const { refObjId } = meta
      releaseReferenceIn(walk.model, walk.state, refObjId)
      mapRegs(walk.state, (r) =>
        r.refObjId === refObjId
          ? edit(r, { refObjId: 0, id: walk.model.rules.objectIds ? 0 : r.id, flags: (r.flags & ~ALLOC) | RCU })
          : r,
      )
      return
    }
  }
  if (meta.refObjId !== 0) {
    if (!releaseReference(walk, meta.refObjId))
      reject('release-unknown', `func ${name}#${id} reference has not been acquired before`, { helper: name })
  } else if (!isNull(reg))
    reject('release-unknown', `func ${name}#${id} reference has not been acquired before`, { helper: name })
}

const DYNPTR_WRITE = 202
const isPacketDynptr = (reg: RegState | undefined): boolean => reg?.dynptr === 'skb' || reg?.dynptr === 'skb_meta'

/** A known index into the program array becomes a direct jump, so every path must have the same. */
function noteTailCallKey(walk: Walk, map: number): void {
  const key = walk.reg(3)
  if (isConst(key) && scalar.umaxN(key.var) < walk.program.map(map).maxEntries) markPrecise(walk, 3)
}

function special(walk: Walk, meta: Meta, id: number): void {
  if (id === TAIL_CALL) {
    // the first line that the kernel explains is its message
    if (walk.model.rules.reportsFirst) requireNoReferences(walk, true)
    if (walk.state.refs.find((ref) => ref.kind === 'ptr') !== undefined) {
      for (const { id, insn, kind } of walk.state.refs)
        if (kind === 'ptr') walk.verbose(`Unreleased reference id=${id} alloc_insn=${insn}`)
      const at = [...walk.state.refs].map((ref) => ({ label: 'acquired here', insn: ref.insn }))
      reject('reference-leak', 'tail_call would lead to reference leak', { at, helper: meta.proto.name })
    }
    if (walk.state.activeLocks > 0) reject('lock-held', 'tail_call cannot be used inside bpf_spin_lock-ed region')
    if (walk.state.activeIrq > 0) reject('irq-held', 'tail_call cannot be used inside bpf_local_irq_save-ed region')
    if (walk.state.activeRcu > 0) reject('rcu-held', 'tail_call cannot be used inside bpf_rcu_read_lock-ed region')
    if (walk.state.activePreempt > 0)
      reject('preempt-held', 'tail_call cannot be used inside bpf_preempt_disable-ed region')
  }
  if (id === SNPRINTF) requireFormat(walk)
  if (id === SET_RETVAL) requireRetval(walk)
  if (id === 81) {
    if (!isNull(walk.reg(2))) reject('local-storage-flags', "get_local_storage() doesn't support non-zero flags")
    markPrecise(walk, 2)
  }
  if (id === 197 && walk.reg(1).kind !== 'map_value') {
    reject('dynptr-from-mem', `Unsupported reg type ${regTypeText(walk.reg(1))} for bpf_dynptr_from_mem data`)
  }
}

/** What bpf_set_retval may set: the hook's own values; of getsockopt anything. */
function requireRetval(walk: Walk): void {
  const lsm = walk.program.linked.attachType === 'BPF_LSM_CGROUP'
  if (walk.model.rules.setRetvalRange && walk.reg(1).kind !== 'scalar')
    reject('return-type', 'R1 is not a scalar', { reg: 1 })
  const rule = returnRule(walk.model.kernel, walk.program.traits)
  if (lsm && rule.kind === 'range' && rule.note !== undefined)
    reject('set-retval-void', `BPF_LSM_CGROUP that attach to void LSM hooks can't modify return value!`)
  if (!walk.model.rules.setRetvalRange || walk.program.linked.attachType === 'BPF_CGROUP_GETSOCKOPT') return
  const { min, max } = lsm ? lsmHookRange(walk.model.kernel, walk.program.traits) : { min: -4095, max: 0 }
  requireRange(walk, 1, { min, max, context: 'bpf_set_retval', bits32: true })
}
