// SPDX-License-Identifier: Apache-2.0
// Arguments of a helper against its contract: the register's type, its offset, and what the kind of argument asks for.

import { structIdsMatch } from '../../../btf/index.ts'
import { structName } from '../../access/btf-pointer.ts'
import { requireKptrMatch } from '../../access/kptr.ts'
import { constVar, contextMoves, hasVarOff, requireAlignment } from '../../access/regions.ts'
import { expectedText, isMemory, typeFits } from '../../program/contract/accepted.ts'
import type { Argument, HelperContract } from '../../program/contract/contract.ts'
import type { Program } from '../../program/program.ts'
import type { Walk } from '../../engine/walk.ts'
import { readReg } from '../../engine/operands.ts'
import { markPrecise } from '../../engine/precision.ts'
import { violate } from '../../violations/raise.ts'
import * as scalar from '../../scalar/index.ts'
import { ALLOC, isNull, isPkt, mayBeNull, NON_OWN, PERCPU, RCU, type RegState, regTypeText } from '../../state/reg.ts'
import { isKeyWithinArray } from './constant-key.ts'
import { ownsReference, requireDynptr } from '../objects/dynptr.ts'
import { emptyFound, filling, type Found, nothingFound, type Told } from './found.ts'
import { kptrDestination } from './kptr-xchg.ts'
import { spinLock } from '../objects/locks.ts'
import {
  type MemoryUse,
  requireArgOffset,
  requireConstString,
  requireMemory,
  requireReleaseOffset,
  requireSized,
} from '../memory-args.ts'
import { seenType } from '../../access/nullness.ts'
import { packetAccessAllowed } from '../../program/packet-access.ts'

/** Every argument is what the contract asks for; what they tell of the call. */
export function checkArgs(walk: Walk, helper: HelperContract): Found {
  let found: Found | undefined
  for (const arg of helper.args) {
    const told = checkArg(walk, helper, arg, found ?? nothingFound)
    if (told === undefined) continue
    found ??= emptyFound()
    Object.assign(found, told)
  }
  return found ?? nothingFound
}

/** Its values are sockets. */
export const isSockMap = (program: Program, map: number): boolean =>
  ['BPF_MAP_TYPE_SOCKMAP', 'BPF_MAP_TYPE_SOCKHASH'].includes(program.map(map).type)

/** What the argument tells, where it tells anything. */
function checkArg(walk: Walk, helper: HelperContract, declared: Argument, before: Found): Told {
  const number = declared.reg
  const arg = asked(walk.program, declared, before)
  const reg = readReg(walk, number)
  if (arg.kind === 'anything') return undefined
  if (isPkt(reg) && !(helper.proto.pktAccess && packetAccessAllowed(walk.program, { write: false }))) {
    violate('packet-helper', { reg: number })
  }
  const nullGiven = arg.nullable && isNull(reg)
  if (nullGiven) markPrecise(walk, number)
  else {
    requireType(walk.program, helper, arg, reg, before)
    if (arg.kind === 'ctx' || !contextMoves(walk.program, reg)) {
      if (arg.releases && arg.kind !== 'dynptr') requireReleaseOffset(walk, number)
      else requireArgOffset(walk, number)
    }
  }
  if (arg.releases) requireReleasable(walk, helper, arg, reg)
  const owns = reg.refObjId !== 0 && arg.kind !== 'kptr'
  if (owns && before.refObjId !== 0 && !walk.model.rules.objectIds)
    violate('two-references', { reg: number, refId: reg.refObjId, otherRefId: before.refObjId })
  const told = nullGiven && arg.kind !== 'size' ? undefined : byKind(walk, helper, arg, reg, before)
  if (!arg.releases && !owns) return told
  return { ...told, ...(arg.releases ? { releaseReg: number } : {}), ...(owns ? { refObjId: reg.refObjId } : {}) }
}

const onlyRead: MemoryUse = { write: false, zeroOk: false, uninit: false }

/** The value of a socket map is a socket, whatever its size says. */
function asked(program: Program, arg: Argument, { map }: Found): Argument {
  if (arg.kind !== 'map_value' || map < 0 || !isSockMap(program, map)) return arg
  const { accepted, kernel } = program.model
  const id = kernel.btf.find(SOCKET, 'struct')
  const type = id === undefined ? undefined : { btf: kernel.btf, id }
  return { ...arg, kind: 'any_sock', accepts: accepted.get('any_sock'), struct: SOCKET, type }
}
const SOCKET = 'sock_common'

/** What is given back was acquired: an object, or a dynptr whose reference lies in its stack slot. */
function requireReleasable(walk: Walk, helper: HelperContract, arg: Argument, reg: RegState): void {
  const number = arg.reg
  const { objectIds } = walk.model.rules
  if (arg.kind !== 'dynptr') {
    if (reg.refObjId === 0 && !isNull(reg))
      violate('release-unreferenced', { form: 'register', reg: number, helper: helper.name })
    return
  }
  if (objectIds && reg.kind === 'dynptr') violate('release-const-dynptr', { form: 'const', reg: number })
  // later kernels ask for a dynptr there first, whose kind says the same
  if (reg.kind !== 'fp') violate('release-const-dynptr', { form: 'unowned', reg: number })
  if (!objectIds && !ownsReference(walk, number)) violate('release-unreferenced', { form: 'dynptr', reg: number })
}

function requireType(program: Program, helper: HelperContract, arg: Argument, reg: RegState, found: Found): void {
  const number = arg.reg
  const exchanged = helper.role === 'kptr_xchg' && number === 2
  const ignore = exchanged ? ALLOC | PERCPU : 0
  const localLock = arg.kind === 'spin_lock' && reg.kind === 'btf' ? NON_OWN | RCU : 0
  if (!typeFits(reg, arg, ignore | localLock)) {
    const [seen, expected] = [seenType(program, reg), expectedText(arg)]
    violate('argument-type', { reg: number, arg: number - 1, helper: helper.name, seen, expected })
  }
  if (reg.kind !== 'btf' || arg.kind === 'spin_lock' || arg.kind === 'percpu' || arg.kind === 'kptr') return
  if (isMemory(arg)) {
    // keys count as written, too: no helper declares them read-only
    if (arg.rdonly) return
    violate('helper-writes-object', { reg: number, helper: helper.name, type: regTypeText(reg) })
  }
  if (mayBeNull(reg) && (!arg.nullable || arg.releases)) {
    // the kernel has no words for it
    const details = { reg: number, arg: number - 1, helper: helper.name }
    violate('null-to-helper', { form: reg.flags & ALLOC ? 'allocated' : 'kernel', ...details })
  }
  if (exchanged) return requireKptrMatch(program.model, found.kptr!, reg, number)
  const { struct, type } = arg
  if (struct === undefined) return
  const strict = arg.releases && helper.role !== 'sk_release'
  const flexArrays = (reg.flags & ALLOC) === 0
  if (
    type === undefined ||
    !structIdsMatch(
      { btf: reg.btf!, id: reg.btfId, off: reg.off },
      { btf: type.btf, id: type.id },
      { strict, flexArrays },
    )
  )
    violate('struct-mismatch', { form: 'helper', reg: number, expected: struct, seen: structName(reg) })
}

/** What the kind asks for besides a register type, and what it tells. */
function byKind(walk: Walk, helper: HelperContract, arg: Argument, reg: RegState, found: Found): Told {
  const number = arg.reg
  switch (arg.kind) {
    case 'map':
      if (found.map >= 0 && (reg.map !== found.map || reg.mapUid !== found.mapUid)) {
        violate('timer-map', { reg: number, otherMapUid: found.mapUid, mapUid: reg.mapUid })
      }
      return { map: reg.map, mapUid: reg.mapUid }
    case 'map_key': {
      if (found.map < 0) violate('map-first', { form: 'key' })
      const { keySize } = walk.program.map(found.map)
      requireMemory(walk, number, keySize, onlyRead)
      return { keyWithin: isKeyWithinArray(walk, number, found.map) }
    }
    case 'map_value':
      if (found.map < 0) violate('map-first', { form: 'value' })
      return filling(found, requireMemory(walk, number, walk.program.map(found.map).valueSize, arg))
    case 'percpu':
      return { percpu: reg }
    case 'spin_lock':
      if (walk.state.frames.some((f) => f.callbackKind === 'rbtree')) violate('lock-in-callback', { form: 'spin' })
      spinLock(walk, number, { take: helper.effects.opens === 'lock', kind: 'lock' })
      return undefined
    case 'timer':
      requireTimer(walk.program, number, reg)
      return { map: reg.map, mapUid: reg.mapUid }
    case 'callback':
      return { callback: reg.frame }
    case 'mem': {
      const fill = requireMemory(walk, number, arg.size!, arg)
      if (arg.aligned) requireAlignment(walk.model, reg, { off: 0, size: arg.size! })
      return filling(found, fill)
    }
    case 'size': {
      const { write, uninit } = helper.args[number - 2]!
      const { size, fill } = requireSized(walk, number, { write, zeroOk: arg.zeroOk, uninit })
      return { size, ...filling(found, fill) }
    }
    case 'reserved_size':
      if (!scalar.isConst(reg.var)) violate('const-size', { reg: number })
      markPrecise(walk, number)
      return { reserved: reservedBytes(walk, reg, number) }
    case 'dynptr':
      if (!arg.uninit) return { dynptr: requireDynptr(walk, number, arg.dynptr, { mutates: !arg.rdonly }) }
      if (reg.kind !== 'fp') violate('dynptr-uninit', { reg: number })
      return { writes: [...found.writes, { kind: 'dynptr', reg: number, type: arg.dynptr ?? 'local' }] }
    case 'const_str':
      requireConstString(walk, number)
      return undefined
    case 'kptr':
      return { kptr: kptrDestination(walk, number) }
    default:
      return undefined
  }
}

/** Up to 7.2 the size of what is reserved is counted in 32 bits, whatever was asked for. */
function reservedBytes({ model }: Walk, reg: RegState, number: number): number {
  const asked = scalar.constValue(reg.var)
  if (model.rules.declaredArgs && asked > 0xffff_ffffn) violate('size-range', { reg: number })
  return Number(BigInt.asUintN(32, asked))
}

/** A timer at its place in a map value. */
function requireTimer(program: Program, number: number, reg: RegState): void {
  const details = { reg: number }
  if (hasVarOff(reg)) violate('timer-offset', { form: 'variable', ...details })
  const map = program.map(reg.map)
  if (map.valueTypeId === 0) violate('timer-btf', { ...details, map: program.mapName(reg.map) })
  const field = program.mapRecord(reg.map).fields.find((f) => f.kind === 'bpf_timer')
  if (field === undefined) return violate('timer-none', { ...details, map: program.mapName(reg.map) })
  const at = reg.off + constVar(reg)
  if (at !== field.off) violate('timer-offset', { form: 'elsewhere', ...details, at, expectedOff: field.off })
}
