// SPDX-License-Identifier: Apache-2.0
// What a stranger's names come to in every format, on both streams of the command.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  renderCsv,
  renderGithub,
  renderJson,
  renderJunit,
  renderLog,
  renderPretty,
  renderSarif,
  renderShort,
  renderTable,
} from '../../src/explain/index.ts'
import { formatFault, printable } from '../../src/fault/index.ts'
import { check } from '../../src/check.ts'
import { type Kernel, openKernel } from '../../src/kernel/index.ts'
import { commandFile } from '../cli/command.ts'
import { hostileObjects } from './hostile.ts'
import { nasty } from './nasty.ts'

/** What no output may hold, but for the newlines that end our own lines (and, on a terminal, our own colours). */
const unseen = /[^\P{Cc}\n]|[\p{Zl}\p{Zp}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/u
/** What a CI runner obeys. */
const obeyed = /^\s*::|##\w*\[/m

/** Without the colours of pretty. */
const withoutColours = (text: string): string =>
  ['0', '1', '36', '1;31', '1;32', '1;33', '1;34'].reduce((so, code) => so.replaceAll(`\u001b[${code}m`, ''), text)

function expectHarmless(text: string, what: string): void {
  expect(unseen.exec(text)?.[0], what).toBeUndefined()
}
function expectIgnoredByCi(text: string, what: string): void {
  expect(obeyed.exec(text)?.[0], what).toBeUndefined()
}

let kernel: Kernel
const scratch = mkdtempSync(join(tmpdir(), 'kfuncs-text-'))
let command = ''

beforeAll(async () => {
  const opened = await openKernel('6.12')
  if (!opened.ok) throw new Error(opened.fault.what)
  kernel = opened.value
  command = await commandFile()
}, 180_000)
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

describe('one function, by a table', () => {
  test.for([
    ['a\u001b[31mb', 'line', 'a\\x1b[31mb'],
    ['a\nb\tc\rd', 'line', 'a\\nb\\tc\\rd'],
    ['\u202e\u{e0041}\ufeff', 'line', '\\u202e\\u{e0041}\\ufeff'],
    ['::error::x a::b c ::d', 'line', '\\x3a:error::x a::b c \\x3a:d'],
    ['##[error] ##vso[x] a##b', 'line', '\\x23#[error] \\x23#vso[x] a##b'],
    ['; a\tb\u001b', 'listing', '; a\tb\\x1b'],
    ['::std::x ##[error]', 'source', '::std::x \\x23#[error]'],
    ['naïve — 漢字 ✓ 😀', 'line', 'naïve — 漢字 ✓ 😀'],
    ['\ud800x', 'line', '\\ud800x'],
    ['50%\r\n', 'workflowData', '50%25%0D%0A'],
    ['a:b,c%', 'workflowProperty', 'a%3Ab%2Cc%25'],
    ['[a](b)', 'sarif', '[a] (b)'],
    ['"\u202e\u{e0041}"', 'json', '"\\u202e\\udb40\\udc41"'],
  ] as const)('%j as %s', ([text, form, expected]) => {
    expect(printable(text, form)).toBe(expected)
    if (form === 'line' || form === 'source') expect(printable(expected, form)).toBe(expected)
  })

  test('a fault is one line', () => {
    const place = { object: nasty, section: nasty, program: nasty, file: nasty, line: 1 }
    const text = formatFault({ kind: 'fault', what: nasty, place, hint: nasty })
    expect(text.split('\n')).toHaveLength(1)
    expectHarmless(text, 'fault')
    expectIgnoredByCi(text, 'fault')
  })
})

describe('the renderers', () => {
  test.for(Object.entries(hostileObjects))('%s', ([what, bytes]) => {
    const judged = check(bytes, kernel, { name: `${nasty}.o`, log: true })
    if (!judged.ok) return expectHarmless(formatFault(judged.fault), what)
    for (const outcome of judged.value) {
      const warned = { ...outcome, warnings: [...outcome.warnings, nasty] }
      expect(outcome.diagnostic?.primary.text?.length ?? 0).toBeLessThan(500)
      const pretty = renderPretty(warned)
      expectHarmless(pretty, what)
      expectIgnoredByCi(pretty, what)
      expectHarmless(withoutColours(renderPretty(warned, { colour: true })), what)
      if (outcome.report !== undefined) {
        const log = renderLog(outcome.report)
        expectHarmless(log.replaceAll('\t', ' '), what)
        expectIgnoredByCi(log, what)
      }
      const json = renderJson(warned)
      expectHarmless(json, what)
      expect(json.split('\n')).toHaveLength(1)
      expect(JSON.parse(json).warnings.at(-1)).toBe(nasty)
      const github = renderGithub(warned)
      expectHarmless(github, what)
      expect(github.replaceAll(/^::(?:error|warning) (?:(?:file|line|col|title)=[^:,\n]*,?)+::/gm, '')).not.toMatch(
        obeyed,
      )
      const others = [renderShort(warned), renderCsv(warned), renderTable([warned]), renderJunit([warned])]
      for (const text of others) expectHarmless(text, what)
      for (const text of others) expectIgnoredByCi(text, what)
      const sarif = renderSarif([warned])
      expectHarmless(sarif, what)
      const { results } = JSON.parse(sarif).runs[0]
      for (const result of results) {
        expect(result.message.text).not.toMatch(/\]\(/)
        // Whoever shows a result shows it without the help of JSON.
        expect(unseen.exec(JSON.stringify(result).replaceAll('\\t', ''))).toBeNull()
      }
    }
  })
})

describe('the command', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [command, ...args], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '' },
      cwd: scratch,
    })
  /** A file whose name is as bad as what is in it. */
  const put = (bytes: Uint8Array, at: string | number): string => {
    const folder = `${at}\u001b[31m\n::error::x`
    mkdirSync(join(scratch, folder), { recursive: true })
    const path = join(folder, '\u202e %0A##[error].o')
    writeFileSync(join(scratch, path), bytes)
    return path
  }
  /** Tabs are those of a log or a disassembly. */
  function expectQuiet({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }, what: string): void {
    for (const text of [stdout, stderr]) {
      expectHarmless(text.replaceAll('\t', ' '), what)
      expectIgnoredByCi(text, what)
    }
  }

  const paths = Object.values(hostileObjects).map(put)

  test.for([
    ['pretty'],
    ['pretty', '--log'],
    ['short'],
    ['table'],
    ['csv'],
    ['junit'],
    ['json'],
    ['sarif'],
    ['github'],
    ['json', '--jobs', '2'],
  ])('check --format %s', (format) => {
    const { status, stdout, stderr } = run('check', '--format', ...format, ...paths)
    expect(status, stderr).toBe(2)
    expect(stderr.trim().split('\n').length).toBeGreaterThan(0)
    if (format[0] !== 'github') return expectQuiet({ stdout, stderr }, format.join(' '))
    expectHarmless(stdout, 'github')
    for (const line of stdout.split('\n')) expect(line).toMatch(/^$|^::(?:error|warning) /)
    expectQuiet({ stdout: '', stderr }, 'github')
  })

  test('disasm', () => {
    for (const path of paths.slice(0, 3)) expectQuiet(run('disasm', path), path)
  })

  test('what is not there, what cannot be read, what is misspelt', () => {
    const bad = put(Uint8Array.of(1, 2, 3), 'bad')
    for (const args of [
      ['check', `no\u001b[31m\n::error::x`],
      ['check', '--kernel', bad, bad],
      ['check', '--module', bad, bad],
      ['check', '--prog', nasty, paths[1]!],
      [`--x${nasty}`],
      ['show', nasty],
      ['list', nasty],
    ]) {
      const out = run(...args)
      expectQuiet(out, args.join(' '))
      expect(out.status, args.join(' ')).toBe(args[0] === 'list' ? 1 : 2)
      expect(out.stdout).toBe('')
    }
  })

  test('a module’s names in list and show', () => {
    const module = { name: 'm', c: `void k_nasty(int a);`, register: { BPF_PROG_TYPE_XDP: ['k_nasty'] } }
    const deprecated = { k_nasty: { since: nasty, note: nasty } }
    writeFileSync(join(scratch, 'm.json'), JSON.stringify({ ...module, deprecated }))
    for (const args of [
      ['list', 'k_nasty'],
      ['show', 'k_nasty'],
    ]) {
      const out = run(...args, '--module', 'm.json')
      expect(out.status, out.stderr).toBe(0)
      expectQuiet(out, args.join(' '))
    }
    writeFileSync(join(scratch, 'm.json'), JSON.stringify({ ...module, name: nasty, [nasty]: nasty }))
    const out = run('list', '--module', 'm.json')
    expect(out.status).toBe(2)
    expectQuiet(out, 'unknown field')
  })
})
