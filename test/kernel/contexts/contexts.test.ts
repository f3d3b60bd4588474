// SPDX-License-Identifier: Apache-2.0
// Context layouts against themselves, and samples from the UAPI header's comments and the kernel's checks.
import { beforeAll, describe, expect, test } from 'vitest'
import { type Btf, type BtfId, type BtfType, memberNamed } from '../../../src/btf/index.ts'
import {
  ctxAccess,
  ctxTypeName,
  returnRange,
  returnRule,
  socketAccess,
  structAccess,
} from '../../../src/kernel/contexts/index.ts'
import { layouts } from '../../../src/kernel/contexts/layouts.ts'
import { contextRules } from '../../../src/kernel/contexts/rules.ts'
import { availability } from '../../../src/kernel/helpers/availability.ts'
import { type GateName, gateOpen, openKernel } from '../../../src/kernel/index.ts'
import { structOpsKinds } from '../../../src/kernel/struct-ops-kinds.ts'
import type { Kernel, ProgramTraits } from '../../../src/kernel/types.ts'

const program = (type: string, attachType?: string, more: Partial<ProgramTraits> = {}): ProgramTraits => ({
  type: `BPF_PROG_TYPE_${type}`,
  attachType,
  sleepable: false,
  gpl: true,
  attachName: undefined,
  attachBtfId: undefined,
  ...more,
})

/** A few types by hand: `int f(struct task *t, u64 n)`, `void g(struct task *t)`. */
const types: BtfType[] = [
  { kind: 'void', id: 0, name: '' },
  { kind: 'int', id: 1, name: 'int', size: 4, signed: true, char: false, bool: false, bitOffset: 0, bits: 32 },
  { kind: 'struct', id: 2, name: 'task', size: 8, members: [] },
  { kind: 'ptr', id: 3, name: '', type: 2 },
  { kind: 'int', id: 4, name: 'u64', size: 8, signed: false, char: false, bool: false, bitOffset: 0, bits: 64 },
  {
    kind: 'func_proto',
    id: 5,
    name: '',
    ret: 1,
    params: [
      { name: 't', type: 3 },
      { name: 'n', type: 4 },
    ],
  },
  { kind: 'func', id: 6, name: 'f', type: 5, linkage: 'static' },
  { kind: 'func_proto', id: 7, name: '', ret: 0, params: [{ name: 't', type: 3 }] },
  { kind: 'func', id: 8, name: 'bpf_lsm_task_free', type: 7, linkage: 'static' },
  { kind: 'func', id: 9, name: 'bpf_lsm_file_open', type: 5, linkage: 'static' },
]
const btf: Btf = {
  name: 'vmlinux',
  base: undefined,
  count: types.length,
  firstId: 1,
  type: (id) => types[id]!,
  findAll: (name) => types.filter((type) => type.name === name).map((type) => type.id as BtfId),
  find: (name) => types.find((type) => type.name === name)?.id as BtfId | undefined,
  declTags: () => [],
}

const facts = {
  btf,
  gate: (name: GateName) => gateOpen(name, '6.12'),
  functionSet: () => new Set<string>(),
  structOps: () => undefined,
}

describe('layouts', () => {
  test.for(Object.entries(layouts))('%s: fields do not overlap and come in order', ([, fields]) => {
    let end = 0
    for (const field of fields) {
      expect(field.off, field.name).toBeGreaterThanOrEqual(end)
      expect(field.size).toBeGreaterThan(0)
      end = field.off + field.size
    }
  })
  test('rules name fields that exist', () => {
    for (const rule of contextRules.values()) {
      const names = new Set<string>(layouts[rule.layout].map((field) => field.name))
      const named = [rule.hidden, rule.write, rule.extra].flatMap((words) => words?.split(' ') ?? [])
      for (const name of [...named, ...Object.keys(rule.only ?? {}), ...Object.keys(rule.writeOnly ?? {})])
        expect(names.has(name), name).toBe(true)
      expect(ctxTypeName('BPF_PROG_TYPE_XDP')).toEqual({ user: 'xdp_md', kernel: 'xdp_buff' })
    }
  })
})

/** type, attach type, offset, size, write, the register or 'scalar' or refused */
const samples: [string, string | undefined, number, number, boolean, string | undefined][] = [
  ['SCHED_CLS', undefined, 76, 4, false, 'PTR_TO_PACKET'],
  ['SCHED_CLS', undefined, 80, 4, false, 'PTR_TO_PACKET_END'],
  ['SCHED_CLS', undefined, 76, 8, false, undefined],
  ['SCHED_CLS', undefined, 0, 1, false, 'scalar'],
  ['SCHED_CLS', undefined, 1, 2, false, undefined],
  ['SCHED_CLS', undefined, 8, 4, true, 'scalar'],
  ['SCHED_CLS', undefined, 8, 2, true, undefined],
  ['SCHED_CLS', undefined, 0, 4, true, undefined],
  ['SCHED_CLS', undefined, 48, 8, true, 'scalar'],
  ['SCHED_CLS', undefined, 64, 8, true, undefined],
  ['SCHED_CLS', undefined, 168, 8, false, 'PTR_TO_SOCK_COMMON|PTR_MAYBE_NULL'],
  ['SCHED_CLS', undefined, 180, 1, false, 'scalar'],
  ['SCHED_CLS', undefined, 88, 4, false, undefined],
  ['SOCKET_FILTER', undefined, 76, 4, false, undefined],
  ['SOCKET_FILTER', undefined, 48, 4, true, 'scalar'],
  ['SK_SKB', undefined, 8, 4, false, undefined],
  ['FLOW_DISSECTOR', 'BPF_FLOW_DISSECTOR', 144, 8, false, 'PTR_TO_FLOW_KEYS'],
  ['XDP', 'BPF_XDP', 20, 4, false, undefined],
  ['XDP', 'BPF_XDP_DEVMAP', 20, 4, false, 'scalar'],
  ['XDP', 'BPF_XDP', 12, 2, false, undefined],
  ['CGROUP_SOCK_ADDR', 'BPF_CGROUP_INET6_CONNECT', 8, 8, true, 'scalar'],
  ['CGROUP_SOCK_ADDR', 'BPF_CGROUP_INET4_CONNECT', 8, 8, false, undefined],
  ['CGROUP_SOCK_ADDR', 'BPF_CGROUP_INET4_CONNECT', 64, 8, false, 'PTR_TO_SOCKET'],
  ['CGROUP_SOCK', 'BPF_CGROUP_INET4_POST_BIND', 24, 1, false, 'scalar'],
  ['CGROUP_SOCK', 'BPF_CGROUP_INET6_POST_BIND', 24, 4, false, undefined],
  ['CGROUP_SOCK', 'BPF_CGROUP_INET_SOCK_CREATE', 16, 4, true, 'scalar'],
  ['SK_LOOKUP', 'BPF_SK_LOOKUP', 36, 4, false, 'scalar'],
  ['CGROUP_SOCKOPT', 'BPF_CGROUP_GETSOCKOPT', 36, 4, true, 'scalar'],
  ['CGROUP_SOCKOPT', 'BPF_CGROUP_SETSOCKOPT', 36, 4, false, undefined],
  ['KPROBE', undefined, 160, 8, false, 'scalar'],
  ['KPROBE', undefined, 168, 8, false, undefined],
  ['TRACEPOINT', undefined, 0, 8, false, undefined],
  ['TRACEPOINT', undefined, 8184, 8, false, 'scalar'],
  ['RAW_TRACEPOINT', undefined, 88, 8, false, 'scalar'],
  ['RAW_TRACEPOINT', undefined, 96, 8, false, undefined],
  ['RAW_TRACEPOINT_WRITABLE', undefined, 0, 8, false, 'PTR_TO_TP_BUFFER'],
  ['SYSCALL', undefined, 4096, 8, true, 'scalar'],
]
test.for(samples)('%s %s: offset %i size %i write %s gives %s', ([type, attach, off, size, write, want]) => {
  const answer = ctxAccess(facts, program(type, attach), { off, size, write })
  expect(answer.ok ? (answer.kind === 'pointer' ? answer.reg : 'scalar') : undefined).toBe(want)
})

test('a sign-extending load gets no packet pointer', () => {
  expect(ctxAccess(facts, program('XDP', 'BPF_XDP'), { off: 0, size: 4, write: false, signed: true })).toEqual({
    ok: false,
  })
  expect(ctxAccess(facts, program('XDP', 'BPF_XDP'), { off: 12, size: 4, write: false, signed: true })).toMatchObject({
    kind: 'scalar',
  })
})

describe('arguments of a function', () => {
  const fexit = program('TRACING', 'BPF_TRACE_FEXIT', { attachBtfId: 6, attachName: 'f' })
  const fentry = { ...fexit, attachType: 'BPF_TRACE_FENTRY' }
  test('pointers are typed, numbers are numbers, fexit also sees the result', () => {
    expect(ctxAccess(facts, fentry, { off: 0, size: 8, write: false })).toMatchObject({
      kind: 'pointer',
      reg: 'PTR_TO_BTF_ID',
      btfId: 2,
    })
    expect(ctxAccess(facts, fentry, { off: 8, size: 8, write: false })).toMatchObject({ kind: 'scalar' })
    expect(ctxAccess(facts, fexit, { off: 16, size: 8, write: false })).toMatchObject({ kind: 'scalar' })
  })
  test('refusals say why', () => {
    expect(ctxAccess(facts, fentry, { off: 16, size: 8, write: false })).toMatchObject({
      message: "func 'f' doesn't have 3-th argument",
    })
    expect(ctxAccess(facts, fentry, { off: 4, size: 4, write: false })).toMatchObject({
      message: "func 'f' offset 4 is not multiple of 8",
    })
    expect(ctxAccess(facts, fentry, { off: 0, size: 4, write: false })).toMatchObject({
      message: "func 'f' size 4 must be 8",
    })
    expect(ctxAccess(facts, fentry, { off: 0, size: 8, write: true })).toEqual({ ok: false })
  })
  test('LSM arguments are trusted except where they are being freed', () => {
    const open = program('LSM', 'BPF_LSM_MAC', { attachBtfId: 9, attachName: 'bpf_lsm_file_open' })
    const free = program('LSM', 'BPF_LSM_MAC', { attachBtfId: 8, attachName: 'bpf_lsm_task_free' })
    expect(ctxAccess(facts, open, { off: 0, size: 8, write: false })).toMatchObject({
      reg: 'PTR_TO_BTF_ID|PTR_TRUSTED',
    })
    expect(ctxAccess(facts, free, { off: 0, size: 8, write: false })).toMatchObject({ reg: 'PTR_TO_BTF_ID' })
    expect(returnRule(facts, open)).toMatchObject({ min: -4095, max: 0 })
    expect(returnRule(facts, free)).toEqual({ kind: 'unread' })
  })
})

test.for([
  ['CGROUP_SKB', 'BPF_CGROUP_INET_EGRESS', 0, 3],
  ['CGROUP_SKB', 'BPF_CGROUP_INET_INGRESS', 0, 1],
  ['CGROUP_SOCK_ADDR', 'BPF_CGROUP_INET4_BIND', 0, 3],
  ['CGROUP_SOCK_ADDR', 'BPF_CGROUP_UDP6_RECVMSG', 1, 1],
  ['TRACING', 'BPF_TRACE_FENTRY', 0, 0],
  ['TRACING', 'BPF_TRACE_ITER', 0, 1],
  ['NETFILTER', 'BPF_NETFILTER', 0, 1],
] as const)('%s %s returns %i to %i', ([type, attach, min, max]) => {
  expect(returnRange(facts, program(type, attach))).toMatchObject({ min, max })
})
test('XDP and TC return what they like', () => {
  expect(returnRange(facts, program('XDP', 'BPF_XDP'))).toBeUndefined()
  expect(returnRange(facts, program('SCHED_CLS'))).toBeUndefined()
})

describe('stores into kernel structs', () => {
  const ops = (typeName: string, member = 'init') =>
    program('STRUCT_OPS', undefined, { structOps: { typeName, member } })
  let kernel: Kernel
  let conntrack: Btf
  beforeAll(async () => {
    const opened = await openKernel('6.12')
    if (!opened.ok) throw new Error(opened.fault.what)
    kernel = opened.value
    conntrack = kernel.modules.find(({ name }) => name === 'nf_conntrack')!
  })
  const store = (of: ProgramTraits, struct: string, off: number, size: number, btf = kernel.btf) =>
    structAccess(kernel, of, { btf, id: btf.find(struct, 'struct')! }, off, size)

  test('a member is where this kernel has it', () => {
    const at = (struct: string, member: string) =>
      memberNamed(kernel.btf, kernel.btf.find(struct, 'struct')!, member)!.bitOffset / 8
    const priv = at('inet_connection_sock', 'icsk_ca_priv')
    const ca = ops('tcp_congestion_ops')
    expect(store(ca, 'tcp_sock', at('tcp_sock', 'snd_cwnd'), 4)).toEqual({ ok: true })
    expect(store(ca, 'tcp_sock', at('sock', 'sk_pacing_rate'), 8)).toEqual({ ok: true })
    expect(store(ca, 'tcp_sock', priv + 96, 8)).toEqual({ ok: true })
    expect(store(ca, 'tcp_sock', priv + 100, 8)).toMatchObject({ ok: false })
    expect(store(ca, 'tcp_sock', 0, 8)).toEqual({
      ok: false,
      message: 'no write support to tcp_sock at off 0',
      byRule: true,
    })
    expect(store(ca, 'sock', at('sock', 'sk_pacing_rate'), 8)).toMatchObject({ message: 'only read is supported' })
  })
  test('nf_conn, in its module', () => {
    expect(store(program('XDP'), 'nf_conn', 0, 4, conntrack)).toMatchObject({
      message: 'no write support to nf_conn at off 0',
    })
    expect(store(program('TRACING'), 'task_struct', 0, 8)).toMatchObject({ message: 'only read is supported' })
  })
  test('a program of a struct that lets nothing be written', () => {
    expect(store(ops('bpf_testmod_ops'), 'task_struct', 0, 8)).toMatchObject({ message: 'only read is supported' })
  })
  test.for(structOpsKinds)(
    '$name: every field named is in a kernel we know, every set of helpers in the table',
    (kind) => {
      expect(availability.get(kind.helpers)).toBeDefined()
      expect(kind.source).not.toBe('')
      const { words = 'fields', writes = [] } = kind
      expect(words === 'fields' || words === 'ranges' || words === 'state' || words === 'silent').toBe(true)
      for (const { fields = [] } of writes) for (const { path } of fields) expect(path).toMatch(/^[a-z_.]+$/)
    },
  )
})

test('sockets read like their structs', () => {
  expect(socketAccess('sock', 8, 4)).toBe(true)
  expect(socketAccess('sock_common', 8, 4)).toBe(false)
  expect(socketAccess('sock', 50, 2)).toBe(false)
  expect(socketAccess('tcp_sock', 80, 8)).toBe(true)
  expect(socketAccess('tcp_sock', 80, 4)).toBe(false)
})
