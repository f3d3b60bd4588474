// SPDX-License-Identifier: Apache-2.0
// The helper tables against themselves, and samples of the real kernel's answers (6.12, selftests) both ways.
import { describe, expect, test } from 'vitest'
import { availability, setOfType } from '../../../src/kernel/helpers/availability.ts'
import { structOpsKinds } from '../../../src/kernel/struct-ops-kinds.ts'
import {
  checkMapForHelper,
  checkMapForProgram,
  helperName,
  helperPrototypes,
  helpersOfMap,
  lookupHelper,
  mapsOfHelper,
} from '../../../src/kernel/helpers/index.ts'
import type { ProgramTraits } from '../../../src/kernel/types.ts'
import { helperId, mapType, progTypes } from '../../../src/uapi/index.ts'

const program = (type: string, more: Partial<ProgramTraits> = {}): ProgramTraits => ({
  type: `BPF_PROG_TYPE_${type}`,
  attachType: undefined,
  sleepable: false,
  gpl: true,
  attachName: undefined,
  attachBtfId: undefined,
  ...more,
})

describe('the prototype table', () => {
  const rows = [...helperPrototypes().values()].map((row) => row.proto)
  test('has every helper, in order', () => {
    const ids = rows.map((proto) => proto.id)
    expect(ids).toEqual([...ids].sort((a, b) => a - b))
    expect(new Set(ids).size).toBe(211)
  })
  test('agrees with the list of names', () => {
    for (const proto of rows) expect(helperName(proto.id)).toBe(proto.name)
  })
  test('holds only types of the kernel’s spelling', () => {
    for (const proto of rows) {
      expect(proto.ret).toMatch(/^RET_[A-Z0-9_]+(\|[A-Z_]+)*$/)
      for (const arg of proto.args) expect(arg.type).toMatch(/^ARG_[A-Z0-9_]+(\|[A-Z_]+)*$/)
    }
  })
  test('gives every fixed-size argument its size', () => {
    for (const proto of rows)
      for (const arg of proto.args)
        expect(arg.size !== undefined, proto.name).toBe(arg.type.startsWith('ARG_PTR_TO_FIXED_SIZE_MEM'))
  })
  test('follows a memory argument by its size', () => {
    for (const proto of rows) {
      for (const [i, arg] of proto.args.entries()) {
        if (/^ARG_PTR_TO_(UNINIT_)?MEM(_OR_NULL)?(\||$)/.test(arg.type))
          expect(proto.args[i + 1]?.type, proto.name).toMatch(/^ARG_CONST_SIZE/)
      }
    }
  })
})

describe('the availability table', () => {
  test('names only prototypes and sets that exist, each set reachable', () => {
    const reached = new Set([...setOfType.values(), ...structOpsKinds.map(({ helpers }) => helpers)])
    for (const set of availability.values()) {
      for (const name of [...(set.first ?? []), ...(set.next === undefined ? [] : [set.next])]) {
        expect(availability.has(name), name).toBe(true)
        reached.add(name)
      }
      for (const row of set.rows.filter((one) => !one.deny))
        for (const word of row.helpers.trim().split(/\s+/)) expect(helperPrototypes().has(word), word).toBe(true)
    }
    expect([...availability.keys()].filter((name) => !reached.has(name))).toEqual([])
  })
  test('covers every program type that the kernel verifies', () => {
    const missing = progTypes.map((row) => row.name as string).filter((name) => !setOfType.has(name))
    expect(missing).toEqual(['BPF_PROG_TYPE_UNSPEC', 'BPF_PROG_TYPE_STRUCT_OPS', 'BPF_PROG_TYPE_EXT'])
  })
})

const at = (attachType: string, attachName?: string): Partial<ProgramTraits> => ({ attachType, attachName })
const ca = (member: string): Partial<ProgramTraits> => ({ structOps: { typeName: 'tcp_congestion_ops', member } })
/** type, traits, helper, may it? */
const samples: [string, Partial<ProgramTraits>, string, boolean][] = [
  ['XDP', at('BPF_XDP'), 'xdp_adjust_head', true],
  ['SCHED_CLS', {}, 'xdp_adjust_head', false],
  ['SCHED_CLS', {}, 'sk_assign', true],
  ['KPROBE', {}, 'override_return', false],
  ['KPROBE', {}, 'ktime_get_coarse_ns', false],
  ['TRACEPOINT', {}, 'ktime_get_coarse_ns', false],
  ['CGROUP_SKB', at('BPF_CGROUP_INET_EGRESS'), 'get_retval', false],
  ['SOCK_OPS', at('BPF_CGROUP_SOCK_OPS'), 'get_retval', false],
  ['CGROUP_SOCKOPT', at('BPF_CGROUP_SETSOCKOPT'), 'get_retval', true],
  ['CGROUP_SOCKOPT', at('BPF_CGROUP_GETSOCKOPT'), 'setsockopt', false],
  ['CGROUP_SOCK_ADDR', at('BPF_CGROUP_INET4_CONNECT'), 'bind', true],
  ['CGROUP_SOCK_ADDR', at('BPF_CGROUP_UDP4_SENDMSG'), 'bind', false],
  ['FLOW_DISSECTOR', at('BPF_FLOW_DISSECTOR'), 'sk_release', false],
  ['STRUCT_OPS', ca('init'), 'setsockopt', true],
  ['STRUCT_OPS', ca('release'), 'setsockopt', false],
  ['TRACING', at('BPF_TRACE_ITER', 'bpf_iter_task'), 'seq_printf', true],
  ['TRACING', at('BPF_TRACE_FENTRY', 'f'), 'seq_printf', false],
  ['TRACING', at('BPF_TRACE_FENTRY', 'f'), 'get_func_arg', true],
  ['TRACING', at('BPF_TRACE_RAW_TP', 'f'), 'get_func_arg', false],
  ['TRACING', at('BPF_TRACE_ITER', 'bpf_iter_tcp'), 'setsockopt', true],
  ['TRACING', at('BPF_TRACE_ITER', 'bpf_iter_task'), 'setsockopt', false],
  ['TRACING', at('BPF_TRACE_FENTRY', 'filp_close'), 'd_path', true],
  ['TRACING', at('BPF_TRACE_FENTRY', 'security_inode_getattr_x'), 'd_path', false],
  ['LSM', at('BPF_LSM_MAC', 'bpf_lsm_bprm_committed_creds'), 'ima_inode_hash', true],
  ['LSM', at('BPF_LSM_CGROUP', 'bpf_lsm_socket_post_create'), 'setsockopt', true],
  ['LSM', at('BPF_LSM_CGROUP', 'bpf_lsm_socket_bind'), 'setsockopt', false],
  ['CGROUP_SKB', { unprivileged: true }, 'spin_lock', false],
  ['CGROUP_SKB', {}, 'spin_lock', true],
  ['LWT_SEG6LOCAL', {}, 'skb_pull_data', false],
]
test.for(samples)('%s with %j calls bpf_%s: %s', ([type, traits, helper, may]) => {
  expect(lookupHelper(helperId(`bpf_${helper}`)!, program(type, traits)).ok).toBe(may)
})

test('refusals carry the kernel’s words', () => {
  expect(lookupHelper(9999, program('XDP'))).toMatchObject({ why: 'unknown', message: 'invalid func unknown#9999' })
  expect(lookupHelper(58, program('KPROBE'))).toMatchObject({
    message: 'program of this type cannot use helper bpf_override_return#58',
  })
  expect(lookupHelper(6, program('XDP', { gpl: false }))).toMatchObject({
    why: 'gpl',
    message: 'cannot call GPL-restricted function from non-GPL compatible program',
  })
  const traced = program('TRACING', at('BPF_TRACE_FENTRY', 'bpf_sk_storage_free'))
  expect(lookupHelper(107, traced)).toMatchObject({ message: 'helper call is not allowed in probe' })
})

test('variants differ where the program type does', () => {
  const proto = (type: string, id: number) => {
    const answer = lookupHelper(id, program(type))
    return answer.ok ? answer.proto : undefined
  }
  expect(proto('SCHED_CLS', 49)).toBeUndefined()
  expect(proto('SK_REUSEPORT', 46)?.args[0]?.type).toBe('ARG_PTR_TO_BTF_ID_SOCK_COMMON|PTR_MAYBE_NULL')
  expect(proto('SCHED_CLS', 46)?.args[0]?.type).toBe('ARG_PTR_TO_CTX')
  expect(proto('CGROUP_SKB', 8)?.fastcall).toBe(false)
  expect(proto('XDP', 8)?.fastcall).toBe(true)
})

describe('maps', () => {
  test('the two tables name maps and helpers that exist, and allow each other', () => {
    for (const [map, helpers] of helpersOfMap) {
      expect(mapType(`BPF_MAP_TYPE_${map}`), map).toBeDefined()
      for (const helper of helpers) {
        expect(helperId(`bpf_${helper}`), helper).toBeDefined()
        expect(mapsOfHelper.get(helper)?.includes(map) ?? true, `${map} ${helper}`).toBe(true)
      }
    }
    for (const [helper, maps] of mapsOfHelper)
      for (const map of maps) expect(helpersOfMap.get(map)?.includes(helper) ?? true, `${map} ${helper}`).toBe(true)
  })
  const id = (name: string) => mapType(`BPF_MAP_TYPE_${name}`)!.id
  test.for([
    ['ARRAY', 'map_lookup_elem', 'XDP', undefined],
    ['PROG_ARRAY', 'map_lookup_elem', 'XDP', 'cannot pass map_type 3 into func bpf_map_lookup_elem#1'],
    ['HASH', 'tail_call', 'XDP', 'kernel subsystem misconfigured verifier'],
    ['SOCKMAP', 'map_update_elem', 'SCHED_CLS', undefined],
    ['SOCKMAP', 'map_update_elem', 'SOCK_OPS', 'cannot update sockmap in this context'],
    ['SOCKMAP', 'map_delete_elem', 'SOCK_OPS', undefined],
  ] as const)('%s into bpf_%s from %s', ([map, helper, type, message]) => {
    expect(checkMapForHelper(id(map), helperId(`bpf_${helper}`)!, program(type))?.[0]).toBe(message)
  })
  test.for([
    ['ARRAY', 'bpf_spin_lock', 'KPROBE', 'tracing progs cannot use bpf_spin_lock yet'],
    ['ARRAY', 'bpf_spin_lock', 'TRACING', undefined],
    ['HASH', 'bpf_rb_root', 'RAW_TRACEPOINT', 'tracing progs cannot use bpf_{list_head,rb_root} yet'],
    ['STRUCT_OPS', '', 'XDP', 'bpf_struct_ops map cannot be used in prog'],
  ] as const)('%s with %s in %s', ([map, field, type, message]) => {
    expect(checkMapForProgram(map, [field], program(type))?.told).toBe(message)
  })
  test('sleepable programs have fewer maps', () => {
    const sleepable = program('LSM', { sleepable: true })
    expect(checkMapForProgram('HASH', [], sleepable)).toBeUndefined()
    expect(checkMapForProgram('PERF_EVENT_ARRAY', [], sleepable)?.told).toMatch(/^Sleepable programs can only use/)
  })
})
