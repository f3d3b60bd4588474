// SPDX-License-Identifier: Apache-2.0
// Which kfunc sets the kernel registers, for which hooks and with which filter. An image holds the sets' members and
// flags in the clear but neither their names nor their registration, so a set is recognised by a marker among its members.

import { releaseIn } from '../uapi/index.ts'

export interface KnownSet {
  readonly set: string
  /** Hooks it is registered for (see hooks.ts); none: it is there to be looked up in, and makes nothing callable. */
  readonly hooks: readonly string[]
  readonly filter?: string
  /** What changed since, oldest first. */
  readonly later?: readonly {
    readonly since: string
    readonly hooks?: readonly string[]
    readonly filter?: string
    readonly source: string
  }[]
  /** Members that belong to this set and to none after it; one present is enough. */
  readonly markers: readonly string[]
  /** Members that must be there besides a marker. */
  readonly also?: readonly string[]
  /** Module that owns it, where it can be built as one. */
  readonly module?: string
  readonly source: string
}

export const knownSets = [
  {
    set: 'scx_kfunc_ids_cpu_only',
    hooks: [],
    markers: ['scx_bpf_get_possible_cpumask'],
    also: ['scx_bpf_select_cpu_dfl'],
    source: 'kernel/sched/ext/ext.c of 7.2: what schedulers in the cid form may not call',
  },
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
    later: [
      {
        since: '7.0',
        hooks: ['kprobe', 'tracing'],
        filter: 'bpf_session_filter',
        source: 'kernel/trace/bpf_trace.c of 7.3, where the set is called session_kfunc_set_ids',
      },
    ],
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
    set: 'bpf_qdisc_kfunc_ids',
    hooks: ['struct_ops'],
    filter: 'bpf_qdisc_kfunc_filter',
    markers: ['bpf_qdisc_skb_drop'],
    source: 'net/sched/bpf_qdisc.c of 6.16: has bpf_dynptr_from_skb too',
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
    hooks: ['cgroup'],
    markers: ['bpf_sock_ops_enable_tx_tstamp'],
    source: 'net/core/filter.c of 7.2; registered for SOCK_OPS, whose hook is cgroup',
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
    set: 'scx_kfunc_ids_unlocked',
    hooks: ['struct_ops', 'syscall'],
    later: [{ since: '7.1', filter: 'scx_kfunc_context_filter', source: 'kernel/sched/ext/ext.c of 7.3' }],
    markers: ['scx_bpf_create_dsq'],
    source: 'kernel/sched/ext.c',
  },
  {
    set: 'scx_kfunc_ids_enqueue_dispatch',
    hooks: ['struct_ops'],
    later: [{ since: '7.1', filter: 'scx_kfunc_context_filter', source: 'kernel/sched/ext/ext.c of 7.3' }],
    markers: ['scx_bpf_dispatch_vtime', 'scx_bpf_dsq_insert_vtime'],
    source: 'kernel/sched/ext.c',
  },
  {
    set: 'scx_kfunc_ids_dispatch',
    hooks: ['struct_ops'],
    later: [{ since: '7.1', filter: 'scx_kfunc_context_filter', source: 'kernel/sched/ext/ext.c of 7.3' }],
    markers: ['scx_bpf_dispatch_nr_slots'],
    source: 'kernel/sched/ext.c',
  },
  {
    set: 'scx_kfunc_ids_cpu_release',
    hooks: ['struct_ops'],
    later: [{ since: '7.1', filter: 'scx_kfunc_context_filter', source: 'kernel/sched/ext/ext.c of 7.3' }],
    markers: ['scx_bpf_reenqueue_local'],
    source: 'kernel/sched/ext.c',
  },
  {
    set: 'scx_kfunc_ids_any',
    hooks: ['struct_ops', 'tracing', 'syscall'],
    later: [{ since: '7.1', filter: 'scx_kfunc_context_filter', source: 'kernel/sched/ext/ext.c of 7.3' }],
    markers: ['scx_bpf_kick_cpu'],
    source: 'kernel/sched/ext.c',
  },
  {
    set: 'scx_kfunc_ids_idle',
    hooks: ['struct_ops', 'tracing', 'syscall'],
    later: [{ since: '7.1', filter: 'scx_kfunc_context_filter', source: 'kernel/sched/ext/ext.c of 7.3' }],
    markers: ['scx_bpf_get_idle_cpumask'],
    source: 'kernel/sched/ext/idle.c of 7.3 and the .BTF_ids of 6.16; its members are in other sets before that',
  },
  {
    set: 'scx_kfunc_ids_select_cpu',
    hooks: ['struct_ops'],
    later: [
      {
        since: '7.1',
        hooks: ['struct_ops', 'syscall'],
        filter: 'scx_kfunc_context_filter',
        source: 'kernel/sched/ext/idle.c of 7.3',
      },
    ],
    markers: ['scx_bpf_select_cpu_dfl'],
    source: 'kernel/sched/ext.c; from 6.16 to 7.0 its members are in scx_kfunc_ids_idle',
  },
  {
    set: 'scx_kfunc_ids_init_cids',
    hooks: ['struct_ops'],
    filter: 'scx_kfunc_context_filter',
    markers: ['scx_bpf_cid_override'],
    source: 'kernel/sched/ext/cid.c of 7.3',
  },
  {
    set: 'scx_kfunc_ids_cid',
    hooks: ['struct_ops', 'tracing', 'syscall'],
    filter: 'scx_kfunc_context_filter',
    markers: ['scx_bpf_cid_to_cpu'],
    source: 'kernel/sched/ext/cid.c of 7.3',
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
    set: 'rqspinlock_kfunc_ids',
    hooks: ['common'],
    markers: ['bpf_res_spin_lock'],
    source: 'kernel/bpf/rqspinlock.c of 7.3',
  },
  {
    set: 'bpf_memcontrol_kfuncs',
    hooks: ['common'],
    markers: ['bpf_get_mem_cgroup'],
    source: 'mm/bpf_memcontrol.c of 7.3',
  },
  {
    set: 'io_uring_kfunc_set',
    hooks: ['struct_ops'],
    markers: ['bpf_io_uring_get_region'],
    source: 'io_uring/bpf-ops.c of 7.3',
  },
  {
    set: 'wakeup_source_kfunc_ids',
    hooks: ['syscall'],
    markers: ['bpf_wakeup_sources_get_head'],
    source: 'drivers/base/power/wakeup.c of 7.3',
  },
  {
    set: 'bpf_kfunc_check_set_icmp_send',
    hooks: ['cgroup'],
    markers: ['bpf_icmp_send'],
    source: 'net/core/filter.c of 7.3; registered for CGROUP_SKB, whose hook is cgroup',
  },
  {
    set: 'ksock_init_kfunc_btf_ids',
    hooks: ['syscall'],
    markers: ['bpf_ksock_create'],
    source: 'net/core/bpf_ksock.c of 7.3',
  },
  {
    set: 'ksock_kfunc_btf_ids',
    hooks: ['syscall', 'tracing'],
    filter: 'bpf_ksock_kfunc_filter',
    markers: ['bpf_ksock_send'],
    source: 'net/core/bpf_ksock.c of 7.3; registered for LSM, whose hook is tracing',
  },
  {
    set: 'bm_bpf_kfunc_ids',
    hooks: ['struct_ops'],
    filter: 'bm_bpf_kfunc_filter',
    markers: ['bpf_binprm_set_interp'],
    source: 'fs/binfmt_misc_bpf.c of 7.3',
  },
] as const satisfies readonly KnownSet[]

/** How a set is registered in a kernel: what makes its kfuncs callable. */
export interface SetRegistration {
  readonly set: string
  readonly hooks: readonly string[]
  readonly filter: string | undefined
}

/**
 * The known set these members form: the first row with a marker among them. Rows that share a marker
 * (hid_bpf's two) are told apart by order: the earlier row's marker is in the earlier row's set only.
 */
export function recogniseSet(members: Iterable<string>, release: string): SetRegistration | undefined {
  const names = new Set(members)
  return registered(
    knownSets.find(
      ({ markers, also }: KnownSet) =>
        markers.some((marker) => names.has(marker)) && (also ?? []).every((name) => names.has(name)),
    ),
    release,
  )
}

/** A known set by name. */
export const knownSet = (set: string, release: string): SetRegistration | undefined =>
  registered(
    knownSets.find((row) => row.set === set),
    release,
  )

function registered(row: KnownSet | undefined, release: string): SetRegistration | undefined {
  if (row === undefined) return undefined
  const changes = (row.later ?? []).filter(({ since }) => releaseIn(release, since))
  return {
    set: row.set,
    hooks: changes.findLast(({ hooks }) => hooks !== undefined)?.hooks ?? row.hooks,
    filter: changes.findLast(({ filter }) => filter !== undefined)?.filter ?? row.filter,
  }
}
