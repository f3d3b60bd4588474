// SPDX-License-Identifier: Apache-2.0
// The struct a program type's context is declared as, and the kernel's own struct behind it (bpf_cast_to_kern_ctx): include/linux/bpf_types.h.

const rows: readonly (readonly [types: string, user: string, kernel: string])[] = [
  ['SOCKET_FILTER SCHED_CLS SCHED_ACT CGROUP_SKB LWT_IN LWT_OUT LWT_XMIT LWT_SEG6LOCAL SK_SKB', '__sk_buff', 'sk_buff'],
  ['XDP', 'xdp_md', 'xdp_buff'],
  ['CGROUP_SOCK', 'bpf_sock', 'sock'],
  ['CGROUP_SOCK_ADDR', 'bpf_sock_addr', 'bpf_sock_addr_kern'],
  ['SOCK_OPS', 'bpf_sock_ops', 'bpf_sock_ops_kern'],
  ['SK_MSG', 'sk_msg_md', 'sk_msg'],
  ['FLOW_DISSECTOR', '__sk_buff', 'bpf_flow_dissector'],
  ['KPROBE', 'bpf_user_pt_regs_t', 'pt_regs'],
  ['PERF_EVENT', 'bpf_perf_event_data', 'bpf_perf_event_data_kern'],
  ['RAW_TRACEPOINT RAW_TRACEPOINT_WRITABLE', 'bpf_raw_tracepoint_args', 'u64'],
  ['TRACEPOINT', '__u64', 'u64'],
  ['CGROUP_DEVICE', 'bpf_cgroup_dev_ctx', 'bpf_cgroup_dev_ctx'],
  ['CGROUP_SYSCTL', 'bpf_sysctl', 'bpf_sysctl_kern'],
  ['CGROUP_SOCKOPT', 'bpf_sockopt', 'bpf_sockopt_kern'],
  ['LIRC_MODE2', '__u32', 'u32'],
  ['SK_REUSEPORT', 'sk_reuseport_md', 'sk_reuseport_kern'],
  ['SK_LOOKUP', 'bpf_sk_lookup', 'bpf_sk_lookup_kern'],
  ['NETFILTER', 'bpf_nf_ctx', 'bpf_nf_ctx'],
]
const byType: ReadonlyMap<string, { readonly user: string; readonly kernel: string }> = new Map(
  rows.flatMap(([types, user, kernel]) =>
    types.split(' ').map((type) => [`BPF_PROG_TYPE_${type}`, { user, kernel }] as const),
  ),
)

/** What a program writes for its context ('__sk_buff') and what it is inside ('sk_buff'); undefined where it is `void *`. */
export const ctxTypeName = (progType: string): { readonly user: string; readonly kernel: string } | undefined =>
  byType.get(progType)
