// SPDX-License-Identifier: Apache-2.0
import type { Program } from './program.ts'

const readPacket = new Set([
  'BPF_PROG_TYPE_LWT_IN',
  'BPF_PROG_TYPE_LWT_OUT',
  'BPF_PROG_TYPE_LWT_SEG6LOCAL',
  'BPF_PROG_TYPE_SK_REUSEPORT',
  'BPF_PROG_TYPE_FLOW_DISSECTOR',
  'BPF_PROG_TYPE_CGROUP_SKB',
])
const writePacket = new Set([
  'BPF_PROG_TYPE_SCHED_CLS',
  'BPF_PROG_TYPE_SCHED_ACT',
  'BPF_PROG_TYPE_XDP',
  'BPF_PROG_TYPE_LWT_XMIT',
  'BPF_PROG_TYPE_SK_SKB',
  'BPF_PROG_TYPE_SK_MSG',
  'BPF_PROG_TYPE_CGROUP_SOCKOPT',
])

/** Whether programs of this type reach packet data directly, for reading or writing. */
export const packetAccessAllowed = (program: Program, { write }: { readonly write: boolean }): boolean =>
  writePacket.has(program.linked.type) || (!write && readPacket.has(program.linked.type))
