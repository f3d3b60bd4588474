// SPDX-License-Identifier: Apache-2.0
// The context structs that programs of Linux 6.12 see (include/uapi/linux/bpf.h), one row a field:
//   name  offset  size  read  [register]
// read: whole (exactly the field's size), narrow (aligned parts too), head (narrow, at the field's start only), wide (narrow,
// and eight aligned bytes within the array), any (any aligned bytes within), port (two bytes narrow, or four), half (narrow,
// two bytes at least), cell (four bytes each), none. What may be written, and what a program type hides, is in rules.ts.

export interface ContextField {
  readonly name: string
  readonly off: number
  readonly size: number
  readonly read: string
  readonly reg?: string
}

const layout = (text: string): readonly ContextField[] =>
  text
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', off, size, read = 'none', reg] = line.trim().split(/\s+/)
      return { name, off: Number(off), size: Number(size), read, ...(reg === undefined ? {} : { reg }) }
    })

export const layouts = {
  __sk_buff: layout(`
    len 0 4 narrow
    pkt_type 4 4 narrow
    mark 8 4 narrow
    queue_mapping 12 4 narrow
    protocol 16 4 narrow
    vlan_present 20 4 narrow
    vlan_tci 24 4 narrow
    vlan_proto 28 4 narrow
    priority 32 4 narrow
    ingress_ifindex 36 4 narrow
    ifindex 40 4 narrow
    tc_index 44 4 narrow
    cb 48 20 any
    hash 68 4 narrow
    tc_classid 72 4 narrow
    data 76 4 whole PTR_TO_PACKET
    data_end 80 4 whole PTR_TO_PACKET_END
    napi_id 84 4 narrow
    family 88 4 narrow
    remote_ip4 92 4 whole
    local_ip4 96 4 whole
    remote_ip6 100 16 cell
    local_ip6 116 16 cell
    remote_port 132 4 narrow
    local_port 136 4 narrow
    data_meta 140 4 whole PTR_TO_PACKET_META
    flow_keys 144 8 none
    tstamp 152 8 whole
    wire_len 160 4 narrow
    gso_segs 164 4 narrow
    sk 168 8 whole PTR_TO_SOCK_COMMON|PTR_MAYBE_NULL
    gso_size 176 4 narrow
    tstamp_type 180 1 none
    padding 181 3 none
    hwtstamp 184 8 whole`),
  flow_dissector: layout(`
    data 76 4 whole PTR_TO_PACKET
    data_end 80 4 whole PTR_TO_PACKET_END
    flow_keys 144 8 whole PTR_TO_FLOW_KEYS`),
  xdp_md: layout(`
    data 0 4 whole PTR_TO_PACKET
    data_end 4 4 whole PTR_TO_PACKET_END
    data_meta 8 4 whole PTR_TO_PACKET_META
    ingress_ifindex 12 4 whole
    rx_queue_index 16 4 whole
    egress_ifindex 20 4 whole`),
  bpf_sock: layout(`
    bound_dev_if 0 4 whole
    family 4 4 head
    type 8 4 head
    protocol 12 4 head
    mark 16 4 whole
    priority 20 4 whole
    src_ip4 24 4 narrow
    src_ip6 28 16 narrow
    src_port 44 4 head
    dst_port 48 2 port
    padding 50 2 none
    dst_ip4 52 4 narrow
    dst_ip6 56 16 narrow
    state 72 4 head
    rx_queue_mapping 76 4 head`),
  bpf_tcp_sock: layout(`
    fields 0 80 cell
    bytes_received 80 8 whole
    bytes_acked 88 8 whole
    dsack_dups 96 4 whole
    delivered 100 4 whole
    delivered_ce 104 4 whole
    icsk_retransmits 108 4 whole`),
  bpf_xdp_sock: layout('queue_id 0 4 whole'),
  bpf_sock_addr: layout(`
    user_family 0 4 whole
    user_ip4 4 4 narrow
    user_ip6 8 16 wide
    user_port 24 4 narrow
    family 28 4 whole
    type 32 4 whole
    protocol 36 4 whole
    msg_src_ip4 40 4 narrow
    msg_src_ip6 44 16 wide
    sk 64 8 whole PTR_TO_SOCKET`),
  bpf_sock_ops: layout(`
    op 0 4 whole
    reply 4 4 whole
    args 8 12 cell
    fields 20 144 cell
    sk_txhash 164 4 whole
    bytes_received 168 8 whole
    bytes_acked 176 8 whole
    sk 184 8 whole PTR_TO_SOCKET|PTR_MAYBE_NULL
    skb_data 192 8 whole PTR_TO_PACKET
    skb_data_end 200 8 whole PTR_TO_PACKET_END
    skb_len 208 4 whole
    skb_tcp_flags 212 4 head
    skb_hwtstamp 216 8 whole`),
  bpf_sockopt: layout(`
    sk 0 8 whole PTR_TO_SOCKET
    optval 8 8 whole PTR_TO_PACKET
    optval_end 16 8 whole PTR_TO_PACKET_END
    level 24 4 whole
    optname 28 4 whole
    optlen 32 4 whole
    retval 36 4 whole`),
  bpf_sysctl: layout(`
    write 0 4 narrow
    file_pos 4 4 narrow`),
  sk_msg_md: layout(`
    data 0 8 whole PTR_TO_PACKET
    data_end 8 8 whole PTR_TO_PACKET_END
    family 16 4 whole
    remote_ip4 20 4 whole
    local_ip4 24 4 whole
    remote_ip6 28 16 cell
    local_ip6 44 16 cell
    remote_port 60 4 whole
    local_port 64 4 whole
    size 68 4 whole
    sk 72 8 whole PTR_TO_SOCKET`),
  sk_reuseport_md: layout(`
    data 0 8 whole PTR_TO_PACKET
    data_end 8 8 whole PTR_TO_PACKET_END
    len 16 4 narrow
    eth_protocol 20 4 half
    ip_protocol 24 4 narrow
    bind_inany 28 4 narrow
    hash 32 4 whole
    sk 40 8 whole PTR_TO_SOCKET
    migrating_sk 48 8 whole PTR_TO_SOCK_COMMON|PTR_MAYBE_NULL`),
  bpf_sk_lookup: layout(`
    sk 0 8 whole PTR_TO_SOCKET|PTR_MAYBE_NULL
    family 8 4 narrow
    protocol 12 4 narrow
    remote_ip4 16 4 narrow
    remote_ip6 20 16 narrow
    remote_port 36 2 port
    padding 38 2 narrow
    local_ip4 40 4 narrow
    local_ip6 44 16 narrow
    local_port 60 4 narrow
    ingress_ifindex 64 4 narrow`),
  bpf_cgroup_dev_ctx: layout(`
    access_type 0 4 narrow
    major 4 4 whole
    minor 8 4 whole`),
  bpf_perf_event_data: layout(`
    regs 0 168 long
    sample_period 168 8 narrow8
    addr 176 8 narrow8`),
} as const satisfies Record<string, readonly ContextField[]>

/** May `size` bytes at `off`, a multiple of `size`, be read of this field? */
export function readable(field: ContextField, off: number, size: number): boolean {
  const within = off + size <= field.off + field.size
  switch (field.read) {
    case 'whole':
      return size === field.size && off === field.off
    case 'narrow':
      return size <= 4
    case 'narrow8':
      return size <= 8
    case 'head':
      return off === field.off ? size <= 4 : size === 4
    case 'wide':
      return size <= 4 || within
    case 'any':
      return within
    case 'port':
      return size <= 2 || (size === 4 && off === field.off)
    case 'half':
      return size === 2 || size === 4
    case 'cell':
      return size === 4
    case 'long':
      return size === 8
    default:
      return false
  }
}
