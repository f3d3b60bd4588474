// SPDX-License-Identifier: Apache-2.0
// Which contexts and sockets are shown otherwise than they are. All others lie in memory as programs see them.

import { skbProgramTypes } from './skb-types.ts'
import {
  flowDissectorView,
  reuseportView,
  skbView,
  skLookupView,
  skMsgView,
  sockAddrView,
  sockOpsView,
  sockoptView,
  sockView,
  tcpSockView,
  type View,
  xdpSockView,
  xdpView,
} from './views.ts'

/** By program type. */
export const contextViews: ReadonlyMap<string, View> = new Map([
  ...skbProgramTypes.map((type) => [type, skbView] as const),
  ['BPF_PROG_TYPE_XDP', xdpView],
  ['BPF_PROG_TYPE_FLOW_DISSECTOR', flowDissectorView],
  ['BPF_PROG_TYPE_SK_LOOKUP', skLookupView],
  ['BPF_PROG_TYPE_CGROUP_SOCK', sockView],
  ['BPF_PROG_TYPE_CGROUP_SOCK_ADDR', sockAddrView],
  ['BPF_PROG_TYPE_CGROUP_SOCKOPT', sockoptView],
  ['BPF_PROG_TYPE_SOCK_OPS', sockOpsView],
  ['BPF_PROG_TYPE_SK_MSG', skMsgView],
  ['BPF_PROG_TYPE_SK_REUSEPORT', reuseportView],
])

/** By what facts call a pointer to one. */
export const objectViews: ReadonlyMap<string, View> = new Map([
  ['sock', sockView],
  ['sock_common', sockView],
  ['tcp_sock', tcpSockView],
  ['xdp_sock', xdpSockView],
])
