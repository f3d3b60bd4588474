// SPDX-License-Identifier: Apache-2.0
// Where control may go from each insn within its function, as what is computed ahead of the walk sees it: calls are stepped over.

import type { Insn } from '../../isa/index.ts'
import type { Program, Subprog } from '../program/program.ts'
import { isTailCall, jumpTarget } from '../program/flow.ts'

export interface FlowGraph {
  /** By insn, where it leads, what falls through first; nothing for an exit. */
  readonly next: readonly (readonly number[])[]
  /** By insn, what leads to it. */
  readonly before: readonly (readonly number[])[]
  /** By function, the insns its start leads to, each after those it leads to first. */
  readonly postorder: readonly (readonly number[])[]
}

/** `hiddenExits`: a tail call that is taken and a packet load that fails return from the function, which later kernels see here too. */
export function flowGraph(program: Program, { hiddenExits }: { readonly hiddenExits: boolean }): FlowGraph {
  const { insns } = program
  const next = insns.map((insn, at): readonly number[] => {
    const to: number[] = []
    const add = (target: number | undefined): void => {
      if (target !== undefined && target >= 0 && target < insns.length) to.push(target)
    }
    const { kind } = insn.op
    if (kind === 'gotox') {
      program.jumpTables.get(at)?.forEach(add)
      return to
    }
    if (kind !== 'exit' && kind !== 'ja') add(at + (kind === 'ld_imm64' ? 2 : 1))
    if (hiddenExits && mayReturn(insn)) add(lastExit(program, program.subprogOf(at)))
    else add(jumpTarget(insn, at))
    return to
  })
  const before: number[][] = insns.map(() => [])
  next.forEach((to, at) => {
    for (const target of to) before[target]!.push(at)
  })
  return { next, before, postorder: program.subprogs.map(({ start }) => postorderFrom(start, next)) }
}

const mayReturn = (insn: Insn): boolean => insn.op.kind === 'ld_abs' || insn.op.kind === 'ld_ind' || isTailCall(insn)

function lastExit({ insns }: Program, { start, end }: Subprog): number | undefined {
  for (let at = end - 1; at >= start; at--) if (insns[at]!.op.kind === 'exit') return at
  return undefined
}

/** Which of several successors comes first is the kernel's choice: all are put aside at once, the last is followed first. */
function postorderFrom(start: number, next: FlowGraph['next']): readonly number[] {
  const order: number[] = []
  const met = new Set([start])
  const followed = new Set<number>()
  const stack = [start]
  for (let at = stack.at(-1); at !== undefined; at = stack.at(-1)) {
    if (followed.has(at)) {
      order.push(at)
      stack.pop()
      continue
    }
    followed.add(at)
    for (const to of next[at]!) {
      if (met.has(to)) continue
      met.add(to)
      stack.push(to)
    }
  }
  return order
}
