// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import contract from '../../../examples/modules/contract-module.ts'
import { BtfBuilder } from '../../../src/btf/index.ts'
import {
  defineModule,
  flagRows,
  linkModule,
  parseModuleJson,
  registrationFor,
  suffixRows,
} from '../../../src/kfunc/index.ts'
import { kernelFromModule } from '../../../src/kernel/index.ts'

const examples = new URL('../../../examples/modules/', import.meta.url)
const text = (name: string) => readFileSync(new URL(name, examples), 'utf8')
async function value<T>(
  result:
    | { ok: true; value: T }
    | { ok: false; fault: { what: string } }
    | Promise<{ ok: true; value: T } | { ok: false; fault: { what: string } }>,
): Promise<T> {
  const done = await result
  if (!done.ok) throw new Error(done.fault.what)
  return done.value
}

describe('the contract module', () => {
  test('has one kfunc for each annotation and flag of 6.12', async () => {
    const kfuncs = [...(await value(defineModule(contract))).kfuncs.values()]
    const suffixes = new Set(kfuncs.flatMap(({ params }) => params.flatMap((param) => param.suffixes)))
    const flags = new Set(kfuncs.flatMap((kfunc) => [...kfunc.flags]))
    const of612 = (row: object) => !('since' in row)
    expect(
      suffixRows
        .filter(of612)
        .map((row) => row.suffix)
        .filter((suffix) => !suffixes.has(suffix)),
    ).toEqual([])
    expect(
      flagRows
        .filter(of612)
        .map((row) => row.name)
        .filter((name) => !flags.has(name)),
    ).toEqual([])
  })

  test('is a kernel of its own', async () => {
    const kernel = await value(kernelFromModule(await value(defineModule(contract))))
    const acquire = kernel.kfuncs.get('kc_acquire')!
    expect([...acquire.flags]).toEqual(['KF_ACQUIRE', 'KF_RET_NULL'])
    expect(acquire.btf).toBe(kernel.btf)
    expect(kernel.kfuncById(kernel.btf, acquire.btfId)).toBe(acquire)
    expect(kernel.destructors).toMatchObject([
      { kfunc: 'kc_release_dtor', struct: kernel.btf.find('kc_obj', 'struct') },
    ])
    expect(kernel.kfuncs.get('kc_old')!.deprecated).toMatchObject({ since: '1.0', removal: '1.2', replacement: 'kc_k' })
  })

  test.for([
    ['kc_k', 'BPF_PROG_TYPE_SCHED_CLS', undefined, true],
    ['kc_k', 'BPF_PROG_TYPE_XDP', undefined, false],
    ['kc_xdp_only', 'BPF_PROG_TYPE_XDP', undefined, true],
    ['kc_xdp_only', 'BPF_PROG_TYPE_SYSCALL', undefined, false],
    ['kc_filtered', 'BPF_PROG_TYPE_TRACING', 'BPF_TRACE_FENTRY', true],
    ['kc_filtered', 'BPF_PROG_TYPE_TRACING', 'BPF_TRACE_FEXIT', false],
  ] as const)('%s called by %s %s: %s', async ([name, type, attachType, allowed]) => {
    const { kfuncs } = await value(linkModule(await value(defineModule(contract))))
    const kfunc = kfuncs.find((each) => each.name === name)!
    expect(registrationFor(kfunc, { type, attachType }) !== undefined).toBe(allowed)
  })

  test('over a base refers to the base’s types', async () => {
    const builder = new BtfBuilder()
    const map = builder.struct('bpf_map', 8, [])
    const base = builder.build('vmlinux')
    const { btf } = await value(linkModule(await value(defineModule(contract)), base))
    expect(btf.base).toBe(base)
    expect(btf.find('bpf_map', 'struct')).toBe(map)
    expect(btf.find('kc_obj', 'struct')!).toBeGreaterThanOrEqual(btf.firstId)
  })

  test('every caller has the verdict its comment says', () => {
    const verdicts = JSON.parse(text('verdicts.json')) as { object: string; program: string; verdict: string }[]
    for (const object of ['annotations', 'flags', 'types']) {
      const source = text(`${object}.bpf.c`)
      const blocks = source.split(/^\/\/ (?=ACCEPT|REJECT)/m).slice(1)
      const expected = blocks.map((block) => [
        (/BPF_PROG\((\w+)/.exec(block) ?? /int (\w+)\(/.exec(block))![1],
        block.startsWith('ACCEPT') ? 'accept' : 'reject',
      ])
      const judged = verdicts
        .filter((row) => row.object === `${object}.bpf.o`)
        .map(({ program, verdict }) => [program, verdict])
      expect(judged.sort()).toEqual(expected.sort())
    }
  })
})

describe('a module as JSON', () => {
  const good = {
    name: 'm',
    c: ['int f(u32 a);'],
    register: { BPF_PROG_TYPE_XDP: ['f'] },
    flags: { f: ['KF_SLEEPABLE'] },
  }

  test('the example is a module', async () => {
    const module = await value(defineModule(await value(parseModuleJson(text('host.json'), 'host.json'))))
    expect([...module.kfuncs.keys()]).toEqual(['host_session', 'host_session_put', 'host_log', 'host_send'])
  })

  test('is the same definition', async () => {
    const module = await value(defineModule(await value(parseModuleJson(JSON.stringify(good), 'host.json'))))
    expect([...module.kfuncs.get('f')!.flags]).toEqual(['KF_SLEEPABLE'])
  })

  test.for([
    ['{', /not JSON/],
    ['[]', /the definition must be an object/],
    ['{"c":"","register":{}}', /the definition lacks .name./],
    ['{"name":"m","c":1,"register":{}}', /c must be a string/],
    ['{"name":"m","c":"","register":{"X":"f"}}', /register\.X must be a list of strings/],
    ['{"name":"m","c":"","register":[{"types":["X"]}]}', /register\[0\] lacks .kfuncs./],
    ['{"name":"m","c":"","register":{},"flag":{}}', /unknown field 'flag'/],
    ['{"name":"m","c":"","register":{},"filters":{"x":{"kinds":[]}}}', /filters\.x has an unknown field 'kinds'/],
  ] as const)('%s is a fault', ([json, what]) => {
    const result = parseModuleJson(json, 'host.json')
    expect(result.ok ? '' : result.fault.what).toMatch(what)
    expect(result.ok ? '' : result.fault.place.file).toBe('host.json')
  })

  test('any JSON is an answer or a fault', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 4 }), fc.string(), async (json, c) => {
        parseModuleJson(json, 'x')
        await defineModule({ name: 'm', c, register: {} })
      }),
      { numRuns: 100 },
    )
  })
})
