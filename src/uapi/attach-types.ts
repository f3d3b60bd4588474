// SPDX-License-Identifier: Apache-2.0
// Attach types: enum bpf_attach_type of include/uapi/linux/bpf.h. Number 0 also stands where a program type has no attach type.

export const attachTypes = [
  { id: 0, name: 'BPF_CGROUP_INET_INGRESS', short: 'cgroup_inet_ingress' },
  { id: 1, name: 'BPF_CGROUP_INET_EGRESS', short: 'cgroup_inet_egress' },
  { id: 2, name: 'BPF_CGROUP_INET_SOCK_CREATE', short: 'cgroup_inet_sock_create' },
  { id: 3, name: 'BPF_CGROUP_SOCK_OPS', short: 'cgroup_sock_ops' },
  { id: 4, name: 'BPF_SK_SKB_STREAM_PARSER', short: 'sk_skb_stream_parser' },
  { id: 5, name: 'BPF_SK_SKB_STREAM_VERDICT', short: 'sk_skb_stream_verdict' },
  { id: 6, name: 'BPF_CGROUP_DEVICE', short: 'cgroup_device' },
  { id: 7, name: 'BPF_SK_MSG_VERDICT', short: 'sk_msg_verdict' },
  { id: 8, name: 'BPF_CGROUP_INET4_BIND', short: 'cgroup_inet4_bind' },
  { id: 9, name: 'BPF_CGROUP_INET6_BIND', short: 'cgroup_inet6_bind' },
  { id: 10, name: 'BPF_CGROUP_INET4_CONNECT', short: 'cgroup_inet4_connect' },
  { id: 11, name: 'BPF_CGROUP_INET6_CONNECT', short: 'cgroup_inet6_connect' },
  { id: 12, name: 'BPF_CGROUP_INET4_POST_BIND', short: 'cgroup_inet4_post_bind' },
  { id: 13, name: 'BPF_CGROUP_INET6_POST_BIND', short: 'cgroup_inet6_post_bind' },
  { id: 14, name: 'BPF_CGROUP_UDP4_SENDMSG', short: 'cgroup_udp4_sendmsg' },
  { id: 15, name: 'BPF_CGROUP_UDP6_SENDMSG', short: 'cgroup_udp6_sendmsg' },
  { id: 16, name: 'BPF_LIRC_MODE2', short: 'lirc_mode2' },
  { id: 17, name: 'BPF_FLOW_DISSECTOR', short: 'flow_dissector' },
  { id: 18, name: 'BPF_CGROUP_SYSCTL', short: 'cgroup_sysctl' },
  { id: 19, name: 'BPF_CGROUP_UDP4_RECVMSG', short: 'cgroup_udp4_recvmsg' },
  { id: 20, name: 'BPF_CGROUP_UDP6_RECVMSG', short: 'cgroup_udp6_recvmsg' },
  { id: 21, name: 'BPF_CGROUP_GETSOCKOPT', short: 'cgroup_getsockopt' },
  { id: 22, name: 'BPF_CGROUP_SETSOCKOPT', short: 'cgroup_setsockopt' },
  { id: 23, name: 'BPF_TRACE_RAW_TP', short: 'trace_raw_tp' },
  { id: 24, name: 'BPF_TRACE_FENTRY', short: 'trace_fentry' },
  { id: 25, name: 'BPF_TRACE_FEXIT', short: 'trace_fexit' },
  { id: 26, name: 'BPF_MODIFY_RETURN', short: 'modify_return' },
  { id: 27, name: 'BPF_LSM_MAC', short: 'lsm_mac' },
  { id: 28, name: 'BPF_TRACE_ITER', short: 'trace_iter' },
  { id: 29, name: 'BPF_CGROUP_INET4_GETPEERNAME', short: 'cgroup_inet4_getpeername' },
  { id: 30, name: 'BPF_CGROUP_INET6_GETPEERNAME', short: 'cgroup_inet6_getpeername' },
  { id: 31, name: 'BPF_CGROUP_INET4_GETSOCKNAME', short: 'cgroup_inet4_getsockname' },
  { id: 32, name: 'BPF_CGROUP_INET6_GETSOCKNAME', short: 'cgroup_inet6_getsockname' },
  { id: 33, name: 'BPF_XDP_DEVMAP', short: 'xdp_devmap' },
  { id: 34, name: 'BPF_CGROUP_INET_SOCK_RELEASE', short: 'cgroup_inet_sock_release' },
  { id: 35, name: 'BPF_XDP_CPUMAP', short: 'xdp_cpumap' },
  { id: 36, name: 'BPF_SK_LOOKUP', short: 'sk_lookup' },
  { id: 37, name: 'BPF_XDP', short: 'xdp' },
  { id: 38, name: 'BPF_SK_SKB_VERDICT', short: 'sk_skb_verdict' },
  { id: 39, name: 'BPF_SK_REUSEPORT_SELECT', short: 'sk_reuseport_select' },
  { id: 40, name: 'BPF_SK_REUSEPORT_SELECT_OR_MIGRATE', short: 'sk_reuseport_select_or_migrate' },
  { id: 41, name: 'BPF_PERF_EVENT', short: 'perf_event' },
  { id: 42, name: 'BPF_TRACE_KPROBE_MULTI', short: 'trace_kprobe_multi' },
  { id: 43, name: 'BPF_LSM_CGROUP', short: 'lsm_cgroup' },
  { id: 44, name: 'BPF_STRUCT_OPS', short: 'struct_ops' },
  { id: 45, name: 'BPF_NETFILTER', short: 'netfilter' },
  { id: 46, name: 'BPF_TCX_INGRESS', short: 'tcx_ingress' },
  { id: 47, name: 'BPF_TCX_EGRESS', short: 'tcx_egress' },
  { id: 48, name: 'BPF_TRACE_UPROBE_MULTI', short: 'trace_uprobe_multi' },
  { id: 49, name: 'BPF_CGROUP_UNIX_CONNECT', short: 'cgroup_unix_connect' },
  { id: 50, name: 'BPF_CGROUP_UNIX_SENDMSG', short: 'cgroup_unix_sendmsg' },
  { id: 51, name: 'BPF_CGROUP_UNIX_RECVMSG', short: 'cgroup_unix_recvmsg' },
  { id: 52, name: 'BPF_CGROUP_UNIX_GETPEERNAME', short: 'cgroup_unix_getpeername' },
  { id: 53, name: 'BPF_CGROUP_UNIX_GETSOCKNAME', short: 'cgroup_unix_getsockname' },
  { id: 54, name: 'BPF_NETKIT_PRIMARY', short: 'netkit_primary' },
  { id: 55, name: 'BPF_NETKIT_PEER', short: 'netkit_peer' },
  { id: 56, name: 'BPF_TRACE_KPROBE_SESSION', short: 'trace_kprobe_session' },
  { id: 57, name: 'BPF_TRACE_UPROBE_SESSION', short: 'trace_uprobe_session', since: '6.13' },
  { id: 58, name: 'BPF_TRACE_FSESSION', short: 'trace_fsession', since: '7.0' },
  { id: 59, name: 'BPF_TRACE_FENTRY_MULTI', short: 'trace_fentry_multi', since: '7.3' },
  { id: 60, name: 'BPF_TRACE_FEXIT_MULTI', short: 'trace_fexit_multi', since: '7.3' },
  { id: 61, name: 'BPF_TRACE_FSESSION_MULTI', short: 'trace_fsession_multi', since: '7.3' },
] as const satisfies readonly {
  readonly id: number
  readonly name: string
  readonly short: string
  readonly since?: string
}[]

/** Tracing programs that a trampoline runs, before or after the function they stand at. */
export const trampolineTypes: ReadonlySet<string> = new Set([
  'BPF_TRACE_FENTRY',
  'BPF_TRACE_FEXIT',
  'BPF_MODIFY_RETURN',
  'BPF_TRACE_FSESSION',
  'BPF_TRACE_FENTRY_MULTI',
  'BPF_TRACE_FEXIT_MULTI',
  'BPF_TRACE_FSESSION_MULTI',
])

/** 'BPF_TRACE_FENTRY' … */
export type AttachTypeName = (typeof attachTypes)[number]['name']

/** The row of an attach type by number, kernel name ('BPF_TRACE_FENTRY') or libbpf's word ('trace_fentry'). */
export const attachType = (key: number | string): (typeof attachTypes)[number] | undefined =>
  attachTypes.find((row) => row.id === key || row.name === key || row.short === key)

/**
 * The attach types that these program types must be loaded with, one of them; first the one that stands for none.
 * Programs of other types are loaded with whatever attach type they have. bpf_prog_load_check_attach of kernel/bpf/syscall.c.
 */
const required: readonly { readonly type: string; readonly or?: AttachTypeName; readonly attach: readonly string[] }[] =
  [
    {
      type: 'BPF_PROG_TYPE_CGROUP_SOCK',
      or: 'BPF_CGROUP_INET_SOCK_CREATE',
      attach: ['INET_SOCK_CREATE', 'INET_SOCK_RELEASE', 'INET4_POST_BIND', 'INET6_POST_BIND'].map(
        (name) => `BPF_CGROUP_${name}`,
      ),
    },
    {
      type: 'BPF_PROG_TYPE_CGROUP_SOCK_ADDR',
      attach: [
        ...['INET4', 'INET6'].flatMap((family) =>
          ['BIND', 'CONNECT', 'GETPEERNAME', 'GETSOCKNAME'].map((at) => `${family}_${at}`),
        ),
        ...['CONNECT', 'GETPEERNAME', 'GETSOCKNAME', 'SENDMSG', 'RECVMSG'].map((at) => `UNIX_${at}`),
        ...['UDP4', 'UDP6'].flatMap((family) => ['SENDMSG', 'RECVMSG'].map((at) => `${family}_${at}`)),
      ].map((name) => `BPF_CGROUP_${name}`),
    },
    {
      type: 'BPF_PROG_TYPE_CGROUP_SKB',
      or: 'BPF_CGROUP_INET_INGRESS',
      attach: ['BPF_CGROUP_INET_INGRESS', 'BPF_CGROUP_INET_EGRESS'],
    },
    { type: 'BPF_PROG_TYPE_CGROUP_SOCKOPT', attach: ['BPF_CGROUP_SETSOCKOPT', 'BPF_CGROUP_GETSOCKOPT'] },
    { type: 'BPF_PROG_TYPE_SK_LOOKUP', attach: ['BPF_SK_LOOKUP'] },
    {
      type: 'BPF_PROG_TYPE_SK_REUSEPORT',
      or: 'BPF_SK_REUSEPORT_SELECT',
      attach: ['BPF_SK_REUSEPORT_SELECT', 'BPF_SK_REUSEPORT_SELECT_OR_MIGRATE'],
    },
    { type: 'BPF_PROG_TYPE_NETFILTER', attach: ['BPF_NETFILTER'] },
    { type: 'BPF_PROG_TYPE_SYSCALL', attach: [] },
    { type: 'BPF_PROG_TYPE_EXT', attach: [] },
  ]
const requiredOf = new Map(required.map((row) => [row.type, row]))

/** What the kernel takes a missing attach type for. */
export const defaultAttachType = (progType: string): AttachTypeName | undefined => requiredOf.get(progType)?.or

/** Does the kernel load a program of this type with this attach type (undefined: none)? */
export function isLoadable(progType: string, attachType: string | undefined): boolean {
  const row = requiredOf.get(progType)
  if (row === undefined) return true
  const attach = attachType ?? row.or
  return attach === undefined ? row.attach.length === 0 : row.attach.includes(attach)
}

/** The attach types that a program of this type may be loaded with; undefined: any. */
export const loadableWith = (progType: string): readonly string[] | undefined => requiredOf.get(progType)?.attach
