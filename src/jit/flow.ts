// SPDX-License-Identifier: Apache-2.0
// A function's instructions as basic blocks: straight lines that end in a jump, a return, or where another begins.

import type { Insn } from '../isa/index.ts'
import type { JitProgram, TableJump } from './input.ts'
import { slotsOf } from './table-jump.ts'

/** How a block ends; numbers are of blocks. */
export type Ending =
  | { readonly kind: 'goto'; readonly to: number }
  /** By the jump, or may_goto, that is its last instruction. */
  | { readonly kind: 'branch'; readonly insn: number; readonly taken: number; readonly next: number }
  | { readonly kind: 'return' }
  /** Past the function's last instruction, or behind a call that never returns. */
  | { readonly kind: 'nowhere' }

export interface Block {
  /** Its instructions: from `start` up to `end`, not including the one that ends it by jumping. */
  readonly start: number
  readonly end: number
  readonly ending: Ending
  /** Instructions that are executed when it is, the one that ends it among them. */
  readonly count: number
}

/** Slots [start, end) of one function. */
export interface Range {
  readonly start: number
  readonly end: number
}

/** Where a jump of any kind leads; undefined: it is none. */
export function targetOf(insn: Insn, at: number): number | undefined {
  const { kind, width } = insn.op
  if (kind === 'ja') return at + 1 + (width === 32 ? insn.imm : insn.off)
  return kind === 'jump' || kind === 'may_goto' ? at + 1 + insn.off : undefined
}

const enders: ReadonlySet<string> = new Set(['ja', 'jump', 'may_goto', 'exit', 'gotox'])
const endsBlock = (insn: Insn): boolean => enders.has(insn.op.kind)

/** The function's blocks, its entry first. Jumps that leave the function lead nowhere. */
export function blocksOf(insns: readonly Insn[], { start, end }: Range, tables?: JitProgram['tables']): Block[] {
  const begins = new Uint8Array(end - start)
  begins[0] = 1
  for (let at = start; at < end; at++) {
    const insn = insns[at]!
    const target = targetOf(insn, at)
    if (target !== undefined && target >= start && target < end) begins[target - start] = 1
    const table = tables?.get(at)
    if (table !== undefined) for (const slot of slotsOf(table)) begins[slot - start] = 1
    if (endsBlock(insn) && at + 1 < end) begins[at + 1 - start] = 1
    if (insn.op.kind === 'ld_imm64') at++
  }
  const starts: number[] = []
  const numbers = new Int32Array(end - start)
  for (let at = start; at < end; at++) if (begins[at - start] === 1) numbers[at - start] = starts.push(at) - 1
  const choices = new Choices(starts)
  const blocks = starts.map((first, number): Block => {
    const limit = starts[number + 1] ?? end
    let count = 0
    for (let at = first; at < limit; at++) {
      count++
      if (insns[at]!.op.kind === 'ld_imm64') at++
    }
    const last = limit - 1
    const insn = insns[last]!
    // the second half of a load of 64 bits has no meaning of its own
    const whole = last === first || insns[last - 1]!.op.kind !== 'ld_imm64'
    const to = (at: number): number | undefined =>
      at >= start && at < end && begins[at - start] === 1 ? numbers[at - start] : undefined
    if (!whole || !endsBlock(insn)) return { start: first, end: limit, ending: gotoOf(to(limit)), count }
    if (insn.op.kind === 'exit') return { start: first, end: last, ending: { kind: 'return' }, count }
    if (insn.op.kind === 'gotox')
      return { start: first, end: last, ending: gotoOf(choices.blockOf(tables?.get(last))), count }
    const taken = to(targetOf(insn, last)!)
    if (insn.op.kind === 'ja') return { start: first, end: last, ending: gotoOf(taken), count }
    const next = to(limit)
    if (taken === undefined || next === undefined)
      return { start: first, end: last, ending: { kind: 'nowhere' }, count }
    if (taken === next) return { start: first, end: last, ending: gotoOf(next), count }
    return { start: first, end: last, ending: { kind: 'branch', insn: last, taken, next }, count }
  })
  return [...blocks, ...choices.made]
}

/** Blocks that do nothing but choose where a jump through a register leads. They stand behind those at `starts`. */
class Choices {
  readonly made: Block[] = []
  private readonly starts: readonly number[]
  constructor(starts: readonly number[]) {
    this.starts = starts
  }

  /** The block that it leads to; undefined: there is none. */
  blockOf(jump: TableJump | undefined): number | undefined {
    if (jump === undefined) return undefined
    if (jump.kind === 'slot') return this.starts.indexOf(jump.slot)
    const { insn } = jump
    const place = this.made.length
    const nowhere: Block = { start: insn, end: insn, ending: { kind: 'nowhere' }, count: 0 }
    this.made.push(nowhere)
    const [taken, next] = [this.blockOf(jump.taken)!, this.blockOf(jump.next)!]
    this.made[place] = { ...nowhere, ending: { kind: 'branch', insn, taken, next } }
    return this.starts.length + place
  }
}

const gotoOf = (to: number | undefined): Ending => (to === undefined ? { kind: 'nowhere' } : { kind: 'goto', to })

/** Past the last instruction of a block that has an effect of its own: the jump that decides and the exit are among them. */
export const pastOf = ({ end, ending }: Block): number =>
  ending.kind === 'branch' || ending.kind === 'return' ? end + 1 : end

/** The blocks that a block leads to. */
export function successors({ ending }: Block): readonly number[] {
  switch (ending.kind) {
    case 'goto':
      return [ending.to]
    case 'branch':
      return [ending.next, ending.taken]
    default:
      return []
  }
}
