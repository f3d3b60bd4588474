// SPDX-License-Identifier: Apache-2.0
// What one register holds in several states, joined: of numbers the hull, of pointers one entry for each region.

import type { Program } from '../program/program.ts'
import * as scalar from '../scalar/index.ts'
import { ALLOC, MAYBE_NULL, PERCPU, RCU, RDONLY, type RegState, TRUSTED, UNTRUSTED } from '../state/reg.ts'
import type { NumberFact, PointerFact, Span, ValueFact } from './facts.ts'

type PointerKind = PointerFact['kind']

/** Pointers of one region. */
interface Pointers {
  readonly kind: PointerKind
  /** Flags that one of them has. */
  any: number
  mayBeNull: boolean
  guarded: boolean
  min: number
  max: number
  /** The first one; what the others do not share with it is told by the names in `differ`. */
  readonly first: RegState
  readonly up: number
  size: number
  sameMap: boolean
  sameType: boolean
  sameUp: boolean
  sameTarget: boolean
  owned: 'never' | 'maybe' | 'always'
}

export class Joined {
  private number: scalar.Scalar | undefined
  private readonly pointers: Pointers[] = []
  /** In one of the states nothing is there. */
  private unset = false
  private last: RegState | undefined
  private lastUp = 0
  private readonly oneOffset: boolean

  /** `oneOffset`: kernels that count a packet's range from where the whole offset may be at most. */
  constructor({ oneOffset }: { readonly oneOffset: boolean }) {
    this.oneOffset = oneOffset
  }

  /** `frame`: the number of the frame that the register is in. */
  add(reg: RegState, frame: number): void {
    const up = reg.kind === 'fp' ? frame - reg.frame : 0
    if (reg === this.last && up === this.lastUp) return
    this.last = reg
    this.lastUp = up
    if (reg.kind === 'not_init') this.unset = true
    else if (reg.kind === 'scalar') this.addNumber(reg.var)
    else this.addPointer(reg, reg.kind, up)
  }

  private addNumber(value: scalar.Scalar): void {
    if (this.number === undefined) this.number = value
    else if (!scalar.covers(this.number, value)) this.number = scalar.hull(this.number, value)
  }

  private addPointer(reg: RegState, kind: PointerKind, up: number): void {
    const min = reg.off + scalar.sminN(reg.var)
    const max = reg.off + scalar.smaxN(reg.var)
    // of a packet: from its beginning, wherever between the two the pointer is
    const spread = this.oneOffset && (kind === 'pkt' || kind === 'pkt_meta') ? max - min : 0
    const size = Math.max(0, reg.size - spread)
    const owned = reg.refObjId === 0 ? 'never' : 'always'
    const known = this.pointers.find((one) => one.kind === kind)
    if (known === undefined) {
      const same = { sameMap: true, sameType: true, sameUp: true, sameTarget: true }
      const may = { mayBeNull: mayBeZero(reg), guarded: isGuarded(reg) }
      this.pointers.push({ kind, any: reg.flags, ...may, min, max, first: reg, up, size, ...same, owned })
      return
    }
    const { first } = known
    known.any |= reg.flags
    known.mayBeNull ||= mayBeZero(reg)
    known.guarded ||= isGuarded(reg)
    known.min = Math.min(known.min, min)
    known.max = Math.max(known.max, max)
    known.size = Math.min(known.size, size)
    known.sameMap &&= first.map === reg.map
    known.sameType &&= first.btf === reg.btf && first.btfId === reg.btfId
    known.sameUp &&= known.up === up
    known.sameTarget &&= first.frame === reg.frame
    if (known.owned !== owned) known.owned = 'maybe'
  }

  /** Some state's pointer leads where there may be nothing: what loads through it read is guarded. */
  get guarded(): boolean {
    return this.pointers.some(({ guarded }) => guarded)
  }
  get inArena(): boolean {
    return this.pointers.some(({ kind }) => kind === 'arena')
  }

  /** undefined where it cannot be told. `plus`: bytes that pointers are told with beyond where they point; `numbers`: those are proven. */
  fact(
    program: Program,
    { plus = 0, numbers }: { readonly plus?: number; readonly numbers: boolean },
  ): ValueFact | undefined {
    if (this.unset) return undefined
    const pointers = this.pointers.map((one) => pointerFact(program, one, plus))
    const value = this.number === undefined || numbers ? this.number : scalar.unknown
    if (value === undefined) return pointers.length === 1 ? pointers[0] : mixed(pointers)
    if (pointers.length === 0) return numberFact(value)
    // a null pointer is a zero to the verifier
    if (scalar.isZero(value)) {
      const nullable = pointers.map((one): PointerFact => ({ ...one, null: 'maybe' }))
      return nullable.length === 1 ? nullable[0] : mixed(nullable)
    }
    return { kind: 'mixed', of: [numberFact(value), ...pointers] }
  }
}

const mixed = (of: readonly PointerFact[]): ValueFact | undefined =>
  of.length === 0 ? undefined : { kind: 'mixed', of }

/** What the kernel does not vouch for: pointers read from objects are zero now and then, with nothing that says so. */
const mayBeZero = (reg: RegState): boolean => (reg.flags & MAYBE_NULL) !== 0 || reg.kind === 'arena' || isGuarded(reg)

/** Those through which the kernel turns loads into BPF_PROBE_MEM. */
const isGuarded = ({ kind, flags }: RegState): boolean =>
  (kind === 'btf' && (flags & (TRUSTED | RCU | ALLOC | PERCPU)) === 0) ||
  ((kind === 'mem' || kind === 'btf') && (flags & UNTRUSTED) !== 0)

/** Beyond it nothing bounds a pointer. */
const FAR = 2 ** 31

function pointerFact(program: Program, p: Pointers, plus: number): PointerFact {
  const { kind, first, any } = p
  const [min, max] = [p.min + plus, p.max + plus]
  return {
    kind,
    null: p.mayBeNull ? 'maybe' : 'never',
    ...(kind !== 'arena' && min > -FAR && max < FAR ? { off: { min, max } } : {}),
    ...(p.sameMap && first.map >= 0 ? { map: first.map, mapName: program.mapName(first.map) } : {}),
    ...(kind === 'btf' && p.sameType && first.btf !== undefined
      ? { type: { name: first.btf.type(first.btfId).name, id: first.btfId } }
      : {}),
    ...(kind === 'mem' || kind === 'pkt' || kind === 'pkt_meta' ? { size: p.size } : {}),
    ...(kind === 'fp' && p.sameUp ? { up: p.up } : {}),
    ...(kind === 'func' && p.sameTarget ? { target: first.frame } : {}),
    readOnly: (any & RDONLY) !== 0,
    untrusted: p.guarded,
    owned: p.owned,
  }
}

const span = <T>(min: T, max: T): Span<T> => ({ min, max })

function numberFact(s: scalar.Scalar): NumberFact {
  const [ones, mask] = [scalar.tnumValue(s), scalar.tnumMask(s)]
  return {
    kind: 'scalar',
    ...(scalar.isConst(s) ? { constant: scalar.constValue(s) } : {}),
    unsigned: span(scalar.umin(s), scalar.umax(s)),
    signed: span(scalar.smin(s), scalar.smax(s)),
    unsigned32: span(scalar.u32min(s), scalar.u32max(s)),
    signed32: span(scalar.s32min(s), scalar.s32max(s)),
    ones,
    zeros: BigInt.asUintN(64, ~(ones | mask)),
  }
}
