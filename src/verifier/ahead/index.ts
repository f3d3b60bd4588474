// SPDX-License-Identifier: Apache-2.0
// What is found out about a program before any path of it is walked.

import type { Env } from '../env.ts'
import { findComponents } from '../explore/components.ts'
import { requireNoRecursion } from '../explore/recursion.ts'
import { Constants, settleJumps } from './constants.ts'
import { type FlowGraph, flowGraph } from './graph.ts'
import { findLiveRegisters } from './live-registers.ts'
import { StackLiveness } from './stack-liveness.ts'

export { forgetDead } from './forget.ts'
export type { StackLiveness } from './stack-liveness.ts'

/** Loops, liveness, and jumps that constants decide; and that no function comes round to itself. */
export function lookAhead(env: Env): void {
  const { rules } = env
  const first = flowGraph(env, { hiddenExits: rules.stackAhead })
  if (!rules.stackAhead) {
    if (rules.loopsByComponent) findComponents(env, first)
    if (rules.deepCalls) requireNoRecursion(env, first)
    if (env.staticLiveness) findLiveRegisters(env, first)
    return
  }
  const constants = new Constants(env, first)
  const graph: FlowGraph = settleJumps(env, constants) ? flowGraph(env, { hiddenExits: true }) : first
  const order = requireNoRecursion(env, graph)
  findComponents(env, graph)
  findLiveRegisters(env, graph)
  env.stackLiveness = new StackLiveness(env, { graph, constants, order })
}
