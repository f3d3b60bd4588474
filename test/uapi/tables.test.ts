// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import {
  attachType,
  attachTypes,
  helperId,
  helperName,
  helperNames,
  isLoadable,
  mapType,
  mapTypes,
  progType,
  progTypes,
  sectionRule,
  sectionRules,
} from '../../src/uapi/index.ts'

describe('tables', () => {
  test.for([
    ['program types', progTypes, 33],
    ['attach types', attachTypes, 62],
    ['map types', mapTypes, 36],
  ] as const)('%s are numbered without gaps, names unique', ([, rows, count]) => {
    expect(rows.map(({ id }) => id)).toEqual(rows.map((_, index) => index))
    expect(rows).toHaveLength(count)
    expect(new Set(rows.map(({ name }) => name)).size).toBe(count)
    expect(new Set(rows.map(({ short }) => short)).size).toBe(count)
  })
  test('helpers: 211 and number 0', () => {
    expect(helperNames).toHaveLength(212)
    expect(new Set(helperNames).size).toBe(212)
  })
  test('rows are found by number, kernel name and libbpf’s word', () => {
    expect(progType(6)).toBe(progType('xdp'))
    expect(progType('BPF_PROG_TYPE_XDP')?.id).toBe(6)
    expect(attachType('trace_fentry')?.id).toBe(24)
    expect(mapType('BPF_MAP_TYPE_ARENA')?.id).toBe(33)
    expect([helperName(1), helperName(0), helperId('bpf_trace_printk')]).toEqual(['bpf_map_lookup_elem', undefined, 6])
  })
  test('every section rule names a program and an attach type that exist', () => {
    for (const { type, attach } of sectionRules) {
      expect(progType(type)).toBeDefined()
      if (attach !== undefined) expect(attachType(attach)).toBeDefined()
    }
    expect(new Set(sectionRules.map(({ section }) => section)).size).toBe(sectionRules.length)
  })
})

// libbpf documentation "Program Types and ELF Sections"
describe('section names', () => {
  test.for([
    ['xdp', 'BPF_PROG_TYPE_XDP', 'BPF_XDP', ['attach_optional']],
    ['xdp.frags/devmap', 'BPF_PROG_TYPE_XDP', 'BPF_XDP_DEVMAP', ['xdp_frags']],
    ['fentry.s/do_unlinkat', 'BPF_PROG_TYPE_TRACING', 'BPF_TRACE_FENTRY', ['attach_btf', 'sleepable']],
    ['?tp_btf/sys_enter', 'BPF_PROG_TYPE_TRACING', 'BPF_TRACE_RAW_TP', ['attach_btf']],
    ['kprobe/do_sys_open', 'BPF_PROG_TYPE_KPROBE', undefined, []],
    ['kprobe.session/foo', 'BPF_PROG_TYPE_KPROBE', 'BPF_TRACE_KPROBE_SESSION', []],
    ['cgroup/connect_unix', 'BPF_PROG_TYPE_CGROUP_SOCK_ADDR', 'BPF_CGROUP_UNIX_CONNECT', []],
    ['struct_ops.s', 'BPF_PROG_TYPE_STRUCT_OPS', undefined, ['sleepable']],
    ['syscall', 'BPF_PROG_TYPE_SYSCALL', undefined, ['sleepable']],
    ['netkit/peer', 'BPF_PROG_TYPE_SCHED_CLS', 'BPF_NETKIT_PEER', []],
    ['tc', 'BPF_PROG_TYPE_SCHED_CLS', undefined, []],
    ['uprobe.session.s/x', 'BPF_PROG_TYPE_KPROBE', 'BPF_TRACE_UPROBE_SESSION', ['sleepable']],
    ['tp.s/syscalls/sys_enter', 'BPF_PROG_TYPE_TRACEPOINT', undefined, ['sleepable']],
    ['fsession/x', 'BPF_PROG_TYPE_TRACING', 'BPF_TRACE_FSESSION', ['attach_btf']],
    ['fentry.multi/x', 'BPF_PROG_TYPE_TRACING', 'BPF_TRACE_FENTRY_MULTI', ['attach_many']],
  ] as const)('%s', ([section, type, attach, flags]) => {
    expect(sectionRule(section)).toMatchObject({ type, attach, flags })
  })
  test.for(['tc/mine', 'xdp/mine', 'kprobes/x', 'tcx', 'cls_test', '', '?'])('%s means nothing', (section) => {
    expect(sectionRule(section)).toBeUndefined()
  })
})

test.for([
  ['BPF_PROG_TYPE_NETFILTER', undefined, false],
  ['BPF_PROG_TYPE_NETFILTER', 'BPF_NETFILTER', true],
  ['BPF_PROG_TYPE_SK_LOOKUP', undefined, false],
  ['BPF_PROG_TYPE_SK_REUSEPORT', undefined, true],
  ['BPF_PROG_TYPE_CGROUP_SOCK', undefined, true],
  ['BPF_PROG_TYPE_CGROUP_SOCK', 'BPF_CGROUP_INET4_BIND', false],
  ['BPF_PROG_TYPE_CGROUP_SOCK_ADDR', undefined, false],
  ['BPF_PROG_TYPE_CGROUP_SOCK_ADDR', 'BPF_CGROUP_UDP6_SENDMSG', true],
  ['BPF_PROG_TYPE_CGROUP_SKB', undefined, true],
  ['BPF_PROG_TYPE_CGROUP_SOCKOPT', undefined, false],
  ['BPF_PROG_TYPE_SYSCALL', undefined, true],
  ['BPF_PROG_TYPE_SYSCALL', 'BPF_XDP', false],
  ['BPF_PROG_TYPE_XDP', 'BPF_CGROUP_INET4_BIND', true],
] as const)('%s with %s: loaded %s (bpf_prog_load_check_attach)', ([type, attach, loads]) => {
  expect(isLoadable(type, attach)).toBe(loads)
})

test('programs of every section are loadable with its attach type', () => {
  const known = new Set<string>(attachTypes.map(({ name }) => name))
  for (const { section, type, attach } of sectionRules) {
    expect(isLoadable(type, attach), section).toBe(true)
    if (attach !== undefined) expect(known.has(attach), attach).toBe(true)
  }
})
