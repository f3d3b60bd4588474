// SPDX-License-Identifier: Apache-2.0
// kfuncs compare, and check --baseline.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandFile, jsonLines, run } from './command.ts'

const acquire = resolve('examples/03-flags/acquire.bpf.o')
const scratch = mkdtempSync(join(tmpdir(), 'kfuncs-compare-'))
const put = (name: string, text: string): string => {
  writeFileSync(join(scratch, name), text)
  return join(scratch, name)
}
beforeAll(() => commandFile(), 180_000)
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

interface Figures {
  readonly verdict?: string
  readonly insns?: number
  readonly states?: number
  readonly code?: string
  readonly object?: string
}
const file = (name: string, programs: Readonly<Record<string, Figures>>): string =>
  put(
    name,
    Object.entries(programs)
      .map(([program, { object = 'a.o', verdict = 'accept', insns = 100, states = 10, code = null }]) =>
        JSON.stringify({ object, program, verdict, code, message: code, insns_processed: insns, states }),
      )
      .join('\n'),
  )
const rejected = { verdict: 'reject', code: 'KF101' }
const changes = (base: string, now: string, ...args: readonly string[]) => {
  const { status, stdout } = run(['compare', '--format', 'json', ...args, base, now])
  const read = jsonLines<{ program: string; change: string }>(stdout)
  return { status, changes: Object.fromEntries(read.map(({ program, change }) => [program, change])) }
}

describe('what became of each', () => {
  const base = file('base.json', {
    same: {},
    old: rejected,
    bad: {},
    good: rejected,
    other: rejected,
    more: {},
    left: {},
  })
  const now = file('now.json', {
    same: {},
    old: rejected,
    bad: rejected,
    good: {},
    other: { verdict: 'reject', code: 'KF102' },
    more: { insns: 130 },
    come: {},
    wrong: rejected,
  })
  test('the worst first', () => {
    expect(changes(base, now)).toEqual({
      status: 1,
      changes: {
        bad: 'worse',
        wrong: 'worse',
        good: 'better',
        other: 'changed',
        more: 'figures',
        come: 'new',
        left: 'gone',
      },
    })
  })
  test('in words', () => {
    const { stdout } = run(['compare', base, now])
    expect(stdout).toMatch(/^worse {4}a\.o {2}bad {2}accept → reject KF101, KF101$/m)
    expect(stdout).toMatch(/^figures {2}a\.o {2}more {2}insns 100 → 130 \(\+30\.0 %\)$/m)
    expect(stdout).toMatch(
      /\n6 programs in both: 2 worse, 1 better, 1 refused otherwise, 1 with other figures, 1 new, 1 gone\n$/,
    )
  })
  test('old rejections pass; nothing worse is status 0', () => {
    expect(changes(base, base)).toEqual({ status: 0, changes: {} })
    expect(run(['compare', base, base]).stdout).toBe('7 programs in both: nothing differs\n')
    expect(changes(now, base).status).toBe(1)
    expect(changes(file('x.json', { a: rejected }), file('y.json', { a: {} })).status).toBe(0)
  })
  test('growth beyond a threshold', () => {
    const more = file('more.json', { same: { insns: 111 }, old: { ...rejected, insns: 1000 } })
    expect(changes(base, more, '--threshold', '12')).toMatchObject({ status: 0, changes: { same: 'figures' } })
    expect(changes(base, more, '--threshold', '10%')).toMatchObject({
      status: 1,
      changes: { same: 'grown', old: 'figures' },
    })
  })
})

describe('files', () => {
  test('folders do not matter where names are enough', () => {
    const here = file('here.json', { a: { object: 'x/a.o' } })
    const there = file('there.json', { a: { object: 'y/a.o', ...rejected } })
    expect(changes(here, there).changes).toEqual({ a: 'worse' })
    const both = file('both.json', { a: { object: 'x/a.o' }, b: { object: 'y/a.o' } })
    expect(changes(both, both).changes).toEqual({})
  })
  test('veristat’s CSV, and ours', () => {
    const csv = put(
      'veristat.csv',
      'file_name,prog_name,verdict,duration,total_insns,total_states,peak_states\na.o,same,success,12,100,10,9\na.o,bad,failure,3,7,0,0\n',
    )
    const now = file('csv-now.json', { same: {}, bad: {} })
    expect(changes(csv, now)).toEqual({ status: 0, changes: { bad: 'better' } })
    const ours = put('ours.csv', run(['check', '--format', 'csv', acquire]).stdout)
    const json = put('ours.json', run(['check', '--format', 'json', acquire]).stdout)
    expect(changes(ours, json)).toEqual({ status: 0, changes: {} })
  })
  test.for([
    ['no JSON', '{"object":\n', /no\.json:1: not a line of JSON/],
    ['other JSON', '{"a":1}', /not a line of kfuncs check --format json/],
    ['other text', 'a,b\n1,2', /neither lines of JSON nor CSV with file_name, prog_name, verdict/],
  ] as const)('%s', ([, text, words]) => {
    const bad = put('no.json', text)
    const { status, stderr } = run(['compare', bad, bad])
    expect([status, stderr]).toMatchObject([2, expect.stringMatching(words)])
    expect(run(['compare', bad, join(scratch, 'none')]).status).toBe(2)
  })
})

describe('check --baseline', () => {
  const full = () => put('full.json', run(['check', '--format', 'json', acquire]).stdout)
  test('what was refused before may be', () => {
    const { status, stdout } = run(['check', '--baseline', full(), acquire])
    expect(status).toBe(0)
    expect(stdout).toMatch(/^known acquire_leak \S+: KF\d+, as before$/m)
    expect(stdout).toMatch(/6 programs: 2 accepted, 4 known\n$/)
    expect(stdout).not.toContain('error[')
  })
  test('what is new, or refused for another reason, is not', () => {
    const lines = run(['check', '--format', 'json', acquire]).stdout.trim().split('\n')
    const base = put('part.json', lines.filter((line) => !line.includes('"program":"acquire_leak"')).join('\n'))
    const { status, stdout } = run(['check', '--format', 'json', '--baseline', base, acquire])
    expect(status).toBe(1)
    const known = jsonLines<{ program: string; known: boolean | null }>(stdout)
    expect(known.filter((one) => one.known === false).map(({ program }) => program)).toEqual(['acquire_leak'])
    const other = put('other.json', lines.join('\n').replaceAll(/"code":"KF\d+"/g, '"code":"KF000"'))
    expect(run(['check', '-q', '--baseline', other, acquire]).status).toBe(1)
  })
  test('sarif', () => {
    const { stdout } = run(['check', '--format', 'sarif', '--baseline', full(), acquire])
    const { results } = JSON.parse(stdout).runs[0] as { results: { baselineState: string }[] }
    expect(new Set(results.map(({ baselineState }) => baselineState))).toEqual(new Set(['unchanged']))
  })
})
