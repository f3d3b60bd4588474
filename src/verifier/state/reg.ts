// SPDX-License-Identifier: Apache-2.0
// What the verifier knows of one register or spilled slot: an immutable value, one hidden class for all kinds.

import type { Btf, BtfId } from '../../btf/index.ts'
import * as scalar from '../scalar/index.ts'
import type { Scalar } from '../scalar/index.ts'

export type RegKind =
  | 'not_init'
  | 'scalar'
  | 'ctx'
  | 'map_ptr'
  | 'map_value'
  | 'map_key'
  | 'fp'
  | 'pkt_meta'
  | 'pkt'
  | 'pkt_end'
  | 'flow_keys'
  | 'sock'
  | 'sock_common'
  | 'tcp_sock'
  | 'tp_buffer'
  | 'xdp_sock'
  | 'btf'
  | 'mem'
  | 'arena'
  | 'buf'
  | 'func'
  | 'dynptr'
  | 'iter'
  | 'irq'
  | 'insn'

/** Modifiers of a pointer type, the kernel's bpf_type_flag by meaning. */
export const MAYBE_NULL = 1
export const RDONLY = 2
export const UNTRUSTED = 4
export const TRUSTED = 8
export const RCU = 16
export const ALLOC = 32
export const PERCPU = 64
export const USER = 128
export const NON_OWN = 256
export const RINGBUF = 512

/** Offsets of pointers stay below it, in either direction. */
export const MAX_VAR_OFF = 1 << 29

/** What `aux` says of an iterator. */
export const ACTIVE = 1
export const DRAINED = 2

export type DynptrType = 'none' | 'local' | 'ringbuf' | 'skb' | 'xdp' | 'skb_meta' | 'file'

/** What only pointers, and objects on the stack, have. Most registers share one. */
interface PointerFields {
  readonly btf: Btf | undefined
  readonly btfId: BtfId
  /** Index of the map in the program, or -1. */
  readonly map: number
  /** Distinguishes lookups of inner maps. */
  readonly mapUid: number
  /** mem: bytes; pkt: proven range; */
  readonly size: number
  /** fp: frame number; func: insn of the subprogram; iter: depth. */
  readonly frame: number
  readonly dynptr: DynptrType
  /** dynptr: id that slices of it carry; iter: 1 active, 2 drained; a scalar at a distance: 32 where that was added in 32 bits. */
  readonly aux: number
}

// A class, not a literal that is spread: of copies that are spread V8 keeps numbers in boxes, and makes a new one at each read.
class Pointee implements PointerFields {
  readonly btf: Btf | undefined
  readonly btfId: BtfId
  readonly map: number
  readonly mapUid: number
  readonly size: number
  readonly frame: number
  readonly dynptr: DynptrType
  readonly aux: number

  constructor(from: PointerFields) {
    this.btf = from.btf
    this.btfId = from.btfId
    this.map = from.map
    this.mapUid = from.mapUid
    this.size = from.size
    this.frame = from.frame
    this.dynptr = from.dynptr
    this.aux = from.aux
  }
}

const nothing = new Pointee({
  btf: undefined,
  btfId: 0 as BtfId,
  map: -1,
  mapUid: 0,
  size: 0,
  frame: 0,
  dynptr: 'none',
  aux: 0,
})

/** What every register has; the rest stands in `of`, and reads as if it stood here. */
interface Own {
  readonly kind: RegKind
  readonly flags: number
  /** Known part of a pointer's offset, bytes. 0 for scalars (their linked-register delta is `delta`). */
  readonly off: number
  /** A scalar's value; a pointer's variable offset. */
  readonly var: Scalar
  /** Links copies: scalars of equal value, null-checked pointers, packet pointers, dynptr slices. */
  readonly id: number
  /** Acquired reference this pointer is, or 0. */
  readonly refObjId: number
  /** The exact value matters to safety; pruning must compare it. */
  readonly precise: boolean
  /** Scalar = linked scalar + delta; undefined where the id is not a linked-constant id. */
  readonly delta: number | undefined
}

export interface RegState extends Own, PointerFields {}

/** The one class of registers. */
class Register implements RegState {
  readonly kind: RegKind
  readonly flags: number
  readonly off: number
  readonly var: Scalar
  readonly id: number
  readonly refObjId: number
  readonly precise: boolean
  readonly delta: number | undefined
  readonly of: Pointee

  constructor(kind: RegKind, value: Scalar, from: Omit<Own, 'kind' | 'var'>, of: Pointee) {
    this.kind = kind
    this.flags = from.flags
    this.off = from.off
    this.var = value
    this.id = from.id
    this.refObjId = from.refObjId
    this.precise = from.precise
    this.delta = from.delta
    this.of = of
  }
  get btf(): Btf | undefined {
    return this.of.btf
  }
  get btfId(): BtfId {
    return this.of.btfId
  }
  get map(): number {
    return this.of.map
  }
  get mapUid(): number {
    return this.of.mapUid
  }
  get size(): number {
    return this.of.size
  }
  get frame(): number {
    return this.of.frame
  }
  get dynptr(): DynptrType {
    return this.of.dynptr
  }
  get aux(): number {
    return this.of.aux
  }
}

type Mutable<T> = { -readonly [Field in keyof T]: T[Field] }
type Change = Partial<RegState>

const base = new Register(
  'not_init',
  scalar.zero,
  { flags: 0, off: 0, id: 0, refObjId: 0, precise: false, delta: undefined },
  nothing,
)

export const notInit: RegState = base

/** On a register that nobody has seen yet. A change may be of any shape: its fields are set one by one. */
function changed(reg: Mutable<Register>, change: Change): RegState {
  let of: Mutable<Pointee> | undefined
  for (const field in change) {
    if (ofPointees.has(field)) {
      of ??= new Pointee(reg.of)
      ;(of as Record<string, unknown>)[field] = change[field as keyof Pointee]
    } else (reg as Record<string, unknown>)[field] = change[field as keyof Own]
  }
  if (of !== undefined) reg.of = of
  return reg as Register
}
const ofPointees: ReadonlySet<string> = new Set(Object.keys(nothing))

const copyOf = (reg: RegState): Mutable<Register> => {
  const { of } = reg as Register
  return new Register(reg.kind, reg.var, reg, of)
}
export const edit = (reg: RegState, change: Change): RegState => changed(copyOf(reg), change)
/** A scalar whose exact value matters. */
export function precisely(reg: RegState): RegState {
  const copy = copyOf(reg)
  copy.precise = true
  return copy as Register
}
export const withVar = (reg: RegState, value: Scalar): RegState =>
  new Register(reg.kind, value, reg, (reg as Register).of)
export function withId(reg: RegState, id: number): RegState {
  const copy = copyOf(reg)
  copy.id = id
  return copy as Register
}
export function withOff(reg: RegState, off: number): RegState {
  const copy = copyOf(reg)
  copy.off = off
  return copy as Register
}
function resized(of: Pointee, size: number): Pointee {
  const copy: Mutable<Pointee> = new Pointee(of)
  copy.size = size
  return copy
}
/** The same pointers, of another size or proven range: what they share they go on sharing. */
export function resizer(size: number): (reg: RegState) => RegState {
  let before: Pointee | undefined
  let after: Pointee = nothing
  return (reg) => {
    const { of } = reg as Register
    if (of !== before) {
      before = of
      after = resized(of, size)
    }
    return new Register(reg.kind, reg.var, reg, after)
  }
}
/** A scalar that is linked to no other. */
export const unlinked = (reg: RegState, value: Scalar = reg.var): RegState => {
  const copy = copyOf(reg)
  copy.var = value
  copy.id = 0
  copy.delta = undefined
  copy.of = nothing
  return copy as Register
}
/** A scalar worth the one of that id, and something more. */
export function linkedAt(reg: RegState, id: number, delta: number): RegState {
  const copy = copyOf(reg)
  copy.id = id
  copy.delta = delta
  return copy as Register
}
export const pointer = (kind: RegKind, change?: Change): RegState => {
  const made = new Register(kind, base.var, base, nothing)
  return change === undefined ? made : changed(made, change)
}
const framePointers: (RegState | undefined)[] = []
/** R10 of a frame. */
export function framePointer(frame: number): RegState {
  framePointers[frame] ??= pointer('fp', { frame })
  return framePointers[frame]!
}
/** Whether what only pointers have is the very same: no need to compare it. */
export const samePointee = (a: RegState, b: RegState): boolean => (a as Register).of === (b as Register).of
export const scalarReg = (value: Scalar): RegState => new Register('scalar', value, base, nothing)
export const unknownScalar: RegState = scalarReg(scalar.unknown)
const smallest = -512
const smallConst: (RegState | undefined)[] = Array.from({ length: 1536 }, () => undefined)
export function constReg(value: number): RegState {
  const index = value - smallest
  if (index < 0 || index >= smallConst.length || !Number.isInteger(index))
    return scalarReg(scalar.constantNumber(value))
  smallConst[index] ??= scalarReg(scalar.constantNumber(value))
  return smallConst[index]!
}

export const mayBeNull = (reg: RegState): boolean => (reg.flags & MAYBE_NULL) !== 0
/** A map value that is surely there. */
export const isMapValue = (reg: RegState): boolean => reg.kind === 'map_value' && reg.flags === 0
export const isPointer = (reg: RegState): boolean => reg.kind !== 'scalar' && reg.kind !== 'not_init'
export const isPkt = (reg: RegState): boolean => reg.kind === 'pkt' || reg.kind === 'pkt_meta'
/** A zero: the null pointer as programs write it. */
export const isNull = (reg: RegState): boolean => reg.kind === 'scalar' && scalar.isZero(reg.var)
export const isConst = (reg: RegState): boolean => reg.kind === 'scalar' && scalar.isConst(reg.var)

const kindText: Record<RegKind, string> = {
  not_init: '?',
  scalar: 'scalar',
  ctx: 'ctx',
  map_ptr: 'map_ptr',
  map_value: 'map_value',
  map_key: 'map_key',
  fp: 'fp',
  pkt_meta: 'pkt_meta',
  pkt: 'pkt',
  pkt_end: 'pkt_end',
  flow_keys: 'flow_keys',
  sock: 'sock',
  sock_common: 'sock_common',
  tcp_sock: 'tcp_sock',
  tp_buffer: 'tp_buffer',
  xdp_sock: 'xdp_sock',
  btf: 'ptr_',
  mem: 'mem',
  arena: 'arena',
  buf: 'buf',
  func: 'func',
  dynptr: 'dynptr_ptr',
  iter: 'iter',
  irq: 'irq',
  insn: 'insn',
}

/** The register type as the kernel's log names it: `trusted_ptr_or_null_`, `map_value_or_null`, `rdonly_mem`. */
export function typeText(kind: RegKind, flags: number): string {
  let prefix = ''
  if (flags & RDONLY) prefix += 'rdonly_'
  if (flags & RINGBUF) prefix += 'ringbuf_'
  if (flags & USER) prefix += 'user_'
  if (flags & PERCPU) prefix += 'percpu_'
  if (flags & RCU) prefix += 'rcu_'
  if (flags & UNTRUSTED) prefix += 'untrusted_'
  if (flags & TRUSTED) prefix += 'trusted_'
  const orNull = (flags & MAYBE_NULL) === 0 ? '' : kind === 'btf' ? 'or_null_' : '_or_null'
  return `${prefix}${kindText[kind]}${orNull}`
}
export const regTypeText = (reg: RegState): string => typeText(reg.kind, reg.flags)
