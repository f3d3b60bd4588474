// SPDX-License-Identifier: Apache-2.0
// ELF section names and what libbpf takes them to mean: its documentation "Program Types and ELF Sections"
// (Documentation/bpf/libbpf/program_types.rst), in the order it tries them. `extras`: may be followed by '/' and a target.
import type { ProgTypeName } from './prog-types.ts'

/** 'XDP' … */
type Suffix<Name> = Name extends `BPF_PROG_TYPE_${infer Rest}` ? Rest : never

export interface SectionRule {
  /** Without what may follow the '/'. */
  readonly section: string
  /** 'BPF_PROG_TYPE_XDP' … */
  readonly type: ProgTypeName
  /** 'BPF_XDP_DEVMAP' …; undefined: none, the kernel is given 0. */
  readonly attach: string | undefined
  readonly extras: boolean
  readonly flags: readonly SectionFlag[]
  /** The kernel whose libbpf has it first; without: libbpf 1.5, that of 6.12, has it. */
  readonly since?: string
}

/**
 * - sleepable: loaded with BPF_F_SLEEPABLE
 * - attach_btf: needs a function, typedef or program named after the '/', by BTF id
 * - attach_many: is told which functions only when it attaches; till then it stands at bpf_multi_func
 * - xdp_frags: loaded with BPF_F_XDP_HAS_FRAGS
 * - usdt: loaded for uprobe-multi links where the kernel has them
 * - attach_optional: the attach type may be left out on old kernels
 */
export type SectionFlag = 'sleepable' | 'attach_btf' | 'attach_many' | 'xdp_frags' | 'usdt' | 'attach_optional'

const rule = (section: string, type: Suffix<ProgTypeName>, attach?: string, ...flags: SectionFlag[]): SectionRule => {
  const extras = section.endsWith('+')
  return {
    section: extras ? section.slice(0, -1) : section,
    type: `BPF_PROG_TYPE_${type}` as const,
    attach,
    extras,
    flags,
  }
}

const later = (since: string, row: SectionRule): SectionRule => ({ ...row, since })

export const sectionRules: readonly SectionRule[] = [
  rule('socket', 'SOCKET_FILTER'),
  rule('sk_reuseport/migrate', 'SK_REUSEPORT', 'BPF_SK_REUSEPORT_SELECT_OR_MIGRATE'),
  rule('sk_reuseport', 'SK_REUSEPORT', 'BPF_SK_REUSEPORT_SELECT'),
  rule('kprobe+', 'KPROBE'),
  rule('uprobe+', 'KPROBE'),
  rule('uprobe.s+', 'KPROBE', undefined, 'sleepable'),
  rule('kretprobe+', 'KPROBE'),
  rule('uretprobe+', 'KPROBE'),
  rule('uretprobe.s+', 'KPROBE', undefined, 'sleepable'),
  rule('kprobe.multi+', 'KPROBE', 'BPF_TRACE_KPROBE_MULTI'),
  rule('kretprobe.multi+', 'KPROBE', 'BPF_TRACE_KPROBE_MULTI'),
  rule('kprobe.session+', 'KPROBE', 'BPF_TRACE_KPROBE_SESSION'),
  rule('uprobe.multi+', 'KPROBE', 'BPF_TRACE_UPROBE_MULTI'),
  rule('uretprobe.multi+', 'KPROBE', 'BPF_TRACE_UPROBE_MULTI'),
  later('6.13', rule('uprobe.session+', 'KPROBE', 'BPF_TRACE_UPROBE_SESSION')),
  later('6.13', rule('uprobe.session.s+', 'KPROBE', 'BPF_TRACE_UPROBE_SESSION', 'sleepable')),
  rule('uprobe.multi.s+', 'KPROBE', 'BPF_TRACE_UPROBE_MULTI', 'sleepable'),
  rule('uretprobe.multi.s+', 'KPROBE', 'BPF_TRACE_UPROBE_MULTI', 'sleepable'),
  rule('ksyscall+', 'KPROBE'),
  rule('kretsyscall+', 'KPROBE'),
  rule('usdt+', 'KPROBE', undefined, 'usdt'),
  rule('usdt.s+', 'KPROBE', undefined, 'usdt', 'sleepable'),
  rule('tc/ingress', 'SCHED_CLS', 'BPF_TCX_INGRESS'),
  rule('tc/egress', 'SCHED_CLS', 'BPF_TCX_EGRESS'),
  rule('tcx/ingress', 'SCHED_CLS', 'BPF_TCX_INGRESS'),
  rule('tcx/egress', 'SCHED_CLS', 'BPF_TCX_EGRESS'),
  rule('tc', 'SCHED_CLS'),
  rule('classifier', 'SCHED_CLS'),
  rule('action', 'SCHED_ACT'),
  rule('netkit/primary', 'SCHED_CLS', 'BPF_NETKIT_PRIMARY'),
  rule('netkit/peer', 'SCHED_CLS', 'BPF_NETKIT_PEER'),
  rule('tracepoint+', 'TRACEPOINT'),
  rule('tp+', 'TRACEPOINT'),
  later('7.1', rule('tracepoint.s+', 'TRACEPOINT', undefined, 'sleepable')),
  later('7.1', rule('tp.s+', 'TRACEPOINT', undefined, 'sleepable')),
  rule('raw_tracepoint+', 'RAW_TRACEPOINT'),
  rule('raw_tp+', 'RAW_TRACEPOINT'),
  later('7.1', rule('raw_tracepoint.s+', 'RAW_TRACEPOINT', undefined, 'sleepable')),
  later('7.1', rule('raw_tp.s+', 'RAW_TRACEPOINT', undefined, 'sleepable')),
  rule('raw_tracepoint.w+', 'RAW_TRACEPOINT_WRITABLE'),
  rule('raw_tp.w+', 'RAW_TRACEPOINT_WRITABLE'),
  rule('tp_btf+', 'TRACING', 'BPF_TRACE_RAW_TP', 'attach_btf'),
  later('7.1', rule('tp_btf.s+', 'TRACING', 'BPF_TRACE_RAW_TP', 'attach_btf', 'sleepable')),
  rule('fentry+', 'TRACING', 'BPF_TRACE_FENTRY', 'attach_btf'),
  rule('fmod_ret+', 'TRACING', 'BPF_MODIFY_RETURN', 'attach_btf'),
  rule('fexit+', 'TRACING', 'BPF_TRACE_FEXIT', 'attach_btf'),
  rule('fentry.s+', 'TRACING', 'BPF_TRACE_FENTRY', 'attach_btf', 'sleepable'),
  rule('fmod_ret.s+', 'TRACING', 'BPF_MODIFY_RETURN', 'attach_btf', 'sleepable'),
  rule('fexit.s+', 'TRACING', 'BPF_TRACE_FEXIT', 'attach_btf', 'sleepable'),
  later('7.0', rule('fsession+', 'TRACING', 'BPF_TRACE_FSESSION', 'attach_btf')),
  later('7.0', rule('fsession.s+', 'TRACING', 'BPF_TRACE_FSESSION', 'attach_btf', 'sleepable')),
  ...['fsession', 'fentry', 'fexit'].flatMap((name) => [
    later('7.3', rule(`${name}.multi+`, 'TRACING', `BPF_TRACE_${name.toUpperCase()}_MULTI`, 'attach_many')),
    later(
      '7.3',
      rule(`${name}.multi.s+`, 'TRACING', `BPF_TRACE_${name.toUpperCase()}_MULTI`, 'attach_many', 'sleepable'),
    ),
  ]),
  rule('freplace+', 'EXT', undefined, 'attach_btf'),
  rule('lsm+', 'LSM', 'BPF_LSM_MAC', 'attach_btf'),
  rule('lsm.s+', 'LSM', 'BPF_LSM_MAC', 'attach_btf', 'sleepable'),
  rule('lsm_cgroup+', 'LSM', 'BPF_LSM_CGROUP', 'attach_btf'),
  rule('iter+', 'TRACING', 'BPF_TRACE_ITER', 'attach_btf'),
  rule('iter.s+', 'TRACING', 'BPF_TRACE_ITER', 'attach_btf', 'sleepable'),
  rule('syscall', 'SYSCALL', undefined, 'sleepable'),
  rule('xdp.frags/devmap', 'XDP', 'BPF_XDP_DEVMAP', 'xdp_frags'),
  rule('xdp/devmap', 'XDP', 'BPF_XDP_DEVMAP'),
  rule('xdp.frags/cpumap', 'XDP', 'BPF_XDP_CPUMAP', 'xdp_frags'),
  rule('xdp/cpumap', 'XDP', 'BPF_XDP_CPUMAP'),
  rule('xdp.frags', 'XDP', 'BPF_XDP', 'xdp_frags'),
  rule('xdp', 'XDP', 'BPF_XDP', 'attach_optional'),
  rule('perf_event', 'PERF_EVENT'),
  rule('lwt_in', 'LWT_IN'),
  rule('lwt_out', 'LWT_OUT'),
  rule('lwt_xmit', 'LWT_XMIT'),
  rule('lwt_seg6local', 'LWT_SEG6LOCAL'),
  rule('sockops', 'SOCK_OPS', 'BPF_CGROUP_SOCK_OPS', 'attach_optional'),
  rule('sk_skb/stream_parser', 'SK_SKB', 'BPF_SK_SKB_STREAM_PARSER', 'attach_optional'),
  rule('sk_skb/stream_verdict', 'SK_SKB', 'BPF_SK_SKB_STREAM_VERDICT', 'attach_optional'),
  rule('sk_skb/verdict', 'SK_SKB', 'BPF_SK_SKB_VERDICT', 'attach_optional'),
  rule('sk_skb', 'SK_SKB'),
  rule('sk_msg', 'SK_MSG', 'BPF_SK_MSG_VERDICT', 'attach_optional'),
  rule('lirc_mode2', 'LIRC_MODE2', 'BPF_LIRC_MODE2', 'attach_optional'),
  rule('flow_dissector', 'FLOW_DISSECTOR', 'BPF_FLOW_DISSECTOR', 'attach_optional'),
  rule('cgroup_skb/ingress', 'CGROUP_SKB', 'BPF_CGROUP_INET_INGRESS', 'attach_optional'),
  rule('cgroup_skb/egress', 'CGROUP_SKB', 'BPF_CGROUP_INET_EGRESS', 'attach_optional'),
  rule('cgroup/skb', 'CGROUP_SKB'),
  rule('cgroup/sock_create', 'CGROUP_SOCK', 'BPF_CGROUP_INET_SOCK_CREATE'),
  rule('cgroup/sock_release', 'CGROUP_SOCK', 'BPF_CGROUP_INET_SOCK_RELEASE'),
  rule('cgroup/sock', 'CGROUP_SOCK', 'BPF_CGROUP_INET_SOCK_CREATE', 'attach_optional'),
  rule('cgroup/post_bind4', 'CGROUP_SOCK', 'BPF_CGROUP_INET4_POST_BIND'),
  rule('cgroup/post_bind6', 'CGROUP_SOCK', 'BPF_CGROUP_INET6_POST_BIND'),
  rule('cgroup/bind4', 'CGROUP_SOCK_ADDR', 'BPF_CGROUP_INET4_BIND'),
  rule('cgroup/bind6', 'CGROUP_SOCK_ADDR', 'BPF_CGROUP_INET6_BIND'),
  rule('cgroup/connect4', 'CGROUP_SOCK_ADDR', 'BPF_CGROUP_INET4_CONNECT'),
  rule('cgroup/connect6', 'CGROUP_SOCK_ADDR', 'BPF_CGROUP_INET6_CONNECT'),
  rule('cgroup/connect_unix', 'CGROUP_SOCK_ADDR', 'BPF_CGROUP_UNIX_CONNECT'),
  rule('cgroup/sendmsg4', 'CGROUP_SOCK_ADDR', 'BPF_CGROUP_UDP4_SENDMSG'),
  rule('cgroup/sendmsg6', 'CGROUP_SOCK_ADDR', 'BPF_CGROUP_UDP6_SENDMSG'),
  rule('cgroup/sendmsg_unix', 'CGROUP_SOCK_ADDR', 'BPF_CGROUP_UNIX_SENDMSG'),
  rule('cgroup/recvmsg4', 'CGROUP_SOCK_ADDR', 'BPF_CGROUP_UDP4_RECVMSG'),
  rule('cgroup/recvmsg6', 'CGROUP_SOCK_ADDR', 'BPF_CGROUP_UDP6_RECVMSG'),
  rule('cgroup/recvmsg_unix', 'CGROUP_SOCK_ADDR', 'BPF_CGROUP_UNIX_RECVMSG'),
  rule('cgroup/getpeername4', 'CGROUP_SOCK_ADDR', 'BPF_CGROUP_INET4_GETPEERNAME'),
  rule('cgroup/getpeername6', 'CGROUP_SOCK_ADDR', 'BPF_CGROUP_INET6_GETPEERNAME'),
  rule('cgroup/getpeername_unix', 'CGROUP_SOCK_ADDR', 'BPF_CGROUP_UNIX_GETPEERNAME'),
  rule('cgroup/getsockname4', 'CGROUP_SOCK_ADDR', 'BPF_CGROUP_INET4_GETSOCKNAME'),
  rule('cgroup/getsockname6', 'CGROUP_SOCK_ADDR', 'BPF_CGROUP_INET6_GETSOCKNAME'),
  rule('cgroup/getsockname_unix', 'CGROUP_SOCK_ADDR', 'BPF_CGROUP_UNIX_GETSOCKNAME'),
  rule('cgroup/sysctl', 'CGROUP_SYSCTL', 'BPF_CGROUP_SYSCTL'),
  rule('cgroup/getsockopt', 'CGROUP_SOCKOPT', 'BPF_CGROUP_GETSOCKOPT'),
  rule('cgroup/setsockopt', 'CGROUP_SOCKOPT', 'BPF_CGROUP_SETSOCKOPT'),
  rule('cgroup/dev', 'CGROUP_DEVICE', 'BPF_CGROUP_DEVICE', 'attach_optional'),
  rule('struct_ops+', 'STRUCT_OPS'),
  rule('struct_ops.s+', 'STRUCT_OPS', undefined, 'sleepable'),
  rule('sk_lookup', 'SK_LOOKUP', 'BPF_SK_LOOKUP'),
  rule('netfilter', 'NETFILTER', 'BPF_NETFILTER'),
]

/** What the newest libbpf takes a section name to mean; undefined: it does not know it, and the program has no type. A leading '?' (do not load by itself) is ignored. */
export function sectionRule(name: string): SectionRule | undefined {
  const section = name.startsWith('?') ? name.slice(1) : name
  return sectionRules.find((row) => row.section === section || (row.extras && section.startsWith(`${row.section}/`)))
}

/** Flags of BPF_PROG_LOAD that sections imply. */
export const progFlags = {
  BPF_F_STRICT_ALIGNMENT: 0x1,
  BPF_F_ANY_ALIGNMENT: 0x2,
  BPF_F_TEST_RND_HI32: 0x4,
  BPF_F_TEST_STATE_FREQ: 0x8,
  BPF_F_SLEEPABLE: 0x10,
  BPF_F_XDP_HAS_FRAGS: 0x20,
  BPF_F_XDP_DEV_BOUND_ONLY: 0x40,
  BPF_F_TEST_REG_INVARIANTS: 0x80,
} as const
