// SPDX-License-Identifier: Apache-2.0
// What a loader decides, --set of maps' attributes and --attach: the verdict is the kernel's on the object that was compiled so
// (test/kernels/src/loader_set.bpf.c).
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { check, type Kernel, openKernel, openObject, unwrap } from '../../src/index.ts'
import { withSettings } from '../../src/object/index.ts'
import { createMachine } from '../../src/runtime/index.ts'
import { commandFile, jsonLines, run } from './command.ts'

const object = resolve('test/kernels/objects/loader.bpf.o')
const bytes = readFileSync(object)
const globals = new Map([
  ['stacks.value_size', '1016'],
  ['slots.value_size', '16'],
  ['fixed.map_flags', 'BPF_F_RDONLY_PROG'],
  ['outer.inner.value_size', '8'],
])
const attach = new Map([
  ['on_read', 'vfs_read'],
  ['on_num*', 'bpf_fentry_test1'],
  ['on_op?n', 'file_open'],
])

interface Row {
  readonly obj: string
  readonly prog: string
  readonly verdict: string
  readonly insns?: number
}
const rows = (version: string, obj: string): readonly Row[] =>
  jsonLines<Row>(readFileSync(`test/kernels/verdicts-${version}.jsonl`, 'utf8')).filter((row) => row.obj === obj)

let kernel: Kernel
beforeAll(async () => {
  await commandFile()
  kernel = unwrap(await openKernel('6.12'))
}, 180_000)

test.for(['6.12', '7.3'])('every setting turns the verdict, to the kernel’s: %s', async (version) => {
  const asked = unwrap(await openKernel(version))
  const plain = rows(version, 'loader.bpf.o')
  const set = rows(version, 'loader_set.bpf.o')
  expect(plain.map((row, i) => row.verdict !== set[i]!.verdict)).toEqual(plain.map(() => true))
  for (const [kernels, options] of [
    [plain, {}],
    [set, { globals, attach }],
  ] as const) {
    const ours = new Map(unwrap(check(bytes, asked, options)).map((one) => [one.program, one]))
    for (const { prog, verdict, insns } of kernels) {
      const one = ours.get(prog)!
      expect([one.verdict, one.report?.insnsProcessed], prog).toEqual([verdict, insns])
    }
  }
})

describe('what may be set', () => {
  const said = (name: string, value: string): string => {
    const set = withSettings(unwrap(openObject(bytes, 'x')), { globals: new Map([[name, value]]) })
    return set.ok ? set.value.unknown.map((one) => `no ${one.kind} ${one.name}`).join() : set.fault.what
  }
  test.for([
    ['slots.max_entries', '8', ''],
    ['slots.max_entries', '-1', 'is not a number of 0 or more'],
    ['slots.max_entries', '4294967296', "'slots.max_entries' goes to 4294967295, and 4294967296 does not"],
    ['slots.map_extra', '0xffffffffffffffff', ''],
    ['slots.type', 'hash', ''],
    ['slots.type', 'BPF_MAP_TYPE_HASH', ''],
    ['slots.type', 'heap', 'no map type heap'],
    ['fixed.map_flags', 'BPF_F_MMAPABLE | BPF_F_RDONLY_PROG', ''],
    ['fixed.map_flags', 'BPF_F_FAST', 'no map flag BPF_F_FAST'],
    ['fixed.map_flags', 'toString', 'no map flag toString'],
    ['slots', '8', "'slots': a map has no such attribute"],
    ['slots.size', '8', "'slots.size': a map has no such attribute"],
    ['slots.inner.value_size', '8', 'a map has no such attribute'],
    ['outer.inner.max_entries', '8', ''],
    ['loader.bss.value_size', '8', 'no global variable or map loader'],
    ['nothing.max_entries', '8', 'no global variable or map nothing'],
  ] as const)('%s=%s', ([name, value, words]) => {
    if (words === '') expect(said(name, value)).toBe('')
    else expect(said(name, value)).toContain(words)
  })
  test('a ring buffer takes whole pages', () => {
    const set = withSettings(unwrap(openObject(bytes, 'x')), {
      globals: new Map([
        ['slots.type', 'ringbuf'],
        ['slots.max_entries', '5000'],
      ]),
    })
    const { object: now } = unwrap(set)
    expect(now.maps.find(({ name }) => name === 'slots')).toMatchObject({ typeId: 27, maxEntries: 8192 })
  })
})

test('a program that is not there is named', () => {
  const options = { attach: new Map([['off_*', 'vfs_read']]) }
  expect(check(bytes, kernel, options)).toMatchObject({ ok: false, fault: { what: 'no program off_*' } })
  expect(createMachine(kernel).load(bytes, options)).toMatchObject({ ok: false, fault: { what: 'no program off_*' } })
})

test('a machine loads what the settings make of it', () => {
  const load = (entries: string) =>
    unwrap(
      createMachine(kernel).load(bytes, { globals: new Map([...globals, ['slots.max_entries', entries]]), attach }),
    )
  expect(
    load('8')
      .maps.get('slots')!
      .get(Uint8Array.of(3, 0, 0, 0)),
  ).toBeDefined()
  expect(
    load('3')
      .maps.get('slots')!
      .get(Uint8Array.of(3, 0, 0, 0)),
  ).toBeUndefined()
  expect([...load('8').programs.keys()]).toContain('on_open')
})

describe('the command', () => {
  const settings = [...globals].flatMap(([name, value]) => ['--set', `${name}=${value}`])
  const targets = [...attach].flatMap(([name, target]) => ['--attach', `${name}=${target}`])
  test('--set, --attach', () => {
    const { stdout } = run(['check', '--format', 'json', ...settings, ...targets, object])
    const ours = jsonLines<{ program: string; verdict: string }>(stdout).map((one) => [one.program, one.verdict])
    expect(new Map(ours as [string, string][])).toEqual(
      new Map(rows('6.12', 'loader_set.bpf.o').map(({ prog, verdict }) => [prog, verdict])),
    )
  })
  test('what no object has is told, status 2', () => {
    expect(run(['check', '--attach', 'off=vfs_read', object])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--attach: no object has a program off'),
    })
  })
  test('without them it says what to say', () => {
    const words = run(['check', '--prog', 'on_read', '--prog', 'by_stack', object]).stdout.replaceAll(/\s+/g, ' ')
    expect(words).toContain('--attach on_read=FUNCTION')
    expect(words).toContain('--set stacks.value_size=')
  })
  test('what goes for every program of an object is said once', () => {
    const { stdout } = run(['check', '--prog', 'by_*', object])
    expect(stdout.match(/failed to create/g)).toHaveLength(1)
    expect(stdout.match(/program by_|accept by_/g)).toHaveLength(4)
  })
})
