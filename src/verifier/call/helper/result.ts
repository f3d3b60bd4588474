// SPDX-License-Identifier: Apache-2.0
// What a helper gives back.

import { sizeOf, skipModifiers } from '../../../btf/index.ts'
import { lsmHookRange, returnRule } from '../../../kernel/index.ts'
import type { HelperContract } from '../../program/contract/contract.ts'
import type { ReturnRange } from '../../state/frame.ts'
import type { Program } from '../../program/program.ts'
import type { Walk } from '../../engine/walk.ts'
import { pushState } from '../../engine/pending.ts'
import { unsupported, violate } from '../../violations/raise.ts'
import * as scalar from '../../scalar/index.ts'
import {
  ALLOC,
  constReg,
  edit,
  MAYBE_NULL,
  mayBeNull,
  notInit,
  PERCPU,
  pointer,
  RCU,
  RDONLY,
  type RegState,
  RINGBUF,
  scalarReg,
  TRUSTED,
  unknownScalar,
} from '../../state/reg.ts'
import { isSockMap } from './args.ts'
import type { Found } from './found.ts'
import { acquireReference } from '../objects/references.ts'

/** The helper's result, in r0. */
export function returned(walk: Walk, helper: HelperContract, found: Found): RegState {
  const { role, effects } = helper
  let value = made(walk, helper, found)
  if (mayBeNull(value) && value.id === 0) value = edit(value, { id: walk.newId() })
  if (effects.casts) value = cast(walk, found, value)
  else if (effects.acquires || (role === 'map_lookup_elem' && isSockMap(walk.program, found.map))) {
    const ref = acquireReference(walk)
    value = edit(value, { id: ref, refObjId: ref })
  }
  if (role === 'dynptr_data' && found.dynptr !== undefined)
    value = edit(value, { aux: found.dynptr.id, refObjId: found.dynptr.refObjId })
  return value
}

/**
 * The same object as another type. It may be none of that type though it is there: later kernels follow that apart, since the id it has
 * with what it is a copy of says nothing of it.
 */
function cast(walk: Walk, { refObjId }: Found, value: RegState): RegState {
  const copy = edit(value, { refObjId })
  if (!walk.model.rules.objectIds || !mayBeNull(copy) || walk.state.refs.get(refObjId) === undefined) return copy
  walk.pushStep()
  pushState(walk, walk.insn + 1, walk.insn).cur.ownRegs()[0] = constReg(0)
  return edit(copy, { flags: copy.flags & ~MAYBE_NULL, id: refObjId })
}

function made(walk: Walk, helper: HelperContract, found: Found): RegState {
  const { kind, nullable, rdonly, trusted, type } = helper.result
  const certain = helper.role === 'map_lookup_elem' && found.keyWithin
  const flags = (nullable && !certain ? MAYBE_NULL : 0) | (rdonly ? RDONLY : 0)
  switch (kind) {
    case 'none':
      return notInit
    case 'scalar':
      return number(walk, helper, found)
    case 'map_value': {
      const { map, mapUid } = found
      if (map < 0) violate('map-first', { form: 'tail-call' })
      const lock = walk.program.mapRecord(map).hasLock
      return pointer('map_value', { flags, map, mapUid, id: lock && flags === 0 ? walk.newId() : 0 })
    }
    case 'sock':
    case 'sock_common':
    case 'tcp_sock':
      return pointer(kind, { flags })
    case 'ringbuf_mem':
      return pointer('mem', { flags: flags | RINGBUF, size: found.reserved })
    case 'dynptr_mem':
      return pointer('mem', { flags, size: found.reserved })
    case 'percpu':
      return onOneCpu(found, flags)
    case 'btf':
      if (helper.role === 'kptr_xchg') return exchanged(found, flags)
      if (type === undefined) return unsupported(`return type of ${helper.name}`)
      return pointer('btf', { flags: flags | (trusted ? TRUSTED : 0), btf: type.btf, btfId: type.id })
    default:
      return unsupported(`return ${helper.proto.ret.split('|')[0]!.replace(/_OR_NULL$/, '')} of ${helper.name}`)
  }
}

/** What is behind a per-CPU pointer: memory of the program's own is there for every CPU. */
function onOneCpu({ percpu }: Found, flags: number): RegState {
  if (percpu?.btf === undefined) return unsupported('bpf_per_cpu_ptr of an unknown variable')
  const { btf, btfId } = percpu
  if (percpu.flags & RCU) return pointer('btf', { flags: RCU | ALLOC, btf, btfId })
  const type = btf.type(skipModifiers(btf, btfId))
  if (type.kind === 'struct') return pointer('btf', { flags: flags & ~RDONLY, btf, btfId: type.id })
  return pointer('mem', { flags, size: sizeOf(btf, btfId) ?? 0 })
}

/** What was in the field. */
function exchanged({ kptr }: Found, flags: number): RegState {
  const { local, kind, btf, btfId } = kptr!
  const owned = local ? ALLOC | (kind === 'kptr_percpu' ? PERCPU : 0) : 0
  return pointer('btf', { flags: flags | owned, btf, btfId })
}

/** Lengths and errors: at most what was asked for. CPU numbers: those there can be. */
function number(walk: Walk, { role, result }: HelperContract, found: Found): RegState {
  if (role === 'get_smp_processor_id') return within({ min: 0, max: walk.program.cpus - 1 })
  if (result.bounded) return within({ min: -4095, max: found.size })
  return role === 'get_retval' && walk.model.rules.setRetvalRange ? retval(walk.program) : unknownScalar
}

const within = ({ min, max }: ReturnRange): RegState =>
  scalarReg(scalar.fromRange({ smin: BigInt(min), smax: BigInt(max) }))

/** What was set before: the hook's own values, of getsockopt anything. */
function retval(program: Program): RegState {
  const lsm = program.linked.attachType === 'BPF_LSM_CGROUP'
  const rule = returnRule(program.model.kernel, program.traits)
  if (
    program.linked.attachType === 'BPF_CGROUP_GETSOCKOPT' ||
    (lsm && rule.kind === 'range' && rule.note !== undefined)
  )
    return unknownScalar
  return within(lsm ? lsmHookRange(program.model.kernel, program.traits) : { min: -4095, max: 0 })
}
