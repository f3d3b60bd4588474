// SPDX-License-Identifier: Apache-2.0
// Which kfunc sets the kernel registers, for which hooks and with which filter. An image holds the sets' members and
// flags in the clear but neither their names nor their registration, so a set is recognised by a marker among its members.

export interface KnownSet {
  readonly set: string
  /** Hooks it is registered for (see hooks.ts). */
  readonly hooks: readonly string[]
  readonly filter?: string
  /** Members that belong to this set and no other; one present is enough. */
  readonly markers: readonly string[]
  /** Module that owns it, where it can be built as one. */
  readonly module?: string
  readonly source: string
}

export const knownSets = [
  {
    set: 'generic_btf_ids',
    hooks: ['tracing', 'tc', 'xdp', 'struct_ops', 'syscall', 'cgroup'],
    markers: ['bpf_obj_new_impl', 'bpf_task_release', 'bpf_throw', 'crash_kexec', 'bpf_obj_new'],
    source: 'kernel/bpf/helpers.c',
  },
  {
    set: 'common_btf_ids',
    hooks: ['common'],
    markers: ['bpf_cast_to_kern_ctx', 'bpf_rdonly_cast', 'bpf_rcu_read_lock', 'bpf_iter_num_new'],
    source: 'kernel/bpf/helpers.c',
  },
  {
    set: 'bpf_map_iter_kfunc_ids',
    hooks: ['common'],
    markers: ['bpf_map_sum_elem_count'],
    source: 'kernel/bpf/map_iter.c',
  },
  { set: 'arena_kfuncs', hooks: ['common'], markers: ['bpf_arena_alloc_pages'], source: 'kernel/bpf/arena.c' },
  {
    set: 'cpumask_kfunc_btf_ids',
    hooks: ['tracing', 'struct_ops', 'syscall'],
    markers: ['bpf_cpumask_create'],
    source: 'kernel/bpf/cpumask.c',
  },
  {
    set: 'crypt_init_kfunc_btf_ids',
    hooks: ['syscall'],
    markers: ['bpf_crypto_ctx_create'],
    source: 'kernel/bpf/crypto.c',
  },
  {
    set: 'crypt_kfunc_btf_ids',
    hooks: ['tc', 'sched_act', 'xdp'],
    markers: ['bpf_crypto_encrypt'],
    source: 'kernel/bpf/crypto.c',
  },
  {
    set: 'bpf_rstat_kfunc_ids',
    hooks: ['tracing'],
    markers: ['cgroup_rstat_updated', 'css_rstat_updated'],
    source: 'kernel/cgroup/rstat.c',
  },
  {
    set: 'key_sig_kfunc_set',
    hooks: ['tracing'],
    markers: ['bpf_lookup_user_key'],
    source: 'kernel/trace/bpf_trace.c',
  },
  {
    set: 'kprobe_multi_kfunc_set_ids',
    hooks: ['kprobe'],
    filter: 'bpf_kprobe_multi_filter',
    markers: ['bpf_session_is_return'],
    source: 'kernel/trace/bpf_trace.c',
  },
  {
    set: 'fsverity_set_ids',
    hooks: ['tracing'],
    filter: 'bpf_get_fsverity_digest_filter',
    markers: ['bpf_get_fsverity_digest'],
    source: 'fs/verity/measure.c; registered for LSM, whose hook is tracing',
  },
  {
    set: 'bpf_fs_kfunc_set_ids',
    hooks: ['tracing'],
    filter: 'bpf_fs_kfuncs_filter',
    markers: ['bpf_get_task_exe_file', 'bpf_path_d_path'],
    source: 'fs/bpf_fs_kfuncs.c; registered for LSM, whose hook is tracing',
  },
  {
    set: 'bpf_kfunc_check_set_skb',
    hooks: ['tc', 'sched_act', 'sk_skb', 'socket_filter', 'cgroup', 'lwt', 'netfilter', 'tracing'],
    markers: ['bpf_dynptr_from_skb'],
    source: 'net/core/filter.c',
  },
  {
    set: 'bpf_kfunc_check_set_skb_meta',
    hooks: ['tc', 'sched_act'],
    markers: ['bpf_dynptr_from_skb_meta'],
    source: 'net/core/filter.c of 6.18',
  },
  { set: 'bpf_kfunc_check_set_xdp', hooks: ['xdp'], markers: ['bpf_dynptr_from_xdp'], source: 'net/core/filter.c' },
  {
    set: 'bpf_kfunc_check_set_sock_addr',
    hooks: ['cgroup'],
    markers: ['bpf_sock_addr_set_sun_path'],
    source: 'net/core/filter.c',
  },
  {
    set: 'bpf_kfunc_check_set_tcp_reqsk',
    hooks: ['tc'],
    markers: ['bpf_sk_assign_tcp_reqsk'],
    source: 'net/core/filter.c',
  },
  {
    set: 'bpf_kfunc_check_set_sock_ops',
    hooks: ['sock_ops'],
    markers: ['bpf_sock_ops_enable_tx_tstamp'],
    source: 'net/core/filter.c of 6.15',
  },
  {
    set: 'bpf_sk_iter_kfunc_ids',
    hooks: ['tracing'],
    filter: 'tracing_iter_filter',
    markers: ['bpf_sock_destroy'],
    source: 'net/core/filter.c',
  },
  {
    set: 'xdp_metadata_kfunc_ids',
    hooks: ['xdp'],
    markers: ['bpf_xdp_metadata_rx_hash'],
    source: 'net/core/xdp.c',
  },
  {
    set: 'bpf_test_modify_return_ids',
    hooks: ['fmodret'],
    markers: ['bpf_modify_return_test', 'bpf_fentry_test1'],
    source: 'net/bpf/test_run.c',
  },
  {
    set: 'test_sk_check_kfunc_ids',
    hooks: ['tc', 'tracing', 'syscall'],
    markers: ['bpf_kfunc_call_memb_release', 'bpf_kfunc_call_test_release'],
    source: 'net/bpf/test_run.c',
  },
  {
    set: 'tcp_cubic_check_kfunc_ids',
    hooks: ['struct_ops'],
    markers: ['cubictcp_init'],
    module: 'tcp_cubic',
    source: 'net/ipv4/tcp_cubic.c',
  },
  {
    set: 'tcp_dctcp_check_kfunc_ids',
    hooks: ['struct_ops'],
    markers: ['dctcp_init'],
    module: 'tcp_dctcp',
    source: 'net/ipv4/tcp_dctcp.c',
  },
  {
    set: 'tcp_bbr_check_kfunc_ids',
    hooks: ['struct_ops'],
    markers: ['bbr_init'],
    module: 'tcp_bbr',
    source: 'net/ipv4/tcp_bbr.c',
  },
  {
    set: 'bpf_tcp_ca_check_kfunc_ids',
    hooks: ['struct_ops'],
    markers: ['tcp_reno_ssthresh'],
    source: 'net/ipv4/bpf_tcp_ca.c',
  },
  {
    set: 'xfrm_state_kfunc_set',
    hooks: ['xdp'],
    markers: ['bpf_xdp_get_xfrm_state'],
    source: 'net/xfrm/xfrm_state_bpf.c',
  },
  {
    set: 'xfrm_ifc_kfunc_set',
    hooks: ['tc'],
    markers: ['bpf_skb_get_xfrm_info'],
    module: 'xfrm_interface',
    source: 'net/xfrm/xfrm_interface_bpf.c',
  },
  {
    set: 'bpf_mptcp_fmodret_ids',
    hooks: ['fmodret'],
    markers: ['update_socket_protocol'],
    source: 'net/mptcp/bpf.c',
  },
  {
    set: 'nf_ct_kfunc_set',
    hooks: ['xdp', 'tc'],
    markers: ['bpf_xdp_ct_alloc'],
    module: 'nf_conntrack',
    source: 'net/netfilter/nf_conntrack_bpf.c',
  },
  {
    set: 'nf_nat_kfunc_set',
    hooks: ['xdp', 'tc'],
    markers: ['bpf_ct_set_nat_info'],
    module: 'nf_nat',
    source: 'net/netfilter/nf_nat_bpf.c',
  },
  {
    set: 'nf_ft_kfunc_set',
    hooks: ['xdp'],
    markers: ['bpf_xdp_flow_lookup'],
    module: 'nf_flow_table',
    source: 'net/netfilter/nf_flow_table_bpf.c',
  },
  {
    set: 'fou_kfunc_set',
    hooks: ['tc'],
    markers: ['bpf_skb_set_fou_encap'],
    module: 'fou',
    source: 'net/ipv4/fou_bpf.c',
  },
  {
    set: 'scx_kfunc_ids_select_cpu',
    hooks: ['struct_ops'],
    markers: ['scx_bpf_select_cpu_dfl'],
    source: 'kernel/sched/ext.c',
  },
  {
    set: 'scx_kfunc_ids_enqueue_dispatch',
    hooks: ['struct_ops'],
    markers: ['scx_bpf_dispatch_vtime', 'scx_bpf_dsq_insert_vtime'],
    source: 'kernel/sched/ext.c',
  },
  {
    set: 'scx_kfunc_ids_dispatch',
    hooks: ['struct_ops'],
    markers: ['scx_bpf_dispatch_nr_slots'],
    source: 'kernel/sched/ext.c',
  },
  {
    set: 'scx_kfunc_ids_cpu_release',
    hooks: ['struct_ops'],
    markers: ['scx_bpf_reenqueue_local'],
    source: 'kernel/sched/ext.c',
  },
  {
    set: 'scx_kfunc_ids_unlocked',
    hooks: ['struct_ops', 'syscall'],
    markers: ['scx_bpf_create_dsq'],
    source: 'kernel/sched/ext.c',
  },
  {
    set: 'scx_kfunc_ids_any',
    hooks: ['struct_ops', 'tracing', 'syscall'],
    markers: ['scx_bpf_kick_cpu'],
    source: 'kernel/sched/ext.c',
  },
  {
    set: 'hid_bpf_kfunc_ids',
    hooks: ['struct_ops'],
    markers: ['hid_bpf_get_data'],
    source: 'drivers/hid/bpf/hid_bpf_dispatch.c',
  },
  {
    set: 'hid_bpf_syscall_kfunc_ids',
    hooks: ['syscall'],
    markers: ['hid_bpf_allocate_context'],
    source: 'drivers/hid/bpf/hid_bpf_dispatch.c',
  },
  {
    set: 'bpf_qdisc_kfunc_ids',
    hooks: ['struct_ops'],
    filter: 'bpf_qdisc_kfunc_filter',
    markers: ['bpf_qdisc_skb_drop'],
    source: 'net/sched/bpf_qdisc.c of 6.16',
  },
] as const satisfies readonly KnownSet[]

/**
 * The known set these members form: the row with a marker among them. Rows that share a marker
 * (hid_bpf's two) are told apart by order: the earlier row's marker is in the earlier row's set only.
 */
export function recogniseSet(members: Iterable<string>): KnownSet | undefined {
  const names = new Set(members)
  return knownSets.find((row: KnownSet) => row.markers.some((marker) => names.has(marker)))
}

/** A known set by name. */
export const knownSet = (set: string): KnownSet | undefined => knownSets.find((row) => row.set === set)
