// SPDX-License-Identifier: Apache-2.0
// Which kfunc gives back what another one took. By data where names do not say it, by iterator family where they do.

export interface PartnerRow {
  /** Struct a reference points to; undefined for allocated objects of the program's own types and for sections. */
  readonly struct: string | undefined
  readonly acquire: readonly string[]
  readonly release: readonly string[]
  /** What is opened and closed: a reference, or a section of the program. */
  readonly kind: 'reference' | 'section'
}

export const partnerRows = [
  {
    kind: 'reference',
    struct: 'task_struct',
    acquire: ['bpf_task_acquire', 'bpf_task_from_pid', 'bpf_task_from_vpid'],
    release: ['bpf_task_release'],
  },
  {
    kind: 'reference',
    struct: 'cgroup',
    acquire: ['bpf_cgroup_acquire', 'bpf_cgroup_ancestor', 'bpf_cgroup_from_id', 'bpf_task_get_cgroup1'],
    release: ['bpf_cgroup_release'],
  },
  {
    kind: 'reference',
    struct: 'bpf_cpumask',
    acquire: ['bpf_cpumask_create', 'bpf_cpumask_acquire'],
    release: ['bpf_cpumask_release'],
  },
  {
    kind: 'reference',
    struct: 'bpf_crypto_ctx',
    acquire: ['bpf_crypto_ctx_create', 'bpf_crypto_ctx_acquire'],
    release: ['bpf_crypto_ctx_release'],
  },
  {
    kind: 'reference',
    struct: 'bpf_key',
    acquire: ['bpf_lookup_user_key', 'bpf_lookup_system_key'],
    release: ['bpf_key_put'],
  },
  { kind: 'reference', struct: 'file', acquire: ['bpf_get_task_exe_file'], release: ['bpf_put_file'] },
  {
    kind: 'reference',
    struct: 'xfrm_state',
    acquire: ['bpf_xdp_get_xfrm_state'],
    release: ['bpf_xdp_xfrm_state_release'],
  },
  {
    kind: 'reference',
    struct: 'nf_conn___init',
    acquire: ['bpf_xdp_ct_alloc', 'bpf_skb_ct_alloc'],
    release: ['bpf_ct_insert_entry'],
  },
  {
    kind: 'reference',
    struct: 'nf_conn',
    acquire: ['bpf_xdp_ct_lookup', 'bpf_skb_ct_lookup', 'bpf_ct_insert_entry'],
    release: ['bpf_ct_release'],
  },
  {
    kind: 'reference',
    struct: undefined,
    acquire: [
      'bpf_obj_new_impl',
      'bpf_refcount_acquire_impl',
      'bpf_list_pop_front',
      'bpf_list_pop_back',
      'bpf_rbtree_remove',
    ],
    release: ['bpf_obj_drop_impl', 'bpf_list_push_front_impl', 'bpf_list_push_back_impl', 'bpf_rbtree_add_impl'],
  },
  {
    kind: 'reference',
    struct: undefined,
    acquire: ['bpf_obj_new', 'bpf_refcount_acquire', 'bpf_list_del'],
    release: ['bpf_obj_drop', 'bpf_list_push_front', 'bpf_list_push_back', 'bpf_list_add', 'bpf_rbtree_add'],
  },
  {
    kind: 'reference',
    struct: undefined,
    acquire: ['bpf_percpu_obj_new_impl'],
    release: ['bpf_percpu_obj_drop_impl'],
  },
  { kind: 'reference', struct: undefined, acquire: ['bpf_percpu_obj_new'], release: ['bpf_percpu_obj_drop'] },
  {
    kind: 'reference',
    struct: 'mem_cgroup',
    acquire: ['bpf_get_root_mem_cgroup', 'bpf_get_mem_cgroup'],
    release: ['bpf_put_mem_cgroup'],
  },
  {
    kind: 'reference',
    struct: 'bpf_ksock',
    acquire: ['bpf_ksock_create', 'bpf_ksock_acquire'],
    release: ['bpf_ksock_release'],
  },
  {
    kind: 'reference',
    struct: 'bpf_ws_lock',
    acquire: ['bpf_wakeup_sources_read_lock'],
    release: ['bpf_wakeup_sources_read_unlock'],
  },
  {
    kind: 'reference',
    struct: 'cpumask',
    acquire: [
      'scx_bpf_get_idle_cpumask',
      'scx_bpf_get_idle_cpumask_node',
      'scx_bpf_get_idle_smtmask',
      'scx_bpf_get_idle_smtmask_node',
    ],
    release: ['scx_bpf_put_idle_cpumask'],
  },
  {
    kind: 'reference',
    struct: 'cpumask',
    acquire: ['scx_bpf_get_possible_cpumask', 'scx_bpf_get_online_cpumask'],
    release: ['scx_bpf_put_cpumask'],
  },
  { kind: 'reference', struct: undefined, acquire: ['bpf_dynptr_from_file'], release: ['bpf_dynptr_file_discard'] },
  { kind: 'section', struct: undefined, acquire: ['bpf_rcu_read_lock'], release: ['bpf_rcu_read_unlock'] },
  { kind: 'section', struct: undefined, acquire: ['bpf_preempt_disable'], release: ['bpf_preempt_enable'] },
  { kind: 'section', struct: undefined, acquire: ['bpf_local_irq_save'], release: ['bpf_local_irq_restore'] },
  { kind: 'section', struct: undefined, acquire: ['bpf_res_spin_lock'], release: ['bpf_res_spin_unlock'] },
  {
    kind: 'section',
    struct: undefined,
    acquire: ['bpf_res_spin_lock_irqsave'],
    release: ['bpf_res_spin_unlock_irqrestore'],
  },
] as const satisfies readonly PartnerRow[]

export interface Partner {
  readonly kind: 'reference' | 'section' | 'iterator'
  /** What this kfunc does in the pair. */
  readonly role: 'acquire' | 'release'
  readonly names: readonly string[]
}

/**
 * The other half of a kfunc: what releases its result, or what it releases. Iterators pair by their family's name.
 * A kfunc that does both (bpf_ct_insert_entry) answers for what it returns.
 */
export function partnerOf(name: string): Partner | undefined {
  const family = iteratorFamily(name)
  if (family?.method === 'new') return { kind: 'iterator', role: 'acquire', names: [family.destroy] }
  if (family?.method === 'destroy') return { kind: 'iterator', role: 'release', names: [family.new] }
  const rows: readonly PartnerRow[] = partnerRows
  const acquire = rows.find((row) => row.acquire.includes(name))
  if (acquire !== undefined) return { kind: acquire.kind, role: 'acquire', names: acquire.release }
  const release = rows.find((row) => row.release.includes(name))
  if (release !== undefined) return { kind: release.kind, role: 'release', names: release.acquire }
  return undefined
}

/** The other half of a kfunc: by the tables, or as its module's types have it. */
export const partnerOfKfunc = (kfunc: { readonly name: string; readonly partner?: Partner }): Partner | undefined =>
  kfunc.partner ?? partnerOf(kfunc.name)

/** The kfuncs that take a reference to this struct back. */
export const releasesOf = (struct: string): readonly string[] =>
  (partnerRows as readonly PartnerRow[]).filter((row) => row.struct === struct).flatMap((row) => row.release)

/** The kfuncs that take a pointer to this struct and give a reference of one's own to it. */
export const acquiresOf = (struct: string): readonly string[] =>
  (partnerRows as readonly PartnerRow[])
    .filter((row) => row.struct === struct)
    .flatMap((row) => row.acquire.filter((name) => name.endsWith('_acquire')))

export interface IteratorFamily {
  readonly name: string
  readonly method: 'new' | 'next' | 'destroy'
  /** Struct of the state on the stack: `bpf_iter_num`. */
  readonly struct: string
  readonly new: string
  readonly next: string
  readonly destroy: string
}

/** An iterator kfunc's family, by the naming the kernel enforces: `bpf_iter_NAME_{new,next,destroy}` over `struct bpf_iter_NAME`. */
export function iteratorFamily(kfunc: string): IteratorFamily | undefined {
  for (const method of ['new', 'next', 'destroy'] as const) {
    if (!kfunc.startsWith('bpf_iter_') || !kfunc.endsWith(`_${method}`)) continue
    const struct = kfunc.slice(0, -method.length - 1)
    if (struct.length <= 'bpf_iter_'.length) return undefined
    return {
      name: struct.slice('bpf_iter_'.length),
      method,
      struct,
      new: `${struct}_new`,
      next: `${struct}_next`,
      destroy: `${struct}_destroy`,
    }
  }
  return undefined
}
