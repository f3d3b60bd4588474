// SPDX-License-Identifier: Apache-2.0

/** Program types whose context is a packet in a socket buffer, struct __sk_buff. */
export const skbProgramTypes: readonly string[] = [
  'SOCKET_FILTER',
  'SCHED_CLS',
  'SCHED_ACT',
  'CGROUP_SKB',
  'LWT_IN',
  'LWT_OUT',
  'LWT_XMIT',
  'LWT_SEG6LOCAL',
  'SK_SKB',
].map((type) => `BPF_PROG_TYPE_${type}`)
