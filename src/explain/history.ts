// SPDX-License-Identifier: Apache-2.0
// How a value came to be, by walking the path to a rejection backward: from the register the message is about through
// moves, arithmetic, spills and fills, arguments and returns, to where it was first made.
//
// The path has the registers before each insn but no stack, so a fill is matched with the last store to the same slot.
// That a slot lost its value in between (its reference was released) shows as a fill that gives less than was stored.

import type { LinkedProgram } from '../object/index.ts'
import { type PathStep, type RegState, scalar } from '../verifier/index.ts'
import { callee } from './calls.ts'
import type { NoteKind } from './types.ts'
import { differs, isPointer, regWords } from './words.ts'

/** Something that happened at a step of the path. `step` orders events of the same insn in loops. */
export interface Event {
  readonly step: number
  readonly kind: NoteKind
  readonly label: string
}

export interface History {
  readonly events: readonly Event[]
  /** The step at which the value was made; the path's start where it was there from the beginning. */
  readonly origin: number
  /** Set where the value was a pointer that something took away: the step that did, and what it was. */
  readonly lost: { readonly step: number; readonly was: RegState; readonly clobbered?: true } | undefined
}

type Place =
  | { readonly kind: 'reg'; readonly frame: number; readonly number: number }
  | { readonly kind: 'slot'; readonly frame: number; readonly at: number }

/** Bounds the walk on long paths; what is further back explains nothing to a reader. */
const MOST_EVENTS = 40
export const MOST_STEPS = 50_000

/** Numbers that were added to numbers that were added … are followed so far. */
const MOST_SUMS = 4

interface Walk {
  /** The step that sees the register. */
  readonly last: number
  /** Of what sum of a sum it is a part. */
  readonly depth: number
  /** Steps that may still be looked at: shared by all that are followed for one register. */
  readonly left: { steps: number }
}

/** The history of register `number` as the last step of `path` sees it. */
export function historyOf(
  path: readonly PathStep[],
  number: number,
  program: LinkedProgram,
  { last, depth, left }: Walk = { last: path.length - 1, depth: 0, left: { steps: MOST_STEPS } },
): History {
  const events: Event[] = []
  let lost: History['lost']
  const end = path[last]
  if (end === undefined || number > 10) return { events, origin: 0, lost }
  let place: Place = { kind: 'reg', frame: end.frame, number }
  /** The value as the place holds it after the step looked at. */
  let value: RegState = end.regs[number]!
  let origin = 0
  const words = (reg: RegState): string => regWords(reg, program)
  const note = (step: number, kind: NoteKind, label: string): void => {
    events.push({ step, kind, label })
  }

  for (let i = last - 1; i >= 0 && events.length < MOST_EVENTS && left.steps > 0; i--) {
    left.steps--
    const step = path[i]!
    const insn = program.insns[step.insn]!
    if (place.kind === 'slot') {
      const stored = storeTo(step, insn, place)
      if (stored === undefined) continue
      const before: RegState | undefined = stored === 'imm' ? undefined : step.regs[stored]!
      if (before !== undefined && isPointer(before) && !isPointer(value)) {
        const gone = releaseBetween(path, i, last, before, program) ?? lastCallBetween(path, i, last, program)
        if (gone !== undefined) {
          lost = { step: gone, was: before }
          note(
            gone,
            'invalidated',
            `${callee(program, path[gone]!.insn)?.name ?? 'this call'} invalidates the value kept at fp${place.at}: it was ${words(before)}`,
          )
        }
      }
      note(
        i,
        'spilled',
        before === undefined
          ? `the stack slot fp${place.at} is set to ${insn.imm}`
          : `R${stored} (${words(before)}) is kept in the stack slot fp${place.at}`,
      )
      if (stored === 'imm' || before === undefined) {
        origin = i
        break
      }
      place = { kind: 'reg', frame: step.frame, number: stored }
      value = before
      continue
    }
    if (step.frame > place.frame) {
      // A call of ours under way: only its result reaches us.
      if (place.number === 0 && insn.op.kind === 'exit' && step.frame === place.frame + 1) {
        place = { kind: 'reg', frame: step.frame, number: 0 }
        value = step.regs[0]!
      }
      continue
    }
    if (step.frame < place.frame) {
      // The callsite: what came in as an argument.
      if (place.number < 1 || place.number > 5) {
        origin = i
        break
      }
      place = { kind: 'reg', frame: step.frame, number: place.number }
      value = step.regs[place.number]!
      continue
    }
    const reg: number = place.number
    const before = step.regs[reg]!
    const { op } = insn
    // What a register held for another variable before tells nothing; a pointer that a number took the place of does.
    const from = (): string =>
      isPointer(before) && !isPointer(value) && before.kind !== 'ctx' ? `; it was ${words(before)}` : ''
    if (op.kind === 'alu' && insn.dst === reg) {
      const moves = op.name === 'mov' || op.name === 'addr_space_cast'
      const was = moves || before.kind === 'not_init' ? from() : `; it was ${words(before)}`
      // An address is computed in two steps, of which the second says all: `r1 = r10`, `r1 += -8`.
      const tells = moves || words(value) !== words(before)
      if (tells && !isAddressStep(value, path, i, { frame: place.frame, reg }, program))
        note(i, 'update', `R${reg} becomes ${words(value)}${isStackAddress(before, value) ? '' : was}`)
      if (moves) {
        if (op.source !== 'reg') {
          origin = i
          break
        }
        place = { kind: 'reg', frame: place.frame, number: insn.src }
        value = step.regs[insn.src]!
      } else {
        const sum = op.source === 'reg' && !isPointer(step.regs[insn.src]!) && !scalar.isConst(step.regs[insn.src]!.var)
        if (sum && depth < MOST_SUMS) {
          // A bound lost in the number that was added shows on that number's path.
          const added = historyOf(path, insn.src, program, { last: i, depth: depth + 1, left })
          events.push(...added.events)
        }
        value = before
      }
      continue
    }
    if ((op.kind === 'load' && insn.dst === reg) || (op.kind === 'atomic' && op.fetch && atomicResult(insn) === reg)) {
      const base: RegState = step.regs[op.kind === 'load' ? insn.src : insn.dst]!
      note(
        i,
        'update',
        `R${reg} becomes ${words(value)}${base.kind === 'fp' ? from() : `, read through R${insn.src}, ${words(base)}`}`,
      )
      const at = slotAddress(base, insn.off)
      if (op.kind === 'load' && base.kind === 'fp' && at !== undefined && op.size === 8) {
        place = { kind: 'slot', frame: base.frame, at }
        continue
      }
      origin = i
      break
    }
    if ((op.kind === 'ld_imm64' && insn.dst === reg) || ((op.kind === 'ld_abs' || op.kind === 'ld_ind') && reg === 0)) {
      note(i, 'update', `R${reg} becomes ${words(value)}${from()}`)
      origin = i
      break
    }
    if (op.kind === 'call') {
      const call = callee(program, step.insn)
      if (reg === 0) {
        note(
          i,
          value.refObjId !== 0 && !isGone(value) ? 'acquired' : 'update',
          `${call?.name ?? 'the call'} returns ${words(value)}`,
        )
        origin = i
        break
      }
      if (reg <= 5) {
        note(
          i,
          'invalidated',
          `the call of ${call?.name ?? 'a function'} leaves R${reg} unreadable; it was ${words(before)}`,
        )
        lost ??= { step: i, was: before, clobbered: true }
        value = before
        continue
      }
      if (differs(before, value)) {
        if (isPointer(before) && !isPointer(value)) {
          const by = releaseBetween(path, i - 1, last, before, program) ?? deeperCause(path, i, place.frame, program)
          lost ??= { step: by, was: before }
          const name = callee(program, path[by]!.insn)?.name ?? 'this call'
          note(by, 'invalidated', `${name} ${lossWords(before)} R${reg}; it was ${words(before)}`)
        } else
          note(
            i,
            'update',
            `R${reg} becomes ${words(value)} by the call of ${call?.name ?? 'a function'}; it was ${words(before)}`,
          )
        value = before
      }
      continue
    }
    if (op.kind !== 'jump' && isPointer(before) && !isPointer(value)) {
      // A store over a dynptr on the stack ends the life of its slices.
      lost ??= { step: i, was: before }
      note(i, 'invalidated', `this write invalidates R${reg}; it was ${words(before)}`)
    }
    value = before
  }
  return { events, origin, lost }
}

const isStackAddress = (before: RegState, after: RegState): boolean => before.kind === 'fp' && after.kind === 'fp'

/** Is this the first half of an address on the stack, the frame pointer copied and only then moved? */
function isAddressStep(
  value: RegState,
  path: readonly PathStep[],
  at: number,
  { frame, reg }: { readonly frame: number; readonly reg: number },
  program: LinkedProgram,
): boolean {
  if (value.kind !== 'fp' || slotAddress(value, 0) !== 0) return false
  const next = path[at + 1]
  const insn = next === undefined ? undefined : program.insns[next.insn]
  return next?.frame === frame && insn?.op.kind === 'alu' && insn.dst === reg && insn.op.name === 'add'
}

const isGone = (reg: RegState): boolean => reg.kind === 'not_init'
const atomicResult = (insn: { readonly op: { readonly name: string }; readonly src: number }): number =>
  insn.op.name === 'cmpxchg' ? 0 : insn.src

const lossWords = (was: RegState): string =>
  was.kind === 'pkt' || was.kind === 'pkt_meta' || was.kind === 'pkt_end'
    ? 'may move the packet, which invalidates'
    : was.kind === 'mem' && was.dynptr !== 'none'
      ? 'may move or free what is behind the dynptr, which invalidates its slice in'
      : 'invalidates'

function slotAddress(base: RegState, off: number): number | undefined {
  const moved = scalar.constNumber(base.var)
  return base.kind === 'fp' && !Number.isNaN(moved) ? base.off + moved + off : undefined
}

/** Which register a step stores to a slot; 'imm' for a constant; undefined where it does not write it. */
function storeTo(
  step: PathStep,
  insn: LinkedProgram['insns'][number],
  slot: { readonly frame: number; readonly at: number },
): number | 'imm' | undefined {
  if (insn.op.kind !== 'store') return undefined
  const base = step.regs[insn.dst]!
  if (base.kind !== 'fp' || base.frame !== slot.frame || slotAddress(base, insn.off) !== slot.at) return undefined
  return insn.op.source === 'reg' ? insn.src : 'imm'
}

/** The last call of a helper or kfunc between two steps. */
function lastCallBetween(
  path: readonly PathStep[],
  from: number,
  to: number,
  program: LinkedProgram,
): number | undefined {
  for (let i = to - 1; i > from; i--) {
    const call = callee(program, path[i]!.insn)
    if (call !== undefined && call.kind !== 'subprog') return i
  }
  return undefined
}

/** Where a call runs code of the program itself (a subprogram, a callback), the call within that did it. */
function deeperCause(path: readonly PathStep[], at: number, frame: number, program: LinkedProgram): number {
  let end = at + 1
  while (end < path.length && path[end]!.frame > frame) end++
  return lastCallBetween(path, at, end, program) ?? at
}

/** The last call after step `from` that was handed the same reference. */
function releaseBetween(
  path: readonly PathStep[],
  from: number,
  to: number,
  was: RegState,
  program: LinkedProgram,
): number | undefined {
  if (was.refObjId === 0) return undefined
  for (let i = to - 1; i > from; i--) {
    const step = path[i]!
    if (program.insns[step.insn]!.op.kind !== 'call' || callee(program, step.insn)?.kind === 'subprog') continue
    for (let r = 1; r <= 5; r++) if (step.regs[r]!.refObjId === was.refObjId) return i
  }
  return undefined
}
