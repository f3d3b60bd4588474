// SPDX-License-Identifier: Apache-2.0
// Filters: a set may come with a function that narrows its callers beyond the program type (`.filter` of btf_id_kfunc_set).

/** What a filter looks at. */
export interface FilterSubject {
  readonly type: string
  readonly attachType: string | undefined
  /** Function it attaches to. */
  readonly attachName?: string | undefined
  readonly structOps?: { readonly typeName: string; readonly member: string } | undefined
}

/** A filter of somebody's module that does not say whether: who asked cannot say either. */
export class NoAnswer extends Error {}

/** The call a filter decides about. */
export interface FilteredCall {
  readonly kfunc: string
  readonly set: string
}

export interface FilterRow {
  readonly name: string
  readonly words: string
  readonly allows: (program: FilterSubject, call: FilteredCall) => boolean
  readonly source: string
}

const qdiscKfuncs: Readonly<Record<'everywhere' | 'enqueue' | 'dequeue', readonly string[]>> = {
  everywhere: ['bpf_skb_get_hash', 'bpf_kfree_skb', 'bpf_dynptr_from_skb'],
  enqueue: ['bpf_qdisc_skb_drop', 'bpf_qdisc_watchdog_schedule'],
  dequeue: ['bpf_qdisc_watchdog_schedule', 'bpf_qdisc_bstats_update'],
}

const scxAnywhere: readonly string[] = ['scx_kfunc_ids_any', 'scx_kfunc_ids_idle', 'scx_kfunc_ids_cid']
const scxUnlocked = ['scx_kfunc_ids_unlocked']
const scxEnqueue = ['scx_kfunc_ids_enqueue_dispatch', 'scx_kfunc_ids_select_cpu']
/** Sets that only some operations of a scheduler may call from. */
const scxOperations: ReadonlyMap<string, readonly string[]> = new Map([
  ['select_cpu', scxEnqueue],
  ['enqueue', scxEnqueue],
  ['dispatch', ['scx_kfunc_ids_enqueue_dispatch', 'scx_kfunc_ids_dispatch']],
  ['sub_ecaps_updated', ['scx_kfunc_ids_enqueue_dispatch', 'scx_kfunc_ids_dispatch']],
  ['cpu_release', ['scx_kfunc_ids_cpu_release']],
  ['init_cids', [...scxUnlocked, 'scx_kfunc_ids_init_cids']],
  ...(
    'init_task dump cgroup_init cgroup_exit cgroup_prep_move cgroup_cancel_move cgroup_set_weight ' +
    'cgroup_set_bandwidth cgroup_set_idle sub_attach sub_detach cpu_online cpu_offline init exit'
  )
    .split(' ')
    .map((member): [string, readonly string[]] => [member, scxUnlocked]),
])

/** Operations of sched_ext_ops_cid that stand where sched_ext_ops has one of another name. */
const scxOfCid: ReadonlyMap<string, string> = new Map(
  (
    'select_cid:select_cpu set_cmask:set_cpumask cid_online:cpu_online cid_offline:cpu_offline dump_cid:dump_cpu ' +
    'cpuctl_init:cgroup_init cpuctl_exit:cgroup_exit cpuctl_prep_move:cgroup_prep_move cpuctl_move:cgroup_move ' +
    'cpuctl_cancel_move:cgroup_cancel_move cpuctl_set_weight:cgroup_set_weight ' +
    'cpuctl_set_bandwidth:cgroup_set_bandwidth cpuctl_set_idle:cgroup_set_idle'
  )
    .split(' ')
    .map((pair) => pair.split(':') as [string, string]),
)

/** What counts in CPUs, and so is not for schedulers in the cid form: scx_kfunc_ids_cpu_only. */
const scxCpuOnly: ReadonlySet<string> = new Set([
  'scx_bpf_kick_cpu',
  'scx_bpf_task_cpu',
  'scx_bpf_cpu_curr',
  'scx_bpf_cpu_node',
  'scx_bpf_cpuperf_cap',
  'scx_bpf_cpuperf_cur',
  'scx_bpf_cpuperf_set',
  'scx_bpf_get_possible_cpumask',
  'scx_bpf_get_online_cpumask',
  'scx_bpf_put_cpumask',
  'scx_bpf_select_cpu_dfl',
  '__scx_bpf_select_cpu_and',
  'scx_bpf_select_cpu_and',
  'scx_bpf_get_idle_cpumask',
  'scx_bpf_get_idle_cpumask_node',
  'scx_bpf_get_idle_smtmask',
  'scx_bpf_get_idle_smtmask_node',
  'scx_bpf_put_idle_cpumask',
  'scx_bpf_test_and_clear_cpu_idle',
  'scx_bpf_pick_idle_cpu',
  'scx_bpf_pick_idle_cpu_node',
  'scx_bpf_pick_any_cpu',
  'scx_bpf_pick_any_cpu_node',
])

export const filterRows = [
  {
    name: 'bpf_fs_kfuncs_filter',
    words: 'only LSM programs',
    allows: ({ type, structOps }, { kfunc }) =>
      type === 'BPF_PROG_TYPE_LSM' ||
      (structOps?.typeName === 'binfmt_misc_ops' &&
        kfunc !== 'bpf_set_dentry_xattr' &&
        kfunc !== 'bpf_remove_dentry_xattr'),
    source: 'fs/bpf_fs_kfuncs.c of 6.12; since 7.3 also struct_ops of binfmt_misc_ops, a struct older kernels lack',
  },
  {
    name: 'bpf_get_fsverity_digest_filter',
    words: 'only LSM programs, to avoid recursion',
    allows: ({ type }) => type === 'BPF_PROG_TYPE_LSM',
    source: 'fs/verity/measure.c of 6.12',
  },
  {
    name: 'tracing_iter_filter',
    words: 'only BPF iterators (attach type BPF_TRACE_ITER)',
    allows: ({ attachType }) => attachType === 'BPF_TRACE_ITER',
    source: 'net/core/filter.c of 6.12',
  },
  {
    name: 'bpf_kprobe_multi_filter',
    words: 'only kprobe sessions (attach type BPF_TRACE_KPROBE_SESSION)',
    allows: ({ type, attachType }) => type === 'BPF_PROG_TYPE_KPROBE' && attachType === 'BPF_TRACE_KPROBE_SESSION',
    source: 'kernel/trace/bpf_trace.c of 6.12',
  },
  {
    name: 'bpf_session_filter',
    words: 'only sessions: of kprobes, of uprobes, of fentry and fexit (attach type BPF_TRACE_*_SESSION)',
    allows: ({ type, attachType }) =>
      type === 'BPF_PROG_TYPE_TRACING'
        ? attachType === 'BPF_TRACE_FSESSION' || attachType === 'BPF_TRACE_FSESSION_MULTI'
        : attachType === 'BPF_TRACE_KPROBE_SESSION' || attachType === 'BPF_TRACE_UPROBE_SESSION',
    source: 'kernel/trace/bpf_trace.c of 7.3',
  },
  {
    name: 'bpf_qdisc_kfunc_filter',
    words: 'only struct_ops programs of Qdisc_ops; some only in enqueue or dequeue',
    allows: ({ structOps }, { kfunc }) =>
      structOps?.typeName === 'Qdisc_ops' &&
      (qdiscKfuncs.everywhere.includes(kfunc) ||
        (structOps.member === 'enqueue' && qdiscKfuncs.enqueue.includes(kfunc)) ||
        (structOps.member === 'dequeue' && qdiscKfuncs.dequeue.includes(kfunc))),
    source: 'net/sched/bpf_qdisc.c of 7.3',
  },
  {
    name: 'bpf_ksock_kfunc_filter',
    words: 'only syscall programs, and LSM programs at any hook but socket_sendmsg, which sending would come back to',
    allows: ({ type, attachName }) =>
      type === 'BPF_PROG_TYPE_SYSCALL' || (type === 'BPF_PROG_TYPE_LSM' && attachName !== 'bpf_lsm_socket_sendmsg'),
    source: 'net/core/bpf_ksock.c of 7.3',
  },
  {
    name: 'bm_bpf_kfunc_filter',
    words: 'only the load program of binfmt_misc_ops',
    allows: ({ structOps }) => structOps?.typeName === 'binfmt_misc_ops' && structOps.member === 'load',
    source: 'fs/binfmt_misc_bpf.c of 7.3',
  },
  {
    name: 'scx_kfunc_context_filter',
    words:
      'only schedulers (sched_ext_ops), some only in some operations; what any may call also from syscall programs',
    allows: ({ type, structOps }, { set, kfunc }) => {
      if (type === 'BPF_PROG_TYPE_SYSCALL')
        return scxAnywhere.includes(set) || set === 'scx_kfunc_ids_unlocked' || set === 'scx_kfunc_ids_select_cpu'
      if (type !== 'BPF_PROG_TYPE_STRUCT_OPS') return scxAnywhere.includes(set)
      const cid = structOps?.typeName === 'sched_ext_ops_cid'
      if (structOps === undefined || (!cid && structOps.typeName !== 'sched_ext_ops')) return false
      if (cid && scxCpuOnly.has(kfunc)) return false
      const operation = cid ? (scxOfCid.get(structOps.member) ?? structOps.member) : structOps.member
      return scxAnywhere.includes(set) || (scxOperations.get(operation) ?? []).includes(set)
    },
    source: 'kernel/sched/ext/ext.c of 7.3',
  },
] as const satisfies readonly FilterRow[]

const byName: ReadonlyMap<string, FilterRow> = new Map(filterRows.map((row): [string, FilterRow] => [row.name, row]))

/** The row of a filter by the kernel's function name. */
export const filterRow = (name: string): FilterRow | undefined => byName.get(name)
