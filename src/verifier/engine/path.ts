// SPDX-License-Identifier: Apache-2.0
// The path to where the walk is, with the registers before each insn: what an explanation goes by.

import { type Effort, effortOf } from './effort.ts'
import { Observer } from './observer.ts'
import type { RegState } from '../state/reg.ts'

import type { Walk } from './walk.ts'

interface Link extends PathStep {
  readonly before: Link | undefined
}

/** Steps of a path that are handed out, at most. */
const MOST_STEPS = 200_000

export class PathKeeper extends Observer {
  private readonly walk: Walk
  /** Instructions walked in all, up to which paths are kept: beyond that there is none. */
  private readonly most: number
  private last: Link | undefined
  /** By insn: how often it was walked. */
  private readonly counts: Uint32Array

  constructor(walk: Walk, most: number) {
    super()
    this.walk = walk
    this.most = most
    this.counts = new Uint32Array(walk.program.insns.length)
  }

  override started(): void {
    this.last = undefined
  }
  override reached(): void {
    const { walk } = this
    this.counts[walk.insn]!++
    if (walk.processed > this.most) this.last = undefined
    else
      this.last = {
        before: this.last,
        insn: walk.insn,
        frame: walk.state.frames.length - 1,
        regs: walk.state.cur.regs.slice(),
      }
  }
  override mark(): Link | undefined {
    return this.last
  }
  override resumed(mark: Link | undefined): void {
    // callbacks that run later come from nowhere
    const { parent, last } = this.walk.state
    this.last = parent === undefined && last === undefined ? undefined : mark
  }

  /** Where the walk went, whether its path was kept or not. */
  effort(): Effort {
    return effortOf(this.walk, this.counts)
  }

  /** The whole path, oldest first; nothing where it was not kept to the end. */
  path(): readonly PathStep[] {
    const steps: PathStep[] = []
    if (this.walk.processed > this.most) return steps
    for (let link = this.last; link !== undefined && steps.length <= MOST_STEPS; link = link.before)
      steps.push({ insn: link.insn, frame: link.frame, regs: link.regs })
    return steps.reverse()
  }
}

/** One executed insn on the path to a rejection, with the registers before it. */
export interface PathStep {
  readonly insn: number
  readonly frame: number
  readonly regs: readonly RegState[]
}
