// SPDX-License-Identifier: Apache-2.0
// What the insns of a function do to one frame, in units of four bytes: unit 0 is the four bytes below the frame's top.

/** Units of a frame, in 32-bit words. */
export const WORDS = 4
const UNITS = 32 * WORDS
export const UNIT_BYTES = 4

/** Units by insn of one function. */
export class FrameUse {
  readonly read: Int32Array
  readonly written: Int32Array
  /** Read by the insn or by what comes after it, before it is written. */
  readonly live: Int32Array
  readonly bytes: number

  constructor(insns: number) {
    this.read = new Int32Array(insns * WORDS)
    this.written = new Int32Array(insns * WORDS)
    this.live = new Int32Array(insns * WORDS)
    this.bytes = 3 * 4 * WORDS * insns
  }

  readAll(insn: number): void {
    this.read.fill(-1, insn * WORDS, (insn + 1) * WORDS)
  }
  /** From unit `low` to unit `high`. */
  readRange(insn: number, low: number, high: number): void {
    setRange(this.read, insn, low, high)
  }
  writeRange(insn: number, low: number, high: number): void {
    setRange(this.written, insn, low, high)
  }
  /** What is live before another function's first insn is read by this one. */
  readLiveOf(insn: number, other: FrameUse, at: number): void {
    for (let w = 0; w < WORDS; w++) this.read[insn * WORDS + w]! |= other.live[at * WORDS + w]!
  }
  /** Adds what is live before the insn. */
  addLive(insn: number, to: Int32Array): void {
    for (let w = 0; w < WORDS; w++) to[w]! |= this.live[insn * WORDS + w]!
  }

  /** Another way into the function: read is what either reads, written what both write. */
  merge(other: FrameUse | undefined): void {
    if (other === undefined) {
      this.written.fill(0)
      return
    }
    for (let i = 0; i < this.read.length; i++) {
      this.read[i]! |= other.read[i]!
      this.written[i]! &= other.written[i]!
    }
  }

  /** One insn backward from those it leads to. True: more is live before it than was known. */
  settle(insn: number, next: readonly number[], start: number): boolean {
    let changed = false
    for (let w = 0; w < WORDS; w++) {
      let after = 0
      for (const to of next) after |= this.live[(to - start) * WORDS + w]!
      const i = insn * WORDS + w
      const before = (after & ~this.written[i]!) | this.read[i]!
      if (before === this.live[i]) continue
      this.live[i] = before
      changed = true
    }
    return changed
  }
}

function setRange(words: Int32Array, insn: number, low: number, high: number): void {
  for (let unit = low; unit <= high && unit < UNITS; unit++) words[insn * WORDS + (unit >> 5)]! |= 1 << (unit & 31)
}
