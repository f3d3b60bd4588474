// SPDX-License-Identifier: Apache-2.0
// Control flow as WebAssembly wants it: blocks left by their end, loops entered by their beginning. A graph in which every loop has one
// entry comes out without any test that the program does not make (Ramsey, "Beyond Relooper", ICFP 2022): what a block dominates stands
// inside it, and blocks that several ways lead to begin where a Wasm block ends. Other graphs become one loop around a table of blocks.
//
//        A               block B {          // B: two ways lead there
//       / \                A
//      C   |    becomes    if (..) { C; br B }
//       \  |               br B
//        B               }
//                        B
//
// What a loop's blocks dominate and no way leads back from stands behind the loop, so that a loop is no longer than it is (engines unroll
// and align short ones). It cannot lead to a label within: that would be a way back.
//
//        A <-,           block B {
//       / \  |             loop A {
//      B   C-'  becomes      A; if (..) { br B }
//                            C; br A
//                          }
//                        }
//                        B

import { type Block, successors } from './flow.ts'
import { dominates, type Graph, graphOf } from './dominators.ts'
import { type Loops, loopsOf, NO_LOOP } from './loops.ts'

/** What stands in a structured function, in order. Labels are of blocks: `br` to one goes to that block. */
export type Token =
  /** Ends where `label` begins. */
  | { readonly kind: 'block'; readonly label: number }
  /** Begins with `label`; a `br` with `again` goes back there. */
  | { readonly kind: 'loop'; readonly label: number }
  | { readonly kind: 'code'; readonly block: number }
  /** If the jump that ends the block is taken. */
  | { readonly kind: 'if'; readonly block: number }
  | { readonly kind: 'else' }
  /** Of the innermost block, loop or if. */
  | { readonly kind: 'end' }
  | { readonly kind: 'br'; readonly label: number; readonly again: boolean }
  | { readonly kind: 'return' }
  | { readonly kind: 'nowhere' }

export interface Structured {
  readonly tokens: readonly Token[]
  /** Not undefined: the tokens are none; the blocks, the entry first, are cases of a loop. */
  readonly dispatch: readonly number[] | undefined
}

export function structure(blocks: readonly Block[]): Structured {
  const graph = graphOf(blocks.length, (block) => successors(blocks[block]!))
  if (!isReducible(graph, blocks)) return { tokens: [], dispatch: graph.order }
  return { tokens: new Structure(blocks, graph).tokens(), dispatch: undefined }
}

/** Every way back leads to a block that all ways to its start go through. */
function isReducible(graph: Graph, blocks: readonly Block[]): boolean {
  return graph.order.every((from) =>
    successors(blocks[from]!).every((to) => graph.place[to]! > graph.place[from]! || dominates(graph, to, from)),
  )
}

class Structure {
  private readonly out: Token[] = []
  /** What is still to be written, the next last: blocks may be nested as deep as there are blocks. */
  private readonly todo: (() => void)[] = []
  private readonly blocks: readonly Block[]
  private readonly graph: Graph
  private readonly loops: Loops
  /** By block: those that begin with a label and stand right behind what it dominates, in order. */
  private readonly merges: readonly number[][]
  /** By first block of a loop: those that stand behind the loop. */
  private readonly exits: readonly number[][]
  /** A `br` leads there. */
  private readonly isLabel: Uint8Array

  constructor(blocks: readonly Block[], graph: Graph) {
    this.blocks = blocks
    this.graph = graph
    this.loops = loopsOf(graph)
    this.isLabel = new Uint8Array(blocks.length)
    this.merges = blocks.map(() => [])
    this.exits = blocks.map(() => [])
    for (const block of graph.order) {
      const forward = graph.predecessors[block]!.filter((one) => graph.place[one]! < graph.place[block]!)
      const loop = this.left(block)
      if (loop === NO_LOOP && forward.length < 2) continue
      this.isLabel[block] = 1
      if (loop === NO_LOOP) this.merges[graph.dominator[block]!]!.push(block)
      else this.exits[loop]!.push(block)
    }
  }

  /** The outermost loop that the block's dominator is in and the block is not. */
  private left(block: number): number {
    if (block === 0) return NO_LOOP
    const { around, begins } = this.loops
    const dominator = this.graph.dominator[block]!
    let left = NO_LOOP
    for (let loop = begins[dominator] === 1 ? dominator : around[dominator]!; loop !== NO_LOOP; loop = around[loop]!) {
      if (this.isIn(block, loop)) break
      left = loop
    }
    return left
  }
  private isIn(block: number, loop: number): boolean {
    let at = block
    while (at !== NO_LOOP && at !== loop) at = this.loops.around[at]!
    return at === loop
  }

  tokens(): readonly Token[] {
    this.tree(0)
    for (let next = this.todo.pop(); next !== undefined; next = this.todo.pop()) next()
    return this.out
  }

  /** The block and all that it dominates. */
  private tree(block: number): void {
    const loop = this.loops.begins[block] === 1
    this.enclose(this.exits[block]!)
    if (loop) {
      this.put({ kind: 'loop', label: block })
      this.later(() => this.put({ kind: 'end' }))
    }
    this.enclose(this.merges[block]!)
    this.put({ kind: 'code', block })
    this.ending(block)
  }

  /** What is written next stands in blocks, one inside another, behind which these stand: the last one in order is around the others. */
  private enclose(labels: readonly number[]): void {
    for (const label of labels.toReversed()) {
      this.put({ kind: 'block', label })
      this.later(() => {
        this.put({ kind: 'end' })
        this.tree(label)
      })
    }
  }

  private ending(block: number): void {
    const { ending } = this.blocks[block]!
    switch (ending.kind) {
      case 'goto':
        return this.branch(block, ending.to)
      case 'branch':
        this.put({ kind: 'if', block })
        this.later(() => {
          this.put({ kind: 'else' })
          this.later(() => this.put({ kind: 'end' }))
          this.branch(block, ending.next)
        })
        return this.branch(block, ending.taken)
      default:
        return this.put({ kind: ending.kind })
    }
  }

  private branch(from: number, to: number): void {
    const again = this.graph.place[to]! <= this.graph.place[from]!
    if (again || this.isLabel[to] !== 0) this.put({ kind: 'br', label: to, again })
    else this.later(() => this.tree(to))
  }

  private put(token: Token): void {
    this.out.push(token)
  }
  private later(task: () => void): void {
    this.todo.push(task)
  }
}
