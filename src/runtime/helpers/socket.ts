// SPDX-License-Identifier: Apache-2.0
// Helpers on sockets, and on the socket of a packet. Those that look one up find none: a machine listens to nobody.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { notModelled } from '../core/errors.ts'
import { fieldNumber } from '../core/objects.ts'
import { cgroupAncestor, cgroupId } from '../objects/cgroup.ts'
import {
  cgroupOfSocket,
  cookieOf,
  IPPROTO,
  isFull,
  isListening,
  NEW_SYN_RECV,
  protocolOf,
  socketOfContext,
  stateOf,
  TIME_WAIT,
} from '../objects/socket.ts'
import { isUnderMapped } from './task.ts'

const AF_UNIX = 1
const AF_INET6 = 10
const SOCK_STREAM = 1
const SOCK_DGRAM = 2
/** What is told of a packet without an owner. */
const OVERFLOW_UID = 65534

const socketOf = (core: Core, skb: number): number => fieldNumber(core, skb, 'sk_buff', 'sk')

/** Which object a helper's context is, by the program's type. */
const contextSocket = (core: Core, context: number): number => {
  const member = socketOfContext(core, context)
  if (member !== undefined) return member
  switch (core.current?.type) {
    case 'BPF_PROG_TYPE_SOCKET_FILTER':
    case 'BPF_PROG_TYPE_SCHED_CLS':
    case 'BPF_PROG_TYPE_SCHED_ACT':
    case 'BPF_PROG_TYPE_CGROUP_SKB':
    case 'BPF_PROG_TYPE_SK_SKB':
      return socketOf(core, context)
    case 'BPF_PROG_TYPE_CGROUP_SOCK':
    case 'BPF_PROG_TYPE_TRACING':
    case 'BPF_PROG_TYPE_LSM':
    case 'BPF_PROG_TYPE_STRUCT_OPS':
      return context
    default:
      throw notModelled(`bpf_get_socket_cookie() in ${core.current?.type}`)
  }
}

interface Kind {
  readonly protocol?: number
  readonly family?: number
  readonly type?: number
}
/** The socket where it is of the kind, or NULL. */
const cast = ({ protocol, family, type }: Kind) =>
  model(['i32'], 'u32', (core) => (sk) => {
    const is = (path: string, wanted: number | undefined): boolean =>
      wanted === undefined || fieldNumber(core, sk, 'sock', path) === wanted
    return sk !== 0 &&
      isFull(core, sk) &&
      is('sk_protocol', protocol) &&
      is('__sk_common.skc_family', family) &&
      is('sk_type', type)
      ? sk
      : 0
  })

/** The socket of TCP that is no more than what begins a connection, or is left of one. */
const ofState = (state: number) =>
  model(
    ['i32'],
    'u32',
    (core) => (sk) => (sk !== 0 && stateOf(core, sk) === state && protocolOf(core, sk) === IPPROTO.TCP ? sk : 0),
  )

const none = model(['none', 'none', 'none', 'none', 'none'], 'u32', () => () => 0)

const cgroupOf = (core: Core, sk: number): number => (isFull(core, sk) ? cgroupOfSocket(core, sk) : 0)
const ancestorId = (core: Core, sk: number, level: number): bigint => {
  const cgroup = cgroupOf(core, sk)
  return cgroup === 0 ? 0n : cgroupId(core, cgroupAncestor(core, cgroup, level))
}

export const socketHelpers: Models = {
  bpf_sk_lookup_tcp: none,
  bpf_sk_lookup_udp: none,
  bpf_skc_lookup_tcp: none,
  bpf_sk_release: model(['none'], 's32', () => () => 0),
  bpf_sk_fullsock: model(['i32'], 'u32', (core) => (sk) => (isFull(core, sk) ? sk : 0)),
  bpf_tcp_sock: model(
    ['i32'],
    'u32',
    (core) => (sk) => (isFull(core, sk) && protocolOf(core, sk) === IPPROTO.TCP ? sk : 0),
  ),
  bpf_get_listener_sock: model(['i32'], 'u32', (core) => (sk) => (isListening(core, sk) ? sk : 0)),
  // nobody is at the other end
  bpf_tcp_send_ack: model(['none', 'none'], 's32', () => () => 0),
  bpf_get_socket_cookie: model(['i32'], 'i64', (core) => (context) => cookieOf(core, contextSocket(core, context))),
  bpf_get_socket_uid: model(['i32'], 'u32', (core) => (skb) => {
    const sk = socketOf(core, skb)
    return sk !== 0 && isFull(core, sk) ? fieldNumber(core, sk, 'sock', 'sk_uid.val') : OVERFLOW_UID
  }),
  bpf_skc_to_tcp_sock: cast({ protocol: IPPROTO.TCP }),
  bpf_skc_to_tcp6_sock: cast({ protocol: IPPROTO.TCP, family: AF_INET6, type: SOCK_STREAM }),
  bpf_skc_to_tcp_timewait_sock: ofState(TIME_WAIT),
  bpf_skc_to_tcp_request_sock: ofState(NEW_SYN_RECV),
  // none is a part of one
  bpf_skc_to_mptcp_sock: model(['none'], 'u32', () => () => 0),
  bpf_skc_to_udp6_sock: cast({ protocol: IPPROTO.UDP, family: AF_INET6, type: SOCK_DGRAM }),
  bpf_skc_to_unix_sock: cast({ family: AF_UNIX }),
  bpf_skb_cgroup_id: model(['i32'], 'i64', (core) => (skb) => cgroupId(core, cgroupOf(core, socketOf(core, skb)))),
  bpf_skb_ancestor_cgroup_id: model(
    ['i32', 'i32'],
    'i64',
    (core) => (skb, level) => ancestorId(core, socketOf(core, skb), level),
  ),
  bpf_sk_cgroup_id: model(['i32'], 'i64', (core) => (sk) => cgroupId(core, cgroupOf(core, sk))),
  bpf_sk_ancestor_cgroup_id: model(['i32', 'i32'], 'i64', (core) => (sk, level) => ancestorId(core, sk, level)),
  bpf_skb_under_cgroup: model(['i32', 'i32', 'i32'], 's32', (core) => (skb, map, index) => {
    const sk = socketOf(core, skb)
    return isFull(core, sk) ? isUnderMapped(core, map, index, () => cgroupOfSocket(core, sk)) : -errno.ENOENT
  }),
  bpf_skb_cgroup_classid: model(['none'], 'i64', () => () => 0n),
  bpf_get_cgroup_classid: model(['none'], 'u32', () => () => 0),
  bpf_get_route_realm: model(['none'], 'u32', () => () => 0),
}
