// SPDX-License-Identifier: Apache-2.0
// Kfuncs whose meaning the flags and annotations cannot say, so the verifier knows them by name;
// and the one naming rule about types, the no-cast alias.

import type { Kfunc } from './types.ts'

export interface SpecialRow {
  readonly kfunc: string
  /** What the verifier knows it as; kfuncs renamed since, or alike, share one. */
  readonly role: string
  /** Why the verifier has to know it. */
  readonly words: string
  readonly source: string
}

const source = 'kernel/bpf/verifier.c of 6.12, special_kfunc_list'
const later = 'kernel/bpf/verifier.c of 7.3, special_kfunc_list'

export const specialRows = [
  {
    kfunc: 'bpf_obj_new_impl',
    role: 'obj_new',
    words: 'allocates an object of the program type named by its first argument',
    source,
  },
  {
    kfunc: 'bpf_obj_new',
    role: 'obj_new',
    words: 'allocates an object of the program type named by its first argument',
    source: later,
  },
  { kfunc: 'bpf_obj_drop_impl', role: 'obj_drop', words: 'frees an allocated object', source },
  { kfunc: 'bpf_obj_drop', role: 'obj_drop', words: 'frees an allocated object', source: later },
  {
    kfunc: 'bpf_refcount_acquire_impl',
    role: 'refcount_acquire',
    words: 'makes a further owning reference to a refcounted object',
    source,
  },
  {
    kfunc: 'bpf_refcount_acquire',
    role: 'refcount_acquire',
    words: 'makes a further owning reference to a refcounted object',
    source: later,
  },
  {
    kfunc: 'bpf_list_push_front_impl',
    role: 'list_push',
    words: 'moves an object into a list; the program keeps a non-owning reference',
    source,
  },
  {
    kfunc: 'bpf_list_push_front',
    role: 'list_push',
    words: 'moves an object into a list; the program keeps a non-owning reference',
    source: later,
  },
  {
    kfunc: 'bpf_list_push_back_impl',
    role: 'list_push',
    words: 'moves an object into a list; the program keeps a non-owning reference',
    source,
  },
  {
    kfunc: 'bpf_list_push_back',
    role: 'list_push',
    words: 'moves an object into a list; the program keeps a non-owning reference',
    source: later,
  },
  {
    kfunc: 'bpf_list_add',
    role: 'list_push',
    words: 'moves an object into a list behind another; the program keeps a non-owning reference',
    source: later,
  },
  { kfunc: 'bpf_list_pop_front', role: 'list_pop', words: 'takes an object out of a list', source },
  { kfunc: 'bpf_list_pop_back', role: 'list_pop', words: 'takes an object out of a list', source },
  { kfunc: 'bpf_list_del', role: 'list_del', words: 'takes the given object out of a list', source: later },
  {
    kfunc: 'bpf_list_front',
    role: 'list_peek',
    words: 'returns a non-owning reference to the first object of a list',
    source: later,
  },
  {
    kfunc: 'bpf_list_back',
    role: 'list_peek',
    words: 'returns a non-owning reference to the last object of a list',
    source: later,
  },
  { kfunc: 'bpf_list_is_first', role: 'list_test', words: 'asks about the place of a node in a list', source: later },
  { kfunc: 'bpf_list_is_last', role: 'list_test', words: 'asks about the place of a node in a list', source: later },
  { kfunc: 'bpf_list_empty', role: 'list_test', words: 'asks whether a list is empty', source: later },
  {
    kfunc: 'bpf_cast_to_kern_ctx',
    role: 'cast_to_kern_ctx',
    words: 'turns the program context into the kernel structure behind it',
    source,
  },
  {
    kfunc: 'bpf_rdonly_cast',
    role: 'rdonly_cast',
    words: 'reads memory as the kernel type named by its second argument',
    source,
  },
  { kfunc: 'bpf_rcu_read_lock', role: 'rcu_lock', words: 'opens an RCU read-side critical section', source },
  { kfunc: 'bpf_rcu_read_unlock', role: 'rcu_unlock', words: 'closes an RCU read-side critical section', source },
  { kfunc: 'bpf_rbtree_remove', role: 'rbtree_remove', words: 'takes a node out of a tree', source },
  {
    kfunc: 'bpf_rbtree_add_impl',
    role: 'rbtree_add',
    words: 'moves a node into a tree, ordered by a callback',
    source,
  },
  {
    kfunc: 'bpf_rbtree_add',
    role: 'rbtree_add',
    words: 'moves a node into a tree, ordered by a callback',
    source: later,
  },
  { kfunc: 'bpf_rbtree_first', role: 'rbtree_walk', words: 'returns a non-owning reference to the least node', source },
  {
    kfunc: 'bpf_rbtree_root',
    role: 'rbtree_walk',
    words: 'returns a non-owning reference to the root node',
    source: later,
  },
  {
    kfunc: 'bpf_rbtree_left',
    role: 'rbtree_walk',
    words: 'returns a non-owning reference to the left child of a node',
    source: later,
  },
  {
    kfunc: 'bpf_rbtree_right',
    role: 'rbtree_walk',
    words: 'returns a non-owning reference to the right child of a node',
    source: later,
  },
  { kfunc: 'bpf_dynptr_from_skb', role: 'dynptr_from_skb', words: 'makes a dynptr over packet data', source },
  { kfunc: 'bpf_dynptr_from_xdp', role: 'dynptr_from_xdp', words: 'makes a dynptr over packet data', source },
  {
    kfunc: 'bpf_dynptr_from_skb_meta',
    role: 'dynptr_from_skb_meta',
    words: 'makes a dynptr over the metadata of a packet',
    source: later,
  },
  {
    kfunc: 'bpf_dynptr_from_file',
    role: 'dynptr_from_file',
    words: 'makes a dynptr over the contents of a file, to be discarded with bpf_dynptr_file_discard',
    source: later,
  },
  { kfunc: 'bpf_dynptr_file_discard', role: 'dynptr_file_discard', words: 'gives a file dynptr back', source: later },
  {
    kfunc: 'bpf_dynptr_slice',
    role: 'dynptr_slice',
    words: 'returns read-only memory of a dynptr, of the constant size asked for',
    source,
  },
  {
    kfunc: 'bpf_dynptr_slice_rdwr',
    role: 'dynptr_slice_rdwr',
    words: 'returns writable memory of a dynptr, of the constant size asked for',
    source,
  },
  {
    kfunc: 'bpf_dynptr_clone',
    role: 'dynptr_clone',
    words: 'makes a second dynptr over the same memory, bound to the same reference',
    source,
  },
  {
    kfunc: 'bpf_xdp_pull_data',
    role: 'xdp_pull_data',
    words: 'moves packet data: pointers into it are void afterwards',
    source: later,
  },
  {
    kfunc: 'bpf_percpu_obj_new_impl',
    role: 'percpu_obj_new',
    words: 'allocates a per-CPU object of a program type',
    source,
  },
  {
    kfunc: 'bpf_percpu_obj_new',
    role: 'percpu_obj_new',
    words: 'allocates a per-CPU object of a program type',
    source: later,
  },
  { kfunc: 'bpf_percpu_obj_drop_impl', role: 'percpu_obj_drop', words: 'frees a per-CPU object', source },
  { kfunc: 'bpf_percpu_obj_drop', role: 'percpu_obj_drop', words: 'frees a per-CPU object', source: later },
  { kfunc: 'bpf_throw', role: 'throw', words: 'does not return: it unwinds to the exception callback', source },
  {
    kfunc: 'bpf_wq_set_callback_impl',
    role: 'wq_callback',
    words: 'takes a callback that runs later, sleepable',
    source,
  },
  {
    kfunc: 'bpf_wq_set_callback',
    role: 'wq_callback',
    words: 'takes a callback that runs later, sleepable',
    source: later,
  },
  {
    kfunc: 'bpf_task_work_schedule_signal',
    role: 'task_work',
    words: 'takes a callback that runs later in the context of the task',
    source: later,
  },
  {
    kfunc: 'bpf_task_work_schedule_resume',
    role: 'task_work',
    words: 'takes a callback that runs later in the context of the task',
    source: later,
  },
  { kfunc: 'bpf_preempt_disable', role: 'preempt_disable', words: 'opens a section that cannot be preempted', source },
  { kfunc: 'bpf_preempt_enable', role: 'preempt_enable', words: 'closes a section that cannot be preempted', source },
  {
    kfunc: 'bpf_iter_css_task_new',
    role: 'iter_css_task',
    words: 'only in LSM programs and sleepable iterators',
    source,
  },
  { kfunc: 'bpf_session_is_return', role: 'session', words: 'takes the context of a session program', source },
  { kfunc: 'bpf_session_cookie', role: 'session_cookie', words: 'returns writable memory of eight bytes', source },
  { kfunc: 'bpf_get_kmem_cache', role: 'kmem_cache', words: 'returns a pointer that is not trusted', source: later },
  {
    kfunc: 'bpf_local_irq_save',
    role: 'irq_save',
    words: 'opens a section with interrupts off; its flag lies on the stack',
    source: later,
  },
  {
    kfunc: 'bpf_local_irq_restore',
    role: 'irq_restore',
    words: 'closes the section that its flag opened',
    source: later,
  },
  {
    kfunc: 'bpf_res_spin_lock',
    role: 'res_lock',
    words: 'takes a resilient lock, or fails: the result says which',
    source: later,
  },
  {
    kfunc: 'bpf_res_spin_unlock',
    role: 'res_unlock',
    words: 'releases the resilient lock taken last',
    source: later,
  },
  {
    kfunc: 'bpf_res_spin_lock_irqsave',
    role: 'res_lock_irq',
    words: 'takes a resilient lock with interrupts off, or fails: the result says which',
    source: later,
  },
  {
    kfunc: 'bpf_res_spin_unlock_irqrestore',
    role: 'res_unlock_irq',
    words: 'releases the resilient lock taken last, and restores interrupts',
    source: later,
  },
  { kfunc: 'bpf_iter_num_new', role: 'iter_num', words: 'may be called while a lock is held', source },
  { kfunc: 'bpf_iter_num_next', role: 'iter_num', words: 'may be called while a lock is held', source },
  { kfunc: 'bpf_iter_num_destroy', role: 'iter_num', words: 'may be called while a lock is held', source },
  { kfunc: 'bpf_stream_vprintk', role: 'stream', words: 'may be called while a lock is held', source: later },
  { kfunc: 'bpf_stream_print_stack', role: 'stream', words: 'may be called while a lock is held', source: later },
  {
    kfunc: 'bpf_arena_alloc_pages',
    role: 'arena_pages',
    words: 'may be called while a lock is held (since 7.0)',
    source: later,
  },
  {
    kfunc: 'bpf_arena_free_pages',
    role: 'arena_pages',
    words: 'may be called while a lock is held (since 7.0)',
    source: later,
  },
  {
    kfunc: 'bpf_arena_reserve_pages',
    role: 'arena_pages',
    words: 'may be called while a lock is held (since 7.0)',
    source: later,
  },
  {
    kfunc: '__bpf_trap',
    role: 'trap',
    words: 'marks where compiled code cannot go; reached, it is refused',
    source: later,
  },
  {
    kfunc: 'bpf_xdp_metadata_rx_timestamp',
    role: 'xdp_metadata',
    words: 'only in programs that are loaded for one device',
    source: 'net/core/xdp.c and kernel/bpf/offload.c of 6.12',
  },
  {
    kfunc: 'bpf_xdp_metadata_rx_hash',
    role: 'xdp_metadata',
    words: 'only in programs that are loaded for one device',
    source: 'net/core/xdp.c and kernel/bpf/offload.c of 6.12',
  },
  {
    kfunc: 'bpf_xdp_metadata_rx_vlan_tag',
    role: 'xdp_metadata',
    words: 'only in programs that are loaded for one device',
    source: 'net/core/xdp.c and kernel/bpf/offload.c of 6.12',
  },
] as const satisfies readonly SpecialRow[]

export type SpecialRole = (typeof specialRows)[number]['role']

const byKfunc: ReadonlyMap<string, (typeof specialRows)[number]> = new Map(
  specialRows.map((row): [string, (typeof specialRows)[number]] => [row.kfunc, row]),
)

/** Why the verifier treats this kfunc by name, if it does. */
export const specialWords = (kfunc: string): string | undefined => byKfunc.get(kfunc)?.words

/** What the verifier knows the kfunc as. Only the kernel's own: a module's of the same name is a stranger. */
export const specialRole = ({ name, module }: Pick<Kfunc, 'name' | 'module'>): SpecialRole | undefined =>
  module === undefined ? byKfunc.get(name)?.role : undefined

const noCastSuffix = '___init'

/**
 * Are these two struct names a type and its no-cast alias (`nf_conn` and `nf_conn___init`)? Between those, C's
 * equivalence does not count: pointers must match exactly. kfuncs.rst "Specifying no-cast aliases with ___init".
 */
export function isNoCastAlias(one: string, other: string): boolean {
  return one === `${other}${noCastSuffix}` || other === `${one}${noCastSuffix}`
}
