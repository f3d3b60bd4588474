// SPDX-License-Identifier: Apache-2.0
// Helpers of struct_ops programs, by the struct they implement (struct-ops-kinds.ts says which set is whose).
import type { ProgramTraits } from '../types.ts'
import type { AvailabilitySet } from './availability-rows.ts'

const beforeRelease = ({ structOps }: ProgramTraits): boolean => structOps?.member !== 'release'

export const structOpsAvailability: Readonly<Record<string, AvailabilitySet>> = {
  /** net/ipv4/bpf_tcp_ca.c */
  tcpCongestion: {
    rows: [
      { helpers: 'tcp_send_ack sk_storage_get sk_storage_delete ktime_get_coarse_ns' },
      { helpers: 'setsockopt:sk getsockopt:sk', when: beforeRelease },
    ],
    next: 'base',
  },
  /** kernel/sched/ext.c */
  sched: {
    rows: [{ helpers: 'task_storage_get task_storage_delete' }],
    next: 'base',
  },
}
