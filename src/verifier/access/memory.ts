// SPDX-License-Identifier: Apache-2.0
// One load or store: which region the pointer reaches, whether the access lies in it, and what is read.

import { type Access, extendsSign } from '../program/access.ts'
import { seenType } from './nullness.ts'
import { accessBtfPointer, accessMapPointer, fieldText, isPointerField } from './btf-pointer.ts'
import { accessMapKptr } from './kptr.ts'
import {
  constVar,
  contextMoves,
  isJumpTable,
  hasVarOff,
  requireAlignment,
  requireBuffer,
  requireMemRegion,
  requirePacket,
  isUnmoved,
  requireUnmodified,
  SYSCALL_CONTEXT,
  valueBytes,
} from './regions.ts'
import { readStack, readStackVariable, storeUnknown, writeStack, writeStackVariable } from './stack.ts'
import { frameOf, requireStackBounds, requireStackPlace } from './stack-bounds.ts'
import { type BytesAccess, isContextRewritten, socketAccess } from '../../kernel/index.ts'
import { packetAccessAllowed } from '../program/packet-access.ts'
import type { Program } from '../program/program.ts'
import type { Walk } from '../engine/walk.ts'
import { unsupported, violate } from '../violations/raise.ts'
import * as scalar from '../scalar/index.ts'
import {
  ALLOC,
  MAYBE_NULL,
  mayBeNull,
  pointer,
  RDONLY,
  type RegKind,
  type RegState,
  regTypeText,
  scalarReg,
  TRUSTED,
  UNTRUSTED,
  unknownScalar,
  RCU,
  PERCPU,
  USER,
  withVar,
} from '../state/reg.ts'
import { dataSection } from '../program/rodata.ts'

/** BPF_F_STRICT_ALIGNMENT */
const STRICT_ALIGNMENT = 1

/** x86 asks it of the stack, whose slots are tracked by eight bytes, of atomics, of jump tables, and where the loader says so. */
const mustAlign = (program: Program, { atomic }: Access, reg: RegState): boolean =>
  reg.kind === 'fp' ||
  atomic ||
  (program.linked.flags & STRICT_ALIGNMENT) !== 0 ||
  (reg.kind === 'map_value' && isJumpTable(program.map(reg.map)))

/** Checks the access and, for a load, answers what is read. */
export function access(walk: Walk, a: Access): RegState {
  const reg = walk.reg(a.base)
  const off = a.off + reg.off
  if (mustAlign(walk.program, a, reg)) requireAlignment(walk.model, reg, a)
  switch (reg.kind) {
    case 'map_key':
      if (a.write) violate('write-rdonly', { form: 'key', reg: a.base })
      requireMemRegion(walk, a.base, {
        off: a.off,
        size: a.size,
        memSize: walk.program.map(reg.map).keySize,
        zeroOk: false,
      })
      return anyLoaded(a)
    case 'map_value': {
      if (reg.flags & MAYBE_NULL) break
      requireMapAccess(walk, a.base, a)
      const map = walk.program.map(reg.map)
      requireMemRegion(walk, a.base, { off: a.off, size: a.size, memSize: valueBytes(map), zeroOk: false })
      if (isJumpTable(map)) return readTarget(a, reg)
      const kptr = accessMapKptr(walk, a)
      if (kptr !== undefined) return kptr
      requireNoSpecialField(walk, a)
      if (!a.write && !hasVarOff(reg)) {
        const known = dataSection(map, a.off + reg.off + constVar(reg), a.size)
        if (known !== undefined) {
          const value = extendsSign(a) ? BigInt.asIntN(a.size * 8, known) : known
          return scalarReg(scalar.constant(value))
        }
      }
      return anyLoaded(a)
    }
    case 'mem': {
      if (reg.flags & MAYBE_NULL) break
      if (a.write && reg.flags & RDONLY)
        violate('write-rdonly', { form: 'memory', reg: a.base, type: regTypeText(reg) })
      // what may not be there has no end either: its loads are guarded
      if ((reg.flags & UNTRUSTED) === 0)
        requireMemRegion(walk, a.base, { off: a.off, size: a.size, memSize: reg.size, zeroOk: false })
      return anyLoaded(a)
    }
    case 'ctx':
      return accessCtx(walk, a, off)
    case 'fp': {
      const how = a.write ? 'write' : 'read'
      const frame = frameOf(walk, reg)
      if (hasVarOff(reg)) {
        const span = requireStackBounds(walk, a.base, a.off, a.size, how)
        if (!a.write) return finishLoad(walk, a, readStackVariable(walk, a.base, a.off, a.size))
        writeStackVariable(walk, frame, span, a.stored)
        return unknownScalar
      }
      const at = requireStackPlace(walk, a.base, a.off, a.size, how)
      if (!a.write) return finishLoad(walk, a, readStack(walk, frame, at, a.size))
      if (a.stored.kind === 'unknown') storeUnknown(walk, frame, at, a.size)
      else writeStack(walk, frame, { off: at, size: a.size }, a.stored)
      return unknownScalar
    }
    case 'pkt':
    case 'pkt_meta':
      if (a.write && !packetAccessAllowed(walk.program, { write: true })) violate('packet-write', { reg: a.base })
      requirePacket(walk, a.base, { off: a.off, size: a.size, zeroOk: false })
      return anyLoaded(a)
    case 'flow_keys':
      if (off < 0 || off + a.size > 56) violate('flow-keys', { reg: a.base, off, size: a.size })
      return anyLoaded(a)
    case 'sock_common':
    case 'sock':
    case 'tcp_sock':
    case 'xdp_sock': {
      if (reg.flags & MAYBE_NULL) break
      if (a.write) violate('write-rdonly', { form: 'memory', reg: a.base, type: regTypeText(reg) })
      return accessSock(a, reg, off)
    }
    case 'tp_buffer':
      requireBuffer(walk.model, a.base, 'tracepoint', { reg, off: a.off, size: a.size })
      return anyLoaded(a)
    case 'buf':
      if (reg.flags & MAYBE_NULL && walk.model.rules.buffersNullChecked) break
      if (a.write && reg.flags & RDONLY)
        violate('write-rdonly', { form: 'memory', reg: a.base, type: regTypeText(reg) })
      requireBuffer(walk.model, a.base, reg.flags & RDONLY ? 'rdonly' : 'rdwr', { reg, off: a.off, size: a.size })
      return anyLoaded(a)
    case 'btf': {
      // other than allocated objects, a pointer with an unchecked null may not be followed
      if (mayBeNull(reg)) break
      const value = accessBtfPointer(walk, a.base, { off, size: a.size, write: a.write })
      return value.kind === 'scalar' ? cutTo(a, value) : value
    }
    case 'map_ptr': {
      const value = accessMapPointer(walk, a.base, { off: off + constVar(reg), size: a.size, write: a.write })
      return value.kind === 'scalar' ? cutTo(a, value) : value
    }
    case 'arena':
      return anyLoaded(a)
    default:
  }
  return violate('invalid-access', { reg: a.base, seen: seenType(walk.program, reg) })
}

/** An entry of a jump table: an instruction, known by where in the table it stands. */
function readTarget({ off, size }: Access, reg: RegState): RegState {
  if (size !== 8) violate('insn-array-read', { size })
  return pointer('insn', { map: reg.map, off: reg.off + off, var: reg.var })
}

const unsigned: readonly RegState[] = Array.from({ length: 9 }, (_, size) => scalarReg(scalar.unsignedOfSize(size)))
const signed: readonly RegState[] = Array.from({ length: 9 }, (_, size) => scalarReg(scalar.signedOfSize(size)))
/** What a load gives of which nothing is known. */
const anyLoaded = (a: Access): RegState =>
  a.size === 8 ? unknownScalar : (extendsSign(a) ? signed : unsigned)[a.size]!

/** What a load gives of a place where `value` is. */
const cutTo = (a: Access, value: RegState): RegState =>
  a.size < 8 && !scalar.isConst(value.var) ? anyLoaded(a) : value

function finishLoad(walk: Walk, a: Access, value: RegState): RegState {
  const { model, exacting } = walk
  if (value.kind !== 'scalar' || a.size === 8) return value
  if (extendsSign(a)) {
    const extended = model.domain.movsx(value.var, a.size as 1 | 2 | 4, 64)
    // until 7.2 what was filled stays linked to what was spilled, though its sign was extended: no fact may come of that
    const changed = scalar.umaxN(value.var) >= 2 ** (a.size * 8 - 1)
    const unlinks = model.rules.signedFillsUnlinked || exacting !== undefined
    return unlinks && changed ? scalarReg(extended) : withVar(value, extended)
  }
  const narrowed = narrowedTo(walk, a.size, value.var)
  if (narrowed.var === value.var) return value
  return value.id === 0 && !value.precise ? narrowed : withVar(value, narrowed.var)
}

/** The low bytes of a number, as a number linked to nothing. */
function narrowedTo(walk: Walk, bytes: number, value: scalar.Scalar): RegState {
  const before = walk.computedBefore(value, value)
  if (before !== undefined) return before
  return walk.keepComputed(value, value, scalarReg(walk.model.domain.truncateLoad(value, bytes)))
}

/** BPF_F_RDONLY_PROG and BPF_F_WRONLY_PROG. */
export function requireMapAccess(walk: Walk, number: number, access: BytesAccess): void {
  const reg = walk.reg(number)
  const map = walk.program.map(reg.map)
  if ((map.flags & (access.write ? 0x80 : 0x100)) === 0) return
  const what = access.write ? 'write into' : 'read from'
  const [off, size] = [reg.off + access.off, access.size]
  violate('map-flags', { form: 'access', reg: number, what, valueSize: map.valueSize, off, size })
}

/** Locks, timers, lists, trees in a map value are only for the calls made for them. */
export function requireNoSpecialField(walk: Walk, a: { base: number; off: number; size: number }): void {
  const reg = walk.reg(a.base)
  const low = reg.off + a.off + (hasVarOff(reg) ? scalar.sminN(reg.var) : constVar(reg))
  const high = reg.off + a.off + (hasVarOff(reg) ? scalar.umaxN(reg.var) : constVar(reg)) + a.size
  for (const field of walk.program.mapRecord(reg.map).fields) {
    if (low < field.off + field.size && field.off < high) {
      if (isPointerField(field.kind)) {
        violate('kptr-helper', { reg: a.base, field: fieldText(field.kind) })
      }
      violate('special-field-access', { form: 'map-value', reg: a.base, field: fieldText(field.kind) })
    }
  }
}

const ctxRegNames: Readonly<Record<string, RegKind>> = {
  PTR_TO_PACKET: 'pkt',
  PTR_TO_PACKET_END: 'pkt_end',
  PTR_TO_PACKET_META: 'pkt_meta',
  PTR_TO_FLOW_KEYS: 'flow_keys',
  PTR_TO_SOCKET: 'sock',
  PTR_TO_SOCK_COMMON: 'sock_common',
  PTR_TO_TCP_SOCK: 'tcp_sock',
  PTR_TO_XDP_SOCK: 'xdp_sock',
  PTR_TO_BTF_ID: 'btf',
  PTR_TO_MEM: 'mem',
  PTR_TO_BUF: 'buf',
  PTR_TO_TP_BUFFER: 'tp_buffer',
  PTR_TO_MAP_VALUE: 'map_value',
  PTR_TO_CTX: 'ctx',
  CONST_PTR_TO_MAP: 'map_ptr',
  PTR_TO_ARENA: 'arena',
}
const ctxRegs: ReadonlyMap<string, RegKind> = new Map(Object.entries(ctxRegNames))
const flagBits: Readonly<Record<string, number>> = {
  PTR_MAYBE_NULL: MAYBE_NULL,
  MEM_RDONLY: RDONLY,
  PTR_UNTRUSTED: UNTRUSTED,
  PTR_TRUSTED: TRUSTED,
  MEM_RCU: RCU,
  MEM_ALLOC: ALLOC,
  MEM_PERCPU: PERCPU,
  MEM_USER: USER,
}
const flagNames: ReadonlyMap<string, number> = new Map(Object.entries(flagBits))
interface RegType {
  readonly kind: RegKind
  readonly flags: number
}
const regTypes = new Map<string, RegType>()
/** 'PTR_TO_BTF_ID|PTR_TRUSTED' as kind and flags. */
export function parseRegType(text: string): RegType {
  const known = regTypes.get(text)
  if (known !== undefined) return known
  const [head, ...rest] = text.split('|')
  const kind = ctxRegs.get(head!)
  if (kind === undefined) throw new Error(`no register kind for ${text}`)
  const type = { kind, flags: rest.reduce((flags, name) => flags | (flagNames.get(name) ?? 0), 0) }
  regTypes.set(text, type)
  return type
}

function accessCtx(walk: Walk, a: Access, off: number): RegState {
  const reg = walk.reg(a.base)
  if (contextMoves(walk.program, reg)) {
    requireMemRegion(walk, a.base, { off: a.off, size: a.size, memSize: SYSCALL_CONTEXT, zeroOk: false })
    return a.write ? unknownScalar : anyLoaded(a)
  }
  requireCtxOffset(walk.program, a.base, reg)
  if (off < 0) violate('ctx-bounds', { reg: a.base, off, size: a.size })
  const answer = walk.program.contextAccess({ off, size: a.size, write: a.write, signed: extendsSign(a) })
  if (!answer.ok) {
    if (answer.unsupported !== undefined) unsupported(answer.unsupported)
    const { message: seen } = answer
    if (answer.instead === true && seen !== undefined) return violate('ctx-access', { form: 'told', reg: a.base, seen })
    const access = { reg: a.base, off, size: a.size }
    return violate('ctx-access', { form: 'outside', ...access, ...(seen === undefined ? {} : { seen }) })
  }
  if (walk.observer !== undefined) for (const line of answer.log ?? []) walk.verbose(line)
  if (a.write) return unknownScalar
  if (answer.kind === 'scalar') {
    if (answer.range !== undefined)
      return scalarReg(scalar.fromRange({ smin: BigInt(answer.range.min), smax: BigInt(answer.range.max) }))
    return anyLoaded(a)
  }
  const { kind, flags } = parseRegType(answer.reg)
  const held = answer.reference === undefined ? 0 : walk.heldArguments.get(answer.reference)!
  if (held !== 0 && walk.state.refs.get(held) === undefined)
    violate('ctx-access', { form: 'released', reg: a.base, off })
  return pointer(kind, {
    flags,
    refObjId: held,
    id: flags & MAYBE_NULL ? walk.newId() : 0,
    ...(answer.btf === undefined ? {} : { btf: answer.btf, btfId: answer.btfId! }),
    ...(answer.memSize === undefined ? {} : { size: answer.memSize }),
  })
}

export function requireCtxOffset(program: Program, number: number, reg: RegState): void {
  if (isUnmoved(reg)) return
  requireUnmodified(program.model, number, reg, {
    fixedOk: program.model.rules.ctxOffsets && !isContextRewritten(program.traits),
  })
}

/** Fields of bpf_sock, bpf_tcp_sock and bpf_xdp_sock as programs see them. */
function accessSock(a: Access, reg: RegState, off: number): RegState {
  requireSockOffset(a, reg)
  if (off < 0 || !socketAccess(reg.kind as 'sock', off, a.size)) {
    violate('sock-access', { reg: a.base, type: regTypeText(reg), off, size: a.size })
  }
  return anyLoaded(a)
}
function requireSockOffset(a: Access, reg: RegState): void {
  if (scalar.sminN(reg.var) < 0) {
    violate('min-bound', { reg: a.base })
  }
}
