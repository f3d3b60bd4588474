// SPDX-License-Identifier: Apache-2.0
// Loops of a reducible graph: the blocks from which a way leads back to a block that dominates them, without going through it. Found from
// the inside out, walking backwards; a loop that was found is walked over as if it were its first block (Havlak, "Nesting of reducible and
// irreducible loops", 1997).

import type { Graph } from './dominators.ts'

export const NO_LOOP = -1

export interface Loops {
  /** By block: the first block of the innermost loop around it; of a loop's first block, of the loop around that one. */
  readonly around: Int32Array
  /** By block: a loop begins with it. */
  readonly begins: Uint8Array
}

export function loopsOf({ order, place, predecessors }: Graph): Loops {
  const around = new Int32Array(place.length).fill(NO_LOOP)
  const begins = new Uint8Array(place.length)
  // the outermost loop found around a block, with what was passed on the way there made shorter
  const outer = Int32Array.from(place, (_, block) => block)
  const outermost = (block: number): number => {
    let at = block
    while (outer[at] !== at) {
      outer[at] = outer[outer[at]!]!
      at = outer[at]!
    }
    return at
  }
  for (let i = order.length - 1; i >= 0; i--) {
    const first = order[i]!
    const todo = predecessors[first]!.filter((from) => place[from]! >= i).map(outermost)
    if (todo.length > 0) begins[first] = 1
    for (let block = todo.pop(); block !== undefined; block = todo.pop()) {
      if (block === first || outer[block] === first) continue
      around[block] = first
      outer[block] = first
      // those behind it lead back to it, from within its own loop
      for (const from of predecessors[block]!) if (place[from]! < place[block]!) todo.push(outermost(from))
    }
  }
  return { around, begins }
}
