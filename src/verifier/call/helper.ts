// SPDX-License-Identifier: Apache-2.0
// A call of a helper: may this program, do the arguments fit the prototype, what comes back.

import type { BtfId } from '../../btf/index.ts'
import { sizeOf, skipModifiers, structIdsMatch } from '../../btf/index.ts'
import { checkMapForHelper, type HelperProto, lsmHookRange, returnRule } from '../../kernel/index.ts'
import { missingMessage } from '../../object/index.ts'
import { structName } from '../access/btf-pointer.ts'
import { requireKptrMatch } from '../access/kptr.ts'
import { constVar, contextMoves, hasVarOff, requireAlignment } from '../access/regions.ts'
import { canSleepHere, type Env, inRcu, inSleepable, unsleepableRegion } from '../env.ts'
import { readReg } from '../explore/operands.ts'
import { requireRange } from '../explore/exit.ts'
import { pushState } from '../explore/paths.ts'
import { markPrecise } from '../explore/precision.ts'
import type { SpecialField } from '../record.ts'
import { reject, Unlinked, unsupported } from '../report.ts'
import * as scalar from '../scalar/index.ts'
import {
  ALLOC,
  constReg,
  type DynptrType,
  edit,
  isConst,
  isNull,
  isPkt,
  MAYBE_NULL,
  mayBeNull,
  NON_OWN,
  notInit,
  PERCPU,
  pointer,
  RCU,
  RDONLY,
  type RegState,
  RINGBUF,
  regTypeText,
  scalarReg,
  TRUSTED,
  unknownScalar,
} from '../state/reg.ts'
import { mapRegs } from '../state/state.ts'
import { isKeyWithinArray } from './constant-key.ts'
import { callHelperCallback } from './callbacks.ts'
import { GET_FUNC_IP, requireFunctionEntered } from './func-ip.ts'
import { changesPacket } from './effects.ts'
import { constructDynptr, ownsReference, releaseDynptr, requireDynptr } from './dynptr.ts'
import { type ArgKind, accepted, argKind, expectedText, typeFits } from './helper-args.ts'
import { kptrDestination } from './kptr-xchg.ts'
import { spinLock } from './locks.ts'
import { requireFormat } from './format.ts'
import { type Pending, requireArgOffset, requireConstString, requireMemory, requireSized } from './memory-args.ts'
import { packetAccessAllowed } from './program-facts.ts'
import { acquireReference, invalidatePacketPointers, releaseReference, releaseReferenceIn } from './references.ts'

/** What the arguments told of the call. */
export interface Meta {
  readonly proto: HelperProto
  map: number
  mapUid: number
  refObjId: number
  releaseReg: number
  size: number
  memSize: number
  /** The key is one that the map has. */
  keyWithin: boolean
  retBtf: RegState | undefined
  kptr: SpecialField | undefined
  dynptr: RegState | undefined
  dynptrReg: number
  callback: number
  readonly pending: Pending[]
}

const acquires = new Set([84, 85, 99, 131])
/** update, delete, push and pop of elements. */
const changesMap = new Set([2, 3, 87, 88])
/** BPF_F_RDONLY_PROG */
const RDONLY_PROG = 0x80
const SNPRINTF = 165
const FOR_EACH_MAP_ELEM = 164
const SET_RETVAL = 187
/** Return their argument as another type of the same object. */
const casts = new Set([95, 96, 136, 137, 138, 139, 140, 196])

export function callHelper(env: Env): void {
  const insn = env.insns[env.insn]!
  const id = insn.imm
  const name = env.kernel.helperName(id)
  const ref = env.prog.refs.get(env.insn)
  if (ref?.kind === 'missing') throw new Unlinked(missingMessage(ref), ref)
  if (name === undefined) return reject('helper-unknown', `invalid func unknown#${id}`, { helper: `#${id}` })
  const answer = env.kernel.helper(id, env.traits)
  if (!answer.ok) {
    if (answer.why === 'gpl')
      reject('helper-gpl', 'cannot call GPL-restricted function from non-GPL compatible program', { helper: name })
    if (answer.why === 'unsupported') unsupported(`helper ${name}`)
    if (answer.message !== undefined) reject('helper-not-allowed', answer.message, { helper: name })
    return reject('helper-not-allowed', `program of this type cannot use helper ${name}#${id}`, { helper: name })
  }
  const { proto } = answer
  if (proto.mightSleep && env.rules.sleepTold) {
    if (!canSleepHere(env))
      reject('helper-sleep', `sleepable helper ${name}#${id} in ${unsleepableRegion(env)}`, { helper: name })
  } else if (proto.mightSleep) {
    if (!inSleepable(env)) reject('helper-sleep', 'helper call might sleep in a non-sleepable prog', { helper: name })
    if (env.state.activeRcu > 0)
      reject('helper-sleep-rcu', `sleepable helper ${name}#${id} in rcu_read_lock region`, { helper: name })
    if (env.state.activePreempt > 0)
      reject('helper-sleep-preempt', `sleepable helper ${name}#${id} in non-preemptible region`, { helper: name })
    if (env.state.activeIrq > 0)
      reject('helper-sleep-irq', `sleepable helper ${name}#${id} in IRQ-disabled region`, { helper: name })
  }
  const meta: Meta = {
    proto,
    map: -1,
    mapUid: 0,
    refObjId: 0,
    releaseReg: 0,
    size: 0,
    memSize: 0,
    keyWithin: false,
    retBtf: undefined,
    kptr: undefined,
    dynptr: undefined,
    dynptrReg: 0,
    callback: -1,
    pending: [],
  }
  proto.args.forEach((_, i) => {
    checkArg(env, meta, i)
  })
  if (id === FOR_EACH_MAP_ELEM) requireWalkable(env, meta)
  if (meta.map >= 0) {
    const wrong = checkMapForHelper(env.map(meta.map).typeId, id, env.traits, env.rules.fewSockmapWriters)
    for (const line of wrong?.slice(0, -1) ?? []) env.verbose(line)
    if (wrong !== undefined) reject('map-helper', wrong[wrong.length - 1]!, { helper: name })
  }
  if (changesMap.has(id) && env.map(meta.map).flags & RDONLY_PROG)
    reject('map-flags', 'write into map forbidden', { helper: name })
  for (const apply of meta.pending) apply()
  if (id === TAIL_CALL && meta.map >= 0) noteTailCallKey(env, meta.map)
  release(env, meta, id, name)
  special(env, meta, id)
  callHelperCallback(env, meta, id)
  env.clobberCallerSaved()
  env.setReg(0, returned(env, meta, id))
  if (env.rules.objectIds && casts.has(id)) forkCast(env)
  if (id === GET_FUNC_IP) requireFunctionEntered(env)
  if (changesPacket.has(id) || (id === DYNPTR_WRITE && isPacketDynptr(meta.dynptr))) invalidatePacketPointers(env)
}

function checkArg(env: Env, meta: Meta, index: number): void {
  const number = index + 1
  const arg = meta.proto.args[index]!
  const kind = sockmapKind(env, meta, argKind(arg))
  const reg = readReg(env, number)
  if (kind.base === 'ARG_ANYTHING') return
  if (isPkt(reg) && !(meta.proto.pktAccess && packetAccessAllowed(env, false))) {
    reject('packet-helper', 'helper access to the packet is not allowed', { reg: number })
  }
  const nullGiven = kind.nullable && isNull(reg)
  if (nullGiven) markPrecise(env, number)
  else {
    requireType(env, meta, number, reg, kind, arg.btf)
    if (kind.base === 'ARG_PTR_TO_CTX' || !contextMoves(env, reg))
      requireArgOffset(env, number, kind.release && kind.base !== 'ARG_PTR_TO_DYNPTR')
  }
  if (kind.release) {
    if (kind.base === 'ARG_PTR_TO_DYNPTR') {
      // its reference lies in the stack slot
      if (reg.kind !== 'fp') reject('release-const-dynptr', 'cannot release unowned const bpf_dynptr', { reg: number })
      if (!ownsReference(env, number))
        reject('release-unreferenced', `arg ${number} is an unacquired reference`, { reg: number })
    } else if (reg.refObjId === 0 && !isNull(reg)) {
      reject('release-unreferenced', `R${number} must be referenced when passed to release function`, { reg: number })
    }
    meta.releaseReg = number
  }
  if (reg.refObjId !== 0 && kind.base !== 'ARG_KPTR_XCHG_DEST') {
    if (meta.refObjId !== 0)
      reject(
        'two-references',
        `verifier internal error: more than one arg with ref_obj_id R${number} ${reg.refObjId} ${meta.refObjId}`,
        { reg: number },
      )
    meta.refObjId = reg.refObjId
  }
  if (nullGiven && !kind.base.startsWith('ARG_CONST_SIZE')) return
  byKind(env, meta, number, reg, kind, arg.size)
}

/** Maps whose elements a callback can be called for. */
const walkable = new Set(
  'HASH PERCPU_HASH LRU_HASH LRU_PERCPU_HASH ARRAY PERCPU_ARRAY RHASH'.split(' ').map((type) => `BPF_MAP_TYPE_${type}`),
)
function requireWalkable(env: Env, meta: Meta): void {
  if (meta.map >= 0 && !walkable.has(env.map(meta.map).type))
    reject('callback-map', 'callback function not allowed for map', { helper: meta.proto.name, reg: 1 })
}

/** The value of a socket map is a socket, whatever its size says. */
function sockmapKind(env: Env, meta: Meta, kind: ArgKind): ArgKind {
  if (kind.base !== 'ARG_PTR_TO_MAP_VALUE' || meta.map < 0 || !isSockMap(env, meta)) return kind
  return { ...kind, base: 'ARG_PTR_TO_BTF_ID_SOCK_COMMON' }
}

function requireType(
  env: Env,
  meta: Meta,
  number: number,
  reg: RegState,
  kind: ArgKind,
  btf: string | undefined,
): void {
  const xchg = meta.proto.name === 'bpf_kptr_xchg'
  const ignore = xchg && number === 2 ? ALLOC | PERCPU | (reg.flags & ALLOC ? 0 : 0) : 0
  const localLock = kind.base === 'ARG_PTR_TO_SPIN_LOCK' && reg.kind === 'btf' ? NON_OWN | RCU : 0
  const fits = typeFits(reg, kind, ignore | localLock)
  if (!fits) {
    reject('argument-type', `R${number} type=${regTypeText(reg)} expected=${expectedText(kind)}`, {
      reg: number,
      arg: index(number),
      helper: meta.proto.name,
      seen: regTypeText(reg),
      expected: expectedText(kind),
    })
  }
  if (
    reg.kind !== 'btf' ||
    kind.base === 'ARG_PTR_TO_SPIN_LOCK' ||
    kind.base === 'ARG_PTR_TO_PERCPU_BTF_ID' ||
    kind.base === 'ARG_KPTR_XCHG_DEST'
  )
    return
  if (accepted.get(kind.base) === accepted.get('ARG_PTR_TO_MEM')) {
    if (kind.rdonly || kind.base === 'ARG_PTR_TO_MAP_KEY') return
    reject(
      'helper-writes-object',
      `${meta.proto.name}() may write into memory pointed by R${number} type=${regTypeText(reg)}`,
      { reg: number, helper: meta.proto.name },
    )
  }
  if (mayBeNull(reg) && (!kind.nullable || kind.release)) {
    // the kernel has no words for it
    if (reg.flags & ALLOC)
      reject('null-to-helper', 'verifier internal error: invalid PTR_TO_BTF_ID register for type match', {
        reg: number,
        arg: index(number),
        helper: meta.proto.name,
      })
    reject('null-to-helper', `Possibly NULL pointer passed to helper arg${number}`, {
      reg: number,
      arg: index(number),
      helper: meta.proto.name,
    })
  }
  if (xchg && number === 2) return requireKptrMatch(env, meta.kptr!, reg, number)
  const wanted = btf ?? (kind.base === 'ARG_PTR_TO_BTF_ID_SOCK_COMMON' ? 'sock_common' : undefined)
  if (wanted === undefined || wanted === '*') return
  const kernel = env.kernel.btf
  const id = kernel.find(wanted, 'struct')
  const strict = kind.release && meta.proto.name !== 'bpf_sk_release'
  if (
    id === undefined ||
    !structIdsMatch(reg.btf!, reg.btfId, reg.off, kernel, id, { strict, flexArrays: (reg.flags & ALLOC) === 0 })
  ) {
    reject('struct-mismatch', `R${number} is of type ${structName(reg)} but ${wanted} is expected`, {
      reg: number,
      expected: wanted,
      seen: structName(reg),
    })
  }
}
const index = (number: number): number => number - 1

function byKind(
  env: Env,
  meta: Meta,
  number: number,
  reg: RegState,
  kind: ArgKind,
  fixedSize: number | undefined,
): void {
  const zero = { write: kind.write, zeroOk: false, uninit: kind.uninit }
  switch (kind.base) {
    case 'ARG_CONST_MAP_PTR':
      if (meta.map >= 0 && (reg.map !== meta.map || reg.mapUid !== meta.mapUid)) {
        reject(
          'timer-map',
          `timer pointer in R1 map_uid=${meta.mapUid} doesn't match map pointer in R2 map_uid=${reg.mapUid}`,
          { reg: number },
        )
      }
      meta.map = reg.map
      meta.mapUid = reg.mapUid
      return
    case 'ARG_PTR_TO_MAP_KEY':
      if (meta.map < 0) reject('map-first', 'invalid map_ptr to access map->key')
      requireMemory(
        env,
        number,
        env.map(meta.map).keySize,
        { write: false, zeroOk: false, uninit: false },
        meta.pending,
      )
      meta.keyWithin = isKeyWithinArray(env, number, meta.map)
      return
    case 'ARG_PTR_TO_MAP_VALUE':
      if (meta.map < 0) reject('map-first', 'invalid map_ptr to access map->value')
      return requireMemory(env, number, env.map(meta.map).valueSize, zero, meta.pending)
    case 'ARG_PTR_TO_PERCPU_BTF_ID':
      meta.retBtf = reg
      return
    case 'ARG_PTR_TO_SPIN_LOCK':
      if (env.state.frames.some((f) => f.callbackKind === 'rbtree'))
        reject('lock-in-callback', `can't spin_{lock,unlock} in rbtree cb`)
      return spinLock(env, number, { take: meta.proto.name === 'bpf_spin_lock', kind: 'lock' })
    case 'ARG_PTR_TO_TIMER':
      return timer(env, meta, number, reg)
    case 'ARG_PTR_TO_FUNC':
      meta.callback = reg.frame
      return
    case 'ARG_PTR_TO_MEM':
      return
    case 'ARG_PTR_TO_FIXED_SIZE_MEM':
      requireMemory(env, number, fixedSize ?? 8, zero, meta.pending)
      if (kind.aligned) requireAlignment(env, reg, 0, fixedSize ?? 8, true)
      return
    case 'ARG_CONST_SIZE':
    case 'ARG_CONST_SIZE_OR_ZERO': {
      const memory = argKind(meta.proto.args[number - 2]!)
      meta.size = requireSized(
        env,
        number,
        {
          write: memory.write,
          zeroOk: kind.base === 'ARG_CONST_SIZE_OR_ZERO',
          uninit: memory.uninit,
        },
        meta.pending,
      )
      return
    }
    case 'ARG_CONST_ALLOC_SIZE_OR_ZERO':
      if (!scalar.isConst(reg.var)) reject('const-size', `R${number} is not a known constant'`, { reg: number })
      meta.memSize = scalar.constNumber(reg.var)
      return markPrecise(env, number)
    case 'ARG_PTR_TO_DYNPTR':
      if (kind.uninit) {
        const type: DynptrType = kind.dynptr ?? 'local'
        meta.pending.push(() => constructDynptr(env, number, type))
        if (reg.kind !== 'fp') reject('dynptr-uninit', 'Dynptr has to be an uninitialized dynptr', { reg: number })
        return
      }
      meta.dynptr = requireDynptr(env, number, kind.dynptr, !kind.rdonly)
      meta.dynptrReg = number
      return
    case 'ARG_PTR_TO_CONST_STR':
      return requireConstString(env, number)
    case 'ARG_KPTR_XCHG_DEST':
      meta.kptr = kptrDestination(env, number)
      return
    default:
  }
}

function timer(env: Env, meta: Meta, number: number, reg: RegState): void {
  const details = { reg: number }
  if (hasVarOff(reg))
    reject(
      'timer-offset',
      `R${number} doesn't have constant offset. bpf_timer has to be at the constant offset`,
      details,
    )
  const map = env.map(reg.map)
  if (map.valueTypeId === 0)
    reject('timer-btf', `map '${env.mapName(reg.map)}' has to have BTF in order to use bpf_timer`, details)
  const field = env.mapRecord(reg.map).fields.find((f) => f.kind === 'bpf_timer')
  if (field === undefined) return reject('timer-none', `map '${env.mapName(reg.map)}' has no valid bpf_timer`, details)
  const at = reg.off + constVar(reg)
  if (at !== field.off)
    reject('timer-offset', `off ${at} doesn't point to 'struct bpf_timer' that is at ${field.off}`, details)
  meta.mapUid = reg.mapUid
  meta.map = reg.map
}

function release(env: Env, meta: Meta, id: number, name: string): void {
  if (meta.releaseReg === 0) return
  const reg = env.reg(meta.releaseReg)
  if (meta.proto.args[meta.releaseReg - 1]!.type.includes('DYNPTR')) return releaseDynptr(env, meta.releaseReg)
  if (id === 194 && meta.refObjId !== 0) {
    // a per-cpu object given to a map stays readable to the end of the RCU section
    if (inRcu(env) && (reg.flags & (ALLOC | PERCPU)) === (ALLOC | PERCPU)) {
      const { refObjId } = meta
      releaseReferenceIn(env, env.state, refObjId)
      mapRegs(env.state, (r) =>
        r.refObjId === refObjId
          ? edit(r, { refObjId: 0, id: env.rules.objectIds ? 0 : r.id, flags: (r.flags & ~ALLOC) | RCU })
          : r,
      )
      return
    }
  }
  if (meta.refObjId !== 0) {
    if (!releaseReference(env, meta.refObjId))
      reject('release-unknown', `func ${name}#${id} reference has not been acquired before`, { helper: name })
  } else if (!isNull(reg))
    reject('release-unknown', `func ${name}#${id} reference has not been acquired before`, { helper: name })
}

const DYNPTR_WRITE = 202
const isPacketDynptr = (reg: RegState | undefined): boolean => reg?.dynptr === 'skb' || reg?.dynptr === 'skb_meta'

const MAP_LOOKUP = 1
const TAIL_CALL = 12
const SMP_PROCESSOR_ID = 8

/** A known index into the program array becomes a direct jump, so every path must have the same. */
function noteTailCallKey(env: Env, map: number): void {
  const key = env.reg(3)
  if (isConst(key) && scalar.umaxN(key.var) < env.map(map).maxEntries) markPrecise(env, 3)
}

function special(env: Env, meta: Meta, id: number): void {
  if (id === TAIL_CALL) {
    if (env.state.refs.find((ref) => ref.kind === 'ptr') !== undefined) {
      for (const { id, insn, kind } of env.state.refs)
        if (kind === 'ptr') env.verbose(`Unreleased reference id=${id} alloc_insn=${insn}`)
      const at = [...env.state.refs].map((ref) => ({ label: 'acquired here', insn: ref.insn }))
      reject('reference-leak', 'tail_call would lead to reference leak', { at, helper: meta.proto.name })
    }
    if (env.state.activeLocks > 0) reject('lock-held', 'tail_call cannot be used inside bpf_spin_lock-ed region')
    if (env.state.activeIrq > 0) reject('irq-held', 'tail_call cannot be used inside bpf_local_irq_save-ed region')
    if (env.state.activeRcu > 0) reject('rcu-held', 'tail_call cannot be used inside bpf_rcu_read_lock-ed region')
    if (env.state.activePreempt > 0)
      reject('preempt-held', 'tail_call cannot be used inside bpf_preempt_disable-ed region')
  }
  if (id === SNPRINTF) requireFormat(env)
  if (id === SET_RETVAL) requireRetval(env)
  if (id === 81) {
    if (!isNull(env.reg(2))) reject('local-storage-flags', "get_local_storage() doesn't support non-zero flags")
    markPrecise(env, 2)
  }
  if (id === 197 && env.reg(1).kind !== 'map_value') {
    reject('dynptr-from-mem', `Unsupported reg type ${regTypeText(env.reg(1))} for bpf_dynptr_from_mem data`)
  }
}

/** What bpf_set_retval may set: the hook's own values; of getsockopt anything. */
function requireRetval(env: Env): void {
  const lsm = env.prog.attachType === 'BPF_LSM_CGROUP'
  const rule = returnRule(env.kernel, env.traits)
  if (lsm && rule.kind === 'range' && rule.note !== undefined)
    reject('set-retval-void', `BPF_LSM_CGROUP that attach to void LSM hooks can't modify return value!`)
  if (!env.rules.setRetvalRange || env.prog.attachType === 'BPF_CGROUP_GETSOCKOPT') return
  if (env.reg(1).kind !== 'scalar') reject('return-type', 'R1 is not a scalar', { reg: 1 })
  const { min, max } = lsm ? lsmHookRange(env.kernel, env.traits) : { min: -4095, max: 0 }
  requireRange(env, 1, { min, max, context: 'bpf_set_retval', bits32: true })
}

function returned(env: Env, meta: Meta, id: number): RegState {
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
  let value = made(env, meta, id, base, flags)
  if (mayBeNull(value) && value.id === 0) value = edit(value, { id: env.newId() })
  if (casts.has(id)) value = edit(value, { refObjId: meta.refObjId })
  else if (acquires.has(id) || id === 194 || (id === 1 && isSockMap(env, meta))) {
    const ref = acquireReference(env)
    value = edit(value, { id: ref, refObjId: ref })
  }
  if (id === 203 && meta.dynptr !== undefined)
    value = edit(value, { aux: meta.dynptr.id, refObjId: meta.dynptr.refObjId })
  return value
}

/** Another type of a held object has that object's id, which tells no NULL apart: that the cast gives none is a path of its own. */
function forkCast(env: Env): void {
  const value = env.reg(0)
  if (value.refObjId === 0) return
  env.setReg(0, constReg(0))
  env.pushStep()
  pushState(env, env.insn + 1, env.insn)
  env.setReg(0, edit(value, { id: value.refObjId, flags: value.flags & ~MAYBE_NULL }))
}

const isSockMap = (env: Env, meta: Meta): boolean =>
  ['BPF_MAP_TYPE_SOCKMAP', 'BPF_MAP_TYPE_SOCKHASH'].includes(env.map(meta.map).type)

function made(env: Env, meta: Meta, id: number, base: string, flags: number): RegState {
  const btf = env.kernel.btf
  switch (base) {
    case 'RET_VOID':
      return notInit
    case 'RET_INTEGER':
      return refined(env, id, meta)
    case 'RET_PTR_TO_MAP_VALUE': {
      if (meta.map < 0) reject('map-first', 'kernel subsystem misconfigured verifier')
      const lock = env.mapRecord(meta.map).hasLock
      return pointer('map_value', {
        flags,
        map: meta.map,
        mapUid: meta.mapUid,
        id: lock && flags === 0 ? env.newId() : 0,
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
function refined(env: Env, id: number, meta: Meta): RegState {
  if (id === SMP_PROCESSOR_ID)
    return scalarReg(scalar.fromRange({ smin: 0n, smax: BigInt((env.options.cpus ?? 8192) - 1) }))
  // get_stack, get_task_stack, probe_read_str and its user and kernel forms; not the probe_read that copies a fixed size
  if ([67, 141, 45, 114, 115].includes(id)) {
    return scalarReg(scalar.fromRange({ smin: -4095n, smax: BigInt(meta.size) }))
  }
  return unknownScalar
}
