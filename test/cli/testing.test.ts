// SPDX-License-Identifier: Apache-2.0
// kfuncs test: C tests of both kinds, those that pass (examples/testing) and those that do not (testing/).
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { readSuiteResult } from '../../src/cli/testing/suite-result.ts'
import { temporaryFolder } from './folder.ts'
import { runHere } from './here.ts'

interface Line {
  readonly object: string
  readonly test: string
  readonly status: string
  readonly message: string | null
  readonly log: readonly string[]
}
const amiss = 'test/cli/testing/amiss.bpf.o'
const guard = 'examples/testing/guard_test.bpf.o'
const linesOf = async (...args: readonly string[]): Promise<readonly Line[]> =>
  (await runHere('test', '--format', 'json', ...args)).out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)

describe('what passes', () => {
  test('the examples, of both kinds', async () => {
    const { status, out, err } = await runHere('test', 'examples/testing')
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out).toBe(`examples/testing/guard_test.bpf.o:
  ok blocked/it is dropped
  ok blocked/it is counted
  ok other_port
examples/testing/tagged.bpf.o:
  ok sums_up: returned 6
  ok sees_the_packet: returned 64
  ok forgets_to_ask: rejected as expected

6 tests: 6 passed
`)
  })
  test('by name', async () => {
    expect((await linesOf('-n', 'other*', guard)).map((line) => line.test)).toEqual(['other_port'])
  })
})

describe('what does not pass', () => {
  let lines: readonly Line[] = []
  beforeAll(async () => {
    lines = await linesOf(amiss)
  })
  test.for<[string, string, string | RegExp]>([
    ['shoots', 'pass', 'returned 2'],
    ['returns_otherwise', 'fail', 'expected to return 7, and returned -1'],
    ['has_no_number', 'error', 'its __retval is nothing: expected a number, and it returned 77'],
    ['is_taken', 'fail', 'expected to be rejected, and it is accepted'],
    ['is_refused', 'fail', 'expected to be accepted, and it is not accepted'],
    ['is_elsewhere', 'skip', 'it is meant for ARM64'],
    ['is_not_all_judged', 'pass', 'returned 0 (not judged: __xlated)'],
    ['makes_a_map', 'error', 'bpf_sys_bpf(BPF_MAP_CREATE) is not modelled by this machine'],
    ['cases/bad', 'fail', 'failed'],
    ['cases/left', 'skip', 'skipped'],
    ['whole', 'fail', 'check failed'],
    ['older', 'skip', 'check skipped'],
    ['strange', 'error', 'check returned 42, which is not a status'],
    ['unprepared', 'error', 'setup returned 100: it could not do its part'],
    ['unchecked', 'error', /^there is no unchecked\/check/],
    ['twice/twice_check', 'pass', ''],
    ['twice/twice_check_again', 'pass', ''],
    ['refused', 'error', 'refused_check is not accepted, so it does not run'],
    ['garbage', 'error', 'what is in suite_result_map is not a result'],
  ])('%s: %s', ([name, status, message]) => {
    const line = lines.find((one) => one.test === name)
    expect(line?.status).toBe(status)
    expect(line?.message ?? '').toMatch(message)
  })
  test('what the check is given, and what it leaves', () => {
    // the setup's status stands before the packet; maps are shared, results are not
    for (const name of ['cases/good', 'zz_last'])
      expect(lines.find((line) => line.test === name)).toMatchObject({ status: 'pass', message: null })
    expect(lines).toHaveLength(21)
  })
  test('what a test says is told with it', () => {
    const logOf = (name: string): readonly string[] => lines.find((line) => line.test === name)?.log ?? []
    expect(logOf('returns_otherwise')).toEqual(['a packet of 64 bytes'])
    expect(logOf('cases/bad')).toEqual(['the length is 3524, not 60'])
    expect(logOf('whole')).toEqual(['the mark is 0, not 7'])
    for (const name of ['refused', 'is_refused']) expect(logOf(name).join('\n')).toContain('error[KF102]')
  })
})

describe('formats', () => {
  const few = ['-n', 'returns_otherwise', '-n', 'is_elsewhere', '-n', 'strange', '-n', 'shoots', amiss]
  test('TAP', async () => {
    expect((await runHere('test', '-f', 'tap', ...few)).out).toBe(`TAP version 14
1..4
ok 1 - ${amiss}: shoots
not ok 2 - ${amiss}: returns_otherwise
  ---
  message: "expected to return 7, and returned -1"
  severity: fail
  log: |
    a packet of 64 bytes
  ...
ok 3 - ${amiss}: is_elsewhere # SKIP it is meant for ARM64
not ok 4 - ${amiss}: strange
  ---
  message: "check returned 42, which is not a status"
  severity: error
  ...
`)
  })
  test('JUnit', async () => {
    const { out } = await runHere('test', '-f', 'junit', ...few)
    for (const words of [
      '<testsuites name="kfuncs" tests="4" failures="1" errors="1" skipped="1"',
      '<failure message="expected to return 7, and returned -1">a packet of 64 bytes</failure>',
      '<error message="check returned 42, which is not a status"/>',
      '<skipped message="it is meant for ARM64"/>',
    ])
      expect(out).toContain(words)
  })
  test('--quiet leaves out what passes, in JSON as well', async () => {
    expect((await runHere('test', '--quiet', '--format', 'json', 'examples/testing')).out).toBe('')
    const failed = (await linesOf('--quiet', amiss)).map(({ status }) => status)
    expect(new Set(failed)).toEqual(new Set(['fail', 'error']))
  })

  test('to a file; --quiet', async () => {
    const file = join(temporaryFolder('test'), 'out')
    expect(await runHere('test', '-q', '-o', file, ...few)).toEqual({ status: 1, out: '', err: '' })
    const text = readFileSync(file, 'utf8')
    expect(text).toContain('failed returns_otherwise')
    expect(text).not.toContain('shoots')
  })
})

describe('what cannot be run', () => {
  const folder = temporaryFolder()
  const broken = join(folder, 'broken.bpf.o')
  writeFileSync(broken, readFileSync(amiss).subarray(0, 3000))
  test.for<[string, string[], string]>([
    ['an object without tests', ['examples/18-memory/packet.bpf.o'], 'packet.bpf.o: no tests in this object'],
    ['a folder without any', ['examples/18-memory'], 'no tests in these objects'],
    ['a name that is nearly one', ['-n', 'shots', amiss], 'no test is called shots — did you mean shoots?'],
    ['a name that is none', ['-n', 'nothing*', guard], 'there are blocked, other_port'],
    ['no such file', ['nowhere.o'], 'nowhere.o: no such file'],
    ['half an object', [broken], 'broken.bpf.o'],
    ['a variable that is not there', ['--set', 'nothing=1', guard], 'no object has a global variable or map nothing'],
    ['a value that is none', ['--set', 'stateful=7', guard], 'stateful'],
  ])('%s', async ([, args, words]) => {
    const { status, err } = await runHere('test', ...args)
    expect(status).toBe(2)
    expect(err).toContain(words)
    expect(err).not.toContain('bug')
  })
  test('the other objects are tested all the same', async () => {
    const { status, out } = await runHere('test', broken, guard)
    expect(status).toBe(2)
    expect(out).toContain('3 tests: 3 passed')
  })
})

test('bytes that are no result, of any length, are told', () => {
  expect(readSuiteResult(new Uint8Array(8))).toEqual({ cases: [], log: [] })
  const whole = Uint8Array.from([10, 0x87, 0, 10, 2, 97, 0, 16, 101, 0, 0])
  expect(readSuiteResult(whole)).toEqual({ cases: [{ name: 'a', status: 101, log: [] }], log: [] })
  for (let cut = 1; cut < 9; cut++) expect(readSuiteResult(whole.subarray(0, cut))).toBeUndefined()
  expect(
    readSuiteResult(Uint8Array.from([10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])),
  ).toBeUndefined()
  const log = Uint8Array.from([18, 14, 10, 3, 0x25, 0x64, 0, 17, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])
  expect(readSuiteResult(log)).toEqual({ cases: [], log: ['-2'] })
})

describe('a suite that ebpf-go loads: static programs, pinning of its own, tail calls by tags', () => {
  const object = 'test/cli/testing/static.bpf.o'
  test('is known by its sections', async () => {
    const { status, out, err } = await runHere('test', object)
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out).toBe(`${object}:\n  ok tail_call\n\n1 test: 1 passed\n`)
  })
  test('is none to libbpf, which says who would', async () => {
    const { status, err } = await runHere('test', '--loader', 'libbpf', object)
    expect(status).toBe(2)
    expect(err).toMatch(/is static and not supported.*--loader ebpf-go/)
  })
  test('runs and is judged where the loader is told', async () => {
    const { out } = await runHere('run', '--loader', 'ebpf-go', '--prog', 'marks', object)
    expect(out).toBe('marks: TC_ACT_PIPE (3)\n  skb->mark: 0 → 42\n')
    expect((await runHere('check', '--loader', 'ebpf-go', object)).status).toBe(0)
    expect((await runHere('disasm', '--loader', 'ebpf-go', '--prog', 'marks', object)).out).toContain('marks')
  })
})

test('packets that a check compared are told apart by their headers', async () => {
  const [line] = await linesOf('test/cli/testing/compared.bpf.o')
  expect(line).toMatchObject({ test: 'compares', status: 'fail', message: 'check failed' })
  expect(line?.log).toEqual([
    'addresses: compared.bpf.c:28: the packet is not what was expected: expected → got',
    '    ethernet.dst: 000000000007 → 000000000009',
  ])
})

describe('tests whose maps somebody else fills', () => {
  const object = 'test/cli/testing/filled.bpf.o'
  const statuses = async (...args: readonly string[]): Promise<Record<string, string>> =>
    Object.fromEntries((await linesOf(object, ...args)).map((line) => [line.test, line.status]))
  const filled = ['--map', 'limits[7]={"low": 1, "high": 40}']

  test('elements, of tests of both kinds', async () => {
    expect(await statuses()).toMatchObject({ sums: 'fail', by_packet: 'fail' })
    expect(await statuses(...filled)).toMatchObject({ sums: 'pass', by_packet: 'pass' })
  })
  test('programs in program arrays', async () => {
    expect(await statuses()).toMatchObject({ goes_on: 'fail' })
    expect(await statuses('--map', 'next[0]=second')).toMatchObject({ goes_on: 'pass' })
  })
  test('the CPU that they run on', async () => {
    expect(await statuses()).toMatchObject({ tells_its_cpu: 'fail' })
    expect(await statuses('--cpu', '2')).toMatchObject({ tells_its_cpu: 'pass' })
  })
  test('the map of one object, where several are tested', async () => {
    const { status, out } = await runHere('test', ...filled, '-n', 'sums', '-n', 'other_port', object, guard)
    expect(status).toBe(0)
    expect(out).toContain('2 tests: 2 passed')
  })
  test('sanitized, and told instruction by instruction', async () => {
    const { status, out, err } = await runHere('test', '--sanitize', '--trace', ...filled, '-n', 'sums', object)
    expect(status).toBe(0)
    expect(out).toContain('ok sums: returned 41')
    expect(err).toContain('call bpf_map_lookup_elem')
  })
  test.for<[string, string]>([
    ['limit[7]=1', '--map limit[7]: no object has a map limit — did you mean limits?'],
    ['limits[7]={"most": 1}', 'most'],
    ['next[0]=third', '--map next[0]: expected a program of the object'],
    ['limits[7]', 'expected NAME[KEY]=VALUE'],
  ])('--map %s', async ([map, words]) => {
    const { status, err } = await runHere('test', '--map', map, object)
    expect(status).toBe(2)
    expect(err).toContain(words)
    expect(err).not.toContain('bug')
  })
})
