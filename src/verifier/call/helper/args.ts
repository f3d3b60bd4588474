// SPDX-License-Identifier: Apache-2.0
// One argument of a helper against its prototype: the register's type, its offset, and what the kind of argument asks for.

import { structIdsMatch } from '../../../btf/index.ts'
import { structName } from '../../access/btf-pointer.ts'
import { requireKptrMatch } from '../../access/kptr.ts'
import { constVar, contextMoves, hasVarOff, requireAlignment } from '../../access/regions.ts'
import type { Program } from '../../program/program.ts'
import type { Walk } from '../../engine/walk.ts'
import { readReg } from '../../engine/operands.ts'
import { markPrecise } from '../../engine/precision.ts'
import { violate } from '../../violations/raise.ts'
import * as scalar from '../../scalar/index.ts'
import {
  ALLOC,
  type DynptrType,
  isNull,
  isPkt,
  mayBeNull,
  NON_OWN,
  PERCPU,
  RCU,
  type RegState,
  regTypeText,
} from '../../state/reg.ts'
import { isKeyWithinArray } from './constant-key.ts'
import { constructDynptr, ownsReference, requireDynptr } from '../objects/dynptr.ts'
import { type ArgKind, argKind, expectedText, isMemory, typeFits } from '../../program/contract/helper-kinds.ts'
import type { Meta } from './meta.ts'
import { isSockMap } from './result.ts'
import { kptrDestination } from './kptr-xchg.ts'
import { spinLock } from '../objects/locks.ts'
import { requireArgOffset, requireConstString, requireMemory, requireSized, seenType } from '../memory-args.ts'
import { packetAccessAllowed } from '../../program/packet-access.ts'

/** Argument `index` fits the prototype; what it tells of the call is noted in `meta`. */
export function checkArg(walk: Walk, meta: Meta, index: number): void {
  const number = index + 1
  const arg = meta.proto.args[index]!
  const kind = sockmapKind(walk.program, meta, argKind(arg))
  const reg = readReg(walk, number)
  if (kind.base === 'ARG_ANYTHING') return
  if (isPkt(reg) && !(meta.proto.pktAccess && packetAccessAllowed(walk.program, false))) {
    violate('packet-helper', { reg: number })
  }
  const nullGiven = kind.nullable && isNull(reg)
  if (nullGiven) markPrecise(walk, number)
  else {
    requireType(walk.program, meta, number, reg, kind, arg.btf)
    if (kind.base === 'ARG_PTR_TO_CTX' || !contextMoves(walk.program, reg))
      requireArgOffset(walk, number, kind.release && kind.base !== 'ARG_PTR_TO_DYNPTR')
  }
  if (kind.release) {
    if (kind.base === 'ARG_PTR_TO_DYNPTR') {
      if (walk.model.rules.objectIds && reg.kind === 'dynptr')
        violate('release-const-dynptr', { form: 'const', reg: number })
      // its reference lies in the stack slot; later kernels ask for a dynptr there first, whose kind says the same
      if (reg.kind !== 'fp') violate('release-const-dynptr', { form: 'unowned', reg: number })
      if (!walk.model.rules.objectIds && !ownsReference(walk, number))
        violate('release-unreferenced', { form: 'dynptr', reg: number })
    } else if (reg.refObjId === 0 && !isNull(reg)) {
      const { name } = meta.proto
      violate('release-unreferenced', { form: 'register', reg: number, helper: name })
    }
    meta.releaseReg = number
  }
  if (reg.refObjId !== 0 && kind.base !== 'ARG_KPTR_XCHG_DEST') {
    if (meta.refObjId !== 0 && !walk.model.rules.objectIds)
      violate('two-references', { reg: number, refId: reg.refObjId, otherRefId: meta.refObjId })
    meta.refObjId = reg.refObjId
  }
  if (nullGiven && !kind.base.startsWith('ARG_CONST_SIZE')) return
  byKind(walk, meta, number, reg, kind, arg.size)
}

/** The value of a socket map is a socket, whatever its size says. */
function sockmapKind(program: Program, meta: Meta, kind: ArgKind): ArgKind {
  if (kind.base !== 'ARG_PTR_TO_MAP_VALUE' || meta.map < 0 || !isSockMap(program, meta)) return kind
  return { ...kind, base: 'ARG_PTR_TO_BTF_ID_SOCK_COMMON' }
}

function requireType(
  program: Program,
  meta: Meta,
  number: number,
  reg: RegState,
  kind: ArgKind,
  btf: string | undefined,
): void {
  const xchg = meta.proto.name === 'bpf_kptr_xchg'
  const ignore = xchg && number === 2 ? ALLOC | PERCPU : 0
  const localLock = kind.base === 'ARG_PTR_TO_SPIN_LOCK' && reg.kind === 'btf' ? NON_OWN | RCU : 0
  const fits = typeFits(program.model.rules, reg, kind, ignore | localLock)
  if (!fits) {
    const [seen, expected] = [seenType(program, reg), expectedText(program.model.rules, kind)]
    const details = { reg: number, arg: index(number), helper: meta.proto.name, seen, expected }
    violate('argument-type', details)
  }
  if (
    reg.kind !== 'btf' ||
    kind.base === 'ARG_PTR_TO_SPIN_LOCK' ||
    kind.base === 'ARG_PTR_TO_PERCPU_BTF_ID' ||
    kind.base === 'ARG_KPTR_XCHG_DEST'
  )
    return
  if (isMemory(kind)) {
    if (kind.rdonly || kind.base === 'ARG_PTR_TO_MAP_KEY') return
    violate('helper-writes-object', { reg: number, helper: meta.proto.name, type: regTypeText(reg) })
  }
  if (mayBeNull(reg) && (!kind.nullable || kind.release)) {
    // the kernel has no words for it
    if (reg.flags & ALLOC)
      violate('null-to-helper', { form: 'allocated', reg: number, arg: index(number), helper: meta.proto.name })
    violate('null-to-helper', { form: 'kernel', reg: number, arg: index(number), helper: meta.proto.name })
  }
  if (xchg && number === 2) return requireKptrMatch(program.model, meta.kptr!, reg, number)
  const wanted = btf ?? (kind.base === 'ARG_PTR_TO_BTF_ID_SOCK_COMMON' ? 'sock_common' : undefined)
  if (wanted === undefined || wanted === '*') return
  const kernel = program.model.kernel.btf
  const id = kernel.find(wanted, 'struct')
  const strict = kind.release && meta.proto.name !== 'bpf_sk_release'
  if (
    id === undefined ||
    !structIdsMatch(reg.btf!, reg.btfId, reg.off, kernel, id, { strict, flexArrays: (reg.flags & ALLOC) === 0 })
  ) {
    violate('struct-mismatch', { form: 'helper', reg: number, expected: wanted, seen: structName(reg) })
  }
}
const index = (number: number): number => number - 1

function byKind(
  walk: Walk,
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
        violate('timer-map', { reg: number, otherMapUid: meta.mapUid, mapUid: reg.mapUid })
      }
      meta.map = reg.map
      meta.mapUid = reg.mapUid
      return
    case 'ARG_PTR_TO_MAP_KEY':
      if (meta.map < 0) violate('map-first', { form: 'key' })
      requireMemory(
        walk,
        number,
        walk.program.map(meta.map).keySize,
        { write: false, zeroOk: false, uninit: false },
        meta.pending,
      )
      meta.keyWithin = isKeyWithinArray(walk, number, meta.map)
      return
    case 'ARG_PTR_TO_MAP_VALUE':
      if (meta.map < 0) violate('map-first', { form: 'value' })
      return requireMemory(walk, number, walk.program.map(meta.map).valueSize, zero, meta.pending)
    case 'ARG_PTR_TO_PERCPU_BTF_ID':
      meta.retBtf = reg
      return
    case 'ARG_PTR_TO_SPIN_LOCK':
      if (walk.state.frames.some((f) => f.callbackKind === 'rbtree')) violate('lock-in-callback', { form: 'spin' })
      return spinLock(walk, number, { take: meta.proto.name === 'bpf_spin_lock', kind: 'lock' })
    case 'ARG_PTR_TO_TIMER':
      return timer(walk.program, meta, number, reg)
    case 'ARG_PTR_TO_FUNC':
      meta.callback = reg.frame
      return
    case 'ARG_PTR_TO_MEM':
      return
    case 'ARG_PTR_TO_FIXED_SIZE_MEM':
      requireMemory(walk, number, fixedSize ?? 8, zero, meta.pending)
      if (kind.aligned) requireAlignment(walk.model, reg, 0, fixedSize ?? 8, true)
      return
    case 'ARG_CONST_SIZE':
    case 'ARG_CONST_SIZE_OR_ZERO': {
      const memory = argKind(meta.proto.args[number - 2]!)
      meta.size = requireSized(
        walk,
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
      if (!scalar.isConst(reg.var)) violate('const-size', { reg: number })
      meta.memSize = scalar.constNumber(reg.var)
      return markPrecise(walk, number)
    case 'ARG_PTR_TO_DYNPTR':
      if (kind.uninit) {
        const type: DynptrType = kind.dynptr ?? 'local'
        meta.pending.push(() => constructDynptr(walk, number, type))
        if (reg.kind !== 'fp') violate('dynptr-uninit', { reg: number })
        return
      }
      meta.dynptr = requireDynptr(walk, number, kind.dynptr, !kind.rdonly)
      meta.dynptrReg = number
      return
    case 'ARG_PTR_TO_CONST_STR':
      return requireConstString(walk, number)
    case 'ARG_KPTR_XCHG_DEST':
      meta.kptr = kptrDestination(walk, number)
      return
    default:
  }
}

function timer(program: Program, meta: Meta, number: number, reg: RegState): void {
  const details = { reg: number }
  if (hasVarOff(reg)) violate('timer-offset', { form: 'variable', ...details })
  const map = program.map(reg.map)
  if (map.valueTypeId === 0) violate('timer-btf', { ...details, map: program.mapName(reg.map) })
  const field = program.mapRecord(reg.map).fields.find((f) => f.kind === 'bpf_timer')
  if (field === undefined) return violate('timer-none', { ...details, map: program.mapName(reg.map) })
  const at = reg.off + constVar(reg)
  if (at !== field.off) violate('timer-offset', { form: 'elsewhere', ...details, at, expectedOff: field.off })
  meta.mapUid = reg.mapUid
  meta.map = reg.map
}
