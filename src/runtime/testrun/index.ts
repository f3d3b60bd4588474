// SPDX-License-Identifier: Apache-2.0
// BPF_PROG_TEST_RUN, a row a program type.

import { runFlowDissector } from './flow-dissector.ts'
import { runNetfilter } from './netfilter.ts'
import { runRawTracepoint, runSyscall, syscallSteps } from './plain.ts'
import { runSkLookup } from './sk-lookup.ts'
import { runSkb } from './skb.ts'
import { runTracing } from './tracing.ts'
import type { Runner, SteppedRunner } from './types.ts'
import { runXdp } from './xdp.ts'

export { isTestTarget } from './tracing.ts'
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
])

/** Where programs of the type may wait; undefined: there they cannot. */
export const testRunSteps = (type: string): SteppedRunner | undefined =>
  type === 'BPF_PROG_TYPE_SYSCALL' ? syscallSteps : undefined

/** undefined: there is none, see `noTestRun`. */
export const testRunOf = (type: string): Runner | undefined => runners.get(type)

/** Types that the kernel runs, and this does not. */
const unmodelled: ReadonlySet<string> = new Set(['BPF_PROG_TYPE_STRUCT_OPS', 'BPF_PROG_TYPE_EXT'])

/** Why there is none. */
export const noTestRun = (type: string): string =>
  unmodelled.has(type)
    ? `test runs of ${type} programs are not modelled`
    : `programs of type ${type} have no test run (ENOTSUPP)`
