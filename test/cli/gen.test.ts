// SPDX-License-Identifier: Apache-2.0
// kfuncs gen: what is committed of it is what it prints (so types and linter hold it), and works. test/package compiles it from the package.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Drop, load } from '../../examples/testing/guard.skel.ts'
import { skeleton } from '../../src/cli/gen/skeleton.ts'
import { openKernel, unwrap } from '../../src/index.ts'
import { openObject } from '../../src/object/index.ts'
import { codecs as c, createMachine, decode, encode, perCpu } from '../../src/runtime/index.ts'
import { limiter } from '../runtime/operations-module.ts'
import {
  Address,
  contexts,
  decode as decodeUnion,
  encode as encodeUnion,
  load as loadUnions,
} from '../runtime/programs/unions.skel.ts'
import { temporaryFolder } from './folder.ts'
import { runHere } from './here.ts'

const guard = 'examples/testing/guard.bpf.o'
const gateway = 'examples/apps/rate-limiter/gateway.ts'

test.for([
  [['skeleton', guard], 'examples/testing/guard.skel.ts'],
  [['skeleton', 'test/cli/testing/strange.bpf.o', '--legacy-maps'], 'test/cli/testing/strange.skel.ts'],
  [['skeleton', 'test/runtime/programs/unions.bpf.o'], 'test/runtime/programs/unions.skel.ts'],
  [['types', gateway], 'examples/apps/rate-limiter/gateway.bodies.d.ts'],
] as const)('kfuncs gen %s prints what is committed', async ([args, file]) => {
  expect((await runHere('gen', ...args)).out).toBe(readFileSync(file, 'utf8'))
})

describe('a skeleton', () => {
  const machineOf = async () => createMachine(unwrap(await openKernel('6.12')))
  test('loads, with variables; maps, records and programs are typed', async () => {
    const machine = await machineOf()
    const { maps, variables, programs } = unwrap(load(machine, { variables: { stateful: false } }))
    expect(maps.blocked.set(7, { dropped: 0n, passed: 0n })).toBe(0)
    const packet = Uint8Array.from(
      Buffer.from(`${'00'.repeat(12)}080045${'00'.repeat(7)}4011000001020304${'00'.repeat(4)}00000007000c0000`, 'hex'),
    )
    expect(unwrap(programs.guard.testRun({ data: packet })).retval).toBe(1)
    expect(maps.blocked.get(7)).toEqual({ dropped: 1n, passed: 0n })
    expect(maps.blocked.get(8)).toBeUndefined()
    expect([...maps.blocked.entries()]).toEqual([[7, { dropped: 1n, passed: 0n }]])
    expect(maps.drops.drain()).toEqual([{ from: 0x04030201, port: 7, length: 12 }])
    expect(variables).toEqual({ stateful: false, seen: 1 })
    variables.seen = 41
    unwrap(programs.guard.testRun({ data: packet }))
    expect(variables.seen).toBe(42)
    expect(maps.blocked.remove(7)).toBe(0)
  })
  test('a constant is given once, a number fits', async () => {
    const machine = await machineOf()
    const { variables } = unwrap(load(machine))
    expect(() => {
      variables.stateful = false
    }).toThrow('stateful is a constant of .rodata')
    expect(() => {
      variables.seen = -1
    }).toThrow('-1 is not a whole number from 0 to 4294967295')
    const wrong = load(machine, { variables: { seen: 2 ** 40 } })
    expect(wrong.ok ? '' : wrong.fault.what).toBe(
      'variable seen: 1099511627776 is not a whole number from 0 to 4294967295',
    )
  })
  test('programs that are not loaded are told when they are asked for', async () => {
    const { programs } = unwrap(load(await machineOf(), { programs: [] }))
    expect(() => programs.guard).toThrow('guard: program guard was not loaded')
  })
  test('has structs that only records are of, if asked for by name', async () => {
    const text = (await runHere('gen', 'skeleton', guard, '--type', 'ipv4')).out
    expect(text).toContain('export const Ipv4: Codec<Ipv4>')
    expect((await runHere('gen', 'skeleton', guard)).out).not.toContain('Ipv4')
    const near = await runHere('gen', 'skeleton', guard, '--type', 'struct ipv5')
    expect([near.status, near.err]).toEqual([2, expect.stringContaining('no type struct ipv5 — did you mean ipv4?')])
    const none = await runHere('gen', 'skeleton', guard, '--type', 'guard')
    expect([none.status, none.err]).toEqual([2, expect.stringContaining('guard is not a struct')])
  })
  test('values and their bytes', () => {
    expect(encode(Drop, { from: 1, port: 2, length: 3 })).toEqual(Uint8Array.from([1, 0, 0, 0, 2, 0, 3, 0]))
    const all = c.struct<{ a: number; b: number; name: string; list: number[]; big: bigint; raw: Uint8Array }>(40, {
      a: [0, c.bits(3, 5, { signed: true })],
      b: [1, c.s16],
      name: [4, c.text(8)],
      list: [12, c.array(c.u8, 4)],
      big: [16, c.s64],
      raw: [24, c.bytes(4)],
    })
    const value = { a: -3, b: -2, name: 'eth0', list: [1, 2, 3, 4], big: -5n, raw: new Uint8Array(4) }
    expect(decode(all, encode(all, value))).toEqual(value)
    expect(() => encode(all, { ...value, a: 16 })).toThrow('a: 16 is not a whole number from -16 to 15')
    expect(() => encode(all, { ...value, name: 'longer than it' })).toThrow('name: 14 bytes are more than 8')
    expect(decode(perCpu(c.u32, 2), Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0, 2]))).toEqual([1, 2])
  })
})

describe('unions of a skeleton', () => {
  const loaded = async () => unwrap(loadUnions(createMachine(unwrap(await openKernel('6.12')))))
  const rest = { family: 2, port: 80, at: { v4: 0x0100000a } }
  test('all members are read, one is given', async () => {
    const { maps, programs, variables } = await loaded()
    expect(maps.endpoints.set({ v4: 1 }, { ...rest, text: 'ab', flags: 1 })).toBe(0)
    expect(unwrap(programs.moves.testRun({ data: new Uint8Array(64) })).retval).toBe(0)
    const found = maps.endpoints.get({ v6: Uint8Array.of(1) })!
    expect(found).toMatchObject({ at: { v4: 0x01000002 }, low: 0x6261, high: 7, whole: 0x7_0000_6261n })
    expect(found).toMatchObject({ text: 'ab', flags: 3, seen: 1, kept: 1 })
    expect(variables.last.number).toBe(0x7_0000_6261n)
    variables.last = { bytes: Uint8Array.of(1, 2) }
    expect(variables.last.number).toBe(0x201n)
  })
  test('what was read can be given, also where text ends before its bytes do', async () => {
    const { maps, programs } = await loaded()
    maps.endpoints.set({ v4: 1 }, { ...rest, low: 0x6261, high: 0, seen: 1, kept: 0 })
    programs.moves.testRun({ data: new Uint8Array(64) })
    const found = maps.endpoints.get({ v4: 1 })!
    expect(maps.endpoints.set({ v4: 2 }, found)).toBe(0)
    expect(maps.endpoints.get({ v4: 2 })).toEqual(found)
  })
  test('in a syscall program’s context', async () => {
    const { programs } = await loaded()
    const ctx = encodeUnion(contexts.counts, { count: 7, many: 2, from: { v4: 1 } })
    const run = unwrap(programs.counts.testRun({ ctx }))
    expect([run.retval, decodeUnion(contexts.counts, run.ctx!)]).toMatchObject([2, { count: 8, from: { v4: 3 } }])
  })
  test('as bytes', () => {
    const bytes = Uint8Array.from({ length: 16 }, (_, i) => i)
    expect(decodeUnion(Address, bytes)).toEqual({ v4: 0x03020100, v6: bytes })
    expect(encodeUnion(Address, { v4: 7 })).toEqual(Uint8Array.from({ length: 16 }, (_, i) => (i === 0 ? 7 : 0)))
    expect(encodeUnion(Address, {})).toEqual(new Uint8Array(16))
  })
  test('members that differ are refused', async () => {
    const { maps } = await loaded()
    expect(() => maps.endpoints.set({ v4: 1, v6: Uint8Array.of(2) }, rest)).toThrow(
      'v4 shares bytes with v6, and they differ: give one of them',
    )
    expect(() => maps.endpoints.set({ v4: 1 }, { ...rest, flags: 1, seen: 0 })).toThrow('flags shares bytes with seen')
    expect(() => maps.endpoints.set({ v4: 2 ** 32 }, rest)).toThrow('v4: 4294967296 is not a whole number')
  })
})

test('names of strangers are no code', () => {
  const object = unwrap(openObject(readFileSync(guard), 'x*/ evil() /*'))
  const evil = { ...object, programs: object.programs.map((one) => ({ ...one, name: "a'*/b\n", section: '*/ c' })) }
  const text = skeleton(evil, new Uint8Array(1), { name: 'evil' })
  expect(text).not.toMatch(/\*\/ (?:evil|c)/)
  expect(text).toContain(String.raw`readonly 'a\'*/b\\n': LoadedProgram`)
})

describe('types of bodies', () => {
  const folder = temporaryFolder()
  const file = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  test('each parameter as the body gets it, of C text alone', async () => {
    const host = file(
      'host.c',
      `struct conn { int id; };
      __bpf_kfunc struct conn *conn_get(u64 id, bool wait, s8 small);
      __bpf_kfunc int conn_read(struct conn *conn, void *to, u32 to__sz, const char *name__str, void *aux__ign);
      __bpf_kfunc int conn_look(struct xdp_md *ctx, int *count, struct conn *other__nullable);
      __bpf_kfunc void conn_put(struct conn *conn);
      BTF_KFUNCS_START(host_ids)
      BTF_ID_FLAGS(func, conn_get, KF_ACQUIRE | KF_RET_NULL)
      BTF_ID_FLAGS(func, conn_put, KF_RELEASE)
      BTF_KFUNCS_END(host_ids)`,
    )
    const { status, out } = await runHere('gen', 'types', host)
    expect(status).toBe(0)
    for (const line of [
      "  conn_get(id: bigint, wait: boolean, small: number): H['conn'] | null",
      "  conn_read(conn: H['conn'], to: Uint8Array, name: string): number",
      "  conn_look(ctx: Uint8Array, count: Uint8Array, other: H['conn'] | null): number",
      "  conn_put(conn: H['conn']): void",
    ])
      expect(out.split('\n')).toContain(line)
    const header = await runHere('gen', 'header', '--weak', host)
    expect(header.out).toContain('/* KF_RELEASE */\nextern void conn_put(struct conn *conn) __weak __ksym;')
    expect(header.out).toContain('struct conn {\n\tint id;\n};')
  })
  test.for<[string, string[], string]>([
    ['C without a kfunc', ['types', file('none.c', 'int f(void);')], 'no kfunc — write __bpf_kfunc before a prototype'],
    [
      'C that breaks a rule',
      ['types', file('wrong.c', '__bpf_kfunc int f(void *p);')],
      'is a void pointer without a size',
    ],
    ['an object that is none', ['skeleton', file('x.o', 'none')], 'x.o'],
    ['a kernel that is not there', ['header', '5.0'], 'no kernel 5.0 comes with kfuncs'],
    ['a kfunc that is not there', ['header', '6.12', '--kfunc', 'bpf_task_acquir'], 'did you mean bpf_task_acquire?'],
  ])('%s', async ([, args, words]) => {
    const { status, err } = await runHere('gen', ...args)
    expect(err).toContain(words)
    expect(status).toBe(2)
  })
})

test('a header of a kernel', async () => {
  const { out } = await runHere('gen', 'header', '6.12', '--kfunc', 'bpf_xdp_ct_*', '--kfunc', 'bpf_task_acquire')
  expect(out).toContain('#include "vmlinux.h"')
  expect(out).toContain('extern struct task_struct *bpf_task_acquire(struct task_struct *p) __ksym;')
  // of a module, so not in vmlinux.h
  expect(out).toContain('struct bpf_ct_opts {')
})

test('hooks of a module: types of its operations, the struct for authors, a skeleton of what implements it', async () => {
  const module = join(temporaryFolder('test'), 'limiter.json')
  const { bodies: _, ...definition } = limiter
  writeFileSync(module, JSON.stringify(definition))
  const types = (await runHere('gen', 'types', module)).out
  expect(types).toContain('admit(request: LimitRequest, visitor: Visitor | null): number')
  expect(types).toContain('spent(): bigint')
  const header = (await runHere('gen', 'header', module)).out
  expect(header).toContain('int (*admit)(struct limit_request *request, struct visitor *visitor__nullable);')
  expect(header).not.toContain('bpf_struct_ops_')
  const skeleton = (await runHere('gen', 'skeleton', 'test/runtime/programs/operations.bpf.o')).out
  expect(skeleton).toContain('readonly first: StructOps<LimiterOps>')
  expect(skeleton).toContain('admit(arg1: object | null, arg2: object | null): number')
})
