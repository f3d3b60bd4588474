// SPDX-License-Identifier: Apache-2.0
// Fields and structs of the kernel that go by another name since some version: what a CO-RE relocation that finds nothing is told first.

import { type Btf, memberNamed } from '../btf/index.ts'

interface RenamedField {
  readonly struct: string
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
]

/** What the kernel has in the place of a field that it lacks: `{ is: '__state', since: '5.14' }`. */
export function renamedField(btf: Btf, struct: string, field: string): RenamedField | undefined {
  return renamedFields.find(({ struct: owner, was, is }) => {
    if (owner !== struct || was !== field) return false
    const id = btf.find(struct, 'struct')
    return id !== undefined && memberNamed(btf, id, is.split(/->|\./)[0]!) !== undefined
  })
}
