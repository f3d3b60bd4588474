// SPDX-License-Identifier: Apache-2.0
// Rows of who may call which helper, and the conditions that they stand under.
import { trampolineTypes } from '../../uapi/index.ts'
import type { GateName } from '../gates.ts'
import type { ProgramTraits } from '../types.ts'

export interface AvailabilityRow {
  /** Names without 'bpf_', ':variant' where the prototype is not the usual one (protos.ts). */
  readonly helpers: string
  readonly when?: (program: ProgramTraits) => boolean
  /** Capability of the loader without which the row does not count. */
  readonly needs?: 'bpf' | 'perfmon' | 'admin'
  /** Only kernels with this gate have the row. */
  readonly gate?: GateName
  readonly deny?: true
}
export interface AvailabilitySet {
  readonly first?: readonly string[]
  readonly rows: readonly AvailabilityRow[]
  readonly next?: string
}

export const attached =
  (...types: string[]) =>
  (program: ProgramTraits): boolean =>
    program.attachType !== undefined && types.includes(program.attachType)
export const not =
  (rule: (program: ProgramTraits) => boolean) =>
  (program: ProgramTraits): boolean =>
    !rule(program)

export const iterator = attached('BPF_TRACE_ITER')
/** Programs run by a trampoline: tracing ones at functions, and LSM other than per cgroup. */
export const trampoline = (program: ProgramTraits): boolean =>
  (program.type === 'BPF_PROG_TYPE_TRACING' && trampolineTypes.has(program.attachType ?? '')) ||
  (program.type === 'BPF_PROG_TYPE_LSM' && program.attachType === 'BPF_LSM_MAC')
export const typedTracepoint = (program: ProgramTraits): boolean =>
  program.type === 'BPF_PROG_TYPE_TRACING' && program.attachType === 'BPF_TRACE_RAW_TP'
export const hooked =
  (...names: string[]) =>
  (program: ProgramTraits): boolean =>
    program.attachType === 'BPF_LSM_CGROUP' && names.includes((program.attachName ?? '').replace(/^bpf_lsm_/, ''))
export const iterates =
  (...names: string[]) =>
  (program: ProgramTraits): boolean =>
    iterator(program) && names.includes((program.attachName ?? '').replace(/^bpf_iter_/, ''))

/** Hooks whose verdict is not a value one may set: kernel/bpf/cgroup.c, bpf_get_retval. */
export const noRetval = attached(
  'BPF_CGROUP_INET_INGRESS',
  'BPF_CGROUP_INET_EGRESS',
  'BPF_CGROUP_SOCK_OPS',
  'BPF_CGROUP_UDP4_RECVMSG',
  'BPF_CGROUP_UDP6_RECVMSG',
  'BPF_CGROUP_UNIX_RECVMSG',
  'BPF_CGROUP_INET4_GETPEERNAME',
  'BPF_CGROUP_INET6_GETPEERNAME',
  'BPF_CGROUP_UNIX_GETPEERNAME',
  'BPF_CGROUP_INET4_GETSOCKNAME',
  'BPF_CGROUP_INET6_GETSOCKNAME',
  'BPF_CGROUP_UNIX_GETSOCKNAME',
)
/** Note the absence of the unix getpeername and getsockname hooks: net/core/filter.c. */
export const sockAddrSockopt = attached(
  'BPF_CGROUP_INET4_BIND',
  'BPF_CGROUP_INET6_BIND',
  'BPF_CGROUP_INET4_CONNECT',
  'BPF_CGROUP_INET6_CONNECT',
  'BPF_CGROUP_UNIX_CONNECT',
  'BPF_CGROUP_UDP4_RECVMSG',
  'BPF_CGROUP_UDP6_RECVMSG',
  'BPF_CGROUP_UNIX_RECVMSG',
  'BPF_CGROUP_UDP4_SENDMSG',
  'BPF_CGROUP_UDP6_SENDMSG',
  'BPF_CGROUP_UNIX_SENDMSG',
  'BPF_CGROUP_INET4_GETPEERNAME',
  'BPF_CGROUP_INET6_GETPEERNAME',
  'BPF_CGROUP_INET4_GETSOCKNAME',
  'BPF_CGROUP_INET6_GETSOCKNAME',
)
export const connect = attached('BPF_CGROUP_INET4_CONNECT', 'BPF_CGROUP_INET6_CONNECT')
export const kprobeMulti = attached(
  'BPF_TRACE_KPROBE_MULTI',
  'BPF_TRACE_KPROBE_SESSION',
  'BPF_TRACE_UPROBE_MULTI',
  'BPF_TRACE_UPROBE_SESSION',
)
export const sleepable = (program: ProgramTraits): boolean => program.sleepable
