// SPDX-License-Identifier: Apache-2.0
// What the kernel knows of each kind of struct_ops besides the types in BTF: the callbacks of its struct bpf_struct_ops and of the
// bpf_verifier_ops that hangs from it. One row a struct; structs and fields are named, never numbered: contexts/struct-writes.ts finds
// them in the BTF of the kernel at hand. A struct without a row (a module's that we have not read) is unsupported where one of these
// facts decides.

import type { StructOpsDefinition } from '../kfunc/index.ts'
import type { GateName } from './gates.ts'

/** Fields that programs may store to (btf_struct_access). */
export interface WriteRule {
  /** The struct that the program's pointer must point to. */
  readonly struct: string
  /** Another type the kernel takes for the same. */
  readonly alias?: string
  /** The kernel does not look which struct it is, only how far into one of this size the store goes. */
  readonly anyStruct?: true
  /** Without any, the whole struct may be written. */
  readonly fields?: readonly WritableField[]
}

export interface WritableField {
  /** Where the field is declared, if not in `struct` itself: a struct at its head (`sock` of `tcp_sock`). */
  readonly of?: string
  /** 'scx.slice' */
  readonly path: string
  /** Its place is told from here: `cb` of sk_buff, seen as a qdisc_skb_cb, whose `data` the field is. */
  readonly within?: { readonly struct: string; readonly path: string }
  /** A store may begin anywhere in it; others only where it begins. */
  readonly anywhere?: true
  /** So may all that stands before it in the struct be written. */
  readonly fromStart?: true
  /** Its last byte stays: the NUL of a string. */
  readonly string?: true
}

/** How the kernel words a refused store: each callback has sentences of its own. */
export type WriteWords = 'fields' | 'ranges' | 'state' | 'silent'

export interface StructOpsKind {
  readonly name: string
  /** The set of helpers it starts from (helpers/availability.ts); without get_func_proto, 'none'. */
  readonly helpers: string
  /** The set of kernels that have the gate. */
  readonly laterHelpers?: { readonly gate: GateName; readonly set: string }
  /** Members whose programs may sleep (check_member); without a row, all may. */
  readonly maySleep?: readonly string[]
  /** Members whose programs must. */
  readonly mustSleep?: readonly string[]
  /** Function pointers without a default (cfi_stubs): no program may stand there. */
  readonly unsupported?: readonly string[]
  /** The only ones with a default, where those without are many. */
  readonly supported?: readonly string[]
  /** Arguments that may be NULL, by member, where the kernel's code says so and not the stub STRUCT__MEMBER in BTF. */
  readonly nullable?: Readonly<Record<string, readonly number[]>>
  /** Stubs are shared with this struct. */
  readonly stubsOf?: string
  /** Its verifier ops let programs read no argument at all. */
  readonly noContext?: true
  /** The argument's struct, where it is not what its type says: a congestion control's `struct sock *` is a tcp_sock. */
  readonly argument?: { readonly member?: string; readonly index?: number; readonly from?: string; readonly to: string }
  /** Without btf_struct_access: nothing but what the program allocated. */
  readonly writes?: readonly WriteRule[]
  readonly words?: WriteWords
  /** Programs of these members get stacks of their own, on kernels built with `config`. */
  readonly privateStack?: { readonly members: readonly string[]; readonly config?: string }
  /** Members without which one is not registered (validate). */
  readonly required?: readonly string[]
  /** Of a module of one's own: what it says of the struct. */
  readonly definition?: StructOpsDefinition
  readonly source: string
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/)
const fields = (text: string, more: Partial<WritableField> = {}): readonly WritableField[] =>
  words(text).map((path) => ({ path, ...more }))

const scxSleepable =
  words(`init_task cgroup_init cgroup_exit cgroup_prep_move cgroup_set_bandwidth cpu_online cpu_offline
  init_cids init exit sub_attach sub_detach`)

/** Sources are of Linux 6.12 where not said. */
export const structOpsKinds: readonly StructOpsKind[] = [
  {
    name: 'tcp_congestion_ops',
    helpers: 'tcpCongestion',
    unsupported: ['get_info'],
    argument: { from: 'sock', to: 'tcp_sock' },
    words: 'fields',
    writes: [
      {
        struct: 'tcp_sock',
        fields: [
          ...fields('sk_pacing_rate sk_pacing_status', { of: 'sock' }),
          ...fields('icsk_ca_priv', { of: 'inet_connection_sock', anywhere: true }),
          ...fields('icsk_ack.pending', { of: 'inet_connection_sock' }),
          ...fields('snd_cwnd snd_cwnd_cnt snd_cwnd_stamp snd_ssthresh ecn_flags app_limited'),
        ],
      },
    ],
    source: 'net/ipv4/bpf_tcp_ca.c',
  },
  {
    name: 'sched_ext_ops',
    helpers: 'sched',
    maySleep: scxSleepable,
    // the struct in the cid form has it
    unsupported: ['sub_ecaps_updated'],
    nullable: { dispatch: [1], yield: [1] },
    words: 'silent',
    writes: [{ struct: 'task_struct', fields: fields('scx.slice scx.dsq_vtime scx.disallow', { anywhere: true }) }],
    privateStack: { members: ['dispatch'], config: 'CONFIG_EXT_SUB_SCHED' },
    source: 'kernel/sched/ext.c; the stacks: kernel/sched/ext/ext.c of 7.3',
  },
  {
    name: 'sched_ext_ops_cid',
    helpers: 'sched',
    // the same places in the struct under other names
    maySleep:
      words(`init_task cpuctl_init cpuctl_exit cpuctl_prep_move cpuctl_set_bandwidth cid_online cid_offline init_cids init
      exit sub_attach sub_detach`),
    stubsOf: 'sched_ext_ops',
    words: 'silent',
    writes: [{ struct: 'task_struct', fields: fields('scx.disallow', { anywhere: true }) }],
    privateStack: { members: ['dispatch', 'sub_caps_updated'], config: 'CONFIG_EXT_SUB_SCHED' },
    source: 'kernel/sched/ext/ext.c of 7.3',
  },
  {
    name: 'hid_bpf_ops',
    helpers: 'base',
    maySleep: ['hid_rdesc_fixup', 'hid_hw_request', 'hid_hw_output_report'],
    words: 'ranges',
    writes: [
      { struct: 'hid_bpf_ctx', fields: fields('retval', { anywhere: true }) },
      { struct: 'hid_device', fields: fields('name uniq phys', { anywhere: true, string: true }) },
    ],
    source: 'drivers/hid/bpf/hid_bpf_struct_ops.c',
  },
  {
    name: 'Qdisc_ops',
    helpers: 'base',
    supported: ['enqueue', 'dequeue', 'init', 'reset', 'destroy'],
    argument: { member: 'enqueue', index: 2, to: 'bpf_sk_buff_ptr' },
    words: 'fields',
    writes: [
      {
        struct: 'sk_buff',
        fields: [{ path: 'tstamp' }, { path: 'cb', within: { struct: 'qdisc_skb_cb', path: 'data' }, anywhere: true }],
      },
      { struct: 'Qdisc', fields: [{ path: 'limit' }, { path: 'q.qlen' }, { path: 'qstats', anywhere: true }] },
    ],
    source: 'net/sched/bpf_qdisc.c of 7.3',
  },
  {
    name: 'binfmt_misc_ops',
    helpers: 'base',
    mustSleep: ['match', 'load'],
    source: 'fs/binfmt_misc_bpf.c of 7.3',
  },
  {
    name: 'io_uring_bpf_ops',
    helpers: 'base',
    words: 'silent',
    writes: [{ struct: 'iou_loop_params', fields: [{ path: 'cq_wait_idx', fromStart: true }] }],
    source: 'io_uring/bpf-ops.c of 7.3',
  },
  {
    name: 'bpf_dummy_ops',
    helpers: 'none',
    maySleep: ['test_sleepable'],
    words: 'state',
    writes: [{ struct: 'bpf_dummy_ops_state' }],
    source: 'net/bpf/bpf_dummy_struct_ops.c',
  },
  {
    name: 'bpf_testmod_ops',
    helpers: 'none',
    laterHelpers: { gate: 'base-helpers-for-all', set: 'base' },
    unsupported: ['unsupported_ops'],
    source: 'tools/testing/selftests/bpf/bpf_testmod/bpf_testmod.c',
  },
  {
    name: 'bpf_testmod_ops2',
    helpers: 'none',
    laterHelpers: { gate: 'base-helpers-for-all', set: 'base' },
    source: 'tools/testing/selftests/bpf/bpf_testmod/bpf_testmod.c',
  },
  {
    name: 'bpf_testmod_ops3',
    helpers: 'none',
    privateStack: { members: ['test_1'] },
    source: 'tools/testing/selftests/bpf/test_kmods/bpf_testmod.c of 7.3',
  },
  {
    name: 'bpf_testmod_st_ops',
    helpers: 'base',
    words: 'silent',
    writes: [{ struct: 'st_ops_args', anyStruct: true }],
    source: 'tools/testing/selftests/bpf/bpf_testmod/bpf_testmod.c',
  },
  {
    name: 'bpf_testmod_multi_st_ops',
    helpers: 'base',
    source: 'tools/testing/selftests/bpf/test_kmods/bpf_testmod.c of 7.3',
  },
  {
    name: 'bpf_test_no_cfi_ops',
    helpers: 'none',
    noContext: true,
    source: 'tools/testing/selftests/bpf/bpf_test_no_cfi/bpf_test_no_cfi.c',
  },
]

const byName: ReadonlyMap<string, StructOpsKind> = new Map(structOpsKinds.map((kind) => [kind.name, kind]))

/** The row of a struct_ops struct; undefined where we have none. */
export const structOpsKind = (name: string): StructOpsKind | undefined => byName.get(name)
