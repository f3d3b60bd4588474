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
  if (rules.stackAhead) return lookAtStack(env)
  // 6.12 asks for none of it
  if (!rules.loopsByComponent && !rules.deepCalls && !env.staticLiveness) return
  const graph = flowGraph(env, { hiddenExits: false })
  if (rules.loopsByComponent) findComponents(env, graph)
  if (rules.deepCalls) requireNoRecursion(env, graph)
  if (env.staticLiveness) findLiveRegisters(env, graph)
}

/** Since 7.1: all of it, on what is left once constants have decided the jumps they decide. */
function lookAtStack(env: Env): void {
  const first = flowGraph(env, { hiddenExits: true })
  const constants = new Constants(env, first)
  const graph: FlowGraph = settleJumps(env, constants) ? flowGraph(env, { hiddenExits: true }) : first
  const order = requireNoRecursion(env, graph)
  findComponents(env, graph)
  findLiveRegisters(env, graph)
  env.stackLiveness = new StackLiveness(env, { graph, constants, order })
}
