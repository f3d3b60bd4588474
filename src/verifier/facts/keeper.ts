// SPDX-License-Identifier: Apache-2.0
// Joins, over all walked paths, what holds before and after each instruction.

import type { Insn } from '../../isa/index.ts'
import { Observer } from '../engine/observer.ts'
import type { Walk } from '../engine/walk.ts'
import type { References } from '../state/references.ts'
import { Joined } from './joined.ts'

/** Ways out of a jump; bits. */
export const FALLS = 1
export const JUMPS = 2

/** Least and most of what is held, by kind: 0 where nothing is. */
export const heldKinds = ['references', 'locks', 'rcu', 'preempt', 'irq'] as const

/** Registers of which something is told, by what they are to the instruction. */
export interface Operands {
  dst?: Joined
  src?: Joined
  compared?: Joined
  result?: Joined
  args?: readonly Joined[]
}

export class FactsKeeper extends Observer {
  readonly walk: Walk
  readonly operands: (Operands | undefined)[]
  /** By insn: FALLS, JUMPS. */
  readonly ways: Uint8Array
  readonly targets = new Map<number, Set<number>>()
  /** By insn and kind of what is held: least, most. */
  readonly held: Int32Array
  private counted: References | undefined
  private count = 0

  constructor(walk: Walk) {
    super()
    this.walk = walk
    const { length } = walk.program.insns
    this.operands = new Array(length)
    this.ways = new Uint8Array(length)
    this.held = new Int32Array(2 * heldKinds.length * length)
  }

  override beforeInsn(): void {
    const { insn: at, state } = this.walk
    const insn = this.walk.program.insns[at]!
    let operands = this.operands[at]
    const isNew = operands === undefined
    if (operands === undefined) {
      operands = emptyOperands(insn, this.walk.model.rules)
      this.operands[at] = operands
    }
    const { regs, frameno } = state.cur
    operands.dst?.add(regs[insn.dst]!, frameno)
    operands.src?.add(regs[insn.src]!, frameno)
    operands.compared?.add(regs[0]!, frameno)
    operands.args?.forEach((joined, i) => joined.add(regs[i + 1]!, frameno))
    this.joinHeld(at, { isNew })
  }

  override afterInsn(next: number): void {
    this.leads(this.walk.insn, next)
  }

  /** A path that was put aside goes on: what led to it has done its part in this state. */
  override resumed(): void {
    const { prevInsn, insn } = this.walk
    if (prevInsn >= 0 && prevInsn < this.operands.length && this.operands[prevInsn] !== undefined)
      this.leads(prevInsn, insn)
  }

  /** The state is the one between the two. */
  private leads(at: number, next: number): void {
    const insn = this.walk.program.insns[at]!
    const { kind } = insn.op
    if (kind === 'jump' || kind === 'may_goto') {
      if (next === at + 1) this.ways[at] = this.ways[at]! | FALLS
      if (next === at + 1 + insn.off) this.ways[at] = this.ways[at]! | JUMPS
    } else if (kind === 'gotox') {
      const known = this.targets.get(at)
      if (known === undefined) this.targets.set(at, new Set([next]))
      else known.add(next)
    } else {
      const result = this.operands[at]?.result
      const written = writtenBy(insn)
      if (result === undefined || written === undefined || next !== at + (kind === 'ld_imm64' ? 2 : 1)) return
      const { cur } = this.walk.state
      result.add(cur.regs[written]!, cur.frameno)
    }
  }

  private joinHeld(at: number, { isNew }: { readonly isNew: boolean }): void {
    const { refs, sections } = this.walk.state
    const first = 2 * heldKinds.length * at
    const join = (kind: number, value: number): void => {
      const i = first + 2 * kind
      this.held[i] = isNew ? value : Math.min(this.held[i]!, value)
      this.held[i + 1] = isNew ? value : Math.max(this.held[i + 1]!, value)
    }
    join(0, this.countOf(refs))
    join(1, sections.locks)
    join(2, sections.rcu)
    join(3, sections.preempt)
    join(4, sections.irq)
  }

  private countOf(refs: References): number {
    if (refs.length === 0) return 0
    if (refs !== this.counted) {
      this.counted = refs
      this.count = [...refs].filter(({ kind }) => kind === 'ptr').length
    }
    return this.count
  }
}

/** Registers that the insn reads and writes, with nothing known of them yet. */
function emptyOperands(insn: Insn, rules: { readonly oneOffset: boolean }): Operands {
  const { op } = insn
  const result = writtenBy(insn) === undefined ? {} : { result: new Joined(rules) }
  const dst = { dst: new Joined(rules) }
  const src = { src: new Joined(rules) }
  switch (op.kind) {
    case 'alu':
      if (op.name === 'mov' || op.name === 'movsx' || op.name === 'addr_space_cast')
        return op.source === 'reg' ? { ...src, ...result } : result
      return op.source === 'reg' ? { ...dst, ...src, ...result } : { ...dst, ...result }
    case 'load':
      return { ...src, ...result }
    case 'store':
    case 'jump':
      return op.source === 'reg' ? { ...dst, ...src } : dst
    case 'atomic':
      if (op.name === 'load_acquire') return { ...src, ...result }
      return { ...dst, ...src, ...result, ...(op.name === 'cmpxchg' ? { compared: new Joined(rules) } : {}) }
    case 'ld_ind':
      return src
    case 'gotox':
      return dst
    case 'call':
      // what a static function is given is told where it is read
      return insn.src === 1 ? {} : { args: Array.from({ length: 5 }, () => new Joined(rules)), ...result }
    default:
      return result
  }
}

/** The register that holds the insn's result, where one does and where that is seen right behind it. */
export function writtenBy({ op, dst, src }: Insn): number | undefined {
  switch (op.kind) {
    case 'alu':
    case 'load':
    case 'ld_imm64':
      return dst
    case 'atomic':
      if (op.name === 'load_acquire') return dst
      return !op.fetch ? undefined : op.name === 'cmpxchg' ? 0 : src
    case 'call':
      return src === 1 ? undefined : 0
    default:
      return undefined
  }
}
