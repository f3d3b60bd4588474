// SPDX-License-Identifier: Apache-2.0
// Where each register and each slot of the function's own stack may point before each insn: a forward data flow over one function,
// entered with the arguments of one call. Calls leave the stack's pointers as they were: what a callee writes there is no pointer to a
// stack, and a pointer that is there no more only makes more slots count as read.

import type { Insn } from '../../isa/index.ts'
import type { Program, Subprog } from '../program/program.ts'
import {
  anywhereIn,
  originAt,
  eitherOrigin,
  inFrames,
  mayPointInto,
  originOfSum,
  moved,
  nowhere,
  type Origin,
  sameOrigin,
} from './origins.ts'
import { untilSettled } from './sweep.ts'

const SLOTS = 64
const FP = 10
/** Registers that an insn can name, whether or not there are so many. */
const ENCODABLE = 16

/** Values are shared between insns where nothing changed. */
export interface Pointers {
  /** By number. */
  readonly regs: readonly Origin[]
  /** Slot 0 is fp-8. */
  readonly stack: readonly Origin[]
}

export interface Entry {
  readonly program: Program
  readonly subprog: Subprog
  /** Insns of the function, those that lead to others last. */
  readonly postorder: readonly number[]
  readonly next: readonly (readonly number[])[]
  /** How many frames lie above the function's own. */
  readonly depth: number
  /** R1 to R5 at [1] to [5]. */
  readonly args: readonly Origin[]
  /** Slots of the frame above at this depth, as they were at the call made in it. */
  readonly outer: (depth: number) => readonly Origin[] | undefined
}

const noPointers: readonly Origin[] = Array.from({ length: SLOTS }, () => nowhere)

/** By insn relative to the function's start; undefined where it is not reached. */
export function flowOfPointers(entry: Entry): readonly (Pointers | undefined)[] {
  const { program, subprog, postorder, next, depth, args } = entry
  const before: (Pointers | undefined)[] = Array.from({ length: subprog.end - subprog.start }, () => undefined)
  const regs = Array.from({ length: ENCODABLE }, (_, r) => (r >= 1 && r <= 5 ? (args[r] ?? nowhere) : nowhere))
  regs[FP] = originAt(depth, [0])
  before[0] = { regs, stack: noPointers }
  untilSettled({
    order: [...postorder].reverse(),
    first: [subprog.start],
    visit: (insn, again) => {
      program.budget.spend()
      const after = transfer(program.insns[insn]!, before[insn - subprog.start]!, entry)
      for (const to of next[insn]!) {
        if (to < subprog.start || to >= subprog.end) continue
        const known = before[to - subprog.start]
        const joined = known === undefined ? after : join(known, after)
        if (joined === known) continue
        before[to - subprog.start] = joined
        again(to)
      }
    },
  })
  return before
}

/** The very `known` where it holds all of `more`. */
function join(known: Pointers, more: Pointers): Pointers {
  const regs = joinAll(known.regs, more.regs)
  const stack = joinAll(known.stack, more.stack)
  return regs === known.regs && stack === known.stack ? known : { regs, stack }
}

function joinAll(known: readonly Origin[], more: readonly Origin[]): readonly Origin[] {
  if (known === more) return known
  let joined: Origin[] | undefined
  for (let i = 0; i < known.length; i++) {
    const one = known[i]!
    const both = eitherOrigin(one, more[i]!)
    if (sameOrigin(one, both)) continue
    joined ??= [...known]
    joined[i] = both
  }
  return joined ?? known
}

function transfer(insn: Insn, met: Pointers, entry: Entry): Pointers {
  const { op } = insn
  const { regs } = met
  switch (op.kind) {
    case 'alu':
      return withReg(met, insn.dst, arithmetic(insn, regs))
    case 'ld_imm64':
      return withReg(met, insn.dst, nowhere)
    case 'load':
      return withReg(met, insn.dst, loaded(insn, met, entry))
    case 'store': {
      if (!isOwn(insn.dst, regs, entry.depth)) return met
      const stack = op.source === 'reg' ? spilled(insn, met) : cleared(insn, met)
      return stack === met.stack ? met : { regs, stack }
    }
    case 'atomic':
      return afterAtomic(insn, met, entry)
    case 'call':
      return { regs: regs.map((origin, r) => (r <= 5 ? nowhere : origin)), stack: met.stack }
    default:
      return met
  }
}

function withReg(met: Pointers, reg: number, origin: Origin): Pointers {
  if (sameOrigin(met.regs[reg]!, origin)) return met
  const regs = [...met.regs]
  regs[reg] = origin
  return { regs, stack: met.stack }
}

function arithmetic({ op, dst, src, off, imm }: Insn, regs: readonly Origin[]): Origin {
  // 32 bits of a pointer are none
  if (op.width === 32 || op.name === 'le' || op.name === 'be') return nowhere
  const [old, other] = [regs[dst]!, regs[src]!]
  if (op.name === 'mov' || op.name === 'movsx' || op.name === 'addr_space_cast')
    return op.source === 'reg' && off === 0 ? other : nowhere
  if (op.source === 'reg') return originOfSum(old, other)
  if (op.name === 'add') return moved(old, imm)
  if (op.name === 'sub') return moved(old, -imm)
  return old.frame >= 0 ? anywhereIn(old.frame) : old
}

/** The register may point into the function's own frame. */
const isOwn = (reg: number, regs: readonly Origin[], depth: number): boolean =>
  reg === FP || mayPointInto(regs[reg]!, depth)

/** Which slot an offset is the low end of; -1 where it is none. */
const slotAt = (off: number): number => (off < 0 && off >= -8 * SLOTS && off % 8 === 0 ? -off / 8 - 1 : -1)

const allFrames = (depth: number): Origin => inFrames((1 << (depth + 1)) - 1)

function loaded({ op, src, off }: Insn, { regs, stack }: Pointers, { depth, outer }: Entry): Origin {
  if (op.size !== 8 || op.signed) return nowhere
  const base = regs[src]!
  if (src === FP) return stack[slotAt(off)] ?? allFrames(depth)
  if (mayPointInto(base, depth)) return filled(moved(base, off), stack, depth)
  if (base.frame >= 0) return filled(moved(base, off), outer(base.frame) ?? noPointers, base.frame)
  return base
}

/** What a load through a pointer into the frame gives; it counts as no pointer, too. */
function filled({ places }: Origin, stack: readonly Origin[], depth: number): Origin {
  if (places.length === 0) return allFrames(depth)
  let origin = nowhere
  for (const place of places) {
    const slot = stack[slotAt(place)]
    if (slot === undefined) return allFrames(depth)
    origin = eitherOrigin(origin, slot)
  }
  return origin
}

/** A store of a register: whole slots hold what it held, of others the pointer is gone. */
function spilled({ op, dst, src, off }: Insn, { regs, stack }: Pointers): readonly Origin[] {
  const value = op.size === 8 ? regs[src]! : nowhere
  if (dst === FP) return replaced(stack, [slotAt(off)], () => value)
  const { places } = regs[dst]!
  if (places.length === 0) return stack.map((slot) => eitherOrigin(slot, value))
  const slots = places.map((place) => slotAt(place + off))
  return replaced(stack, slots, (old) => (places.length === 1 ? value : eitherOrigin(old, value)))
}

/** A store of a constant, or by an atomic: no pointer is left in the slots it touches. */
function cleared({ op, dst, off }: Insn, { regs, stack }: Pointers): readonly Origin[] {
  const { places } = dst === FP ? originAt(0, [off]) : moved(regs[dst]!, off)
  if (places.length === 0) return stack.map((slot) => eitherOrigin(slot, nowhere))
  let result = stack
  for (const place of places) {
    const touched = stack.flatMap((_, slot) => (-8 * (slot + 1) < place + op.size && -8 * slot > place ? [slot] : []))
    result = replaced(result, touched, (old) => (places.length === 1 ? nowhere : eitherOrigin(old, nowhere)))
  }
  return result
}

function replaced(stack: readonly Origin[], slots: readonly number[], by: (old: Origin) => Origin): readonly Origin[] {
  let result: Origin[] | undefined
  for (const slot of slots) {
    const old = (result ?? stack)[slot]
    if (old === undefined) continue
    const value = by(old)
    if (sameOrigin(old, value)) continue
    result ??= [...stack]
    result[slot] = value
  }
  return result ?? stack
}

function afterAtomic(insn: Insn, met: Pointers, { depth }: Entry): Pointers {
  const { name, fetch } = insn.op
  const writes = name !== 'load_acquire' && isOwn(insn.dst, met.regs, depth)
  const after = writes ? { regs: met.regs, stack: cleared(insn, met) } : met
  if (name === 'cmpxchg') return withReg(after, 0, nowhere)
  if (name === 'load_acquire') return withReg(after, insn.dst, nowhere)
  return fetch ? withReg(after, insn.src, nowhere) : after
}
