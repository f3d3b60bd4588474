// SPDX-License-Identifier: Apache-2.0
// Fields and structs of the kernel that go by another name since some version: what a CO-RE relocation that finds nothing is told first.

import { type Btf, memberNamed } from '../btf/index.ts'

interface RenamedField {
  readonly struct: string
  /** A field, or a path of fields, without indices. */
  readonly was: string
  /** As C reaches it from the same pointer. */
  readonly is: string
  /** The first kernel that has it so. */
  readonly since: string
}

/** Each is a line of the changelog of the kernel that `since` names. */
export const renamedFields: readonly RenamedField[] = [
  { struct: 'task_struct', was: 'state', is: '__state', since: '5.14' },
  { struct: 'task_struct', was: 'cpu', is: 'thread_info.cpu', since: '5.16' },
  { struct: 'task_struct', was: 'real_start_time', is: 'start_boottime', since: '5.5' },
  { struct: 'request', was: 'rq_disk', is: 'q->disk', since: '5.17' },
  { struct: 'bio', was: 'bi_disk', is: 'bi_bdev->bd_disk', since: '5.12' },
  { struct: 'iov_iter', was: 'iov', is: '__iov', since: '6.4' },
  { struct: 'iov_iter', was: 'type', is: 'iter_type', since: '5.14' },
  { struct: 'inode', was: 'i_ctime', is: '__i_ctime', since: '6.6' },
  { struct: 'inode', was: '__i_ctime', is: 'i_ctime_sec', since: '6.11' },
  { struct: 'kernfs_node', was: 'parent', is: '__parent', since: '6.15' },
  { struct: 'mm_struct', was: 'mmap_sem', is: 'mmap_lock', since: '5.8' },
  { struct: 'mm_struct', was: 'rss_stat.count', is: 'rss_stat[…].count', since: '6.2' },
  { struct: 'cred', was: 'cap_inheritable.cap', is: 'cap_inheritable.val', since: '6.3' },
  { struct: 'cred', was: 'cap_permitted.cap', is: 'cap_permitted.val', since: '6.3' },
  { struct: 'cred', was: 'cap_effective.cap', is: 'cap_effective.val', since: '6.3' },
  { struct: 'cred', was: 'cap_bset.cap', is: 'cap_bset.val', since: '6.3' },
  { struct: 'cred', was: 'cap_ambient.cap', is: 'cap_ambient.val', since: '6.3' },
  { struct: 'dentry', was: 'd_child', is: 'd_sib', since: '6.8' },
  { struct: 'dentry', was: 'd_subdirs', is: 'd_children', since: '6.8' },
  { struct: 'file', was: 'f_count', is: 'f_ref.refcnt', since: '6.13' },
  { struct: 'cfs_rq', was: 'nr_running', is: 'nr_queued', since: '6.14' },
  { struct: 'cfs_rq', was: 'h_nr_running', is: 'h_nr_queued', since: '6.14' },
  { struct: 'cgroup', was: 'rstat_cpu', is: 'self.rstat_cpu', since: '6.16' },
]

/** What the kernel has in the place of a field that it lacks: `{ is: '__state', since: '5.14' }`. */
export function renamedField(btf: Btf, struct: string, field: string): RenamedField | undefined {
  return renamedFields.find(({ struct: owner, was, is }) => {
    if (owner !== struct || was !== field) return false
    const id = btf.find(struct, 'struct')
    return id !== undefined && memberNamed(btf, id, is.split(/->|[.[]/)[0]!) !== undefined
  })
}
