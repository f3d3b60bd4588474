// SPDX-License-Identifier: Apache-2.0
// Arguments of iterator programs in Linux 6.12 and 7.3, from each target's struct bpf_iter_reg: byte offset in the context, register, struct.
// An argument without a row (`meta`, and `__u32 uid` and its kin) is what its C type says.

import type { Btf } from '../../btf/index.ts'

export interface IteratorArg {
  readonly off: number
  readonly reg: string
  readonly struct?: string
}
const nullable = 'PTR_TO_BTF_ID|PTR_MAYBE_NULL'
const trusted = 'PTR_TO_BTF_ID|PTR_MAYBE_NULL|PTR_TRUSTED'

const targets: Readonly<Record<string, readonly IteratorArg[]>> = {
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
  dmabuf: [{ off: 8, reg: nullable, struct: 'dma_buf' }],
  ipv6_route: [{ off: 8, reg: nullable, struct: 'fib6_info' }],
  kmem_cache: [{ off: 8, reg: trusted, struct: 'kmem_cache' }],
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

const byTarget: ReadonlyMap<string, readonly IteratorArg[]> = new Map(Object.entries(targets))

/** What is known of the arguments of `bpf_iter_NAME` programs; undefined: nothing but what their C types say. */
export const iteratorArgs = (name: string): readonly IteratorArg[] | undefined => byTarget.get(name)

/** Does the function stand for an iterator? Each has a context of its own: `bpf_iter_task` takes a `struct bpf_iter__task`. */
export function isIterator(vmlinux: Btf, btf: Btf, name: string): boolean {
  if (!name.startsWith(PREFIX)) return false
  const context = `bpf_iter__${name.slice(PREFIX.length)}`
  return btf.find(context, 'struct') !== undefined || vmlinux.find(context, 'struct') !== undefined
}

const PREFIX = 'bpf_iter_'
