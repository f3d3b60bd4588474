// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { describeKfunc, filterRow, knownSet, prototypeText } from '../../src/kfunc/index.ts'
import { gateOpen, type Kernel, openKernel } from '../../src/kernel/index.ts'
import { gatesNotFollowed, rulesNote } from '../../src/verifier/index.ts'

let kernel: Kernel
let older: Kernel
beforeAll(async () => {
  const opened = await openKernel('7.3')
  const first = await openKernel('6.12')
  if (!opened.ok || !first.ok) throw new Error('a bundled kernel does not open')
  kernel = opened.value
  older = first.value
})

const program = (type: string, attachType?: string, attachName?: string) => ({
  type: `BPF_PROG_TYPE_${type}`,
  attachType,
  sleepable: false,
  gpl: true,
  attachName,
  attachBtfId: undefined,
})

describe('the bundled 7.3', () => {
  test('has the release, its modules and every kfunc', () => {
    expect(kernel.release).toMatch(/^7\.3\./)
    expect(kernel.modules.map(({ name }) => name)).toContain('nf_conntrack')
    // 312 tagged in BTF (bpf_kfunc), and update_socket_protocol, which is for fmod_ret only.
    expect([...kernel.kfuncs.values()].filter(({ module }) => module === undefined)).toHaveLength(313)
    expect(kernel.notes).toEqual([])
  })

  test('is at most 3 MB', () => {
    expect(readFileSync('profiles/7.3.kfprofile').length).toBeLessThan(3_000_000)
  })

  test('prototypes of kfuncs with implicit arguments are those that programs see', () => {
    const kfunc = kernel.kfuncs.get('bpf_obj_new')!
    expect([...kfunc.flags].sort()).toEqual(['KF_ACQUIRE', 'KF_IMPLICIT_ARGS', 'KF_RET_NULL'])
    expect(prototypeText(kfunc)).toBe('void *bpf_obj_new(u64 local_type_id__k)')
    expect(kernel.kfuncs.get('bpf_obj_new_impl')!.params).toHaveLength(2)
  })

  test('flags that came with it are read', () => {
    expect(kernel.kfuncs.get('bpf_list_front')!.flags.has('KF_SPINLOCK_SAFE')).toBe(true)
    expect(kernel.kfuncs.get('bpf_rdonly_cast')!.flags.has('KF_PERFMON')).toBe(true)
    expect(older.kfuncs.get('bpf_rdonly_cast')!.flags.has('KF_PERFMON')).toBe(false)
  })

  // Verdicts of the real 7.3.4: 'calling kernel function … is not allowed' or not.
  test.for([
    ['bpf_task_acquire', 'RAW_TRACEPOINT', undefined, undefined, true],
    ['bpf_task_acquire', 'KPROBE', undefined, undefined, false],
    ['bpf_dynptr_from_skb_meta', 'RAW_TRACEPOINT', undefined, undefined, false],
    ['bpf_dynptr_from_xdp', 'RAW_TRACEPOINT', undefined, undefined, false],
    ['bpf_sock_destroy', 'TRACING', 'BPF_TRACE_RAW_TP', undefined, false],
    ['bpf_path_d_path', 'TRACING', 'BPF_TRACE_FENTRY', undefined, false],
    ['bpf_ksock_send', 'LSM', 'BPF_LSM_MAC', 'bpf_lsm_socket_sendmsg', false],
    ['bpf_ksock_send', 'LSM', 'BPF_LSM_MAC', 'bpf_lsm_file_open', true],
    ['bpf_skb_get_hash', 'SCHED_CLS', undefined, undefined, false],
    ['bpf_session_is_return', 'KPROBE', 'BPF_TRACE_KPROBE_SESSION', undefined, true],
    ['bpf_session_is_return', 'TRACING', 'BPF_TRACE_FSESSION', undefined, true],
    ['bpf_session_is_return', 'TRACING', 'BPF_TRACE_FENTRY', undefined, false],
    ['bpf_sock_ops_enable_tx_tstamp', 'SOCK_OPS', 'BPF_CGROUP_SOCK_OPS', undefined, true],
    ['bpf_res_spin_lock', 'SCHED_CLS', undefined, undefined, true],
  ] as const)('%s in %s (%s, %s): %s', ([name, type, attachType, attachName, allowed]) => {
    const kfunc = kernel.kfuncs.get(name)!
    expect(kernel.kfuncAllowed(kfunc, program(type, attachType, attachName))).toBe(allowed)
  })

  test('raw tracepoints and sock_ops had no hook of their own in 6.12', () => {
    expect(older.kfuncAllowed(older.kfuncs.get('bpf_task_acquire')!, program('RAW_TRACEPOINT'))).toBe(false)
    expect(older.kfuncs.get('bpf_task_acquire')!.registrations[0]!.types).not.toContain('BPF_PROG_TYPE_RAW_TRACEPOINT')
  })

  test('its arguments are trusted by default', () => {
    const words = (from: Kernel) =>
      describeKfunc(from.kfuncs.get('bpf_key_put')!, { trustedByDefault: from.gate('kfunc-trusted-by-default') }).params
    expect(words(kernel)[0]?.words).toEqual(['a struct bpf_key whose reference the program holds'])
    const skb = describeKfunc(kernel.kfuncs.get('bpf_skb_get_hash')!, { trustedByDefault: true }).params[0]
    expect(skb?.words).toEqual(['a trusted struct sk_buff, not NULL'])
  })
})

describe('sets change registration between kernels', () => {
  test.for([
    ['kprobe_multi_kfunc_set_ids', '6.19', ['kprobe'], 'bpf_kprobe_multi_filter'],
    ['kprobe_multi_kfunc_set_ids', '7.0', ['kprobe', 'tracing'], 'bpf_session_filter'],
    ['scx_kfunc_ids_any', '6.12', ['struct_ops', 'tracing', 'syscall'], undefined],
    ['scx_kfunc_ids_any', '7.1', ['struct_ops', 'tracing', 'syscall'], 'scx_kfunc_context_filter'],
  ] as const)('%s in %s', ([set, release, hooks, filter]) => {
    expect(knownSet(set, release)).toEqual({ set, hooks, filter })
  })

  const ops = (typeName: string, member: string) => ({ ...program('STRUCT_OPS'), structOps: { typeName, member } })
  test.for([
    ['bpf_qdisc_kfunc_filter', 'bpf_qdisc_skb_drop', 'qdisc_kfunc_ids', ops('Qdisc_ops', 'enqueue'), true],
    ['bpf_qdisc_kfunc_filter', 'bpf_qdisc_skb_drop', 'qdisc_kfunc_ids', ops('Qdisc_ops', 'dequeue'), false],
    ['bpf_qdisc_kfunc_filter', 'bpf_kfree_skb', 'qdisc_kfunc_ids', ops('Qdisc_ops', 'reset'), true],
    ['bpf_qdisc_kfunc_filter', 'bpf_kfree_skb', 'qdisc_kfunc_ids', ops('tcp_congestion_ops', 'init'), false],
    ['scx_kfunc_context_filter', 'f', 'scx_kfunc_ids_dispatch', ops('sched_ext_ops', 'dispatch'), true],
    ['scx_kfunc_context_filter', 'f', 'scx_kfunc_ids_dispatch', ops('sched_ext_ops', 'enqueue'), false],
    ['scx_kfunc_context_filter', 'f', 'scx_kfunc_ids_any', ops('sched_ext_ops', 'running'), true],
    ['scx_kfunc_context_filter', 'f', 'scx_kfunc_ids_any', ops('Qdisc_ops', 'enqueue'), false],
    ['scx_kfunc_context_filter', 'f', 'scx_kfunc_ids_unlocked', program('SYSCALL'), true],
    ['scx_kfunc_context_filter', 'f', 'scx_kfunc_ids_dispatch', program('SYSCALL'), false],
  ] as const)('%s lets %s of %s through: $3 $4', ([filter, kfunc, set, subject, allowed]) => {
    expect(filterRow(filter)!.allows(subject, { kfunc, set })).toBe(allowed)
  })
})

describe('a verdict by the rules of another release says so', () => {
  test('6.12 is what the rules were written for', () => {
    expect(rulesNote(older)).toBeUndefined()
  })
  test('a gate that nothing follows is named', () => {
    const open = (name: string) => gateOpen(name, '6.12') && name !== 'may-goto'
    expect(gatesNotFollowed(open).map(({ name }) => name)).toEqual(['may-goto'])
    expect(rulesNote({ release: '6.8', gate: open })).toContain('the may_goto instruction')
  })
})
