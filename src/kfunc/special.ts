// SPDX-License-Identifier: Apache-2.0
// Kfuncs whose meaning the flags and annotations cannot say, so the verifier knows them by name;
// and the one naming rule about types, the no-cast alias.

export interface SpecialRow {
  readonly kfunc: string
  /** Why the verifier has to know it. */
  readonly words: string
  readonly since?: string
  readonly source: string
}

const source = 'kernel/bpf/verifier.c of 6.12, special_kfunc_list'

export const specialRows = [
  { kfunc: 'bpf_obj_new_impl', words: 'allocates an object of the program type named by its first argument', source },
  { kfunc: 'bpf_obj_drop_impl', words: 'frees an allocated object', source },
  { kfunc: 'bpf_refcount_acquire_impl', words: 'makes a further owning reference to a refcounted object', source },
  {
    kfunc: 'bpf_list_push_front_impl',
    words: 'moves an object into a list; the program keeps a non-owning reference',
    source,
  },
  {
    kfunc: 'bpf_list_push_back_impl',
    words: 'moves an object into a list; the program keeps a non-owning reference',
    source,
  },
  { kfunc: 'bpf_list_pop_front', words: 'takes an object out of a list', source },
  { kfunc: 'bpf_list_pop_back', words: 'takes an object out of a list', source },
  { kfunc: 'bpf_cast_to_kern_ctx', words: 'turns the program context into the kernel structure behind it', source },
  { kfunc: 'bpf_rdonly_cast', words: 'reads memory as the kernel type named by its second argument', source },
  { kfunc: 'bpf_rcu_read_lock', words: 'opens an RCU read-side critical section', source },
  { kfunc: 'bpf_rcu_read_unlock', words: 'closes an RCU read-side critical section', source },
  { kfunc: 'bpf_rbtree_remove', words: 'takes a node out of a tree', source },
  { kfunc: 'bpf_rbtree_add_impl', words: 'moves a node into a tree, ordered by a callback', source },
  { kfunc: 'bpf_rbtree_first', words: 'returns a non-owning reference to the least node', source },
  { kfunc: 'bpf_dynptr_from_skb', words: 'makes a dynptr over packet data', source },
  { kfunc: 'bpf_dynptr_from_xdp', words: 'makes a dynptr over packet data', source },
  { kfunc: 'bpf_dynptr_slice', words: 'returns read-only memory of a dynptr, of the constant size asked for', source },
  {
    kfunc: 'bpf_dynptr_slice_rdwr',
    words: 'returns writable memory of a dynptr, of the constant size asked for',
    source,
  },
  {
    kfunc: 'bpf_dynptr_clone',
    words: 'makes a second dynptr over the same memory, bound to the same reference',
    source,
  },
  { kfunc: 'bpf_percpu_obj_new_impl', words: 'allocates a per-CPU object of a program type', source },
  { kfunc: 'bpf_percpu_obj_drop_impl', words: 'frees a per-CPU object', source },
  { kfunc: 'bpf_throw', words: 'does not return: it unwinds to the exception callback', source },
  { kfunc: 'bpf_wq_set_callback_impl', words: 'takes a callback that runs later, sleepable', source },
  { kfunc: 'bpf_preempt_disable', words: 'opens a section that cannot be preempted', source },
  { kfunc: 'bpf_preempt_enable', words: 'closes a section that cannot be preempted', source },
  { kfunc: 'bpf_iter_css_task_new', words: 'only in LSM programs and sleepable iterators', source },
  { kfunc: 'bpf_session_cookie', words: 'returns writable memory of eight bytes', source },
] as const satisfies readonly SpecialRow[]

/** Why the verifier treats this kfunc by name, if it does. */
export const specialWords = (kfunc: string): string | undefined => specialRows.find((row) => row.kfunc === kfunc)?.words

const noCastSuffix = '___init'

/**
 * Are these two struct names a type and its no-cast alias (`nf_conn` and `nf_conn___init`)? Between those, C's
 * equivalence does not count: pointers must match exactly. kfuncs.rst "Specifying no-cast aliases with ___init".
 */
export function isNoCastAlias(one: string, other: string): boolean {
  return one === `${other}${noCastSuffix}` || other === `${one}${noCastSuffix}`
}
