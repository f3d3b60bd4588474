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

export const tcpSockView: View = view(
  'bpf_tcp_sock',
  'tcp_sock',
  `
  snd_cwnd         snd_cwnd
  srtt_us          srtt_us
  rtt_min          rtt_min.s[0].v
  snd_ssthresh     snd_ssthresh
  rcv_nxt          rcv_nxt
  snd_nxt          snd_nxt
  snd_una          snd_una
  mss_cache        mss_cache
  ecn_flags        ecn_flags
  rate_delivered   rate_delivered
  rate_interval_us rate_interval_us
  packets_out      packets_out
  retrans_out      retrans_out
  total_retrans    total_retrans
  segs_in          segs_in
  data_segs_in     data_segs_in
  segs_out         segs_out
  data_segs_out    data_segs_out
  lost_out         lost_out
  sacked_out       sacked_out
  bytes_received   bytes_received
  bytes_acked      bytes_acked
  dsack_dups       dsack_dups
  delivered        delivered
  delivered_ce     delivered_ce
  icsk_retransmits inet_conn.icsk_retransmits`,
)

export const xdpSockView: View = view('bpf_xdp_sock', 'xdp_sock', 'queue_id queue_id')
