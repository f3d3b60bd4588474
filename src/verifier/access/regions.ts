// SPDX-License-Identifier: Apache-2.0
// Bounds of memory reached through a pointer: offset plus variable part, against the region's size.

import type { MapDef } from '../../object/index.ts'
import type { Model } from '../program/model.ts'
import type { Program } from '../program/program.ts'
import type { Walk } from '../engine/walk.ts'
import { type Outside, outsideWords } from '../violations/memory.ts'
import { violate } from '../violations/raise.ts'
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

/** `[off, off + size)`, where it does not lie within `memSize`. */
function outsideOf(number: number, reg: RegState, { off, size, memSize, zeroOk }: Span): Outside | undefined {
  const enough = size > 0 || (size === 0 && zeroOk)
  if (off >= 0 && enough && off + size <= memSize) return undefined
  return { region: regions.get(reg.kind) ?? 'memory', reg: number, id: reg.id, off, size, memSize }
}

const regions: ReadonlyMap<string, Outside['region']> = new Map<RegState['kind'], Outside['region']>([
  ['map_key', 'map_key'],
  ['map_value', 'map_value'],
  ['pkt', 'packet'],
  ['pkt_meta', 'packet'],
  ['pkt_end', 'packet'],
])

/** Fixed and variable offset of the access stay inside the region of `memSize` bytes. */
export function requireMemRegion(walk: Walk, number: number, { off, size, memSize, zeroOk }: Span): void {
  const reg = walk.reg(number)
  const { smin, umax, fixed } = offsetBounds(walk.model, reg, off)
  // Lowest address first: a negative minimum cannot be proven safe, whatever the maximum.
  if (smin < 0 && (smin < -(2 ** 31) || fixed + smin !== ((fixed + smin) | 0) || fixed + smin < 0)) {
    violate('min-bound', { reg: number })
  }
  requireWithin(walk, number, 'min', { off: smin + fixed, size, memSize, zeroOk })
  if (umax >= MAX_VAR_OFF) {
    violate('max-bound', { reg: number })
  }
  requireWithin(walk, number, 'max', { off: umax + fixed, size, memSize, zeroOk })
}

/** The kernel prints the region's line, then which end of the range is outside; the last line is the message. */
function requireWithin(walk: Walk, number: number, end: 'min' | 'max', span: Span): void {
  const outside = outsideOf(number, walk.reg(number), span)
  if (outside === undefined) return
  walk.verbose(outsideWords(outside))
  if (isPkt(walk.reg(number))) violate('packet-bounds', { form: end, reg: number, outside })
  violate(end === 'min' ? 'min-outside' : 'max-outside', { reg: number, outside })
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
export function requirePacket(walk: Walk, number: number, { off, size, zeroOk }: Omit<Span, 'memSize'>): void {
  const reg = walk.reg(number)
  if (walk.model.rules.oneOffset) {
    if (reg.size < 0) violate('packet-bounds', { form: 'unknown', reg: number })
    return requireMemRegion(walk, number, { off, size, memSize: reg.size, zeroOk })
  }
  if (scalar.sminN(reg.var) < 0) {
    violate('min-bound', { reg: number })
  }
  const at = reg.off + off
  if (reg.size < 0) violate('packet-bounds', { form: 'unknown', reg: number })
  const outside = outsideOf(number, reg, { off: at, size, memSize: reg.size, zeroOk })
  if (outside === undefined) return
  walk.verbose(outsideWords(outside))
  violate('packet-bounds', { form: 'offset', reg: number, outside })
}

/** No arithmetic has touched the pointer, or what did came to nothing. */
export const isUnmoved = (reg: RegState): boolean => reg.off === 0 && scalar.isZero(reg.var) && reg.kind !== 'not_init'

/** Fixed offsets only: no arithmetic has touched the pointer. Where an offset is one, whether it is known comes first. */
export function requireUnmodified(
  model: Model,
  number: number,
  reg: RegState,
  { fixedOk }: { readonly fixedOk: boolean },
): void {
  if (model.rules.oneOffset && hasVarOff(reg))
    violate('variable-pointer', { reg: number, type: typeName(reg), varOff: varOffText(reg) })
  if (reg.off < 0) {
    violate('negative-offset', { reg: number, type: typeName(reg), off: reg.off })
  }
  if (!fixedOk && reg.off !== 0) {
    violate('modified-pointer', { reg: number, type: typeName(reg), off: reg.off })
  }
  // a register with nothing in it may have anything in it
  const varOff = reg.kind === 'not_init' ? '(0x0; 0xffffffffffffffff)' : varOffText(reg)
  if (reg.kind === 'not_init' || hasVarOff(reg) || scalar.constNumber(reg.var) !== 0) {
    violate('variable-pointer', { reg: number, type: typeName(reg), varOff })
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
    if (hasVarOff(reg)) violate('buffer-offset', { form: 'variable', reg: number, off, varOff: varOffText(reg) })
    const at = reg.off + constVar(reg)
    if (at + off < 0) violate('buffer-offset', { form: 'negative', reg: number, name, off, at })
    return
  }
  off += reg.off
  if (off < 0) violate('buffer-offset', { form: 'before', reg: number, name, off, size })
  if (hasVarOff(reg) || scalar.constNumber(reg.var) !== 0) {
    violate('buffer-offset', { form: 'variable', reg: number, off, varOff: varOffText(reg) })
  }
}

/** The access stands at a multiple of its size. */
export function requireAlignment(
  model: Model,
  reg: RegState,
  { off, size }: { readonly off: number; readonly size: number },
): void {
  if (size === 1 || reg.kind === 'arena') return
  const packet = isPkt(reg)
  if (scalar.isAlignedAt(reg.var, reg.off + off + (packet ? NET_IP_ALIGN : 0), size)) return
  const { oneOffset } = model.rules
  const offset = oneOffset ? scalar.addPointerOffset(reg.var, scalar.constantNumber(reg.off)) : reg.var
  const bits = `${scalar.formatTnum(offset)}${oneOffset ? '' : `+${reg.off}`}`
  const text = packet
    ? `packet access off ${NET_IP_ALIGN}+${bits}+${off}`
    : `${described.get(reg.kind) ?? ''}access off ${bits}+${off}`
  violate('alignment', { place: text, size })
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
