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

import { type Block, successors } from './flow.ts'
import { dominates, type Graph, graphOf } from './dominators.ts'

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
  /** By block: those it dominates at once that several ways lead to, in order. */
  private readonly merges: readonly (readonly number[])[]
  private readonly isMerge: Uint8Array
  private readonly isLoop: Uint8Array

  constructor(blocks: readonly Block[], graph: Graph) {
    this.blocks = blocks
    this.graph = graph
    this.isMerge = new Uint8Array(blocks.length)
    this.isLoop = new Uint8Array(blocks.length)
    const merges: number[][] = blocks.map(() => [])
    for (const block of graph.order) {
      const before = graph.predecessors[block]!
      const forward = before.filter((one) => graph.place[one]! < graph.place[block]!)
      if (forward.length < before.length) this.isLoop[block] = 1
      if (forward.length < 2) continue
      this.isMerge[block] = 1
      merges[graph.dominator[block]!]!.push(block)
    }
    this.merges = merges
  }

  tokens(): readonly Token[] {
    this.tree(0)
    for (let next = this.todo.pop(); next !== undefined; next = this.todo.pop()) next()
    return this.out
  }

  /** The block and all that it dominates. */
  private tree(block: number): void {
    const loop = this.isLoop[block] !== 0
    if (loop) this.put({ kind: 'loop', label: block })
    // the last one in order is around the others
    for (const label of [...this.merges[block]!].reverse()) this.put({ kind: 'block', label })
    this.put({ kind: 'code', block })
    if (loop) this.later(() => this.put({ kind: 'end' }))
    for (const merge of [...this.merges[block]!].reverse())
      this.later(() => {
        this.put({ kind: 'end' })
        this.tree(merge)
      })
    this.ending(block)
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
    if (again || this.isMerge[to] !== 0) this.put({ kind: 'br', label: to, again })
    else this.later(() => this.tree(to))
  }

  private put(token: Token): void {
    this.out.push(token)
  }
  private later(task: () => void): void {
    this.todo.push(task)
  }
}
