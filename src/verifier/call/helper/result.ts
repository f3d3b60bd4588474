// SPDX-License-Identifier: Apache-2.0
// What a helper gives back.

import { type BtfId, sizeOf, skipModifiers } from '../../../btf/index.ts'
import { lsmHookRange, returnRule } from '../../../kernel/index.ts'
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
import type { Meta } from './meta.ts'
import { acquireReference } from '../objects/references.ts'

const acquires = new Set([84, 85, 99, 131])
/** Return their argument as another type of the same object. */
const casts = new Set([95, 96, 136, 137, 138, 139, 140, 196])
const MAP_LOOKUP = 1
const SMP_PROCESSOR_ID = 8
const GET_RETVAL = 186

/** The helper's result, in r0. */
export function returned(walk: Walk, meta: Meta, id: number): RegState {
  const [ret, ...rest] = meta.proto.ret.split('|')
  let flags = 0
  if (rest.includes('PTR_MAYBE_NULL')) flags |= MAYBE_NULL
  if (rest.includes('MEM_RDONLY')) flags |= RDONLY
  let base = ret!
  if (base.endsWith('_OR_NULL')) {
    base = base.slice(0, -'_OR_NULL'.length)
    flags |= MAYBE_NULL
  }
  if (id === MAP_LOOKUP && meta.keyWithin) flags &= ~MAYBE_NULL
  let value = made(walk, meta, id, base, flags)
  if (mayBeNull(value) && value.id === 0) value = edit(value, { id: walk.newId() })
  if (casts.has(id)) value = cast(walk, meta, value)
  else if (acquires.has(id) || id === 194 || (id === MAP_LOOKUP && isSockMap(walk.program, meta))) {
    const ref = acquireReference(walk)
    value = edit(value, { id: ref, refObjId: ref })
  }
  if (id === 203 && meta.dynptr !== undefined)
    value = edit(value, { aux: meta.dynptr.id, refObjId: meta.dynptr.refObjId })
  return value
}
/**
 * The same object as another type. It may be none of that type though it is there: later kernels follow that apart, since the id it has
 * with what it is a copy of says nothing of it.
 */
function cast(walk: Walk, { refObjId }: Meta, value: RegState): RegState {
  const copy = edit(value, { refObjId })
  if (
    !walk.model.rules.objectIds ||
    !mayBeNull(copy) ||
    walk.state.refs.find(({ id }) => id === refObjId) === undefined
  )
    return copy
  walk.pushStep()
  pushState(walk, walk.insn + 1, walk.insn).cur.ownRegs()[0] = constReg(0)
  return edit(copy, { flags: copy.flags & ~MAYBE_NULL, id: refObjId })
}

/** Its values are sockets. */
export const isSockMap = (program: Program, meta: Meta): boolean =>
  ['BPF_MAP_TYPE_SOCKMAP', 'BPF_MAP_TYPE_SOCKHASH'].includes(program.map(meta.map).type)

function made(walk: Walk, meta: Meta, id: number, base: string, flags: number): RegState {
  const btf = walk.model.kernel.btf
  switch (base) {
    case 'RET_VOID':
      return notInit
    case 'RET_INTEGER':
      return refined(walk, id, meta)
    case 'RET_PTR_TO_MAP_VALUE': {
      if (meta.map < 0) violate('map-first', { form: 'tail-call' })
      const lock = walk.program.mapRecord(meta.map).hasLock
      return pointer('map_value', {
        flags,
        map: meta.map,
        mapUid: meta.mapUid,
        id: lock && flags === 0 ? walk.newId() : 0,
      })
    }
    case 'RET_PTR_TO_SOCKET':
      return pointer('sock', { flags })
    case 'RET_PTR_TO_SOCK_COMMON':
      return pointer('sock_common', { flags })
    case 'RET_PTR_TO_TCP_SOCK':
      return pointer('tcp_sock', { flags })
    case 'RET_PTR_TO_RINGBUF_MEM':
      return pointer('mem', { flags: flags | RINGBUF, size: meta.memSize })
    case 'RET_PTR_TO_DYNPTR_MEM':
      return pointer('mem', { flags, size: meta.memSize })
    case 'RET_PTR_TO_MEM_OR_BTF_ID': {
      const source = meta.retBtf
      if (source?.btf === undefined) return unsupported('bpf_per_cpu_ptr of an unknown variable')
      // memory of the program's own is there for every CPU
      if (source.flags & RCU) return pointer('btf', { flags: RCU | ALLOC, btf: source.btf, btfId: source.btfId })
      const type = source.btf.type(skipModifiers(source.btf, source.btfId))
      if (type.kind === 'struct') return pointer('btf', { flags: flags & ~RDONLY, btf: source.btf, btfId: type.id })
      return pointer('mem', { flags, size: sizeOf(source.btf, source.btfId) ?? 0 })
    }
    case 'RET_PTR_TO_BTF_ID_TRUSTED':
    case 'RET_PTR_TO_BTF_ID': {
      if (id === 194) {
        const kptr = meta.kptr!
        const owned = kptr.local ? ALLOC | (kptr.kind === 'kptr_percpu' ? PERCPU : 0) : 0
        return pointer('btf', { flags: flags | owned, btf: kptr.btf, btfId: kptr.btfId })
      }
      const name = meta.proto.retBtf
      const found = name === undefined || name === '*' ? undefined : btf.find(name, 'struct')
      if (found === undefined) return unsupported(`return type of ${meta.proto.name}`)
      return pointer('btf', { flags: flags | (base.endsWith('TRUSTED') ? TRUSTED : 0), btf, btfId: found as BtfId })
    }
    default:
      return unsupported(`return ${base} of ${meta.proto.name}`)
  }
}

/** Lengths and errors: at most what was asked for. CPU numbers: those there can be. */
function refined(walk: Walk, id: number, meta: Meta): RegState {
  if (id === SMP_PROCESSOR_ID) return scalarReg(scalar.fromRange({ smin: 0n, smax: BigInt(walk.program.cpus - 1) }))
  // get_stack, get_task_stack, probe_read_str and its user and kernel forms; not the probe_read that copies a fixed size
  if ([67, 141, 45, 114, 115].includes(id)) {
    return scalarReg(scalar.fromRange({ smin: -4095n, smax: BigInt(meta.size) }))
  }
  return id === GET_RETVAL && walk.model.rules.setRetvalRange ? retval(walk.program) : unknownScalar
}

/** What was set before: the hook's own values, of getsockopt anything. */
function retval(program: Program): RegState {
  const lsm = program.linked.attachType === 'BPF_LSM_CGROUP'
  const rule = returnRule(program.model.kernel, program.traits)
  if (
    program.linked.attachType === 'BPF_CGROUP_GETSOCKOPT' ||
    (lsm && rule.kind === 'range' && rule.note !== undefined)
  )
    return unknownScalar
  const { min, max } = lsm ? lsmHookRange(program.model.kernel, program.traits) : { min: -4095, max: 0 }
  return scalarReg(scalar.fromRange({ smin: BigInt(min), smax: BigInt(max) }))
}
