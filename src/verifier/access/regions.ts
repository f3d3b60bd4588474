// SPDX-License-Identifier: Apache-2.0
// Bounds of memory reached through a pointer: offset plus variable part, against the region's size.

import type { MapDef } from '../../object/index.ts'
import type { Model } from '../program/model.ts'
import type { Program } from '../program/program.ts'
import type { Walk } from '../engine/walk.ts'
import { reject } from '../violations/raise.ts'
import * as scalar from '../scalar/index.ts'
import { MAX_VAR_OFF, type RegState, isPkt, regTypeText as typeName } from '../state/reg.ts'

const INSN_ARRAY = 'BPF_MAP_TYPE_INSN_ARRAY'
export const isJumpTable = ({ type }: MapDef): boolean => type === INSN_ARRAY

/** Bytes behind the address of a map's value; behind that of a jump table's stands all of it, eight bytes an entry. */
export const valueBytes = (map: MapDef): number => (isJumpTable(map) ? map.maxEntries * 8 : map.valueSize)

export const varOffText = (reg: RegState): string =>
  `(0x${scalar.tnumValue(reg.var).toString(16)}; 0x${scalar.tnumMask(reg.var).toString(16)})`
export const hasVarOff = (reg: RegState): boolean => !scalar.isConst(reg.var)
export const constVar = (reg: RegState): number => scalar.constNumber(reg.var)

interface Span {
  readonly off: number
  readonly size: number
  readonly memSize: number
  readonly zeroOk: boolean
}

/** What the kernel says of `[off, off + size)` that does not lie within `memSize`, by region; nothing where it does. */
function outside(number: number, reg: RegState, { off, size, memSize, zeroOk }: Span): string | undefined {
  const enough = size > 0 || (size === 0 && zeroOk)
  if (off >= 0 && enough && off + size <= memSize) return undefined
  switch (reg.kind) {
    case 'map_key':
      return `invalid access to map key, key_size=${memSize} off=${off} size=${size}`
    case 'map_value':
      return `invalid access to map value, value_size=${memSize} off=${off} size=${size}`
    case 'pkt':
    case 'pkt_meta':
    case 'pkt_end':
      return `invalid access to packet, off=${off} size=${size}, R${number}(id=${reg.id},off=${off},r=${memSize})`
    default:
      return `invalid access to memory, mem_size=${memSize} off=${off} size=${size}`
  }
}

/** Fixed and variable offset of the access stay inside the region of `memSize` bytes. */
export function requireMemRegion(
  walk: Walk,
  number: number,
  off: number,
  size: number,
  memSize: number,
  zeroOk: boolean,
): void {
  const reg = walk.reg(number)
  const { smin, umax, fixed } = offsetBounds(walk.model, reg, off)
  // Lowest address first: a negative minimum cannot be proven safe, whatever the maximum.
  if (smin < 0 && (smin < -(2 ** 31) || fixed + smin !== ((fixed + smin) | 0) || fixed + smin < 0)) {
    reject('min-bound', `R${number} min value is negative, either use unsigned index or do a if (index >=0) check.`, {
      reg: number,
    })
  }
  requireWithin(walk, number, 'min', { off: smin + fixed, size, memSize, zeroOk })
  if (umax >= MAX_VAR_OFF) {
    reject('max-bound', `R${number} unbounded memory access, make sure to bounds check any such access`, {
      reg: number,
    })
  }
  requireWithin(walk, number, 'max', { off: umax + fixed, size, memSize, zeroOk })
}

/** The kernel prints the region's line, then which end of the range is outside; the last line is the message. */
function requireWithin(walk: Walk, number: number, end: 'min' | 'max', span: Span): void {
  const seen = outside(number, walk.reg(number), span)
  if (seen === undefined) return
  walk.verbose(seen)
  const rule = isPkt(walk.reg(number)) ? 'packet-bounds' : `${end}-outside`
  reject(rule, `R${number} ${end} value is outside of the allowed memory range`, { reg: number, seen })
}

/** How far the register's variable part goes, and what is added to it for the access. Later kernels count the constant part in. */
function offsetBounds(model: Model, reg: RegState, off: number): { smin: number; umax: number; fixed: number } {
  if (!model.rules.oneOffset || reg.off === 0)
    return { smin: scalar.sminN(reg.var), umax: scalar.umaxN(reg.var), fixed: reg.off + off }
  if (isPkt(reg) && model.rules.packetReachPlain) return { ...plainReach(reg), fixed: off }
  const sum = model.domain.addPointerOffset(reg.var, scalar.constantNumber(reg.off))
  return { smin: scalar.sminN(sum), umax: scalar.umaxN(sum), fixed: off }
}

/** How far a packet pointer reaches, its constant part counted in. */
export const packetReach = (model: Model, reg: RegState): number => {
  const { umax, fixed } = offsetBounds(model, reg, 0)
  return umax + fixed
}

/**
 * The plain sum of its parts. What a comparison proves of a packet pointer holds for all that are a constant away from it, so none of
 * them may be narrowed by what is known of its bits alone.
 */
function plainReach(reg: RegState): { smin: number; umax: number } {
  const smin = scalar.sminN(reg.var)
  const most = smin < 0 && smin + reg.off >= 0 ? scalar.smaxN(reg.var) : scalar.umaxN(reg.var)
  return { smin: smin + reg.off, umax: most + reg.off }
}

/** Packet data: the range is proven by comparisons with packet end. */
export function requirePacket(walk: Walk, number: number, off: number, size: number, zeroOk: boolean): void {
  const reg = walk.reg(number)
  if (walk.model.rules.oneOffset) {
    if (reg.size < 0) reject('packet-bounds', `R${number} offset is outside of the packet`, { reg: number })
    return requireMemRegion(walk, number, off, size, reg.size, zeroOk)
  }
  if (scalar.sminN(reg.var) < 0) {
    reject('min-bound', `R${number} min value is negative, either use unsigned index or do a if (index >=0) check.`, {
      reg: number,
    })
  }
  const at = reg.off + off
  if (reg.size < 0) reject('packet-bounds', `R${number} offset is outside of the packet`, { reg: number })
  const seen = outside(number, reg, { off: at, size, memSize: reg.size, zeroOk })
  if (seen === undefined) return
  walk.verbose(seen)
  reject('packet-bounds', `R${number} offset is outside of the packet`, { reg: number, seen })
}

/** Fixed offsets only: no arithmetic has touched the pointer. Where an offset is one, whether it is known comes first. */
export function requireUnmodified(model: Model, number: number, reg: RegState, fixedOk: boolean): void {
  if (model.rules.oneOffset && hasVarOff(reg))
    reject('variable-pointer', `variable ${typeName(reg)} access var_off=${varOffText(reg)} disallowed`, {
      reg: number,
    })
  if (reg.off < 0) {
    reject('negative-offset', `negative offset ${typeName(reg)} ptr R${number} off=${reg.off} disallowed`, {
      reg: number,
    })
  }
  if (!fixedOk && reg.off !== 0) {
    reject('modified-pointer', `dereference of modified ${typeName(reg)} ptr R${number} off=${reg.off} disallowed`, {
      reg: number,
    })
  }
  // a register with nothing in it may have anything in it
  const varOff = reg.kind === 'not_init' ? '(0x0; 0xffffffffffffffff)' : varOffText(reg)
  if (reg.kind === 'not_init' || hasVarOff(reg) || scalar.constNumber(reg.var) !== 0) {
    reject('variable-pointer', `variable ${typeName(reg)} access var_off=${varOff} disallowed`, { reg: number })
  }
}

/** A buffer given by a tracepoint or iterator: constant offsets; its largest extent is noted for attach time. */
export function requireBuffer(
  model: Model,
  number: number,
  name: string,
  { reg, off, size }: { reg: RegState; off: number; size: number },
): void {
  if (model.rules.oneOffset) {
    if (hasVarOff(reg))
      reject('buffer-offset', `R${number} invalid variable buffer offset: off=${off}, var_off=${varOffText(reg)}`, {
        reg: number,
      })
    const at = reg.off + constVar(reg)
    if (at + off < 0)
      reject('buffer-offset', `R${number} invalid negative ${name} buffer offset: off=${off}, var_off=${at}`, {
        reg: number,
      })
    return
  }
  off += reg.off
  if (off < 0)
    reject('buffer-offset', `R${number} invalid ${name} buffer access: off=${off}, size=${size}`, { reg: number })
  if (hasVarOff(reg) || scalar.constNumber(reg.var) !== 0) {
    reject('buffer-offset', `R${number} invalid variable buffer offset: off=${off}, var_off=${varOffText(reg)}`, {
      reg: number,
    })
  }
}

/** Alignment: x86 asks it of the stack, whose slots are tracked by eight bytes, of atomics, and where the loader says so. */
export function requireAlignment(model: Model, reg: RegState, off: number, size: number, strict: boolean): void {
  if (size === 1 || reg.kind === 'arena' || !(strict || reg.kind === 'fp')) return
  const packet = isPkt(reg)
  if (scalar.isAlignedAt(reg.var, reg.off + off + (packet ? NET_IP_ALIGN : 0), size)) return
  const { oneOffset } = model.rules
  const offset = oneOffset ? scalar.addPointerOffset(reg.var, scalar.constantNumber(reg.off)) : reg.var
  const bits = `${scalar.formatTnum(offset)}${oneOffset ? '' : `+${reg.off}`}`
  const text = packet
    ? `packet access off ${NET_IP_ALIGN}+${bits}+${off}`
    : `${described.get(reg.kind) ?? ''}access off ${bits}+${off}`
  reject('alignment', `misaligned ${text} size ${size}`)
}
/** Packets start so that the IP header is aligned. */
const NET_IP_ALIGN = 2
const described: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({
    fp: 'stack ',
    map_value: 'value ',
    ctx: 'context ',
    sock: 'sock ',
    sock_common: 'sock_common ',
    tcp_sock: 'tcp_sock ',
    xdp_sock: 'xdp_sock ',
    map_key: 'key ',
    flow_keys: 'flow keys ',
  }),
)

/** Most bytes that a syscall program's context may have. */
export const SYSCALL_CONTEXT = 0xffff

/** Since 7.1 the context of a syscall program is memory like any other, wherever into it one points. */
export const contextMoves = (program: Program, { kind }: RegState): boolean =>
  kind === 'ctx' && program.model.rules.syscallCtxMoves && program.linked.type === 'BPF_PROG_TYPE_SYSCALL'
