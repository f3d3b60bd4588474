// SPDX-License-Identifier: Apache-2.0
// --set: the verdict is the kernel's on the object that was compiled with these values (test/kernels/src/globals_set.bpf.c).
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { check, type Kernel, openKernel, openObject, unwrap } from '../../src/index.ts'
import { withSettings } from '../../src/object/index.ts'
import { commandFile, jsonLines, run } from './command.ts'

const object = resolve('test/kernels/objects/globals.bpf.o')
const bytes = readFileSync(object)
const acquire = resolve('examples/03-flags/acquire.bpf.o')
const settings: readonly (readonly [string, string])[] = [
  ['slot', '9'],
  ['mode', 'FAR'],
  ['cfg.limits[2]', '8'],
  ['cfg.flag', '2'],
  ['depth', '5'],
  ['wide', '0x123456789abc'],
  ['on', 'false'],
  ['name', 'eth0'],
]

interface Row {
  readonly obj: string
  readonly prog: string
  readonly verdict: string
  readonly msg?: string
  readonly insns: number
  readonly states: number
}
const rows = (version: string, obj: string): readonly Row[] =>
  jsonLines<Row>(readFileSync(`test/kernels/verdicts-${version}.jsonl`, 'utf8')).filter((row) => row.obj === obj)

const scratch = mkdtempSync(join(tmpdir(), 'kfuncs-set-'))
let kernel: Kernel
beforeAll(async () => {
  await commandFile()
  kernel = unwrap(await openKernel('6.12'))
}, 180_000)
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe('verdict, message and walk are those of the real kernel', () => {
  test.for(['6.12', '7.3'])('%s', async (version) => {
    const asked = unwrap(await openKernel(version))
    const globals = new Map(settings)
    const plain = rows(version, 'globals.bpf.o')
    const set = rows(version, 'globals_set.bpf.o')
    expect(plain.filter((row, i) => row.verdict !== set[i]!.verdict).length).toBeGreaterThan(7)
    for (const [kernels, options] of [
      [plain, {}],
      [set, { globals }],
    ] as const) {
      const ours = unwrap(check(bytes, asked, options))
      for (const { prog, verdict, msg, insns, states } of kernels) {
        const { report, ...one } = ours.find(({ program }) => program === prog)!
        const said = {
          verdict: one.verdict,
          msg: one.diagnostic?.message,
          insns: report?.insnsProcessed,
          states: report?.states,
        }
        expect(said, prog).toEqual({ verdict, msg, insns, states })
      }
    }
  })

  test('one at a time, each its own program', () => {
    const kernels = rows('6.12', 'globals_set.bpf.o')
    const programs = [
      'by_index',
      'by_enum',
      'by_element',
      'by_bitfield',
      'by_negative',
      'by_wide',
      'by_bool',
      'by_text',
    ]
    for (const [i, setting] of settings.entries()) {
      const ours = unwrap(check(bytes, kernel, { globals: new Map([setting]), program: programs[i]! }))
      expect(ours[0]!.verdict, setting[0]).toBe(kernels.find(({ prog }) => prog === programs[i])!.verdict)
    }
  })
})

describe('what a value may be', () => {
  const fault = (name: string, value: string, of: Uint8Array = bytes): string => {
    const result = withSettings(unwrap(openObject(of, 'x')), { globals: new Map([[name, value]]) })
    return result.ok ? '' : `${result.fault.what} ${result.fault.hint ?? ''}`
  }
  test.for([
    ['slot', '4294967295', ''],
    ['slot', '-1', "'slot': -1 is out of range, which is 0 to 4294967295"],
    ['depth', '-32768', ''],
    ['depth', '32768', "'depth': 32768 is out of range, which is -32768 to 32767"],
    ['depth', 'x', 'x is not a number'],
    ['mode', 'NEAR', 'enum mode has no NEAR it has SAFE, FAR'],
    ['mode', '7', ''],
    ['on', '2', 'out of range, which is 0 to 1'],
    ['cfg.flag', '3', ''],
    ['cfg.flag', '4', 'out of range, which is 0 to 3'],
    ['cfg', '1', "'cfg' is a struct cfg set a member"],
    ['cfg.limits', '1', 'set an element of it, cfg.limits[0], or'],
    ['cfg.limits[4]', '1', 'the array has 4 elements'],
    ['cfg.limits[SAFE]', '1', ''],
    ['cfg.nope', '1', 'struct cfg has no member nope it has pad, limits'],
    ['slot.x', '1', '.x is asked of a int unsigned int'],
    ['slot[0]', '1', '[0] is asked of a int unsigned int'],
    ['name', '"lo"', ''],
    ['name', 'sixteen letters!', 'room for 15 bytes'],
    ['a b', '1', 'is not a variable'],
    ['start', '5', ''],
    ['cfg', '{"limits": [1, "0x8"], "flag": 2}', ''],
    ['cfg', '{"nope": 1}', 'struct cfg has no member nope'],
    ['cfg', '{"flag": null}', "'cfg.flag': null is not a value"],
    ['cfg', '{flag: 1}', '{flag: 1} is not JSON write {"member": 1}'],
    ['cfg.limits', '[1, 2, 3, 4, 5]', "'cfg.limits[4]': the array has 4 elements"],
    ['cfg.limits', '[1, -1]', "'cfg.limits[1]': -1 is out of range"],
    ['wide', '18446744073709551615', ''],
    ['cfg', '{"pad": 12345678901234567890}', 'write a large number as text'],
  ] as const)('%s=%s', ([name, value, words]) => {
    if (words === '') expect(fault(name, value)).toBe('')
    else expect(fault(name, value)).toContain(words)
  })

  test('several members and elements are set as one by one', () => {
    const opened = unwrap(openObject(bytes, 'x'))
    const set = (values: readonly (readonly [string, string])[]) =>
      unwrap(withSettings(opened, { globals: new Map(values) })).object.maps
    expect(set([['cfg', '{"limits": [7, 8], "flag": 2}']])).toEqual(
      set([
        ['cfg.limits[0]', '7'],
        ['cfg.limits[1]', '8'],
        ['cfg.flag', '2'],
      ]),
    )
    expect(set([['cfg', '{"limits": [7, 8], "flag": 2}']])).not.toEqual(opened.maps)
  })

  test('a variable that is zero at first is set, too', () => {
    const { status, stdout } = run(['run', resolve('examples/testing/guard.bpf.o'), '--set', 'seen=41'])
    expect(stdout).toContain('seen: 41 → 42')
    expect(status).toBe(0)
  })

  test('a variable that is not there is named, none is changed for it', () => {
    const opened = unwrap(openObject(bytes, 'x'))
    const { object: set, unknown } = unwrap(withSettings(opened, { globals: new Map([['nope.x', '1']]) }))
    expect(unknown).toEqual([{ kind: 'global variable or map', name: 'nope' }])
    expect(set.maps).toEqual(opened.maps)
    expect(check(bytes, kernel, { globals: new Map([['nope', '1']]) })).toMatchObject({ ok: false })
  })
})

describe('the command', () => {
  const verdicts = (...args: readonly string[]): Record<string, string> =>
    Object.fromEntries(
      jsonLines<{ program: string; verdict: string }>(run(['check', '--format', 'json', ...args]).stdout).map(
        ({ program, verdict }) => [program, verdict],
      ),
    )
  test('--set, and a file of them', () => {
    const file = join(scratch, 'settings')
    writeFileSync(file, `${settings.map(([name, value]) => `${name} = ${value}`).join('\n')}\n\n`)
    const wanted = Object.fromEntries(rows('6.12', 'globals_set.bpf.o').map(({ prog, verdict }) => [prog, verdict]))
    expect(verdicts('--set', `@${file}`, object)).toEqual(wanted)
    expect(verdicts('-G', 'slot=9', object).by_index).toBe('reject')
  })
  test('an object without the variable is judged as it is, unless none has it', () => {
    const one = verdicts('--set', 'slot=9', '--jobs', '2', acquire, object)
    expect([one.by_index, one.acquire_release]).toEqual(['reject', 'accept'])
    const members = verdicts('--set', 'cfg.limits[2]=8', '--set', 'cfg.flag=2', acquire, object)
    expect([members.by_element, members.by_bitfield]).toEqual(['reject', 'reject'])
    const none = run(['check', '--set', 'slot=9', acquire])
    expect([none.status, none.stderr]).toMatchObject([
      2,
      expect.stringContaining('no object has a global variable or map slot'),
    ])
  })
  test('what does not fit is told, status 2', () => {
    const { status, stderr } = run(['check', '--set', 'mode=NEAR', object])
    expect([status, stderr]).toMatchObject([2, expect.stringContaining('enum mode has no NEAR — it has SAFE, FAR')])
    expect(run(['check', '--set', 'mode', object])).toMatchObject({ status: 2 })
  })
})
