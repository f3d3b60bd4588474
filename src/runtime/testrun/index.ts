// SPDX-License-Identifier: Apache-2.0
// BPF_PROG_TEST_RUN, a row a program type.

import type { LinkedProgram } from '../../object/index.ts'
import { runFlowDissector } from './flow-dissector.ts'
import { runNetfilter } from './netfilter.ts'
import { runRawTracepoint, runSyscall, syscallSteps } from './plain.ts'
import { runSkLookup } from './sk-lookup.ts'
import { runSkb } from './skb.ts'
import { isOfDummyOps, runStructOps, structOpsSteps } from './struct-ops.ts'
import { isTestTarget, runTracing } from './tracing.ts'
import type { Runner, SteppedRunner } from './types.ts'
import { runXdp } from './xdp.ts'

export type { Later, TestRun, TestRunOptions } from './types.ts'

const runners: ReadonlyMap<string, Runner> = new Map<string, Runner>([
  ['BPF_PROG_TYPE_SOCKET_FILTER', runSkb],
  ['BPF_PROG_TYPE_SCHED_CLS', runSkb],
  ['BPF_PROG_TYPE_SCHED_ACT', runSkb],
  ['BPF_PROG_TYPE_CGROUP_SKB', runSkb],
  ['BPF_PROG_TYPE_LWT_IN', runSkb],
  ['BPF_PROG_TYPE_LWT_OUT', runSkb],
  ['BPF_PROG_TYPE_LWT_XMIT', runSkb],
  ['BPF_PROG_TYPE_XDP', runXdp],
  ['BPF_PROG_TYPE_RAW_TRACEPOINT', runRawTracepoint],
  ['BPF_PROG_TYPE_SYSCALL', runSyscall],
  ['BPF_PROG_TYPE_TRACING', runTracing],
  ['BPF_PROG_TYPE_FLOW_DISSECTOR', runFlowDissector],
  ['BPF_PROG_TYPE_NETFILTER', runNetfilter],
  ['BPF_PROG_TYPE_SK_LOOKUP', runSkLookup],
  ['BPF_PROG_TYPE_STRUCT_OPS', runStructOps],
])

/** Where programs of the type may wait; undefined: there they cannot. */
export const testRunSteps = (type: string): SteppedRunner | undefined => waiting.get(type)
const waiting: ReadonlyMap<string, SteppedRunner> = new Map([
  ['BPF_PROG_TYPE_SYSCALL', syscallSteps],
  ['BPF_PROG_TYPE_STRUCT_OPS', structOpsSteps],
])

/** Does the kernel run it? Of tracing programs and of struct_ops only those on what it has for tests. */
export function hasTestRun(linked: LinkedProgram): boolean {
  if (linked.type === 'BPF_PROG_TYPE_TRACING') return isTestTarget(linked)
  return linked.type === 'BPF_PROG_TYPE_STRUCT_OPS' ? isOfDummyOps(linked) : testRunOf(linked.type) !== undefined
}

/** undefined: there is none, see `noTestRun`. */
export const testRunOf = (type: string): Runner | undefined => runners.get(type)

/** Why there is none. */
export const noTestRun = (type: string): string => `programs of type ${type} have no test run (ENOTSUPP)`
