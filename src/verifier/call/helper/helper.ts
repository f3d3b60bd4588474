// SPDX-License-Identifier: Apache-2.0
// A call of a helper: may this program, do the arguments fit the prototype, what comes back.

import { releaseReferenceIn } from '../../access/held.ts'
import { checkMapForHelper, lsmHookRange, returnRule } from '../../../kernel/index.ts'
import { missingMessage } from '../../../object/index.ts'
import type { Program } from '../../program/program.ts'
import { type Walk, canSleepHere, inRcu, inSleepable, unsleepableRegion } from '../../engine/walk.ts'
import { requireRange } from '../subprog/return-values.ts'
import { TAIL_CALL } from '../../program/flow.ts'
import { markPrecise } from '../../engine/precision.ts'
import { Unlinked, unsupported, violate } from '../../violations/raise.ts'
import * as scalar from '../../scalar/index.ts'
import { ALLOC, edit, isConst, isNull, PERCPU, RCU, type RegState, regTypeText } from '../../state/reg.ts'
import { mapRegs } from '../../state/state.ts'
import { callHelperCallback } from '../subprog/callbacks.ts'
import { releaseDynptr } from '../objects/dynptr.ts'
import { changesPacket } from '../../program/effects.ts'
import { requireFormat } from './format.ts'
import { GET_FUNC_IP, requireFunctionEntered } from './func-ip.ts'
import { checkArg } from './args.ts'
import { type Meta, newMeta } from './meta.ts'
import { returned } from './result.ts'
import { invalidatePacketPointers, releaseReference, requireNoReferences } from '../objects/references.ts'

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
  if (name === undefined) return violate('helper-unknown', { helper: `#${id}`, id })
  const answer = walk.program.helper(id)
  if (!answer.ok) {
    if (answer.why === 'gpl') violate('helper-gpl', { helper: name })
    if (answer.why === 'unsupported') unsupported(`helper ${name}`)
    if (answer.message !== undefined)
      violate('helper-not-allowed', { form: 'told', helper: name, told: answer.message })
    return violate('helper-not-allowed', { form: 'type', helper: name, id })
  }
  const { proto } = answer
  if (proto.mightSleep && walk.model.rules.sleepTold) {
    if (!canSleepHere(walk))
      violate('helper-sleep', { form: 'region', helper: name, id, region: unsleepableRegion(walk) })
  } else if (proto.mightSleep) {
    if (!inSleepable(walk)) violate('helper-sleep', { form: 'program', helper: name })
    if (walk.state.activeRcu > 0) violate('helper-sleep-rcu', { helper: name, id })
    if (walk.state.activePreempt > 0) violate('helper-sleep-preempt', { helper: name, id })
    if (walk.state.activeIrq > 0) violate('helper-sleep-irq', { helper: name, id })
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
    if (wrong !== undefined) {
      if (id === TAIL_CALL) violate('map-helper', { form: 'tail-call', helper: name })
      violate('map-helper', { form: 'told', helper: name, told: wrong[wrong.length - 1]! })
    }
  }
  if (changesMap.has(id) && walk.program.map(meta.map).flags & RDONLY_PROG)
    violate('map-flags', { form: 'helper', helper: name })
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
    violate('callback-map', { helper: meta.proto.name, reg: 1 })
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
    if (!releaseReference(walk, meta.refObjId)) violate('release-unknown', { helper: name, id })
  } else if (!isNull(reg)) violate('release-unknown', { helper: name, id })
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
      const places = [...walk.state.refs].map(({ insn }) => insn)
      violate('reference-leak', { form: 'tail-call', places, helper: meta.proto.name })
    }
    if (walk.state.activeLocks > 0) violate('lock-held')
    if (walk.state.activeIrq > 0) violate('irq-held')
    if (walk.state.activeRcu > 0) violate('rcu-held')
    if (walk.state.activePreempt > 0) violate('preempt-held')
  }
  if (id === SNPRINTF) requireFormat(walk)
  if (id === SET_RETVAL) requireRetval(walk)
  if (id === 81) {
    if (!isNull(walk.reg(2))) violate('local-storage-flags')
    markPrecise(walk, 2)
  }
  if (id === 197 && walk.reg(1).kind !== 'map_value') {
    violate('dynptr-from-mem', { type: regTypeText(walk.reg(1)) })
  }
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
