// SPDX-License-Identifier: Apache-2.0
// Conditional jumps: decided where they can be, else both ways with what each way teaches.

import {
  MAX_VAR_OFF,
  MAYBE_NULL,
  type RegState,
  UNTRUSTED,
  edit,
  isNull,
  isPkt,
  isPointer,
  mayBeNull,
  resizer,
  unlinked,
  withVar,
} from '../state/reg.ts'
import { markNull, nonNull } from '../access/nullness.ts'
import type { Insn } from '../../isa/index.ts'
import { isTrusted } from '../access/btf-pointer.ts'
import { packetReach } from '../access/regions.ts'
import type { Model } from '../program/model.ts'
import type { Refined, Walk } from '../engine/walk.ts'
import * as scalar from '../scalar/index.ts'
import { isSpilledScalar } from '../state/stack.ts'
import { mapRegs, type State } from '../state/state.ts'
import { DST_TO_STACK, type LinkedReg, linkedReg, SRC_TO_STACK, type ToStack } from '../state/step.ts'
import { readReg } from '../engine/operands.ts'
import { requireInvariant, testsInvariants } from './invariants.ts'
import { pushState } from '../engine/pending.ts'
import { markPrecise } from '../engine/precision.ts'

/** In place of a packet pointer's range: at the end or beyond it; at least a byte beyond it. */
const AT_PKT_END = -1
const BEYOND_PKT_END = -2

/** So many registers and slots of equal value are followed; the rest lose the link. Where frames may be more, entries take more room. */
const maxLinked = (model: Model): number => (model.rules.deepCalls ? 5 : 6)

/** Executes the jump; answers the next insn. Where both ways are possible the other is kept for later. */
export function executeJump(walk: Walk, insn: Insn): number {
  const { op } = insn
  const next = walk.insn + 1
  const target = next + insn.off
  const src = op.source === 'reg' ? readReg(walk, insn.src) : walk.immediate()
  const dst = readReg(walk, insn.dst)
  walk.stepToStack = ((dst.kind === 'fp' ? DST_TO_STACK : 0) | (src.kind === 'fp' ? SRC_TO_STACK : 0)) as ToStack
  const width = op.width as 32 | 64
  // since links have differences, links beyond the most are lost where the jump is decided, too
  const early = walk.model.rules.linkedDifferences ? collectOperands(walk, insn, dst, src) : undefined
  const known = isTaken(walk.model, insn, dst, src)
  if (known !== undefined) {
    if (!isPointer(dst)) markPrecise(walk, insn.dst)
    if (op.source === 'reg' && !isPointer(src)) markPrecise(walk, insn.src)
    return known ? target : next
  }
  const linked = early ?? collectOperands(walk, insn, dst, src)
  if (linked.length > 1) walk.stepLinked = linked
  walk.pushStep()
  const other = pushState(walk, target, walk.insn)
  const here = walk.state
  if (dst.kind === 'scalar' && src.kind === 'scalar') {
    if (testsInvariants(walk.program)) requireInvariants(walk.model, insn, { dst, src })
    if (comparesItself(insn)) {
      for (const [state, way] of [
        [here, 'passed'],
        [other, 'taken'],
      ] as const)
        state.cur.ownRegs()[insn.dst] = withVar(
          state.cur.regs[insn.dst]!,
          walk.model.domain.refineBranchSelf(op.name, width, dst.var, way),
        )
    } else {
      const { taken, passed } = refined(walk, insn, dst.var, src.var)
      learn(here, insn, dst, src, passed)
      learn(other, insn, dst, src, taken)
    }
  }
  // a scalar compared with a pointer teaches nothing, but is brought in step all the same
  if (linked.length > 1) {
    for (const state of [here, other]) {
      if (op.source === 'reg') syncLinked(walk.model, state, insn.src, linked)
      syncLinked(walk.model, state, insn.dst, linked)
    }
  }
  if (dst.kind === 'scalar' && src.kind === 'scalar') return next
  const eq = op.name === 'jeq'
  if (eq || op.name === 'jne') {
    if (width === 64 && isNullOperand(walk.model, insn, src) && mayBeNull(dst)) {
      if (op.source === 'reg') markPrecise(walk, insn.src)
      markNull(walk.program, here, dst, { isNull: !eq })
      markNull(walk.program, other, dst, { isNull: eq })
      return next
    }
    if (width === 64 && op.source === 'reg' && dst.kind !== 'btf' && src.kind !== 'btf') {
      // equal to what cannot be NULL
      const regs = (eq ? other : here).cur.ownRegs()
      if (mayBeNull(src) && notNull(dst) && !doubted(walk.model, dst)) regs[insn.src] = nonNull(walk.program, src)
      if (mayBeNull(dst) && notNull(src) && !doubted(walk.model, src)) regs[insn.dst] = nonNull(walk.program, dst)
      if (mayBeNull(src) !== mayBeNull(dst)) return next
    }
  }
  if (width === 64 && op.source === 'reg') learnPacketRange(walk.model, insn, { dst, src }, { here, other })
  return next
}

/** 0, or since 7.3 a register known to hold it. */
const isNullOperand = (model: Model, { op, imm }: Insn, src: RegState): boolean =>
  op.source === 'imm' ? imm === 0 : model.rules.nullByRegister && isNull(src)

function isTaken(model: Model, insn: Insn, dst: RegState, src: RegState): boolean | undefined {
  const op = insn.op.name
  const width = insn.op.width as 32 | 64
  if (dst.kind === 'scalar' && src.kind === 'scalar' && comparesItself(insn))
    return model.domain.branchTakenSelf(op, width, dst.var)
  if (dst.kind === 'scalar' && src.kind === 'scalar') return model.domain.branchTaken(op, width, dst.var, src.var)
  if (width === 32 && model.rules.pointerHalves) return undefined
  if (width === 64 && isPkt(dst) && src.kind === 'pkt_end') return packetTaken(op, dst)
  if (width === 64 && dst.kind === 'pkt_end' && isPkt(src)) return packetTaken(flipped.get(op) ?? op, src)
  // a pointer that cannot be null, against null
  const [ptr, value] = isPointer(dst) ? [dst, src] : [src, dst]
  const zero = width === 32 ? scalar.isLowZero : scalar.isZero
  if (value.kind !== 'scalar' || !zero(value.var) || !notNull(ptr)) return undefined
  return op === 'jeq' ? false : op === 'jne' ? true : undefined
}
const flipped: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({ jgt: 'jlt', jlt: 'jgt', jge: 'jle', jle: 'jge' }),
)

function packetTaken(op: string, pkt: RegState): boolean | undefined {
  if (pkt.size >= 0) return undefined
  const beyond = pkt.size === BEYOND_PKT_END
  if (op === 'jle') return beyond ? false : undefined
  if (op === 'jgt') return beyond ? true : undefined
  if (op === 'jlt') return false
  if (op === 'jge') return true
  return undefined
}

/** Since 6.17 memory may be untrusted: that it is no null says nothing of what equals it. */
const doubted = (model: Model, reg: RegState): boolean => model.rules.castToVoid && (reg.flags & UNTRUSTED) !== 0

/** What the kernel knows never to be null without a check; other pointers may be compared either way. */
function notNull(reg: RegState): boolean {
  if (reg.flags & MAYBE_NULL) return false
  // an offset without bounds may wrap around to zero
  if (scalar.sminN(reg.var) <= -MAX_VAR_OFF || scalar.smaxN(reg.var) >= MAX_VAR_OFF) return false
  switch (reg.kind) {
    case 'sock':
    case 'tcp_sock':
    case 'xdp_sock':
    case 'buf':
    case 'map_value':
    case 'map_key':
    case 'map_ptr':
    case 'sock_common':
      return true
    case 'mem':
      return (reg.flags & UNTRUSTED) === 0
    case 'btf':
      return isTrusted(reg)
    default:
      return false
  }
}

/** What is linked to either side, where that is more than one; those beyond so many lose the link. */
function collectOperands(walk: Walk, { op }: Insn, dst: RegState, src: RegState): readonly LinkedReg[] {
  const linked = collected
  linked.length = 0
  if (op.source === 'reg' && src.kind === 'scalar' && src.id !== 0) collectLinked(walk, src.id, linked)
  if (dst.kind === 'scalar' && dst.id !== 0) collectLinked(walk, dst.id, linked)
  return linked.length > 1 ? linked.slice() : nothingLinked
}
/** One for all jumps. */
const collected: LinkedReg[] = []
const nothingLinked: readonly LinkedReg[] = []

/** Registers and slots that hold scalars of this id, the current frame's first. A register compared with another of its id counts twice. */
function collectLinked(walk: Walk, id: number, out: LinkedReg[]): void {
  const { state } = walk
  const most = maxLinked(walk.model)
  for (let f = state.frames.length - 1; f >= 0; f--) {
    const frame = state.frames[f]!
    const { regs, stack } = frame
    const live = walk.model.rules.linkedDifferences
      ? walk.program.liveRegs[state.frames[f + 1]?.callsite ?? walk.insn]!
      : 0x3ff
    for (let i = 0; i < 10; i++) {
      const reg = regs[i]!
      if (reg.kind !== 'scalar' || reg.id !== id || (live & (1 << i)) === 0) continue
      if (out.length < most) out.push(linkedReg(f, 'reg', i))
      else frame.ownRegs()[i] = unlinked(reg)
    }
    for (let s = 0; s < stack.length; s++) {
      const slot = stack[s]!
      if (!isSpilledScalar(slot) || slot.reg.id !== id) continue
      if (out.length < most) out.push(linkedReg(f, 'slot', s))
      else frame.ownStack()[s] = { types: slot.types, reg: unlinked(slot.reg) }
    }
  }
}

/** With BPF_F_TEST_REG_INVARIANTS a way that cannot be taken, but was not predicted so, is refused for what it teaches. */
function requireInvariants({ domain: { unsettled } }: Model, insn: Insn, { dst, src }: Operands): void {
  if (unsettled === undefined) return
  const { op } = insn
  const width = op.width as 32 | 64
  for (const way of ['taken', 'passed'] as const) {
    const sides = comparesItself(insn)
      ? [unsettled.refineBranchSelf(op.name, width, dst.var, way)]
      : unsettled.refineBranch(op.name, width, dst.var, src.var, way)
    sides.forEach((side, i) => requireInvariant(side, `${way === 'taken'}_reg${i + 1}`))
  }
}

/** Both sides are one register. */
const comparesItself = ({ op, dst, src }: Insn): boolean => op.source === 'reg' && dst === src

function refined(walk: Walk, { op }: Insn, dst: scalar.Scalar, src: scalar.Scalar): Refined {
  const before = walk.refined[walk.insn]
  if (before !== undefined && scalar.sameScalar(before.dst, dst) && scalar.sameScalar(before.src, src)) return before
  const { domain } = walk.model
  const width = op.width as 32 | 64
  const both = {
    dst,
    src,
    taken: domain.refineBranch(op.name, width, dst, src, 'taken'),
    passed: domain.refineBranch(op.name, width, dst, src, 'passed'),
  }
  walk.refined[walk.insn] = both
  return both
}

function learn(
  { cur }: State,
  insn: Insn,
  dst: RegState,
  src: RegState,
  [a, b]: readonly [scalar.Scalar, scalar.Scalar],
): void {
  if (insn.op.source === 'reg' && b !== src.var) cur.ownRegs()[insn.src] = withVar(cur.regs[insn.src]!, b)
  if (a !== dst.var) cur.ownRegs()[insn.dst] = withVar(cur.regs[insn.dst]!, a)
}

/**
 * Copies of a scalar learn what one of them learnt, each at its own distance. One at no distance becomes the very value, link and
 * all: a copy that 0 was added to passes on that it was moved, and what was moved loses its link when it moves again.
 */
function syncLinked(model: Model, state: State, number: number, linked: readonly LinkedReg[]): void {
  const known = state.cur.regs[number]!
  if (known.kind !== 'scalar' || known.id === 0) return
  for (const { frame, in: place, index } of linked) {
    const owner = state.frames[frame]!
    const { regs, stack } = owner
    const reg = place === 'slot' ? stack[index]!.reg : regs[index]!
    if (reg === known || reg.id !== known.id || reg.kind !== 'scalar') continue
    // a distance in 32 bits says nothing of one in 64
    if (reg.aux !== known.aux && reg.delta !== undefined && known.delta !== undefined) continue
    const shift = (reg.delta ?? 0) - (known.delta ?? 0)
    const width = reg.aux === 32 || known.aux === 32 ? 32 : 64
    const next = shift === 0 ? known : withVar(reg, model.domain.linkedPlus(known.var, shift, width))
    if (place === 'slot') owner.ownStack()[index] = { types: stack[index]!.types, reg: next }
    else owner.ownRegs()[index] = next
  }
}

interface Operands {
  readonly dst: RegState
  readonly src: RegState
}
/** The state goes on here, and after the jump in the other. */
interface Sides {
  readonly here: State
  readonly other: State
}

/** `if (data + n > data_end)`: all packet pointers of the same origin learn the range. */
function learnPacketRange(model: Model, insn: Insn, { dst, src }: Operands, { here, other }: Sides): void {
  const op = insn.op.name
  const ends = (pkt: RegState, end: RegState): boolean =>
    (pkt.kind === 'pkt' && end.kind === 'pkt_end') ||
    (pkt.kind === 'pkt_meta' && end.kind === 'pkt' && end.off === 0 && scalar.isZero(end.var) && end.id === 0)
  const forward = ends(dst, src)
  if (!forward && !ends(src, dst)) return
  const pkt = forward ? dst : src
  const reg = forward ? insn.dst : insn.src
  const name = forward ? op : (flipped.get(op) ?? '')
  const reach = reachOf(model, pkt)
  if (name === 'jgt') {
    widen(here, pkt, reach, { open: false })
    markEnd(other, reg, BEYOND_PKT_END)
  } else if (name === 'jlt') {
    widen(other, pkt, reach, { open: true })
    markEnd(here, reg, AT_PKT_END)
  } else if (name === 'jge') {
    widen(here, pkt, reach, { open: true })
    markEnd(other, reg, AT_PKT_END)
  } else if (name === 'jle') {
    widen(other, pkt, reach, { open: false })
    markEnd(here, reg, BEYOND_PKT_END)
  }
}

/** `open`: the pointer's own byte is before the end too. */
function widen(state: State, pkt: RegState, range: number | undefined, { open }: { open: boolean }): void {
  if (range === undefined || (range === 0 && open)) return
  const known = range + (open ? 1 : 0)
  const { kind, id } = pkt
  const widened = resizer(known)
  mapRegs(state, (reg) => (reg.kind === kind && reg.id === id && reg.size < known ? widened(reg) : reg))
}

/** How far into the packet the pointer reaches: by its constant offset, or, where that is part of its bounds, by the whole. */
function reachOf(model: Model, pkt: RegState): number | undefined {
  if (model.rules.oneOffset) {
    const reach = packetReach(model, pkt)
    return reach < 0 || reach > MAX_PACKET_OFF ? undefined : reach
  }
  const variable = scalar.umaxN(pkt.var)
  return pkt.off < 0 || variable > MAX_PACKET_OFF || variable + pkt.off > MAX_PACKET_OFF ? undefined : pkt.off
}
const MAX_PACKET_OFF = 0xffff

function markEnd(state: State, number: number, mark: number): void {
  const { regs } = state.cur
  if (regs[number]!.kind === 'pkt') state.cur.ownRegs()[number] = edit(regs[number]!, { size: mark })
}
