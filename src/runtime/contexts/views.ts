// SPDX-License-Identifier: Apache-2.0
// What the user API shows of the kernel's objects, a row a field: where the object has it. 'sk->x' follows a pointer, 'cb(T).x' takes what is
// there for a T. What is no such place is computed: computed.ts has a function by that name.
// Facts of include/uapi/linux/bpf.h and of how the kernel's net/core/filter.c reads its own objects.

export interface View {
  /** As the user API names the struct, and the kernel's own. */
  readonly shown: string
  readonly object: string
  readonly rows: readonly ViewRow[]
}
export interface ViewRow {
  readonly name: string
  /** undefined: computed. */
  readonly path: string | undefined
  readonly turned: boolean
}

const rows = (text: string): readonly ViewRow[] =>
  text
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', path = '', how] = line.trim().split(/\s+/)
      return { name, path: path === '*' ? undefined : path, turned: how === 'turned' }
    })

const view = (shown: string, object: string, text: string): View => ({ shown, object, rows: rows(text) })

export const skbView: View = view(
  '__sk_buff',
  'sk_buff',
  `
  len              len
  pkt_type         pkt_type
  mark             mark
  queue_mapping    *
  protocol         protocol
  vlan_present     *
  vlan_tci         vlan_tci
  vlan_proto       vlan_proto
  priority         priority
  ingress_ifindex  skb_iif
  ifindex          dev->ifindex
  tc_index         tc_index
  cb               cb(qdisc_skb_cb).data
  hash             hash
  tc_classid       cb(qdisc_skb_cb).tc_classid
  data             data
  data_end         cb(bpf_skb_data_end).data_end
  napi_id          napi_id
  family           sk->__sk_common.skc_family
  remote_ip4       sk->__sk_common.skc_daddr
  local_ip4        sk->__sk_common.skc_rcv_saddr
  remote_ip6       sk->__sk_common.skc_v6_daddr
  local_ip6        sk->__sk_common.skc_v6_rcv_saddr
  remote_port      *
  local_port       sk->__sk_common.skc_num
  data_meta        cb(bpf_skb_data_end).data_meta
  tstamp           *
  wire_len         cb(qdisc_skb_cb).pkt_len
  gso_segs         *
  sk               sk
  gso_size         *
  tstamp_type      *
  hwtstamp         *`,
)

export const xdpView: View = view(
  'xdp_md',
  'xdp_buff',
  `
  data             data
  data_end         data_end
  data_meta        data_meta
  ingress_ifindex  rxq->dev->ifindex
  rx_queue_index   rxq->queue_index
  egress_ifindex   txq->dev->ifindex`,
)

export const flowDissectorView: View = view(
  '__sk_buff',
  'bpf_flow_dissector',
  `
  data             data
  data_end         data_end
  flow_keys        flow_keys`,
)

export const skLookupView: View = view(
  'bpf_sk_lookup',
  'bpf_sk_lookup_kern',
  `
  sk               selected_sk
  family           family
  protocol         protocol
  remote_ip4       v4.saddr
  remote_ip6       v6.saddr->in6_u
  remote_port      sport
  local_ip4        v4.daddr
  local_ip6        v6.daddr->in6_u
  local_port       dport
  ingress_ifindex  ingress_ifindex`,
)

export const sockView: View = view(
  'bpf_sock',
  'sock',
  `
  bound_dev_if     __sk_common.skc_bound_dev_if
  family           __sk_common.skc_family
  type             sk_type
  protocol         sk_protocol
  mark             sk_mark
  priority         sk_priority
  src_ip4          __sk_common.skc_rcv_saddr
  src_ip6          __sk_common.skc_v6_rcv_saddr
  src_port         __sk_common.skc_num
  dst_port         __sk_common.skc_dport
  dst_ip4          __sk_common.skc_daddr
  dst_ip6          __sk_common.skc_v6_daddr
  state            __sk_common.skc_state
  rx_queue_mapping *`,
)

/** What is told of a TCP connection: 'tcp->' leads to its struct tcp_sock. */
function tcpRows(tcp: string): string {
  const same =
    'snd_cwnd srtt_us snd_ssthresh rcv_nxt snd_nxt snd_una mss_cache ecn_flags rate_delivered rate_interval_us packets_out retrans_out ' +
    'total_retrans segs_in data_segs_in segs_out data_segs_out lost_out sacked_out bytes_received bytes_acked'
  return [...same.split(' ').map((name) => `${name} ${tcp}${name}`), `rtt_min ${tcp}rtt_min.s[0].v`].join('\n')
}

export const tcpSockView: View = view(
  'bpf_tcp_sock',
  'tcp_sock',
  `
  ${tcpRows('')}
  dsack_dups       dsack_dups
  delivered        delivered
  delivered_ce     delivered_ce
  icsk_retransmits inet_conn.icsk_retransmits`,
)

/** Of the socket behind a context, by where the context has it. */
const connection = (sk: string): string => `
  family           ${sk}__sk_common.skc_family
  remote_ip4       ${sk}__sk_common.skc_daddr
  local_ip4        ${sk}__sk_common.skc_rcv_saddr
  remote_ip6       ${sk}__sk_common.skc_v6_daddr
  local_ip6        ${sk}__sk_common.skc_v6_rcv_saddr
  remote_port      *
  local_port       ${sk}__sk_common.skc_num`

export const sockAddrView: View = view(
  'bpf_sock_addr',
  'bpf_sock_addr_kern',
  `
  user_family      uaddr->sa_family
  user_ip4         uaddr->(sockaddr_in)sin_addr.s_addr
  user_ip6         uaddr->(sockaddr_in6)sin6_addr.in6_u
  user_port        uaddr->(sockaddr_in)sin_port
  family           sk->__sk_common.skc_family
  type             sk->sk_type
  protocol         sk->sk_protocol
  msg_src_ip4      t_ctx->(in_addr)s_addr
  msg_src_ip6      t_ctx->(in6_addr)in6_u
  sk               sk`,
)

export const sockoptView: View = view(
  'bpf_sockopt',
  'bpf_sockopt_kern',
  `
  sk               sk
  optval           optval
  optval_end       optval_end
  level            level
  optname          optname
  optlen           optlen
  retval           *`,
)

export const sockOpsView: View = view(
  'bpf_sock_ops',
  'bpf_sock_ops_kern',
  `
  op               op
  args             args
  reply            reply
  replylong        replylong
  ${connection('sk->')}
  is_fullsock      is_fullsock
  bpf_sock_ops_cb_flags sk->(tcp_sock)bpf_sock_ops_cb_flags
  state            sk->__sk_common.skc_state
  sk_txhash        sk->sk_txhash
  ${tcpRows('sk->(tcp_sock)')}
  sk               sk
  skb_data         skb->data
  skb_data_end     skb_data_end
  skb_len          skb->len`,
)

export const skMsgView: View = view(
  'sk_msg_md',
  'sk_msg',
  `
  data             data
  data_end         data_end
  ${connection('sk->')}
  size             sg.size
  sk               sk`,
)

export const reuseportView: View = view(
  'sk_reuseport_md',
  'sk_reuseport_kern',
  `
  data             skb->data
  data_end         data_end
  len              skb->len
  eth_protocol     skb->protocol
  ip_protocol      sk->sk_protocol
  bind_inany       bind_inany
  hash             hash
  sk               sk
  migrating_sk     migrating_sk`,
)

export const xdpSockView: View = view('bpf_xdp_sock', 'xdp_sock', 'queue_id queue_id')
