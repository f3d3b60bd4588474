// SPDX-License-Identifier: Apache-2.0
// Registration is per program type, but the kernel keeps one table per hook, and several types share a hook:
// registering for one of them serves all. kfuncs.rst "Registering the kfuncs"; kernel/bpf/btf.c of 6.12.

/** A kernel keeps kfuncs in one table per hook. `types`: the program types that look into it. */
export interface HookRow {
  readonly hook: string
  readonly types: readonly string[]
  /** Types that look into it too in kernels where the gate is open. */
  readonly joined?: readonly { readonly type: string; readonly gate: string; readonly source: string }[]
  readonly source: string
}

const btfC = 'kernel/bpf/btf.c: program type to kfunc hook, 6.12'

export const hookRows = [
  { hook: 'common', types: ['BPF_PROG_TYPE_UNSPEC'], source: `${btfC}; every program type looks here first` },
  { hook: 'xdp', types: ['BPF_PROG_TYPE_XDP'], source: btfC },
  { hook: 'tc', types: ['BPF_PROG_TYPE_SCHED_CLS'], source: btfC },
  { hook: 'struct_ops', types: ['BPF_PROG_TYPE_STRUCT_OPS'], source: btfC },
  {
    hook: 'tracing',
    types: ['BPF_PROG_TYPE_TRACING', 'BPF_PROG_TYPE_TRACEPOINT', 'BPF_PROG_TYPE_PERF_EVENT', 'BPF_PROG_TYPE_LSM'],
    joined: [{ type: 'BPF_PROG_TYPE_RAW_TRACEPOINT', gate: 'raw-tp-kfuncs', source: 'kernel/bpf/btf.c of 7.2' }],
    source: btfC,
  },
  { hook: 'syscall', types: ['BPF_PROG_TYPE_SYSCALL'], source: btfC },
  {
    hook: 'cgroup',
    types: [
      'BPF_PROG_TYPE_CGROUP_SKB',
      'BPF_PROG_TYPE_CGROUP_SOCK',
      'BPF_PROG_TYPE_CGROUP_DEVICE',
      'BPF_PROG_TYPE_CGROUP_SOCK_ADDR',
      'BPF_PROG_TYPE_CGROUP_SOCKOPT',
      'BPF_PROG_TYPE_CGROUP_SYSCTL',
    ],
    joined: [{ type: 'BPF_PROG_TYPE_SOCK_OPS', gate: 'sock-ops-kfuncs', source: 'kernel/bpf/btf.c of 7.2' }],
    source: btfC,
  },
  { hook: 'sched_act', types: ['BPF_PROG_TYPE_SCHED_ACT'], source: btfC },
  { hook: 'sk_skb', types: ['BPF_PROG_TYPE_SK_SKB'], source: btfC },
  { hook: 'socket_filter', types: ['BPF_PROG_TYPE_SOCKET_FILTER'], source: btfC },
  {
    hook: 'lwt',
    types: ['BPF_PROG_TYPE_LWT_OUT', 'BPF_PROG_TYPE_LWT_IN', 'BPF_PROG_TYPE_LWT_XMIT', 'BPF_PROG_TYPE_LWT_SEG6LOCAL'],
    source: btfC,
  },
  { hook: 'netfilter', types: ['BPF_PROG_TYPE_NETFILTER'], source: btfC },
  { hook: 'kprobe', types: ['BPF_PROG_TYPE_KPROBE'], source: btfC },
  {
    hook: 'fmodret',
    types: [],
    source: 'kernel/bpf/btf.c: not callable; functions whose return value a program may modify',
  },
] as const satisfies readonly HookRow[]

const hookByType: ReadonlyMap<string, string> = new Map(
  hookRows.flatMap((row: HookRow) => row.types.map((type): [string, string] => [type, row.hook])),
)

/** The hook a program type looks into besides 'common'; undefined where it has none (a sockmap verdict …). `gate`: of the kernel, for types that joined later. */
export const hookOfType = (type: string, gate?: (name: string) => boolean): string | undefined =>
  type === 'BPF_PROG_TYPE_UNSPEC'
    ? 'common'
    : (hookByType.get(type) ?? (gate && hookRows.find(({ hook }) => joinedTypes(hook, gate).includes(type))?.hook))

/** The program types a hook serves; `['common']` and `['fmodret']` for the two that are not about a type. */
export function typesOfHook(hook: string): readonly string[] {
  if (hook === 'common' || hook === 'fmodret') return [hook]
  return hookRows.find((row) => row.hook === hook)?.types ?? []
}

/** The types that joined a hook in a kernel with these gates. */
export function joinedTypes(hook: string | undefined, gate: (name: string) => boolean): readonly string[] {
  const row: HookRow | undefined = hookRows.find((each) => each.hook === hook)
  return row?.joined?.filter((each) => gate(each.gate)).map(({ type }) => type) ?? []
}
