// SPDX-License-Identifier: Apache-2.0
// Arithmetic on scalars and pointers. RFC 9669 §4.1; pointer rules as the kernel's log words them.

import {
  MAX_VAR_OFF,
  type RegKind,
  type RegState,
  UNTRUSTED,
  edit,
  isPkt,
  isPointer,
  linkedAt,
  mayBeNull,
  pointer,
  regTypeText,
  scalarReg,
  unknownScalar,
  unlinked,
  withOff,
  withVar,
} from '../state/reg.ts'
import type { Insn } from '../../isa/index.ts'

import type { Model } from '../program/model.ts'
import type { Walk } from '../engine/walk.ts'
import { violate } from '../violations/raise.ts'
import * as scalar from '../scalar/index.ts'
import { linkable, readReg, requireWritable } from '../engine/operands.ts'
import { pushState } from '../engine/pending.ts'
import { requireInvariant, testsInvariants } from './invariants.ts'
import { markPrecise } from '../engine/precision.ts'

const opText: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    add: '+=',
    sub: '-=',
    mul: '*=',
    div: '/=',
    sdiv: '/=',
    mod: '%=',
    smod: '%=',
    or: '|=',
    and: '&=',
    xor: '^=',
    lsh: '<<=',
    rsh: '>>=',
    arsh: 's>>=',
  }),
)

export function executeAlu(walk: Walk, insn: Insn): void {
  const { op } = insn
  if (op.name === 'neg' || op.name === 'le' || op.name === 'be' || op.name === 'bswap') {
    const dst = readReg(walk, insn.dst)
    requireWritable(insn.dst)
    walk.noteWrite(insn.dst)
    // privileged programs may see addresses as numbers
    if (isPointer(dst)) return walk.setReg(insn.dst, unknownScalar)
    const value =
      op.name === 'neg'
        ? walk.model.domain.alu('neg', op.width as 32 | 64, dst.var, dst.var)
        : walk.model.domain.byteSwap(op.name, op.size, dst.var)
    // where byte swaps are followed, `le64` changes nothing on a little-endian machine, links neither
    const same = walk.model.rules.byteSwaps && op.name === 'le' && op.size === 8
    return walk.setReg(insn.dst, same ? dst : scalarReg(value))
  }
  if (op.name === 'mov' || op.name === 'movsx' || op.name === 'addr_space_cast') return move(walk, insn)
  const src = op.source === 'reg' ? readReg(walk, insn.src) : walk.immediate()
  const dst = readReg(walk, insn.dst)
  if (op.source === 'imm') {
    if ((op.name === 'div' || op.name === 'mod' || op.name === 'sdiv' || op.name === 'smod') && insn.imm === 0)
      violate('div-zero')
    if ((op.name === 'lsh' || op.name === 'rsh' || op.name === 'arsh') && (insn.imm < 0 || insn.imm >= op.width)) {
      violate('shift', { by: insn.imm })
    }
  }
  requireWritable(insn.dst)
  walk.noteWrite(insn.dst)
  if (isPointer(dst) || isPointer(src)) return pointerAlu(walk, insn, dst, src)
  if (op.width === 64 && walk.model.rules.arenaUnmixed && walk.program.hasArena) noteArenaUse(walk, 'other')
  if (walk.model.rules.signMasks && (op.name === 'and' || op.name === 'or') && scalar.isConst(src.var)) {
    // 0 or -1 under a mask: two values are two paths
    const fork = scalar.maskFork(dst.var)
    if (fork !== undefined) {
      walk.setReg(insn.dst, withVar(dst, fork[0]))
      walk.pushStep()
      pushState(walk, walk.insn, walk.prevInsn)
      walk.setReg(insn.dst, withVar(dst, fork[1]))
      return executeMasked(walk, insn, src)
    }
  }
  const value = computed(walk, insn, dst.var, src.var)
  walk.setReg(insn.dst, dst.id === 0 ? value : linkDelta(walk.model, insn, { dst, src, value }))
}

function executeMasked(walk: Walk, insn: Insn, src: RegState): void {
  walk.setReg(insn.dst, computed(walk, insn, walk.reg(insn.dst).var, src.var))
}

function computed(walk: Walk, { op }: Insn, dst: scalar.Scalar, src: scalar.Scalar): RegState {
  const before = walk.computedBefore(dst, src)
  if (before !== undefined) return before
  const { domain } = walk.model
  const width = op.width as 32 | 64
  if (domain.unsettled !== undefined && testsInvariants(walk.program))
    requireInvariant(domain.unsettled.alu(op.name, width, dst, src), 'alu')
  return walk.keepComputed(dst, src, scalarReg(domain.alu(op.name, width, dst, src)))
}

/** 64-bit arithmetic on arena pointers becomes 32-bit when the program is rewritten, so nothing else may go through the insn. */
function noteArenaUse(walk: Walk, use: 'arena' | 'other'): void {
  const bit = use === 'arena' ? 1 : 2
  const before = walk.arenaUse[walk.insn]!
  if (before !== 0 && before !== bit) violate('arena-mixed')
  walk.arenaUse[walk.insn] = bit
}

interface Sum {
  readonly dst: RegState
  readonly src: RegState
  /** The result, linked to nothing. */
  readonly value: RegState
}

/** `r2 = r1; r2 += 4`: the copies stay linked, at a distance. */
function linkDelta(model: Model, insn: Insn, { dst, src, value }: Sum): RegState {
  const { op } = insn
  if (dst.id === 0 || dst.delta !== undefined || (op.source === 'reg' && insn.src === insn.dst)) return value
  if (model.rules.linkedDifferences) return linkDifference(insn, { dst, src, value })
  if (op.name !== 'add' || op.width !== 64 || !scalar.isConst(src.var)) return value
  const delta = scalar.constNumber(src.var)
  // a constant destination carries no link
  if (Number.isNaN(delta) || delta > 0x7fffffff || delta < 0) return value
  return linkedAt(value, dst.id, delta)
}

/** Since 7.0 also what is taken away, and what is added in 32 bits to what has no more. */
function linkDifference({ op }: Insn, { dst, src, value }: Sum): RegState {
  const narrow = op.width === 32
  if (op.name !== 'add' && op.name !== 'sub') return value
  if (narrow ? !scalar.isConst32(src.var) || scalar.umaxN(dst.var) > 0xffffffff : !scalar.isConst(src.var)) return value
  const amount = narrow ? scalar.s32min(src.var) : scalar.constNumber(src.var)
  // what is taken away must have a negative
  if (amount !== (amount | 0) || (op.name === 'sub' && amount === -0x80000000)) return value
  const linked = linkedAt(value, dst.id, op.name === 'sub' ? 0 - amount : amount)
  return narrow ? edit(linked, { aux: 32 }) : linked
}

function move(walk: Walk, insn: Insn): void {
  const { op } = insn
  if (op.source === 'imm') {
    requireWritable(insn.dst)
    walk.noteWrite(insn.dst)
    return walk.setReg(insn.dst, walk.immediate())
  }
  if (op.name === 'addr_space_cast' && !walk.program.hasArena) violate('arena-cast')
  let src = readReg(walk, insn.src)
  requireWritable(insn.dst)
  walk.noteWrite(insn.dst)
  if (op.name === 'addr_space_cast') {
    // the arena is the only other address space
    return walk.setReg(insn.dst, insn.imm === 1 ? pointer('arena') : unknownScalar)
  }
  const sext = op.name === 'movsx'
  if (src.kind === 'scalar') {
    const bits = sext ? op.size * 8 - 1 : op.width
    const keeps = bits === 64 || (sext ? scalar.umaxN(src.var) < 2 ** bits : scalar.bitWidth(src.var) <= 32)
    if (keeps) {
      const linked = linkable(walk, src)
      if (linked !== src) walk.setReg(insn.src, linked)
      src = linked
    }
    if (op.width === 64 && !sext) return walk.setReg(insn.dst, src)
    const reg = resized(walk, insn, src.var)
    if (src.id === 0 && !src.precise) return walk.setReg(insn.dst, reg)
    return walk.setReg(insn.dst, keeps ? withVar(src, reg.var) : unlinked(src, reg.var))
  }
  if (op.width === 32) return walk.setReg(insn.dst, scalarReg(scalar.unsignedOfSize(4)))
  if (sext) return walk.setReg(insn.dst, unknownScalar)
  walk.setReg(insn.dst, src)
}

/** `movsx`, or a move of 32 bits. */
function resized(walk: Walk, { op }: Insn, src: scalar.Scalar): RegState {
  const before = walk.computedBefore(src, src)
  if (before !== undefined) return before
  const { domain } = walk.model
  const value = op.name === 'movsx' ? domain.movsx(src, op.size, op.width as 32 | 64) : domain.zext32(src)
  return walk.keepComputed(src, src, scalarReg(value))
}

/** A packet pointer that was found to be at the end is so no longer once it moves; that is forgotten since a later kernel. */
const movedBy = (model: Model, ptr: RegState, off: number): RegState =>
  model.rules.packetEndForgotten && isPkt(ptr) && ptr.size < 0 ? edit(ptr, { off, size: 0 }) : withOff(ptr, off)

/** Pointers that take no arithmetic, but that 0 is added to a map. */
const unmoved: ReadonlySet<RegKind> = new Set<RegKind>([
  'map_ptr',
  'pkt_end',
  'sock',
  'sock_common',
  'tcp_sock',
  'xdp_sock',
  'insn',
  'arena',
])

function pointerAlu(walk: Walk, insn: Insn, dst: RegState, src: RegState): void {
  const { op } = insn
  const text = opText.get(op.name) ?? op.name
  const details = { reg: insn.dst }
  // any arithmetic leads to some place in the arena
  if (dst.kind === 'arena' || (src.kind === 'arena' && walk.model.rules.arenaSources)) {
    if (op.width === 64 && walk.model.rules.arenaUnmixed) noteArenaUse(walk, 'arena')
    return walk.setReg(insn.dst, pointer('arena'))
  }
  if (isPointer(dst) && isPointer(src)) {
    if (op.name === 'sub') return walk.setReg(insn.dst, unknownScalar)
    violate('pointer-pointer', { ...details, operator: text })
  }
  const [ptr, off] = isPointer(dst) ? [dst, src] : [src, dst]
  // where the pointer ends up decides what it may touch: the scalar's value matters exactly
  if (off === dst) markPrecise(walk, insn.dst)
  else if (op.source === 'reg') markPrecise(walk, insn.src)
  if (op.width === 32 && op.name === 'sub') return walk.setReg(insn.dst, unknownScalar)
  if (op.width === 32) violate('pointer-alu32', details)
  if (scalar.isInconsistent(off.var)) return walk.setReg(insn.dst, unknownScalar)
  const type = regTypeText(ptr)
  if (mayBeNull(ptr)) violate('null-arithmetic', { ...details, type })
  const known = scalar.isConst(off.var)
  const nothingAdded = ptr.kind === 'map_ptr' && op.name === 'add' && scalar.isZero(off.var)
  if ((unmoved.has(ptr.kind) || (ptr.kind === 'flow_keys' && !known)) && !nothingAdded)
    violate('pointer-kind', { ...details, type })
  // loads from memory that may not be there are guarded wherever they lead
  if (walk.model.rules.castToVoid && ptr.kind === 'mem' && (ptr.flags & UNTRUSTED) !== 0)
    return walk.setReg(insn.dst, ptr)
  requireSaneOffset(off, ptr)
  if (walk.model.rules.oneOffset) requireSanePointer(walk.model, ptr)
  let result: RegState
  if (op.name === 'add') {
    const moved = known ? ptr.off + scalar.constNumber(off.var) : Number.NaN
    if (known && Number.isInteger(moved) && moved === (moved | 0)) {
      result = movedBy(walk.model, ptr, moved)
    } else {
      result = withVar(ptr, walk.model.domain.addPointerOffset(ptr.var, off.var))
      if (isPkt(ptr)) result = edit(result, { id: walk.newId(), size: 0 })
    }
  } else if (op.name === 'sub') {
    if (ptr !== dst) violate('pointer-sub', details)
    if (ptr.kind === 'fp') violate('stack-sub', details)
    const moved = known ? ptr.off - scalar.constNumber(off.var) : Number.NaN
    if (known && Number.isInteger(moved) && moved === (moved | 0)) result = movedBy(walk.model, ptr, moved)
    else {
      result = withVar(ptr, walk.model.domain.subPointerOffset(ptr.var, off.var))
      if (isPkt(ptr)) result = edit(result, { id: walk.newId(), ...(scalar.sminN(off.var) < 0 ? { size: 0 } : {}) })
    }
  } else if (op.name === 'and' || op.name === 'or' || op.name === 'xor') {
    return violate('pointer-bitwise', { ...details, operator: text })
  } else return violate('pointer-operator', { ...details, operator: text })
  if (!walk.model.rules.oneOffset) {
    requireSaneOffset(result, ptr)
    return walk.setReg(insn.dst, result)
  }
  result = joinOffsets(walk.model, result)
  requireSanePointer(walk.model, result)
  walk.setReg(insn.dst, result)
}

/** The constant part of an offset is a part of its bounds; that of a packet pointer is kept apart, its bounds are the plain sum. */
function joinOffsets(model: Model, reg: RegState): RegState {
  if (isPkt(reg)) return reg
  if (!scalar.isConst(reg.var))
    return reg.off === 0 ? reg : edit(reg, { off: 0, var: model.domain.addPointerOffset(reg.var, constant(reg.off)) })
  const off = reg.off + scalar.constNumber(reg.var)
  return off === reg.off || off !== (off | 0) ? reg : edit(reg, { off, var: scalar.zero })
}
const constant = (value: number): scalar.Scalar => scalar.constantNumber(value)

/** The pointer stays far from wrapping around, before and after. */
function requireSanePointer(model: Model, reg: RegState): void {
  const whole = reg.off === 0 ? reg.var : model.domain.addPointerOffset(reg.var, constant(reg.off))
  const off = scalar.sminN(whole)
  if (off > -MAX_VAR_OFF && off < MAX_VAR_OFF) return
  violate('offset-range', { form: 'pointer', type: regTypeText(reg), off: scalar.smin(whole) })
}

/** Offsets stay far from wrapping around. */
function requireSaneOffset(reg: RegState, ptr: RegState): void {
  const type = regTypeText(ptr)
  const known = scalar.isConst(reg.var)
  const value = scalar.sminN(reg.var)
  if (known && (value >= MAX_VAR_OFF || value <= -MAX_VAR_OFF)) {
    violate('offset-range', { form: 'constant', type, value: BigInt.asIntN(64, scalar.constValue(reg.var)) })
  }
  if (reg.off >= MAX_VAR_OFF || reg.off <= -MAX_VAR_OFF)
    violate('offset-range', { form: 'pointer', type, off: reg.off })
  if (value === -(2 ** 63)) {
    violate('offset-range', { form: 'unbounded', type })
  }
  if (value >= MAX_VAR_OFF || value <= -MAX_VAR_OFF)
    violate('offset-range', { form: 'value', smin: scalar.smin(reg.var), type })
}
