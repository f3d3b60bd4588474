// SPDX-License-Identifier: Apache-2.0
// Which values are kept in 32 bits. A value is all that one or more instructions write to a register and others read there (the definitions
// and uses that meet, what compilers call a web). Its low half is enough
//
// - where the upper half is zero whatever happens: every instruction that writes it leaves zeroes there, by what it does to values of
//   which that is known, or because the verifier proved it of that instruction (`JitProgram.small`); or
// - where nobody reads the upper half: each reader takes the low half only, or makes of it a value whose low half is enough. Sums,
//   products, bits and shifts to the left have low halves that follow from low halves.
//
// but nothing is gained where all that writes a value computes 64 bits anyway and somebody reads them.
//
// Both are assumed of every value, and given up where an instruction says otherwise; what follows from that is given up, too, until nothing
// does: what is left holds of all runs, by induction over their steps. Values of one register are never alive at once, so that one local of each width for a register is enough;
// those that meet where a block begins are one, so that nothing has to be done between blocks.

import { type Effects, fits, NO_REGISTER } from './effects.ts'
import { type Block, pastOf, successors } from './flow.ts'

const REGISTERS = 11
const FRAME_POINTER = 10
const PARAMETERS = 5

export interface Widths {
  /** Registers that the function reads before it writes them: bits, R0 the lowest. */
  readonly entry: number
  /** The same where a block begins. */
  liveAt(block: number): number
  /** R10 is the same all along. */
  readonly frameStays: boolean
  /** Is a register, where a block begins, in 32 bits. */
  isLowAt(block: number, register: number): boolean
  /** Is what an instruction writes. */
  isLowAfter(at: number): boolean
}

/** `start` is the function's first slot. */
export function widthsOf(blocks: readonly Block[], effects: Effects, start: number): Widths {
  return new Values(blocks, effects, start).widths()
}

class Values {
  private readonly blocks: readonly Block[]
  private readonly effects: Effects
  private readonly start: number
  /** Slots, and then registers of each block as it begins: which others they are one value with. */
  private readonly parent: Int32Array
  private readonly firstEntry: number
  private readonly live: Uint16Array
  /** By value: may the upper half be other than zero; is it read. */
  private readonly unknown: Uint8Array
  private readonly wanted: Uint8Array
  /** By value: it is kept in 64 bits although 32 were enough. */
  private readonly whole: Uint8Array
  /** By value: those that may have an upper half where it may; those of which the upper half is read where its own is. */
  private readonly followers: Edges
  private readonly operands: Edges
  /** Values of which one has to be without an upper half, for a third to be: both and that one; and by value, the pairs that it is in. */
  private readonly pairs: (readonly [number, number, number])[] = []
  private readonly pairsOf: Edges
  private readonly now = new Int32Array(REGISTERS)

  constructor(blocks: readonly Block[], effects: Effects, start: number) {
    this.blocks = blocks
    this.effects = effects
    this.start = start
    this.firstEntry = effects.low.length
    const count = this.firstEntry + REGISTERS * blocks.length
    this.parent = new Int32Array(count)
    for (let i = 0; i < count; i++) this.parent[i] = i
    this.unknown = new Uint8Array(count)
    this.wanted = new Uint8Array(count)
    this.whole = new Uint8Array(count)
    this.followers = new Edges(count)
    this.operands = new Edges(count)
    this.pairsOf = new Edges(count)
    this.live = liveAt(blocks, effects, start)
  }

  widths(): Widths {
    this.join()
    this.collect()
    // once what is kept whole makes others be read whole, some of them are kept whole as well
    for (let round = 0; round < 2 && this.keepWhole(); round++);
    const { firstEntry, start, effects } = this
    const isLow = (value: number): boolean => this.isLow(this.find(value))
    return {
      entry: this.live[0]!,
      liveAt: (block) => this.live[block]!,
      frameStays: !effects.written.includes(FRAME_POINTER),
      isLowAt: (block, register) => isLow(firstEntry + REGISTERS * block + register),
      isLowAfter: (at) => isLow(at - start),
    }
  }

  private isLow(value: number): boolean {
    if (this.whole[value] === 1) return false
    return this.unknown[value] === 0 || this.wanted[value] === 0
  }

  /** Values that meet where a block begins are one. */
  private join(): void {
    const { blocks, effects, start, now, live } = this
    blocks.forEach((block, number) => {
      this.enter(number)
      for (let slot = block.start - start; slot < pastOf(block) - start; slot++)
        if (effects.written[slot] !== NO_REGISTER) now[effects.written[slot]!] = slot
      for (const next of successors(block))
        for (let r = 0, rest = live[next]!; rest !== 0; r++, rest >>= 1)
          if ((rest & 1) !== 0) this.unite(now[r]!, this.firstEntry + REGISTERS * next + r)
    })
  }

  /** Goes over all instructions: `step` is given the slot and the value that is written there. What is read is `now`. */
  private pass(step: (slot: number, written: number) => void): void {
    const { blocks, effects, start, now } = this
    for (let number = 0; number < blocks.length; number++) {
      const block = blocks[number]!
      const end = pastOf(block) - start
      this.enter(number)
      for (let slot = block.start - start; slot < end; slot++) {
        const register = effects.written[slot]!
        const written = register === NO_REGISTER ? NO_REGISTER : this.find(slot)
        step(slot, written)
        if (register !== NO_REGISTER) now[register] = written
      }
    }
  }

  /** What is known of no value of its own, and what follows from what; then what is given up. */
  private collect(): void {
    const { effects, followers, operands, now, firstEntry } = this
    const [large, read]: [number[], number[]] = [[], []]
    // parameters are whole; R10 is an address, and other registers are zero before anything is written to them
    for (let r = 1; r <= PARAMETERS; r++) large.push(this.find(firstEntry + r))
    this.pass((slot, written) => {
      for (let r = 0, rest = effects.whole[slot]!; rest !== 0; r++, rest >>= 1) if ((rest & 1) !== 0) read.push(now[r]!)
      if (written === NO_REGISTER) return
      for (let r = 0, rest = effects.passed[slot]!; rest !== 0; r++, rest >>= 1)
        if ((rest & 1) !== 0) operands.add(written, now[r]!)
      const rule = effects.rule[slot]!
      if (rule === fits.unknown) large.push(written)
      else if (rule === fits.all) {
        for (let r = 0, rest = effects.from[slot]!; rest !== 0; r++, rest >>= 1)
          if ((rest & 1) !== 0) followers.add(now[r]!, written)
      } else if (rule === fits.any) this.either(effects.from[slot]!, written)
    })
    this.mayBeLarge(large)
    this.isRead(read)
  }

  private either(from: number, written: number): void {
    const both: number[] = []
    for (let r = 0, rest = from; rest !== 0; r++, rest >>= 1) if ((rest & 1) !== 0) both.push(this.now[r]!)
    const [a, b] = [both[0]!, both.at(-1)!]
    const pair = this.pairs.push([a, b, written]) - 1
    this.pairsOf.add(a, pair)
    this.pairsOf.add(b, pair)
  }

  private mayBeLarge(todo: number[]): void {
    const { unknown, followers, pairs, pairsOf } = this
    for (let value = todo.pop(); value !== undefined; value = todo.pop()) {
      if (unknown[value] === 1) continue
      unknown[value] = 1
      followers.each(value, (follower) => todo.push(follower))
      pairsOf.each(value, (pair) => {
        const [a, b, written] = pairs[pair]!
        if (unknown[a] === 1 && unknown[b] === 1) todo.push(written)
      })
    }
  }

  private isRead(todo: number[]): void {
    const { wanted, operands } = this
    for (let value = todo.pop(); value !== undefined; value = todo.pop()) {
      if (wanted[value] === 1) continue
      wanted[value] = 1
      if (!this.isLow(value)) operands.each(value, (operand) => todo.push(operand))
    }
  }

  /** Those that are read whole, and of which nothing is computed in 32 bits; false: there are no more of them. */
  private keepWhole(): boolean {
    const { effects, now, wanted, whole, operands } = this
    const computed = new Uint8Array(whole.length)
    this.pass((slot, written) => {
      if (written === NO_REGISTER || computed[written] === 1) return
      let low = effects.native[slot] === 1
      for (let r = 0, rest = effects.passed[slot]! | effects.whole[slot]!; rest !== 0; r++, rest >>= 1)
        if ((rest & 1) !== 0 && this.isLow(now[r]!)) low = true
      if (low) computed[written] = 1
    })
    const read: number[] = []
    let more = false
    for (let value = 0; value < this.firstEntry; value++)
      if (this.find(value) === value && wanted[value] === 1 && computed[value] === 0 && this.isLow(value)) {
        whole[value] = 1
        more = true
        operands.each(value, (operand) => read.push(operand))
      }
    this.isRead(read)
    return more
  }

  private enter(block: number): void {
    const { now, firstEntry } = this
    for (let r = 0; r < REGISTERS; r++) now[r] = this.find(firstEntry + REGISTERS * block + r)
  }

  private find(value: number): number {
    const { parent } = this
    let root = value
    while (parent[root] !== root) {
      parent[root] = parent[parent[root]!]!
      root = parent[root]!
    }
    return root
  }
  private unite(a: number, b: number): void {
    const [x, y] = [this.find(a), this.find(b)]
    // slots are the lesser numbers
    this.parent[Math.max(x, y)] = Math.min(x, y)
  }
}

/** From values to values. */
class Edges {
  private readonly first: Int32Array
  private readonly next: number[] = []
  private readonly to: number[] = []
  constructor(count: number) {
    this.first = new Int32Array(count).fill(-1)
  }
  add(from: number, to: number): void {
    this.next.push(this.first[from]!)
    this.first[from] = this.to.push(to) - 1
  }
  each(from: number, visit: (to: number) => void): void {
    for (let edge = this.first[from]!; edge !== -1; edge = this.next[edge]!) visit(this.to[edge]!)
  }
}

/** By block: registers that are read before they are written from where it begins. */
function liveAt(blocks: readonly Block[], effects: Effects, start: number): Uint16Array {
  const reads = new Uint16Array(blocks.length)
  const writes = new Uint16Array(blocks.length)
  blocks.forEach((block, number) => {
    let [read, written] = [0, 0]
    for (let slot = block.start - start; slot < pastOf(block) - start; slot++) {
      read |= effects.reads(slot) & ~written
      if (effects.written[slot] !== NO_REGISTER) written |= 1 << effects.written[slot]!
    }
    reads[number] = read
    writes[number] = written
  })
  const live = Uint16Array.from(reads)
  const before: number[][] = blocks.map(() => [])
  blocks.forEach((block, number) => {
    for (const next of successors(block)) before[next]!.push(number)
  })
  const todo = blocks.map((_, number) => number)
  for (let block = todo.pop(); block !== undefined; block = todo.pop())
    for (const from of before[block]!) {
      const more = live[from]! | (live[block]! & ~writes[from]!)
      if (more === live[from]) continue
      live[from] = more
      todo.push(from)
    }
  return live
}
