// SPDX-License-Identifier: Apache-2.0
// Which objects are judged, what of them is printed, and where.
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeObject } from '../hostile/build.ts'
import { commandFile, jsonLines, run } from './command.ts'

const acquire = resolve('examples/03-flags/acquire.bpf.o')
const rcu = resolve('examples/03-flags/rcu.bpf.o')
const scratch = mkdtempSync(join(tmpdir(), 'kfuncs-output-'))
const put = (path: string, content: string | Uint8Array): string => {
  mkdirSync(join(scratch, path, '..'), { recursive: true })
  writeFileSync(join(scratch, path), content)
  return join(scratch, path)
}

beforeAll(async () => {
  await commandFile()
  mkdirSync(join(scratch, 'build/deep/node_modules'), { recursive: true })
  copyFileSync(acquire, join(scratch, 'build/b.bpf.o'))
  copyFileSync(rcu, join(scratch, 'build/deep/a.o'))
  copyFileSync(rcu, join(scratch, 'build/deep/node_modules/other.bpf.o'))
  symlinkSync('..', join(scratch, 'build/deep/round'))
  // the user's own program, an empty file, no object
  put(
    'build/main.o',
    Buffer.concat([Buffer.from('7f454c4602010100', 'hex'), Buffer.alloc(10), Buffer.from('3e00', 'hex')]),
  )
  put('build/empty.o', '')
  put('build/notes.txt', 'x')
  // a library: no program of its own
  put('build/lib.bpf.o', makeObject({ functions: [{ name: 'f', section: '.text', code: 'r0 = 0\nexit' }] }))
}, 180_000)
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

interface Line {
  readonly object: string
  readonly program: string | null
  readonly verdict: string
}
const lines = jsonLines<Line>
const objects = (stdout: string): readonly string[] => [...new Set(lines(stdout).map(({ object }) => object))]

describe('objects', () => {
  const build = join(scratch, 'build')
  test('a folder: every BPF object in it and below, once, whatever else is there', () => {
    const { stdout, stderr, status } = run(['check', '--format', 'json', build])
    expect([status, stderr]).toEqual([1, ''])
    expect(objects(stdout)).toEqual([join(build, 'b.bpf.o'), join(build, 'deep/a.o')])
  })
  test('a pattern', () => {
    const { stdout } = run(['check', '--format', 'json', `${build}/**/*.o`])
    expect(objects(stdout)).toEqual([join(build, 'b.bpf.o'), join(build, 'deep/a.o')])
    expect(objects(run(['check', '--format', 'json', `${build}/{b,c}*.o`, build]).stdout)).toEqual([
      join(build, 'b.bpf.o'),
      join(build, 'deep/a.o'),
    ])
  })
  test('a file of that very name is no pattern', () => {
    const odd = put('odd[1].bpf.o', readFileSync(acquire))
    expect(objects(run(['check', '--format', 'json', odd]).stdout)).toEqual([odd])
  })
  test('what is called .bpf.o and is none is told of', () => {
    put('broken/x.bpf.o', '')
    const { status, stderr, stdout } = run(['check', '--format', 'json', join(scratch, 'broken')])
    expect(status).toBe(2)
    expect(stderr).toContain('x.bpf.o: ')
    expect(lines(stdout)).toMatchObject([{ program: null, verdict: 'open_error' }])
  })
})

describe('programs', () => {
  const programs = (...args: readonly string[]): readonly (string | null)[] =>
    lines(run(['check', '--format', 'json', ...args, acquire, rcu]).stdout).map(({ program }) => program)
  test('--prog may repeat, and have wildcards', () => {
    expect(programs('--prog', 'acquire_release', '-p', 'rcu_s*')).toEqual([
      'acquire_release',
      'rcu_safe_field',
      'rcu_section',
    ])
  })
  test('a filter by name: what it leaves out is not judged', () => {
    expect(programs('--filter', 'acquire.bpf.o/', '--filter', '!*_leak*')).not.toContain('acquire_leak')
  })
  test('none of that name', () => {
    const { status, stderr } = run(['check', '--prog', 'x*', '--prog', 'y', acquire])
    expect([status, stderr]).toMatchObject([2, expect.stringMatching(/no program is called x\* or y — there are /)])
  })
  test('sorted, the first of them; the exit status speaks of all', () => {
    const { stdout, status } = run(['check', '--sort', 'prog', '--top', '1', '--filter', 'verdict=accept', acquire])
    expect(status).toBe(1)
    expect(stdout).toMatch(/^accept \w+ .*\n6 programs: 1 accepted, 5 not shown\n$/)
  })
  test('--sort of several objects puts all programs in one order', () => {
    const sorted = programs('--sort', 'prog')
    expect(sorted).toEqual([...sorted].sort())
  })
})

describe('output', () => {
  test('--quiet: what is accepted is not told of', () => {
    expect(run(['check', '--quiet', '--prog', 'acquire_release', acquire])).toMatchObject({ stdout: '', status: 0 })
    const { stdout } = run(['check', '-q', acquire])
    expect(stdout).not.toMatch(/^accept|programs:/m)
    expect(stdout).toContain('error[')
    expect(run(['check', '-q', '-k', '7.3', '--prog', 'acquire_release', acquire]).stderr).toBe('')
  })

  test('--output-file: there whole, nothing on standard output, nothing beside it', () => {
    const file = join(scratch, 'out', 'report.sarif')
    mkdirSync(join(scratch, 'out'))
    writeFileSync(file, 'before')
    const { status, stdout } = run(['check', '--format', 'sarif', '-o', file, acquire], { env: { FORCE_COLOR: '' } })
    expect([status, stdout]).toEqual([1, ''])
    expect(JSON.parse(readFileSync(file, 'utf8')).version).toBe('2.1.0')
    expect(readdirSync(join(scratch, 'out'))).toEqual(['report.sarif'])
  })
  test('--output-file that cannot be written', () => {
    const { status, stderr } = run(['check', '-o', join(scratch, 'nowhere', 'x'), acquire])
    expect(status).toBe(2)
    expect(stderr).toMatch(/nowhere\/x: cannot be written: /)
  })
  test('--output-file of a device', () => {
    const { status, stdout } = run(['check', '-o', '/dev/null', '-p', 'acquire_release', acquire])
    expect([status, stdout]).toEqual([0, ''])
    expect(statSync('/dev/null').isFile()).toBe(false)
  })

  test('--path-map: the last that fits, by whole folders', () => {
    const file = (...maps: readonly string[]): string => {
      const args = maps.flatMap((map) => ['--path-map', map])
      const { stdout } = run(['check', '--format', 'json', '-p', 'acquire_leak', ...args, acquire])
      return (JSON.parse(stdout) as { source: { file: string } }).source.file
    }
    expect(file()).toBe('./03-flags/acquire.bpf.c')
    expect(file('.=src/bpf')).toBe('src/bpf/03-flags/acquire.bpf.c')
    expect(file('./03-flags=x', './=y/')).toBe('y/03-flags/acquire.bpf.c')
    expect(file('./03-fl=x')).toBe('./03-flags/acquire.bpf.c')
    expect(file('./03-flags=')).toBe('acquire.bpf.c')
    expect(run(['check', '--path-map', 'x', acquire])).toMatchObject({ status: 2 })
  })

  test('--log: a level is 1 or 2; an object after it is an object', () => {
    const log = (...args: readonly string[]): string => run(['check', '-p', 'acquire_release', ...args]).stdout
    expect(log('--log', acquire)).toBe(log('--log=1', acquire).replace(/\(\d+ .*\)/, (found) => found))
    expect(log('-l', '2', acquire)).toMatch(/^\d+: \(85\) call bpf_task_acquire#\d+ +; R0/m)
    expect(run(['check', '--log=3', acquire])).toMatchObject({ status: 2 })
  })

  test('a run that failed says so in SARIF and JUnit', () => {
    const sarif = (...args: readonly string[]) =>
      (
        JSON.parse(run(['check', '--format', 'sarif', ...args]).stdout) as {
          runs: { invocations: { executionSuccessful: boolean; toolExecutionNotifications: unknown[] }[] }[]
        }
      ).runs[0]!.invocations[0]!
    expect(sarif(acquire).executionSuccessful).toBe(true)
    expect(sarif(acquire, 'no.o')).toMatchObject({
      executionSuccessful: false,
      toolExecutionNotifications: [{ level: 'error', message: { text: 'no.o: no such file' } }],
    })
    expect(sarif('--kernel', 'no-such', acquire).executionSuccessful).toBe(false)
    expect(sarif('--prog', 'nope', acquire).executionSuccessful).toBe(false)
    expect(run(['check', '--format', 'junit', 'no.o']).stdout).toContain('<error type="open_error"')
  })
})

test('--cpus bounds what the number of a CPU can be', () => {
  // one of two bytes of the stack, by the CPU's number
  const code = 'r1 = 0\n*(u64 *)(r10 - 8) = r1\ncall 8\nr1 = r10\nr1 += r0\nr0 = *(u8 *)(r1 - 2)\nexit'
  const object = put('cpus.bpf.o', makeObject({ functions: [{ name: 'cpus', section: 'xdp', code }] }))
  const verdict = (...args: readonly string[]): string | undefined =>
    lines(run(['check', '--format', 'json', ...args, object]).stdout)[0]?.verdict
  expect(verdict('--cpus', '2')).toBe('accept')
  expect(verdict('--cpus', '3')).toBe('reject')
  expect(verdict()).toBe('reject')
})
