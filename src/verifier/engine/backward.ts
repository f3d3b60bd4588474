// SPDX-License-Identifier: Apache-2.0
// What an insn does to the registers whose exact values are traced backward through it, where the program alone says so: without an
// access of the stack, and within its function. Four masks of registers an insn:
//
//   asked   it matters only if one of these is wanted; then
//   given   these are no longer wanted, and
//   taken   these are;
//   barred  what is left may not hold one of these: it cannot be followed.
//
// Long ways are gone again and again, each from a little further on: at every 64th insn it is remembered what was wanted there, and what
// that came to.

import type { Insn } from '../../isa/index.ts'

const [ASKED, GIVEN, TAKEN, BARRED, MASKS] = [0, 1, 2, 3, 4]
/** R0 to R9: the frame pointer is no scalar. */
const REGISTERS = 0x3ff
/** R1 to R5. */
export const ARGUMENTS = 0x3e

/** As a power of two: insns from one place where a way back is remembered to the next. */
const STRETCH = 6
/** In place of what is wanted: it could not be followed. */
const LOST = 0xffff

export class Backward {
  private readonly masks: Uint16Array
  /** Of the last way back past the first insn of each stretch: where it went to (one more than the insn), what was wanted, what of it in the end. */
  private readonly memo: { readonly to: Int32Array; readonly wanted: Uint16Array; readonly end: Uint16Array }
  /** 2 where the insn takes two places. */
  private readonly wide: Uint8Array

  constructor(insns: readonly Insn[]) {
    this.masks = new Uint16Array(MASKS * insns.length)
    this.wide = new Uint8Array(insns.length)
    const stretches = (insns.length >> STRETCH) + 1
    this.memo = { to: new Int32Array(stretches), wanted: new Uint16Array(stretches), end: new Uint16Array(stretches) }
    insns.forEach((insn, at) => {
      this.describe(insn, MASKS * at)
      if (insn.op.kind === 'ld_imm64') this.wide[at] = 1
    })
  }

  /** Places that the insn takes in the program. */
  width(at: number): number {
    return 1 + this.wide[at]!
  }

  /** What is wanted of a frame's registers before the insns `from` to `to`, when `regs` are after them; undefined: they cannot be followed. */
  through(from: number, to: number, regs: number): number | undefined {
    const end = to - from <= 2 << STRETCH ? this.follow(from, to, regs) : this.remembered(from, to, regs)
    return end === LOST ? undefined : end
  }

  /** The same, stretch by stretch, until it comes to where it went before. */
  private remembered(from: number, to: number, regs: number): number {
    const { memo } = this
    const first = (to - 1) >> STRETCH
    let wanted = regs
    let last = first
    for (let at = to; at > from; last--) {
      const start = last << STRETCH
      if (start <= from) {
        wanted = this.follow(from, at, wanted)
        break
      }
      wanted = this.follow(start, at, wanted)
      if (wanted === 0 || wanted === LOST) break
      if (memo.to[last] === from + 1 && memo.wanted[last] === wanted) {
        wanted = memo.end[last]!
        break
      }
      memo.to[last] = from + 1
      memo.wanted[last] = wanted
      at = start
    }
    // where it ended the way is not remembered, or is as it was
    for (let k = first; k > last; k--) memo.end[k] = wanted
    return wanted
  }

  private follow(from: number, to: number, regs: number): number {
    const { masks } = this
    let wanted = regs
    for (let at = MASKS * (to - 1); at >= MASKS * from; at -= MASKS) {
      if ((wanted & masks[at + ASKED]!) !== 0) wanted = (wanted & ~masks[at + GIVEN]!) | masks[at + TAKEN]!
      if ((wanted & masks[at + BARRED]!) !== 0) return LOST
      if (wanted === 0) return 0
    }
    return wanted
  }

  private describe({ op, dst, src }: Insn, at: number): void {
    const [toDst, toSrc] = [(1 << dst) & REGISTERS, (1 << src) & REGISTERS]
    switch (op.kind) {
      case 'alu':
        if (op.name === 'mov' || op.name === 'movsx' || op.name === 'addr_space_cast')
          return this.put(at, toDst, toDst, op.source === 'reg' ? toSrc : 0)
        return op.source === 'reg' && op.name !== 'neg' && op.size === 0 ? this.put(at, toDst, 0, toSrc) : undefined
      case 'load':
      case 'ld_imm64':
        return this.put(at, toDst, toDst, 0)
      case 'store':
        return this.put(at, 0, 0, 0, toDst)
      case 'atomic': {
        // what was in memory, as a load; what is there afterwards nobody knows
        if (op.name === 'cmpxchg') return this.put(at, 1, 1, 0)
        if (op.name === 'load_acquire') return this.put(at, toDst, toDst, 0)
        return op.fetch ? this.put(at, toSrc, toSrc, 0) : this.put(at, 0, 0, 0, toDst)
      }
      case 'ld_abs':
      case 'ld_ind':
        return this.put(at, 0, 0, 0, 1)
      case 'jump':
        return op.source === 'reg' ? this.put(at, toDst | toSrc, 0, toDst | toSrc) : undefined
      case 'call':
        return this.put(at, 1, 1, 0, ARGUMENTS)
      default:
    }
  }
  private put(at: number, asked: number, given: number, taken: number, barred = 0): void {
    this.masks[at + ASKED] = asked
    this.masks[at + GIVEN] = given
    this.masks[at + TAKEN] = taken
    this.masks[at + BARRED] = barred
  }
}
