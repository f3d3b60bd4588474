// SPDX-License-Identifier: Apache-2.0
// Loops as the strongly connected components of the flow graph (Tarjan 1972), for kernels since 6.17.

import { CALLS_CALLBACK, type Program, type ProgramDraft } from '../program/program.ts'
import type { FlowGraph } from './graph.ts'

/** The component of each insn, 0 where it is in no loop. Calls are stepped over; a call that calls back is a loop of its own. */
export function findComponents(draft: ProgramDraft, { next: leads }: FlowGraph): void {
  const count = draft.insns.length
  const component = new Int32Array(count)
  const index = new Int32Array(count).fill(-1)
  const low = new Int32Array(count)
  const onStack = new Uint8Array(count)
  const open: number[] = []
  let next = 0
  let components = 0
  for (let root = 0; root < count; root++) {
    if (index[root] !== -1) continue
    const work: { at: number; edge: number }[] = [{ at: root, edge: 0 }]
    while (work.length > 0) {
      const top = work[work.length - 1]!
      const { at } = top
      if (top.edge === 0) {
        index[at] = low[at] = next++
        open.push(at)
        onStack[at] = 1
      }
      const to = leads[at]![top.edge++]
      if (to !== undefined) {
        if (index[to] === -1) work.push({ at: to, edge: 0 })
        else if (onStack[to] === 1) low[at] = Math.min(low[at]!, index[to]!)
        continue
      }
      work.pop()
      if (low[at] === index[at]) components = close(draft, at, { leads, open, onStack, component, components })
      const parent = work[work.length - 1]
      if (parent !== undefined) low[parent.at] = Math.min(low[parent.at]!, low[at]!)
    }
  }
  draft.component = component
}

interface Open {
  readonly leads: FlowGraph['next']
  readonly open: number[]
  readonly onStack: Uint8Array
  readonly component: Int32Array
  readonly components: number
}

function close(program: Program, root: number, { leads, open, onStack, component, components }: Open): number {
  const members = open.splice(open.lastIndexOf(root))
  const loops = members.length > 1 || program.is(root, CALLS_CALLBACK) || leads[root]!.includes(root)
  for (const member of members) {
    onStack[member] = 0
    if (loops) component[member] = components + 1
  }
  return loops ? components + 1 : components
}
