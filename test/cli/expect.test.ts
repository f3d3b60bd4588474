// SPDX-License-Identifier: Apache-2.0
// check --expect: tags of programs of ours (expect/make.sh asked the real 6.12 about them) beside the verdicts that they get.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { JsonLine } from '../../src/explain/index.ts'
import { expectationOf, openObject } from '../../src/object/index.ts'
import { unwrap } from '../../src/index.ts'
import { commandFile, jsonLines, run } from './command.ts'

const file = resolve('test/cli/expect/expect.bpf.o')
const linesOf = (...args: readonly string[]): readonly JsonLine[] =>
  jsonLines(run(['check', '--expect', '--format', 'json', ...args, file]).stdout)

let lines: readonly JsonLine[] = []
beforeAll(async () => {
  await commandFile()
  lines = linesOf()
}, 180_000)

const met = { verdict: expect.anything(), met: true, why: '' }
describe('what is expected, and what came', () => {
  test.for([
    ['fine', { ...met, verdict: 'accept', ignored: ['__retval'] }],
    ['refused', { ...met, verdict: 'reject' }],
    ['refused_7x', met],
    ['untagged', { ...met, verdict: 'accept', ignored: [] }],
    ['fine_after_all', { verdict: 'reject', met: false, why: 'it is accepted' }],
    ['refused_after_all', { verdict: 'accept', met: false, why: 'it is not accepted' }],
    ['otherwise', { met: false, why: 'the log does not say "R4 !read_ok"' }],
    ['unwanted', { met: false, why: 'the log says "!read_ok"' }],
    ['disordered', { met: false, why: 'the log does not say "!read_ok"' }],
    ['endless', { met: false }],
    ['seen', met],
    ['deep', met],
    ['strict', met],
    ['traced', { verdict: 'accept', met: true, ignored: ['__msg: what the log says of precision'] }],
    ['unprivileged', { verdict: null, met: null, why: 'only an unprivileged load is tested' }],
    ['elsewhere', { met: null, why: 'it is meant for ARM64' }],
    ['beside', { met: null, why: 'it supports other programs (__auxiliary)' }],
  ] as const)('%s', ([program, expected]) => {
    expect(lines.find((line) => line.program === program)?.expected).toMatchObject(expected)
  })

  test('verdicts are the real kernel’s, with the flags that the tags ask for', () => {
    const rows = readFileSync('test/cli/expect/verdicts-6.12.jsonl', 'utf8')
    const kernels = jsonLines<{ prog: string; verdict: string }>(rows)
    const of = (list: readonly (readonly [string | null, string])[]) => [...list].sort()
    expect(of(lines.map(({ program, verdict }) => [program, verdict]))).toEqual(
      of(kernels.map(({ prog, verdict }) => [prog, verdict])),
    )
  })

  test('tags of 6.12 and of 7.3, pieces of a pattern', () => {
    const object = unwrap(openObject(readFileSync(file), 'expect'))
    const program = (name: string) => expectationOf(object, object.programs.find((one) => one.name === name)!)
    expect(program('refused').patterns).toEqual([
      { text: 'R3 !read_ok', absent: false, pieces: [{ regex: false, text: 'R3 !read_ok' }] },
    ])
    expect(program('refused_7x').patterns[0]?.pieces.map(({ regex }) => regex)).toEqual([false, true, false, true])
    expect(program('disordered').patterns.map(({ text }) => text)).toEqual(['processed', '!read_ok'])
    expect(program('strict')).toMatchObject({ flags: 1, verdict: 'reject' })
  })
})

describe('as a test runner', () => {
  test('status 1 where one is not as expected, 0 where all are', () => {
    expect(run(['check', '--expect', '-p', 'fine*', file]).status).toBe(1)
    const good = run(['check', '--expect', '-p', 'refused', '-p', 'fine', '-p', 'elsewhere', file])
    expect(good.status).toBe(0)
    expect(good.stdout).toMatch(/^ok refused socket: rejected as expected$/m)
    expect(good.stdout).toMatch(/^skipped elsewhere socket: no test here: it is meant for ARM64$/m)
    expect(good.stdout).toMatch(/3 programs: 2 as expected, 1 no test here\n$/)
  })
  test('with the explanation of what should not have been refused', () => {
    const { stdout } = run(['check', '--expect', '-p', 'refused_after_all', file])
    expect(stdout).toMatch(
      /^failed refused_after_all socket: expected to be accepted, and it is not accepted\nerror\[KF/,
    )
  })
  test('--quiet, --filter', () => {
    expect(run(['check', '--expect', '-q', '-p', 'refused', file]).stdout).toBe('')
    const failed = linesOf('--filter', 'expected=failed').map(({ program }) => program)
    expect(failed).toEqual(['fine_after_all', 'refused_after_all', 'otherwise', 'unwanted', 'disordered', 'endless'])
  })
  test.for([
    ['junit', '<testsuites name="kfuncs" tests="3" failures="1" errors="0"'],
    ['junit', '<skipped message="no test here: it is meant for ARM64"/>'],
    ['junit', '<failure type="expectation" message="expected to be rejected, and it is accepted">'],
    ['github', ',title=fine_after_all is not as expected::program fine_after_all is expected to be rejected'],
    ['short', 'expect.bpf.o: error: program fine_after_all is expected to be rejected, and it is accepted'],
    ['table', 'Expected'],
    ['csv', ',failed,'],
    ['sarif', 'fine_after_all is expected to be rejected, and it is accepted.'],
  ] as const)('%s: %s', ([format, words]) => {
    const programs = ['-p', 'fine_after_all', '-p', 'refused', '-p', 'elsewhere']
    const { stdout } = run(['check', '--expect', '--format', format, ...programs, file])
    expect(stdout).toContain(words)
    if (format === 'sarif') expect(JSON.parse(stdout).runs[0].results).toHaveLength(1)
    if (format === 'github') expect(stdout.trim().split('\n')).toHaveLength(1)
  })
})
