// SPDX-License-Identifier: Apache-2.0
// Which contexts and sockets are shown otherwise than they are. All others lie in memory as programs see them.

import {
  flowDissectorView,
  skbView,
  skLookupView,
  sockView,
  tcpSockView,
  type View,
  xdpSockView,
  xdpView,
} from './views.ts'

/** By program type. */
export const contextViews: ReadonlyMap<string, View> = new Map([
  ...[
    'SOCKET_FILTER',
    'SCHED_CLS',
    'SCHED_ACT',
    'CGROUP_SKB',
    'LWT_IN',
    'LWT_OUT',
    'LWT_XMIT',
    'LWT_SEG6LOCAL',
    'SK_SKB',
  ].map((type) => [`BPF_PROG_TYPE_${type}`, skbView] as const),
  ['BPF_PROG_TYPE_XDP', xdpView],
  ['BPF_PROG_TYPE_FLOW_DISSECTOR', flowDissectorView],
  ['BPF_PROG_TYPE_SK_LOOKUP', skLookupView],
])

/** By what facts call a pointer to one. */
export const objectViews: ReadonlyMap<string, View> = new Map([
  ['sock', sockView],
  ['sock_common', sockView],
  ['tcp_sock', tcpSockView],
  ['xdp_sock', xdpSockView],
])
