// SPDX-License-Identifier: Apache-2.0
// What a module keeps the rules with and hardly means is said; what it means is not.
import { describe, expect, test } from 'vitest'
import { defineModule, describeKfunc, kernelFromModule, type ModuleDefinition, unwrap } from '../../../src/index.ts'

const conn = 'struct conn { int id; };\nstruct conn *conn_get(int id);\n'
const put = 'void conn_put(struct conn *conn);\n'
const module = (c: string, flags: Record<string, string>, rest: Partial<ModuleDefinition> = {}): ModuleDefinition => ({
  name: 'host',
  c,
  flags,
  register: { BPF_PROG_TYPE_XDP: Object.keys(flags) },
  ...rest,
})
const warnings = async (definition: ModuleDefinition) => unwrap(await defineModule(definition)).warnings

describe('a module is warned of', () => {
  test('an acquire that nothing releases', async () => {
    const [first] = await warnings(module(conn, { conn_get: 'KF_ACQUIRE | KF_RET_NULL' }))
    expect(first?.rule).toBe('acquire-has-release')
    expect(first?.fault.what).toMatch(/conn_get acquires a struct conn, and nothing releases one/)
    expect(first?.fault.place).toMatchObject({ file: 'host.c', line: 2 })
  })
  test('a release that nothing acquires', async () => {
    const [first] = await warnings(module(`struct conn { int id; };\n${put}`, { conn_put: 'KF_RELEASE' }))
    expect(first?.rule).toBe('release-has-acquire')
  })
  test('dtors that were forgotten, with the function that looks like one', async () => {
    const flags = { conn_get: 'KF_ACQUIRE | KF_RET_NULL', conn_put: 'KF_RELEASE' }
    const [bare] = await warnings(module(conn + put, flags))
    expect(bare?.fault.hint).toMatch(/dtors: \{ conn: 'conn_dtor' \}, with void conn_dtor\(void \*\) declared/)
    const [named] = await warnings(module(`${conn}${put}void conn_free(void *conn);`, flags))
    expect(named?.rule).toBe('reference-has-destructor')
    expect(named?.fault.hint).toMatch(/dtors: \{ conn: 'conn_free' \};/)
  })
})

describe('a module is warned of bodies', () => {
  const flags = { one: '', two: '' }
  const c = 'int one(int id);\nint two(int id);'
  test('where one is missing beside others', async () => {
    const [first, ...more] = await warnings(module(c, flags, { bodies: { one: () => 1 } }))
    expect(first).toMatchObject({
      rule: 'kfunc-has-body',
      fault: { what: expect.stringMatching(/^two has no body: /) },
    })
    expect(more).toEqual([])
  })
  test('and not where all are there, or none is', async () => {
    expect(await warnings(module(c, flags, { bodies: { one: () => 1, two: () => 2 } }))).toEqual([])
    expect(await warnings(module(c, flags))).toEqual([])
  })
})

test('a program type that is not known is told before what is thereby not registered', async () => {
  const c = '__bpf_kfunc int one(int id);\n__bpf_kfunc int two(int id);'
  const result = await defineModule(module(c, {}, { register: { BPF_PROG_TYPE_XPD: ['one'] } as never }))
  expect(result).toMatchObject({ ok: false, fault: { what: expect.stringContaining('BPF_PROG_TYPE_XPD') } })
})

describe('a module is not warned of', () => {
  test('a pair with a destructor', async () => {
    const flags = { conn_get: 'KF_ACQUIRE | KF_RET_NULL', conn_put: 'KF_RELEASE' }
    const c = `${conn}${put}void conn_put_dtor(void *conn);`
    expect(await warnings(module(c, flags, { dtors: { conn: 'conn_put_dtor' } }))).toEqual([])
  })
  test("a struct that the kernel's own kfuncs release", async () => {
    const c = 'struct task_struct { int pid; };\nstruct task_struct *host_task(int pid);'
    expect(await warnings(module(c, { host_task: 'KF_ACQUIRE | KF_RET_NULL' }))).toEqual([])
  })
})

test('partners are known by their types', async () => {
  const flags = { conn_get: 'KF_ACQUIRE | KF_RET_NULL', conn_put: 'KF_RELEASE' }
  const kernel = unwrap(kernelFromModule(unwrap(await defineModule(module(conn + put, flags)))))
  const described = (name: string) => describeKfunc(kernel.kfuncs.get(name)!)
  expect(described('conn_get').partner).toEqual({ kind: 'reference', role: 'acquire', names: ['conn_put'] })
  expect(described('conn_put').partner?.names).toEqual(['conn_get'])
  expect(described('conn_get').returns[0]).toContain('hand it to conn_put')
})
