// SPDX-License-Identifier: Apache-2.0
// What is found out about a program before any path of it is walked.

import { findComponents } from './loops.ts'
import type { ProgramDraft } from '../program/program.ts'

import { requireNoRecursion } from './recursion.ts'
import { Constants, settleJumps } from './constants.ts'
import { type FlowGraph, flowGraph } from './graph.ts'
import { findLiveRegisters } from './live-registers.ts'
import { StackLiveness } from './stack-liveness.ts'

/** Loops, liveness, and jumps that constants decide; and that no function comes round to itself. */
export function lookAhead(draft: ProgramDraft, { liveness }: { readonly liveness: boolean }): void {
  const { rules } = draft.model
  if (rules.stackAhead) return lookAtStack(draft)
  // 6.12 asks for none of it
  if (!rules.loopsByComponent && !rules.deepCalls && !rules.staticLiveness && !liveness) return
  const graph = flowGraph(draft, { hiddenExits: false })
  if (rules.loopsByComponent) findComponents(draft, graph)
  if (rules.deepCalls) requireNoRecursion(draft, graph)
  if (rules.staticLiveness || liveness) findLiveRegisters(draft, graph)
}

/** Since 7.1: all of it, on what is left once constants have decided the jumps they decide. */
function lookAtStack(draft: ProgramDraft): void {
  const first = flowGraph(draft, { hiddenExits: true })
  const constants = new Constants(draft, first)
  const graph: FlowGraph = settleJumps(draft, constants) ? flowGraph(draft, { hiddenExits: true }) : first
  const order = requireNoRecursion(draft, graph)
  findComponents(draft, graph)
  findLiveRegisters(draft, graph)
  draft.stackLiveness = new StackLiveness(draft, { graph, constants, order })
}
