// SPDX-License-Identifier: Apache-2.0
// What is known of a program's functions before anything is written of them.

import { type Cells, cellsOf } from './cells.ts'
import { type Effects, effectsOf, type Taken } from './effects.ts'
import { type Block, blocksOf } from './flow.ts'
import type { JitFunction, JitProgram } from './input.ts'
import { type Widths, widthsOf } from './widths.ts'

export interface Analysis {
  readonly blocks: readonly Block[]
  readonly widths: Widths
  readonly cells: Cells
}

/** Of a program's functions, each made when it is asked for: callers follow what they call. */
export class Analyses {
  private readonly program: JitProgram
  private readonly numbers: ReadonlyMap<number, number>
  private readonly made = new Map<JitFunction, Analysis>()
  /** Functions that are being looked into, one called by the other. */
  private readonly busy = new Set<JitFunction>()

  constructor(program: JitProgram, numbers: ReadonlyMap<number, number>) {
    this.program = program
    this.numbers = numbers
  }

  of(func: JitFunction): Analysis {
    let analysis = this.made.get(func)
    if (analysis === undefined) {
      this.busy.add(func)
      const blocks = blocksOf(this.program.insns, func, this.program.tables)
      const effects: Effects = effectsOf(this.program, blocks, (slot) => this.takenBy(slot))
      const widths = widthsOf(blocks, effects, func.start)
      const cells = cellsOf(this.program, blocks, { live: widths.liveAt, taken: (slot) => this.takenBy(slot) })
      analysis = { blocks, widths, cells }
      this.busy.delete(func)
      this.made.set(func, analysis)
    }
    return analysis
  }

  /** What the function that begins there takes: all, where that cannot be told, as of one that calls itself. */
  takenBy(slot: number): Taken {
    const number = this.numbers.get(slot)
    if (number === undefined) return { reads: 0, low: 0 }
    const func = this.program.functions[number]!
    if (this.busy.has(func) || this.busy.size > MOST_DEPTH) return everything
    const { entry, isLowAt } = this.of(func).widths
    const reads = entry & PARAMETERS
    let low = 0
    for (let r = 1; r <= 5; r++) if ((reads & (1 << r)) !== 0 && isLowAt(0, r)) low |= 1 << r
    return { reads, low }
  }

  /** The function that begins there, if it is one that stands where it is called. */
  inlined(slot: number): JitFunction | undefined {
    const number = this.numbers.get(slot)
    if (number === undefined || number === 0) return undefined
    const func = this.program.functions[number]!
    return func.end - func.start <= MOST_INLINED && !this.hasTailCall(func) ? func : undefined
  }

  /** Whoever a tail call leads to answers in place of the function, and of it alone. */
  hasTailCall({ start, end }: JitFunction): boolean {
    const { insns, callees } = this.program
    for (let at = start; at < end; at++)
      if (insns[at]!.op.kind === 'call' && callees.get(at)?.role === 'tail-call') return true
    return false
  }
}
/** Slots of a function that stands where it is called. */
const MOST_INLINED = 64
const MOST_DEPTH = 16
/** R1 to R5. */
const PARAMETERS = 0b11_1110
const everything: Taken = { reads: PARAMETERS, low: 0 }
