// SPDX-License-Identifier: Apache-2.0
// kfuncs run and test of objects that other loaders than libbpf are given: SEC("maps"), sections that say no type.
import { describe, expect, test } from 'vitest'
import { openKernel, unwrap } from '../../src/index.ts'
import { codecs, createMachine } from '../../src/runtime/index.ts'
import { decode, encode, load } from './testing/strange.skel.ts'
import { runHere } from './here.ts'

const object = 'test/cli/testing/strange.bpf.o'
const [legacy, typed] = [['--legacy-maps'], ['--prog-type', 'xdp']]

describe('run', () => {
  test('takes legacy maps and a type, if told', async () => {
    const { out } = await runHere('run', object, ...legacy, ...typed, '--map', 'limits[0]=5', '--set', 'constructor=3')
    expect(out).toBe('filter: 8\n  records: 00000000\n')
  })
  test.for([
    [typed, 2, "legacy map definitions in 'maps' section are not supported"],
    [typed, 2, 'are taken with --legacy-maps'],
    [legacy, 1, "missing BPF prog type, check ELF section name 'packet_filter'"],
    [legacy, 1, 'with run and test --prog-type xdp'],
    [[...legacy, '--prog-type', 'xd'], 2, 'no program type xd — did you mean xdp, ext?'],
    [['--raw', '--prog-type', 'xdp'], 2, '--prog-type is of objects'],
  ] as const)('%o', async ([args, status, words]) => {
    const ran = await runHere('run', object, ...args)
    expect([ran.status, ran.err.replaceAll(/\s+/g, ' ')]).toEqual([status, expect.stringContaining(words)])
  })
  test('a queue has no keys', async () => {
    const filled = (map: string) => runHere('run', object, ...legacy, ...typed, '--map', map, '--map', 'jobs[]=9')
    expect((await filled('jobs[]=7')).out).toContain('filter: 8\n')
    const { status, err } = await filled('jobs[0]=7')
    expect([status, err]).toEqual([2, expect.stringContaining('a queue, which has no keys: write jobs[]=VALUE')])
  })
})

test('test takes them, too', async () => {
  expect((await runHere('test', object, ...legacy, ...typed)).out).toContain('ok filter: returned 1\n')
  expect((await runHere('test', object, ...legacy)).out).toContain(
    "missing BPF prog type, check ELF section name 'pack",
  )
  expect((await runHere('test', object)).err).toContain('are taken with --legacy-maps')
})

test('disasm takes them, too', async () => {
  expect((await runHere('disasm', object, ...legacy)).out).toContain('missing BPF prog type')
  expect((await runHere('disasm', object, ...legacy, ...typed)).out).toContain('bpf_map_pop_elem')
})

test('a skeleton has them; a variable named constructor can be given, or left out', async () => {
  const types = new Map([['filter', 'BPF_PROG_TYPE_XDP']] as const)
  const machine = createMachine(unwrap(await openKernel('6.12')))
  const data = new Uint8Array(64)
  const given = unwrap(load(machine, { types, variables: { constructor: 40 } }))
  expect(given.maps.jobs.set(new Uint8Array(0), encode(codecs.u32, 2))).toBe(0)
  expect(decode(codecs.u32, given.maps.jobs.get(new Uint8Array(0))!)).toBe(2)
  expect(unwrap(given.programs.filter.testRun({ data })).retval).toBe(42)
  const left = unwrap(load(machine, { types, variables: {} }))
  expect([left.variables.constructor, unwrap(left.programs.filter.testRun({ data })).retval]).toEqual([1, 1])
})
