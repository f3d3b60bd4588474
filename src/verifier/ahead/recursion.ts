// SPDX-License-Identifier: Apache-2.0
// Kernels that count frames afresh in every global function ask first that no function comes round to itself by calls; addresses of
// functions do not count. Which call is named follows from the order they are looked at: depth first from the first function on, each
// body's instructions in postorder.

import type { ProgramDraft, Program } from '../program/program.ts'
import { violate } from '../violations/raise.ts'
import type { FlowGraph } from './graph.ts'
import { isSubprogCall } from '../program/flow.ts'

/** No function calls itself, directly or through others. Answers all of them, those called before those that call them. */
export function requireNoRecursion(draft: ProgramDraft, { postorder: order }: FlowGraph): readonly number[] {
  const { subprogs } = draft
  const done: number[] = []
  const state = new Uint8Array(subprogs.length)
  for (let root = 0; root < subprogs.length; root++) {
    if (state[root] !== NEW) continue
    state[root] = OPEN
    const chain = [{ index: root, callees: calleesOf(draft, order[root]!), next: 0 }]
    for (let top = chain.at(-1); top !== undefined; top = chain.at(-1)) {
      const callee = top.callees[top.next++]
      if (callee === undefined) {
        state[top.index] = DONE
        done.push(top.index)
        chain.pop()
      } else if (state[callee.index] === NEW) {
        state[callee.index] = OPEN
        chain.push({ index: callee.index, callees: calleesOf(draft, order[callee.index]!), next: 0 })
      } else if (state[callee.index] === OPEN && callee.called) {
        draft.insn = callee.at
        const [from, to] = [subprogs[top.index]!.name, subprogs[callee.index]!.name]
        violate('recursion', { from, to })
      }
    }
  }
  return done
}

const [NEW, OPEN, DONE] = [0, 1, 2]

function calleesOf(
  program: Program,
  order: readonly number[],
): readonly { index: number; called: boolean; at: number }[] {
  return order.flatMap((at) => {
    const called = isSubprogCall(program.insns[at]!)
    const ref = program.linked.refs.get(at)
    if (!called && ref?.kind !== 'func') return []
    return ref !== undefined && 'insn' in ref ? [{ index: program.subprogAt[ref.insn]!, called, at }] : []
  })
}
