// SPDX-License-Identifier: Apache-2.0
// Arithmetic on scalars and pointers. RFC 9669 §4.1; pointer rules as the kernel's log words them.

import type { Insn } from '../../isa/index.ts'
import { MAX_VAR_OFF } from '../access/regions.ts'
import type { Env } from '../env.ts'
import { reject } from '../report.ts'
import * as scalar from '../scalar/index.ts'
import {
  edit,
  isPkt,
  isPointer,
  mayBeNull,
  pointer,
  type RegState,
  regTypeText,
  scalarReg,
  UNTRUSTED,
  unknownScalar,
} from '../state/reg.ts'
import { readReg, requireWritable } from './operands.ts'
import { pushState } from './paths.ts'
import { markPrecise } from './precision.ts'

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

export function executeAlu(env: Env, insn: Insn): void {
  const { op } = insn
  if (op.name === 'neg' || op.name === 'le' || op.name === 'be' || op.name === 'bswap') {
    const dst = readReg(env, insn.dst)
    requireWritable(insn.dst)
    env.noteWrite(insn.dst)
    // privileged programs may see addresses as numbers
    if (isPointer(dst)) return env.setReg(insn.dst, unknownScalar)
    const value =
      op.name === 'neg'
        ? env.domain.alu('neg', op.width as 32 | 64, dst.var, dst.var)
        : env.domain.byteSwap(op.name, op.size, dst.var)
    // on a little-endian machine `le64` changes nothing, links neither
    return env.setReg(insn.dst, value === dst.var ? dst : scalarReg(value))
  }
  if (op.name === 'mov' || op.name === 'movsx' || op.name === 'addr_space_cast') return move(env, insn)
  const src = op.source === 'reg' ? readReg(env, insn.src) : scalarReg(scalar.constantNumber(insn.imm))
  const dst = readReg(env, insn.dst)
  if (op.source === 'imm') {
    if ((op.name === 'div' || op.name === 'mod' || op.name === 'sdiv' || op.name === 'smod') && insn.imm === 0)
      reject('div-zero', 'div by zero')
    if ((op.name === 'lsh' || op.name === 'rsh' || op.name === 'arsh') && (insn.imm < 0 || insn.imm >= op.width)) {
      reject('shift', `invalid shift ${insn.imm}`)
    }
  }
  requireWritable(insn.dst)
  env.noteWrite(insn.dst)
  if (isPointer(dst) || isPointer(src)) return pointerAlu(env, insn, dst, src)
  if (op.width === 64 && env.rules.arenaUnmixed && env.hasArena) noteArenaUse(env, 'other')
  if ((op.name === 'and' || op.name === 'or') && scalar.isConst(src.var)) {
    // 0 or -1 under a mask: two values are two paths
    const fork = scalar.maskFork(dst.var)
    if (fork !== undefined) {
      env.setReg(insn.dst, edit(dst, { var: fork[0] }))
      env.pushStep()
      pushState(env, env.insn, env.prevInsn)
      env.setReg(insn.dst, edit(dst, { var: fork[1] }))
      return executeMasked(env, insn, src)
    }
  }
  const value = scalarReg(env.domain.alu(op.name, op.width as 32 | 64, dst.var, src.var))
  env.setReg(insn.dst, linkDelta(env, insn, { dst, src, value }))
}

function executeMasked(env: Env, insn: Insn, src: RegState): void {
  const dst = env.reg(insn.dst)
  env.setReg(insn.dst, scalarReg(env.domain.alu(insn.op.name, insn.op.width as 32 | 64, dst.var, src.var)))
}

/** 64-bit arithmetic on arena pointers becomes 32-bit when the program is rewritten, so nothing else may go through the insn. */
function noteArenaUse(env: Env, use: 'arena' | 'other'): void {
  const note = env.note(env.insn)
  if (note.arenaUse !== '' && note.arenaUse !== use)
    reject('arena-mixed', 'same insn cannot be used with and without arena pointer')
  note.arenaUse = use
}

interface Sum {
  readonly dst: RegState
  readonly src: RegState
  /** The result, linked to nothing. */
  readonly value: RegState
}

/** `r2 = r1; r2 += 4`: the copies stay linked, at a distance. */
function linkDelta(env: Env, insn: Insn, { dst, src, value }: Sum): RegState {
  const { op } = insn
  if (dst.id === 0 || dst.delta !== undefined || (op.source === 'reg' && insn.src === insn.dst)) return value
  if (env.rules.linkedDifferences) return linkDifference(insn, { dst, src, value })
  if (op.name !== 'add' || op.width !== 64 || !scalar.isConst(src.var)) return value
  const delta = scalar.constNumber(src.var)
  // a constant destination carries no link
  if (Number.isNaN(delta) || delta > 0x7fffffff || delta < 0) return value
  return edit(value, { id: dst.id, delta })
}

/** Since 7.0 also what is taken away, and what is added in 32 bits to what has no more. */
function linkDifference({ op }: Insn, { dst, src, value }: Sum): RegState {
  const narrow = op.width === 32
  if (op.name !== 'add' && op.name !== 'sub') return value
  if (narrow ? !scalar.isConst32(src.var) || scalar.umaxN(dst.var) > 0xffffffff : !scalar.isConst(src.var)) return value
  const amount = narrow ? scalar.s32min(src.var) : scalar.constNumber(src.var)
  // what is taken away must have a negative
  if (amount !== (amount | 0) || (op.name === 'sub' && amount === -0x80000000)) return value
  return edit(value, { id: dst.id, delta: op.name === 'sub' ? 0 - amount : amount, aux: narrow ? 32 : 0 })
}

/** The scalar as it is copied: under an id, by which the copies learn from each other; a link at a distance does not go on. */
export function linkable(env: Env, reg: RegState): RegState {
  if (reg.delta !== undefined)
    return edit(reg, { id: scalar.isConst(reg.var) ? 0 : env.newId(), delta: undefined, aux: 0 })
  return reg.id === 0 && !scalar.isConst(reg.var) ? edit(reg, { id: env.newId() }) : reg
}

function move(env: Env, insn: Insn): void {
  const { op } = insn
  if (op.source === 'imm') {
    requireWritable(insn.dst)
    env.noteWrite(insn.dst)
    const imm = op.width === 32 ? insn.imm >>> 0 : insn.imm
    return env.setReg(insn.dst, scalarReg(scalar.constantNumber(imm)))
  }
  if (op.name === 'addr_space_cast' && !env.hasArena)
    reject('arena-cast', 'addr_space_cast insn can only be used in a program that has an associated arena')
  let src = readReg(env, insn.src)
  requireWritable(insn.dst)
  env.noteWrite(insn.dst)
  if (op.name === 'addr_space_cast') {
    // the arena is the only other address space
    return env.setReg(insn.dst, insn.imm === 1 ? pointer('arena') : unknownScalar)
  }
  const sext = op.name === 'movsx'
  if (src.kind === 'scalar') {
    const bits = sext ? op.size * 8 - 1 : op.width
    const keeps = bits === 64 || (sext ? scalar.umaxN(src.var) < 2 ** bits : scalar.bitWidth(src.var) <= 32)
    if (keeps) {
      const linked = linkable(env, src)
      if (linked !== src) env.setReg(insn.src, linked)
      src = linked
    }
    if (op.width === 64 && !sext) return env.setReg(insn.dst, src)
    const value = sext ? env.domain.movsx(src.var, op.size, op.width as 32 | 64) : env.domain.zext32(src.var)
    return env.setReg(insn.dst, edit(src, keeps ? { var: value } : { var: value, id: 0, delta: undefined, aux: 0 }))
  }
  if (op.width === 32) return env.setReg(insn.dst, scalarReg(scalar.unsignedOfSize(4)))
  if (sext) return env.setReg(insn.dst, unknownScalar)
  env.setReg(insn.dst, src)
}

const forgottenEnd = (env: Env, ptr: RegState): { size: number } | undefined =>
  env.rules.packetEndForgotten && isPkt(ptr) && ptr.size < 0 ? { size: 0 } : undefined

function pointerAlu(env: Env, insn: Insn, dst: RegState, src: RegState): void {
  const { op } = insn
  const text = opText.get(op.name) ?? op.name
  const details = { reg: insn.dst }
  // any arithmetic leads to some place in the arena
  if (dst.kind === 'arena' || src.kind === 'arena') {
    if (op.width === 64 && env.rules.arenaUnmixed) noteArenaUse(env, 'arena')
    return env.setReg(insn.dst, pointer('arena'))
  }
  if (isPointer(dst) && isPointer(src)) {
    if (op.name === 'sub') return env.setReg(insn.dst, unknownScalar)
    reject('pointer-pointer', `R${insn.dst} pointer ${text} pointer prohibited`, details)
  }
  const [ptr, off] = isPointer(dst) ? [dst, src] : [src, dst]
  // where the pointer ends up decides what it may touch: the scalar's value matters exactly
  if (off === dst) markPrecise(env, insn.dst)
  else if (op.source === 'reg') markPrecise(env, insn.src)
  if (op.width === 32 && op.name === 'sub') return env.setReg(insn.dst, unknownScalar)
  if (op.width === 32) reject('pointer-alu32', `R${insn.dst} 32-bit pointer arithmetic prohibited`, details)
  if (scalar.isInconsistent(off.var)) return env.setReg(insn.dst, unknownScalar)
  const type = regTypeText(ptr)
  if (mayBeNull(ptr))
    reject('null-arithmetic', `R${insn.dst} pointer arithmetic on ${type} prohibited, null-check it first`, details)
  const fixed = ['map_ptr', 'pkt_end', 'sock', 'sock_common', 'tcp_sock', 'xdp_sock', 'insn']
  const known = scalar.isConst(off.var)
  if (
    (fixed.includes(ptr.kind) || (ptr.kind === 'flow_keys' && !known)) &&
    !(ptr.kind === 'map_ptr' && scalar.isZero(off.var))
  ) {
    reject('pointer-kind', `R${insn.dst} pointer arithmetic on ${type} prohibited`, details)
  }
  // loads from memory that may not be there are guarded wherever they lead
  if (env.rules.castToVoid && ptr.kind === 'mem' && (ptr.flags & UNTRUSTED) !== 0) return env.setReg(insn.dst, ptr)
  requireSaneOffset(off, ptr)
  if (env.rules.oneOffset) requireSanePointer(env, ptr)
  let result: RegState
  if (op.name === 'add') {
    const moved = known ? ptr.off + scalar.constNumber(off.var) : Number.NaN
    if (known && Number.isInteger(moved) && moved === (moved | 0)) {
      result = edit(ptr, { off: moved, ...forgottenEnd(env, ptr) })
    } else {
      result = edit(ptr, { var: env.domain.addPointerOffset(ptr.var, off.var) })
      if (isPkt(ptr)) result = edit(result, { id: env.newId(), size: 0 })
    }
  } else if (op.name === 'sub') {
    if (ptr !== dst) reject('pointer-sub', `R${insn.dst} tried to subtract pointer from scalar`, details)
    if (ptr.kind === 'fp') reject('stack-sub', `R${insn.dst} subtraction from stack pointer prohibited`, details)
    const moved = known ? ptr.off - scalar.constNumber(off.var) : Number.NaN
    if (known && Number.isInteger(moved) && moved === (moved | 0))
      result = edit(ptr, { off: moved, ...forgottenEnd(env, ptr) })
    else {
      result = edit(ptr, { var: env.domain.subPointerOffset(ptr.var, off.var) })
      if (isPkt(ptr)) result = edit(result, { id: env.newId(), ...(scalar.sminN(off.var) < 0 ? { size: 0 } : {}) })
    }
  } else if (op.name === 'and' || op.name === 'or' || op.name === 'xor') {
    return reject('pointer-bitwise', `R${insn.dst} bitwise operator ${text} on pointer prohibited`, details)
  } else return reject('pointer-operator', `R${insn.dst} pointer arithmetic with ${text} operator prohibited`, details)
  if (!env.rules.oneOffset) {
    requireSaneOffset(result, ptr)
    return env.setReg(insn.dst, result)
  }
  result = joinOffsets(env, result)
  requireSanePointer(env, result)
  env.setReg(insn.dst, result)
}

/** The constant part of an offset is a part of its bounds; that of a packet pointer is kept apart, its bounds are the plain sum. */
function joinOffsets(env: Env, reg: RegState): RegState {
  if (isPkt(reg)) return reg
  if (!scalar.isConst(reg.var))
    return reg.off === 0 ? reg : edit(reg, { off: 0, var: env.domain.addPointerOffset(reg.var, constant(reg.off)) })
  const off = reg.off + scalar.constNumber(reg.var)
  return off === reg.off || off !== (off | 0) ? reg : edit(reg, { off, var: scalar.zero })
}
const constant = (value: number): scalar.Scalar => scalar.constantNumber(value)

/** The pointer stays far from wrapping around, before and after. */
function requireSanePointer(env: Env, reg: RegState): void {
  const whole = reg.off === 0 ? reg.var : env.domain.addPointerOffset(reg.var, constant(reg.off))
  const off = scalar.sminN(whole)
  if (off > -MAX_VAR_OFF && off < MAX_VAR_OFF) return
  reject('offset-range', `${regTypeText(reg)} pointer offset ${scalar.smin(whole)} is not allowed`)
}

/** Offsets stay far from wrapping around. */
function requireSaneOffset(reg: RegState, ptr: RegState): void {
  const type = regTypeText(ptr)
  const known = scalar.isConst(reg.var)
  const value = scalar.sminN(reg.var)
  if (known && (value >= MAX_VAR_OFF || value <= -MAX_VAR_OFF)) {
    reject(
      'offset-range',
      `math between ${type} pointer and ${BigInt.asIntN(64, scalar.constValue(reg.var))} is not allowed`,
    )
  }
  if (reg.off >= MAX_VAR_OFF || reg.off <= -MAX_VAR_OFF)
    reject('offset-range', `${type} pointer offset ${reg.off} is not allowed`)
  if (value === -(2 ** 63)) {
    reject('offset-range', `math between ${type} pointer and register with unbounded min value is not allowed`)
  }
  if (value >= MAX_VAR_OFF || value <= -MAX_VAR_OFF)
    reject('offset-range', `value ${scalar.smin(reg.var)} makes ${type} pointer be out of bounds`)
}
