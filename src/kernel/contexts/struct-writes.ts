// SPDX-License-Identifier: Apache-2.0
// Which fields of kernel structs a program may write directly: the btf_struct_access callbacks of Linux 6.12
// (net/ipv4/bpf_tcp_ca.c, net/netfilter/nf_conntrack_bpf.c, net/bpf/bpf_dummy_struct_ops.c). Offsets are those of Debian's amd64 kernel.
import type { ProgramTraits } from '../types.ts'

export interface WritableField {
  readonly name: string
  readonly off: number
  readonly size: number
  /** May start anywhere within; others only at their start. */
  readonly anywhere?: true
}

export type StructAnswer = { readonly ok: true } | { readonly ok: false; readonly message: string }

/** struct tcp_sock (and the inet_connection_sock and sock at its head) for tcp_congestion_ops. */
export const tcpSockFields: readonly WritableField[] = [
  { name: 'sk_pacing_status', off: 428, size: 4 },
  { name: 'sk_pacing_rate', off: 488, size: 8 },
  { name: 'icsk_ack.pending', off: 1296, size: 1 },
  { name: 'icsk_ca_priv', off: 1344, size: 104, anywhere: true },
  { name: 'snd_cwnd', off: 1500, size: 4 },
  { name: 'snd_ssthresh', off: 1584, size: 4 },
  { name: 'ecn_flags', off: 1688, size: 1 },
  { name: 'app_limited', off: 1748, size: 4 },
  { name: 'snd_cwnd_cnt', off: 1948, size: 4 },
  { name: 'snd_cwnd_stamp', off: 1960, size: 4 },
]
/** struct nf_conn and nf_conn___init for XDP and TC, where nf_conntrack is loaded. */
export const nfConnFields: readonly WritableField[] = [{ name: 'mark', off: 168, size: 4 }]

const readOnly: StructAnswer = { ok: false, message: 'only read is supported' }

/** May this program write `size` bytes at `off` of the kernel's `structName`? `message` is the kernel's log line. */
export function structAccess(program: ProgramTraits, structName: string, off: number, size: number): StructAnswer {
  const type = program.type === 'BPF_PROG_TYPE_EXT' ? (program.target?.type ?? program.type) : program.type
  switch (type) {
    case 'BPF_PROG_TYPE_SCHED_CLS':
    case 'BPF_PROG_TYPE_SCHED_ACT':
    case 'BPF_PROG_TYPE_XDP':
      if (structName !== 'nf_conn' && structName !== 'nf_conn___init') return readOnly
      return fieldWrite('nf_conn', nfConnFields, off, size)
    case 'BPF_PROG_TYPE_STRUCT_OPS':
      return structOpsWrite(program.structOps?.typeName ?? '', structName, off, size)
    default:
      return readOnly
  }
}

function structOpsWrite(ops: string, structName: string, off: number, size: number): StructAnswer {
  if (ops === 'tcp_congestion_ops') {
    return structName === 'tcp_sock' ? fieldWrite('tcp_sock', tcpSockFields, off, size) : readOnly
  }
  if (ops === 'bpf_dummy_ops') {
    if (structName !== 'bpf_dummy_ops_state')
      return { ok: false, message: 'only access to bpf_dummy_ops_state is supported' }
    // One int.
    return off + size > 4 ? { ok: false, message: `write access at off ${off} with size ${size}` } : { ok: true }
  }
  // The test module's struct st_ops_args: one u64.
  if (ops === 'bpf_testmod_st_ops') return off < 0 || off + size > 8 ? { ok: false, message: '' } : { ok: true }
  return readOnly
}

function fieldWrite(name: string, fields: readonly WritableField[], off: number, size: number): StructAnswer {
  const field = fields.find((row) => (row.anywhere ? off >= row.off && off < row.off + row.size : off === row.off))
  if (field === undefined) return { ok: false, message: `no write support to ${name} at off ${off}` }
  const end = field.off + field.size
  if (off + size <= end) return { ok: true }
  return {
    ok: false,
    message: `write access at off ${off} with size ${size} beyond the member of ${name} ended at ${end}`,
  }
}
