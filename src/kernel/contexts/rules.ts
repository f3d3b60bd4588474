// SPDX-License-Identifier: Apache-2.0
// Per program type: which context struct it sees, which fields of it are hidden, which may be written.
// Source: the is_valid_access callbacks of Linux 6.12 (net/core/filter.c, kernel/bpf/cgroup.c, kernel/trace/bpf_trace.c).
import type { BytesAccess, CtxAnswer, ProgramTraits } from '../types.ts'
import { type ContextField, layouts, readable } from './layouts.ts'

export interface ContextRule {
  readonly layout: keyof typeof layouts
  /** Fields this type does not see. */
  readonly hidden?: string
  /** Fields it may write, whole. */
  readonly write?: string
  /** Attach types that see or write a field; without a row, all do. */
  readonly only?: Readonly<Record<string, readonly string[]>>
  readonly writeOnly?: Readonly<Record<string, readonly string[]>>
  /** Field reads allowed besides the layout's. */
  readonly extra?: string
  /** Fields that need CAP_BPF to be read or written. */
  readonly privileged?: string
}

const addresses = 'family remote_ip4 local_ip4 remote_ip6 local_ip6 remote_port local_port'
const lwt: ContextRule = {
  layout: '__sk_buff',
  hidden: `tc_classid ${addresses} data_meta tstamp wire_len hwtstamp`,
  write: 'mark priority cb',
}
const tc: ContextRule = {
  layout: '__sk_buff',
  hidden: addresses,
  write: 'mark tc_index priority tc_classid cb tstamp queue_mapping',
  extra: 'tstamp_type',
}
const createOrRelease = ['BPF_CGROUP_INET_SOCK_CREATE', 'BPF_CGROUP_INET_SOCK_RELEASE']
const hooks4 = 'INET4_BIND INET4_CONNECT INET4_GETPEERNAME INET4_GETSOCKNAME UDP4_SENDMSG UDP4_RECVMSG'
const cgroupHooks = (names: string): readonly string[] => names.split(' ').map((name) => `BPF_CGROUP_${name}`)

export const contextRules: ReadonlyMap<string, ContextRule> = new Map(
  Object.entries<ContextRule>({
    BPF_PROG_TYPE_SOCKET_FILTER: {
      layout: '__sk_buff',
      hidden: `tc_classid data data_meta data_end ${addresses} tstamp wire_len hwtstamp`,
      write: 'cb',
    },
    BPF_PROG_TYPE_SCHED_CLS: tc,
    BPF_PROG_TYPE_SCHED_ACT: tc,
    BPF_PROG_TYPE_CGROUP_SKB: {
      layout: '__sk_buff',
      hidden: 'tc_classid data_meta wire_len',
      write: 'mark priority cb tstamp',
      privileged: 'data data_end tstamp:write',
    },
    BPF_PROG_TYPE_LWT_IN: lwt,
    BPF_PROG_TYPE_LWT_OUT: lwt,
    BPF_PROG_TYPE_LWT_XMIT: lwt,
    BPF_PROG_TYPE_LWT_SEG6LOCAL: lwt,
    BPF_PROG_TYPE_SK_SKB: {
      layout: '__sk_buff',
      hidden: 'tc_classid data_meta tstamp wire_len hwtstamp mark',
      write: 'tc_index priority',
    },
    BPF_PROG_TYPE_FLOW_DISSECTOR: { layout: 'flow_dissector' },
    BPF_PROG_TYPE_XDP: { layout: 'xdp_md', only: { egress_ifindex: ['BPF_XDP_DEVMAP'] } },
    BPF_PROG_TYPE_CGROUP_SOCK: {
      layout: 'bpf_sock',
      write: 'bound_dev_if mark priority',
      only: {
        bound_dev_if: createOrRelease,
        mark: createOrRelease,
        priority: createOrRelease,
        src_ip4: ['BPF_CGROUP_INET4_POST_BIND'],
        src_ip6: ['BPF_CGROUP_INET6_POST_BIND'],
        src_port: ['BPF_CGROUP_INET4_POST_BIND', 'BPF_CGROUP_INET6_POST_BIND'],
      },
    },
    BPF_PROG_TYPE_CGROUP_SOCK_ADDR: {
      layout: 'bpf_sock_addr',
      write: 'user_ip4 user_ip6 msg_src_ip4 msg_src_ip6 user_port',
      only: {
        user_ip4: cgroupHooks(hooks4),
        user_ip6: cgroupHooks(hooks4.replaceAll('4', '6')),
        msg_src_ip4: ['BPF_CGROUP_UDP4_SENDMSG'],
        msg_src_ip6: ['BPF_CGROUP_UDP6_SENDMSG'],
      },
    },
    BPF_PROG_TYPE_SOCK_OPS: { layout: 'bpf_sock_ops', write: 'reply sk_txhash' },
    BPF_PROG_TYPE_CGROUP_SOCKOPT: {
      layout: 'bpf_sockopt',
      write: 'retval optname level optlen',
      only: { retval: ['BPF_CGROUP_GETSOCKOPT'] },
      writeOnly: { optname: ['BPF_CGROUP_SETSOCKOPT'], level: ['BPF_CGROUP_SETSOCKOPT'] },
    },
    BPF_PROG_TYPE_CGROUP_SYSCTL: { layout: 'bpf_sysctl', write: 'file_pos' },
    BPF_PROG_TYPE_CGROUP_DEVICE: { layout: 'bpf_cgroup_dev_ctx' },
    BPF_PROG_TYPE_SK_MSG: { layout: 'sk_msg_md' },
    BPF_PROG_TYPE_SK_REUSEPORT: { layout: 'sk_reuseport_md' },
    BPF_PROG_TYPE_SK_LOOKUP: { layout: 'bpf_sk_lookup' },
    BPF_PROG_TYPE_PERF_EVENT: { layout: 'bpf_perf_event_data' },
  }),
)

const refused: CtxAnswer = { ok: false }
const scalar = (narrow: boolean): CtxAnswer => ({ ok: true, kind: 'scalar', narrow })
const lists = (words: string | undefined, name: string): boolean => words?.split(' ').includes(name) ?? false

/** Access to a context whose fields are a table. */
export function fieldAccess(rule: ContextRule, program: ProgramTraits, { off, size, write }: BytesAccess): CtxAnswer {
  const fields: readonly ContextField[] = layouts[rule.layout]
  const field = fields.find((row) => off >= row.off && off < row.off + row.size)
  if (field === undefined || size < 1 || off % size !== 0) return refused
  if (lists(rule.hidden, field.name) || !isSeen(rule.only, field.name, program)) return refused
  if (program.unprivileged && lists(rule.privileged, write ? `${field.name}:write` : field.name)) return refused
  if (!write) return readField(rule, field, off, size)
  if (!lists(rule.write, field.name) || !isSeen(rule.writeOnly, field.name, program)) return refused
  return writable(field, off, size) ? scalar(false) : refused
}

function readField(rule: ContextRule, field: ContextField, off: number, size: number): CtxAnswer {
  if (lists(rule.extra, field.name) ? size !== field.size : !readable(field, off, size)) return refused
  if (field.reg !== undefined) return { ok: true, kind: 'pointer', reg: field.reg }
  return scalar(size < Math.min(field.size, 4))
}

function writable(field: ContextField, off: number, size: number): boolean {
  if (field.read === 'any' || field.read === 'wide') {
    return off + size <= field.off + field.size && (field.read === 'any' || size >= 4)
  }
  return size === field.size && off === field.off
}

const isSeen = (
  only: Readonly<Record<string, readonly string[]>> | undefined,
  name: string,
  program: ProgramTraits,
): boolean => {
  const types = only?.[name]
  return types === undefined || (program.attachType !== undefined && types.includes(program.attachType))
}

/** Reads through PTR_TO_SOCKET ('sock'), PTR_TO_SOCK_COMMON, PTR_TO_TCP_SOCK and PTR_TO_XDP_SOCK: their structs are contexts too. */
export function socketAccess(
  kind: 'sock' | 'sock_common' | 'tcp_sock' | 'xdp_sock',
  off: number,
  size: number,
): boolean {
  const rule: ContextRule =
    kind === 'tcp_sock'
      ? { layout: 'bpf_tcp_sock' }
      : kind === 'xdp_sock'
        ? { layout: 'bpf_xdp_sock' }
        : { layout: 'bpf_sock', ...(kind === 'sock' ? {} : { hidden: 'type protocol mark priority' }) }
  return fieldAccess(rule, anyProgram, { off, size, write: false }).ok
}

const anyProgram: ProgramTraits = {
  type: '',
  attachType: undefined,
  sleepable: false,
  gpl: true,
  attachName: undefined,
  attachBtfId: undefined,
}
