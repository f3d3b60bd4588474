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
// Both are assumed of every value, and given up where an instruction says otherwise until none does: what is left holds of all runs, by
// induction over their steps. Values of one register are never alive at once, so that one local of each width for a register is enough;
// those that meet where a block begins are one, so that nothing has to be done between blocks.

import { type Effects, fits, NO_REGISTER } from './effects.ts'
import { type Block, pastOf, successors } from './flow.ts'

const REGISTERS = 11
const FRAME_POINTER = 10
const PARAMETERS = 5
/** Passes over a function until what is known stays the same; few need more than four. Beyond all is kept whole. */
const MOST_PASSES = 40

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
    this.live = liveAt(blocks, effects, start)
  }

  widths(): Widths {
    this.join()
    // parameters are whole; R10 is an address, and other registers are zero before anything is written to them
    for (let r = 1; r <= PARAMETERS; r++) this.unknown[this.find(this.firstEntry + r)] = 1
    let known = this.settle((slot, written) => this.upperHalf(slot, written)) && this.settle(this.demand)
    // once what is kept whole makes others be read whole, some of them are kept whole as well
    for (let round = 0; round < 2 && known && this.keepWhole(); round++) known = this.settle(this.demand)
    const { firstEntry, start, effects } = this
    const isLow = (value: number): boolean => known && this.isLow(this.find(value))
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
        for (let r = 0; r < REGISTERS; r++)
          if ((live[next]! & (1 << r)) !== 0) this.unite(now[r]!, this.firstEntry + REGISTERS * next + r)
    })
  }

  /** Goes over all instructions until `step` changes nothing; false: that takes too long. */
  private settle(step: (slot: number, written: number) => boolean): boolean {
    const { blocks, effects, start, now } = this
    for (let pass = 0, changed = true; changed; pass++) {
      if (pass === MOST_PASSES) return false
      changed = false
      for (let number = 0; number < blocks.length; number++) {
        const block = blocks[number]!
        const end = pastOf(block) - start
        this.enter(number)
        for (let slot = block.start - start; slot < end; slot++) {
          const register = effects.written[slot]!
          const written = register === NO_REGISTER ? NO_REGISTER : this.find(slot)
          if (step(slot, written)) changed = true
          if (register !== NO_REGISTER) now[register] = written
        }
      }
    }
    return true
  }

  /** Gives up that the upper half of what is written there is zero. */
  private upperHalf(slot: number, written: number): boolean {
    if (written === NO_REGISTER || this.unknown[written] === 1) return false
    const { effects, unknown, now } = this
    const rule = effects.rule[slot]!
    if (rule === fits.always) return false
    if (rule !== fits.unknown) {
      let zero = 0
      let all = true
      for (let r = 0, rest = effects.from[slot]!; rest !== 0; r++, rest >>= 1)
        if ((rest & 1) !== 0) {
          if (unknown[now[r]!] === 0) zero++
          else all = false
        }
      if (rule === fits.all ? all : zero > 0) return false
    }
    unknown[written] = 1
    return true
  }

  /** Gives up that nobody reads the upper half of what is read there. */
  private readonly demand = (slot: number, written: number): boolean => {
    const { effects, now, wanted } = this
    let whole = effects.whole[slot]!
    if (written !== NO_REGISTER && effects.passed[slot] !== 0 && !this.isLow(written)) whole |= effects.passed[slot]!
    let changed = false
    for (let r = 0; whole !== 0 && r < REGISTERS; r++, whole >>= 1)
      if ((whole & 1) !== 0 && wanted[now[r]!] === 0) {
        wanted[now[r]!] = 1
        changed = true
      }
    return changed
  }

  /** Those that are read whole, and of which nothing is computed in 32 bits; false: there are no more of them. */
  private keepWhole(): boolean {
    const { effects, now, wanted, whole } = this
    const computed = new Uint8Array(whole.length)
    this.settle((slot, written) => {
      if (written === NO_REGISTER || computed[written] === 1) return false
      const operands = effects.passed[slot]! | effects.whole[slot]!
      let low = effects.native[slot] === 1
      for (let r = 0, rest = operands; rest !== 0; r++, rest >>= 1)
        if ((rest & 1) !== 0 && this.isLow(now[r]!)) low = true
      if (low) computed[written] = 1
      return false
    })
    let more = false
    for (let value = 0; value < this.firstEntry; value++)
      if (this.find(value) === value && wanted[value] === 1 && this.isLow(value) && computed[value] === 0) {
        whole[value] = 1
        more = true
      }
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
