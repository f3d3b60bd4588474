// SPDX-License-Identifier: Apache-2.0
// Which release a BTF is of, when nothing says: by the newest function in it whose first kernel we know.

import type { Btf } from '../btf/index.ts'

/** A function and the first kernel that has it, newest first. */
const firstSeen: readonly (readonly [string, string])[] = [
  ['bpf_ksock_create', '7.3'],
  ['bpf_list_add', '7.2'],
  ['bpf_obj_new', '7.1'],
  ['bpf_timer_cancel_async', '7.0'],
  ['bpf_dynptr_from_file', '6.19'],
  ['bpf_strcasecmp', '6.18'],
  ['bpf_strcmp', '6.17'],
  ['bpf_iter_dmabuf_new', '6.16'],
  ['bpf_res_spin_lock', '6.15'],
  ['bpf_local_irq_save', '6.14'],
  ['bpf_iter_kmem_cache_new', '6.13'],
  ['bpf_copy_from_user_str', '6.12'],
  ['bpf_iter_bits_new', '6.11'],
  ['bpf_wq_init', '6.10'],
  ['bpf_arena_alloc_pages', '6.9'],
  ['bpf_iter_css_task_new', '6.7'],
  ['bpf_dynptr_clone', '6.5'],
  ['bpf_iter_num_new', '6.4'],
  ['bpf_rbtree_first', '6.3'],
  ['bpf_obj_new_impl', '6.2'],
]

/** The oldest release this BTF can be of, '6.1' where nothing newer shows. */
export const inferRelease = (btf: Btf): string =>
  firstSeen.find(([name]) => btf.find(name, 'func') !== undefined)?.[1] ?? '6.1'
