// SPDX-License-Identifier: Apache-2.0
// Filters: a set may come with a function that narrows its callers beyond the program type (`.filter` of btf_id_kfunc_set).

/** What a filter looks at. */
export interface FilterSubject {
  readonly type: string
  readonly attachType: string | undefined
  readonly structOps?: { readonly typeName: string; readonly member: string } | undefined
}

export interface FilterRow {
  readonly name: string
  readonly words: string
  readonly allows: (program: FilterSubject) => boolean
  readonly source: string
}

export const filterRows = [
  {
    name: 'bpf_fs_kfuncs_filter',
    words: 'only LSM programs',
    allows: ({ type }) => type === 'BPF_PROG_TYPE_LSM',
    source: 'fs/bpf_fs_kfuncs.c of 6.12',
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
    name: 'bpf_qdisc_kfunc_filter',
    words: 'only struct_ops programs of Qdisc_ops',
    allows: ({ structOps }) => structOps?.typeName === 'Qdisc_ops',
    source: 'net/sched/bpf_qdisc.c of 6.16; which member may call which is not modelled',
  },
] as const satisfies readonly FilterRow[]

const byName: ReadonlyMap<string, FilterRow> = new Map(filterRows.map((row): [string, FilterRow] => [row.name, row]))

/** The row of a filter by the kernel's function name. */
export const filterRow = (name: string): FilterRow | undefined => byName.get(name)
