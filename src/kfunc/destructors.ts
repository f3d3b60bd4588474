// SPDX-License-Identifier: Apache-2.0
// Destructor kfuncs: what releases an object left in a map when the map goes. Registered per struct with
// register_btf_id_dtor_kfuncs; a struct without one cannot be a referenced kptr.

export interface DestructorRow {
  readonly struct: string
  readonly kfunc: string
  /** What kernels that lack `kfunc` register in its place. */
  readonly before?: string
  readonly source: string
}

export const destructorRows = [
  { struct: 'task_struct', kfunc: 'bpf_task_release_dtor', source: 'kernel/bpf/helpers.c of 6.12' },
  { struct: 'cgroup', kfunc: 'bpf_cgroup_release_dtor', source: 'kernel/bpf/helpers.c of 6.12' },
  { struct: 'bpf_cpumask', kfunc: 'bpf_cpumask_release_dtor', source: 'kernel/bpf/cpumask.c of 6.12' },
  {
    struct: 'bpf_crypto_ctx',
    kfunc: 'bpf_crypto_ctx_release_dtor',
    before: 'bpf_crypto_ctx_release',
    source: 'kernel/bpf/crypto.c of 6.12 and, without it, the .BTF_ids of 6.16 to 6.18',
  },
  { struct: 'prog_test_ref_kfunc', kfunc: 'bpf_kfunc_call_test_release_dtor', source: 'net/bpf/test_run.c of 6.12' },
  { struct: 'prog_test_member', kfunc: 'bpf_kfunc_call_memb_release_dtor', source: 'net/bpf/test_run.c of 6.12' },
  {
    struct: 'sk_buff',
    kfunc: 'bpf_kfree_skb_dtor',
    before: 'bpf_kfree_skb',
    source: 'net/sched/bpf_qdisc.c of 6.16; the .BTF_ids of 6.18',
  },
  { struct: 'bpf_ksock', kfunc: 'bpf_ksock_release_dtor', source: 'net/core/bpf_ksock.c of 7.3' },
] as const satisfies readonly DestructorRow[]
