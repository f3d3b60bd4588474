// SPDX-License-Identifier: Apache-2.0
// Arguments of iterator programs in Linux 6.12, from each target's struct bpf_iter_reg: byte offset in the context, register, struct.
// An argument without a row (`meta`, and `__u32 uid` and its kin) is what its C type says.

export interface IteratorArg {
  readonly off: number
  readonly reg: string
  readonly struct?: string
}
const nullable = 'PTR_TO_BTF_ID|PTR_MAYBE_NULL'
const trusted = 'PTR_TO_BTF_ID|PTR_MAYBE_NULL|PTR_TRUSTED'

export const iteratorArgs: Readonly<Record<string, readonly IteratorArg[]>> = {
  bpf_link: [{ off: 8, reg: nullable, struct: 'bpf_link' }],
  bpf_map: [{ off: 8, reg: trusted, struct: 'bpf_map' }],
  bpf_map_elem: [
    { off: 16, reg: 'PTR_TO_BUF|PTR_MAYBE_NULL|MEM_RDONLY' },
    { off: 24, reg: 'PTR_TO_BUF|PTR_MAYBE_NULL' },
  ],
  bpf_prog: [{ off: 8, reg: nullable, struct: 'bpf_prog' }],
  bpf_sk_storage_map: [
    { off: 16, reg: nullable, struct: 'sock' },
    { off: 24, reg: 'PTR_TO_BUF|PTR_MAYBE_NULL' },
  ],
  cgroup: [{ off: 8, reg: trusted, struct: 'cgroup' }],
  ipv6_route: [{ off: 8, reg: nullable, struct: 'fib6_info' }],
  ksym: [{ off: 8, reg: nullable, struct: 'kallsym_iter' }],
  netlink: [{ off: 8, reg: nullable, struct: 'netlink_sock' }],
  sockmap: [
    { off: 16, reg: 'PTR_TO_BUF|PTR_MAYBE_NULL|MEM_RDONLY' },
    { off: 24, reg: nullable, struct: 'sock' },
  ],
  task: [{ off: 8, reg: trusted, struct: 'task_struct' }],
  task_file: [
    { off: 8, reg: nullable, struct: 'task_struct' },
    { off: 24, reg: nullable, struct: 'file' },
  ],
  task_vma: [
    { off: 8, reg: nullable, struct: 'task_struct' },
    { off: 16, reg: nullable, struct: 'vm_area_struct' },
  ],
  tcp: [{ off: 8, reg: trusted, struct: 'sock_common' }],
  udp: [{ off: 8, reg: trusted, struct: 'udp_sock' }],
  unix: [{ off: 8, reg: nullable, struct: 'unix_sock' }],
}
