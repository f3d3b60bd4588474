// SPDX-License-Identifier: Apache-2.0
// What programs' return values are called: include/uapi/linux/bpf.h, pkt_cls.h, netfilter.h.

const xdp = new Map([
  [0, 'XDP_ABORTED'],
  [1, 'XDP_DROP'],
  [2, 'XDP_PASS'],
  [3, 'XDP_TX'],
  [4, 'XDP_REDIRECT'],
])
const tc = new Map([
  [-1, 'TC_ACT_UNSPEC'],
  [0, 'TC_ACT_OK'],
  [1, 'TC_ACT_RECLASSIFY'],
  [2, 'TC_ACT_SHOT'],
  [3, 'TC_ACT_PIPE'],
  [4, 'TC_ACT_STOLEN'],
  [5, 'TC_ACT_QUEUED'],
  [6, 'TC_ACT_REPEAT'],
  [7, 'TC_ACT_REDIRECT'],
  [8, 'TC_ACT_TRAP'],
])
const lwt = new Map([
  [0, 'BPF_OK'],
  [2, 'BPF_DROP'],
  [7, 'BPF_REDIRECT'],
  [128, 'BPF_LWT_REROUTE'],
])
const sk = new Map([
  [0, 'SK_DROP'],
  [1, 'SK_PASS'],
])
const names: ReadonlyMap<string, ReadonlyMap<number, string>> = new Map([
  ['XDP', xdp],
  ['SCHED_CLS', tc],
  ['SCHED_ACT', tc],
  ['LWT_IN', lwt],
  ['LWT_OUT', lwt],
  ['LWT_XMIT', lwt],
  ['LWT_SEG6LOCAL', lwt],
  ['SK_LOOKUP', sk],
  ['SK_SKB', sk],
  ['SK_MSG', sk],
  ['SK_REUSEPORT', sk],
  [
    'FLOW_DISSECTOR',
    new Map([
      [0, 'BPF_OK'],
      [2, 'BPF_DROP'],
      [129, 'BPF_FLOW_DISSECTOR_CONTINUE'],
    ]),
  ],
  [
    'NETFILTER',
    new Map([
      [0, 'NF_DROP'],
      [1, 'NF_ACCEPT'],
    ]),
  ],
])

/** 'XDP_TX'; undefined: the value has no name for programs of the type ('BPF_PROG_TYPE_XDP'). */
export const returnValueName = (type: string, value: number): string | undefined =>
  names.get(type.replace(/^BPF_PROG_TYPE_/, ''))?.get(value | 0)
