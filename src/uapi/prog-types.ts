// SPDX-License-Identifier: Apache-2.0
// Program types: enum bpf_prog_type of include/uapi/linux/bpf.h; `short` is libbpf's and bpftool's word for it.

export const progTypes = [
  { id: 0, name: 'BPF_PROG_TYPE_UNSPEC', short: 'unspec' },
  { id: 1, name: 'BPF_PROG_TYPE_SOCKET_FILTER', short: 'socket_filter' },
  { id: 2, name: 'BPF_PROG_TYPE_KPROBE', short: 'kprobe' },
  { id: 3, name: 'BPF_PROG_TYPE_SCHED_CLS', short: 'sched_cls' },
  { id: 4, name: 'BPF_PROG_TYPE_SCHED_ACT', short: 'sched_act' },
  { id: 5, name: 'BPF_PROG_TYPE_TRACEPOINT', short: 'tracepoint' },
  { id: 6, name: 'BPF_PROG_TYPE_XDP', short: 'xdp' },
  { id: 7, name: 'BPF_PROG_TYPE_PERF_EVENT', short: 'perf_event' },
  { id: 8, name: 'BPF_PROG_TYPE_CGROUP_SKB', short: 'cgroup_skb' },
  { id: 9, name: 'BPF_PROG_TYPE_CGROUP_SOCK', short: 'cgroup_sock' },
  { id: 10, name: 'BPF_PROG_TYPE_LWT_IN', short: 'lwt_in' },
  { id: 11, name: 'BPF_PROG_TYPE_LWT_OUT', short: 'lwt_out' },
  { id: 12, name: 'BPF_PROG_TYPE_LWT_XMIT', short: 'lwt_xmit' },
  { id: 13, name: 'BPF_PROG_TYPE_SOCK_OPS', short: 'sock_ops' },
  { id: 14, name: 'BPF_PROG_TYPE_SK_SKB', short: 'sk_skb' },
  { id: 15, name: 'BPF_PROG_TYPE_CGROUP_DEVICE', short: 'cgroup_device' },
  { id: 16, name: 'BPF_PROG_TYPE_SK_MSG', short: 'sk_msg' },
  { id: 17, name: 'BPF_PROG_TYPE_RAW_TRACEPOINT', short: 'raw_tracepoint' },
  { id: 18, name: 'BPF_PROG_TYPE_CGROUP_SOCK_ADDR', short: 'cgroup_sock_addr' },
  { id: 19, name: 'BPF_PROG_TYPE_LWT_SEG6LOCAL', short: 'lwt_seg6local' },
  { id: 20, name: 'BPF_PROG_TYPE_LIRC_MODE2', short: 'lirc_mode2' },
  { id: 21, name: 'BPF_PROG_TYPE_SK_REUSEPORT', short: 'sk_reuseport' },
  { id: 22, name: 'BPF_PROG_TYPE_FLOW_DISSECTOR', short: 'flow_dissector' },
  { id: 23, name: 'BPF_PROG_TYPE_CGROUP_SYSCTL', short: 'cgroup_sysctl' },
  { id: 24, name: 'BPF_PROG_TYPE_RAW_TRACEPOINT_WRITABLE', short: 'raw_tracepoint_writable' },
  { id: 25, name: 'BPF_PROG_TYPE_CGROUP_SOCKOPT', short: 'cgroup_sockopt' },
  { id: 26, name: 'BPF_PROG_TYPE_TRACING', short: 'tracing' },
  { id: 27, name: 'BPF_PROG_TYPE_STRUCT_OPS', short: 'struct_ops' },
  { id: 28, name: 'BPF_PROG_TYPE_EXT', short: 'ext' },
  { id: 29, name: 'BPF_PROG_TYPE_LSM', short: 'lsm' },
  { id: 30, name: 'BPF_PROG_TYPE_SK_LOOKUP', short: 'sk_lookup' },
  { id: 31, name: 'BPF_PROG_TYPE_SYSCALL', short: 'syscall' },
  { id: 32, name: 'BPF_PROG_TYPE_NETFILTER', short: 'netfilter' },
] as const satisfies readonly { readonly id: number; readonly name: string; readonly short: string }[]

/** 'BPF_PROG_TYPE_XDP' … */
export type ProgTypeName = (typeof progTypes)[number]['name']

/** 'xdp' …, as libbpf and bpftool have it. */
export type ProgTypeWord = (typeof progTypes)[number]['short']

/** The row of a program type by number, kernel name ('BPF_PROG_TYPE_XDP') or libbpf's word ('xdp'). */
export const progType = (key: number | string): (typeof progTypes)[number] | undefined =>
  progTypes.find((row) => row.id === key || row.name === key || row.short === key)
