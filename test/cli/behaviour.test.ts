// SPDX-License-Identifier: Apache-2.0
// The command as a process of its own: pipes, terminals, colours, standard input, many objects. What verbs say is in main.test.ts.
import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commandFile, run } from './command.ts'

const acquire = resolve('examples/03-flags/acquire.bpf.o')
const rcu = resolve('examples/03-flags/rcu.bpf.o')
const scratch = mkdtempSync(join(tmpdir(), 'kfuncs-cli-'))

let file = ''
beforeAll(async () => {
  file = await commandFile()
}, 180_000)
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const shell = (line: string): SpawnSyncReturns<string> =>
  spawnSync('sh', ['-c', line], { encoding: 'utf8', env: { PATH: process.env.PATH ?? '' } })

describe('where the output goes', () => {
  test('a reader that goes away ends us quietly', () => {
    const line = `${process.execPath} ${file} check --log --format pretty ${[...Array<string>(8)].fill(acquire).join(' ')} | head -1`
    const { stdout, stderr } = shell(line)
    expect(stdout.trim().split('\n')).toHaveLength(1)
    expect(stderr).toBe('')
  })

  test('nothing on stderr where it is no terminal, however long it takes', () => {
    const { stderr, status } = run(['check', ...[...Array<string>(20)].fill(acquire)])
    expect(status).toBe(1)
    expect(stderr).toBe('')
  })

  test('long output is whole', () => {
    const { stdout } = run(['check', '--format', 'json', ...[...Array<string>(60)].fill(acquire)])
    const rows = stdout.trim().split('\n')
    expect(rows).toHaveLength(360)
    for (const row of rows) JSON.parse(row)
  })
})

test('on a terminal, one line about what is under way, gone when it is done', () => {
  if (spawnSync('sh', ['-c', 'command -v script']).status !== 0) return
  const { stdout } = shell(`script -qec "${process.execPath} ${file} check examples > /dev/null" /dev/null`)
  const words = stdout.split('\r\u001b[K')
  expect(words.at(-2)).toMatch(/^\[\d+\/\d+\] examples\/\S+\.bpf\.o: \w+/)
  expect(words.at(-1)).toBe('')
  const quiet = shell(`script -qec "${process.execPath} ${file} check -q examples > /dev/null" /dev/null`)
  expect(quiet.stdout).toBe('')
}, 60_000)

describe('colour', () => {
  const coloured = (env: Readonly<Record<string, string>>): boolean =>
    run(['check', '--prog', 'acquire_leak', acquire], { env }).stdout.includes('\u001b[')
  test.for([
    ['none away from a terminal', {}, false],
    ['FORCE_COLOR asks for it', { FORCE_COLOR: '1' }, true],
    ['FORCE_COLOR=0 does not', { FORCE_COLOR: '0' }, false],
    ['NO_COLOR', { NO_COLOR: '1' }, false],
    ['an empty FORCE_COLOR says nothing', { FORCE_COLOR: '' }, false],
  ] as const)('%s', ([, env, expected]) => {
    expect(coloured(env)).toBe(expected)
  })

  test('on a terminal, unless NO_COLOR', () => {
    const under = (env: string): string =>
      shell(`script -qec "${env} ${process.execPath} ${file} check --prog acquire_leak ${acquire}" /dev/null`).stdout
    if (spawnSync('sh', ['-c', 'command -v script']).status !== 0) return
    expect(under('TERM=xterm')).toContain('\u001b[1;31merror')
    expect(under('TERM=xterm NO_COLOR=1')).not.toContain('\u001b[1;31m')
    expect(under('TERM=dumb')).not.toContain('\u001b[1;31m')
  })
})

describe('objects', () => {
  test('- is standard input', () => {
    const { status, stdout } = run(['check', '--format', 'json', '-'], { input: readFileSync(acquire) })
    expect(status).toBe(1)
    expect(JSON.parse(stdout.split('\n')[0]!)).toMatchObject({ object: 'stdin', program: 'acquire_release' })
    expect(run(['disasm', '-p', 'acquire_release', '-'], { input: readFileSync(acquire) }).stdout).toMatch(
      /^acquire_release: /,
    )
  })

  test.for([
    ['a directory', ['disasm', 'examples'], /a directory, not a file — name the objects in it: examples\/\*\.o/],
    ['a folder without objects', ['check', 'docs'], /docs: no BPF objects \(\*\.o\) in this folder/],
    ['a pattern that nothing has', ['check', 'docs/*.o'], /docs\/\*\.o: no BPF object has such a name/],
    ['nothing on standard input', ['check', '-'], /stdin: /],
  ] as const)('%s', ([, args, message]) => {
    const { status, stderr } = run(args, { input: new Uint8Array() })
    expect(status).toBe(2)
    expect(stderr).toMatch(message)
    expect(stderr).not.toContain('    at ')
  })

  test('truncated anywhere: one line, status 2, or verdicts of what is whole', () => {
    const whole = readFileSync(acquire)
    for (const share of [0.02, 0.3, 0.6, 0.9, 0.99]) {
      const path = join(scratch, 'truncated.bpf.o')
      writeFileSync(path, whole.subarray(0, Math.floor(whole.length * share)))
      const { status, stderr } = run(['check', path])
      expect(status, `${share}`).toBe(2)
      expect(stderr.trim().split('\n'), `${share}`).toHaveLength(1)
    }
  })

  test('what may not be read says so', () => {
    if (process.getuid?.() === 0) return
    const path = join(scratch, 'secret.bpf.o')
    writeFileSync(path, '')
    chmodSync(path, 0)
    expect(run(['check', path]).stderr).toContain('permission denied')
  })

  test('--jobs: the same answers in the same order', () => {
    const objects = [acquire, rcu, 'no-such.bpf.o', acquire]
    const untimed = (text: string): string => text.replace(/"time_us":\d+/g, '"time_us":0')
    const one = run(['check', '--format', 'json', ...objects])
    const three = run(['check', '--format', 'json', '--jobs', '3', ...objects])
    expect(untimed(three.stdout)).toBe(untimed(one.stdout))
    expect(three.stderr).toBe(one.stderr)
    expect([one.status, three.status]).toEqual([2, 2])
  })
})

describe('--prog', () => {
  test.for(['1', '2'])('over several objects, those without it are passed over (%s at a time)', (jobs) => {
    const { status, stdout, stderr } = run(['check', '-j', jobs, '--prog', 'acquire_release', rcu, acquire])
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^accept acquire_release /)
  })

  test('that none has: a name like it, or the names there are', () => {
    expect(run(['check', '--prog', 'acquire_leek', rcu, acquire])).toMatchObject({
      status: 2,
      stderr: 'kfuncs: no program acquire_leek — did you mean acquire_leak?\n',
    })
    expect(run(['check', '--prog', 'zzzzzzzz', rcu]).stderr).toMatch(/there are rcu_safe_field, .*rcu_after_section$/m)
  })
})

test.for([
  ['a section that libbpf does not know', 'test/fixtures/object/basics.bpf.o', 'untyped', 'xdp'],
  ['SEC("tc") stays what it is', 'examples/19-program/loops.bpf.o', 'branches_in_loop', 'sched_cls'],
] as const)('--type xdp: %s', ([, object, prog, type]) => {
  const { stdout } = run(['check', '--type', 'xdp', '--format', 'json', '--prog', prog, resolve(object)])
  expect(JSON.parse(stdout)).toMatchObject({ type })
})

describe('what is misspelt', () => {
  test.for([
    [['check', '--fromat', 'json', 'x'], 'Did you mean --format?'],
    [['chek', 'x'], 'Did you mean check?'],
    [['check', '--type', 'xpd', acquire], 'did you mean xdp?'],
    [['list', '--type', 'xpd'], 'did you mean xdp?'],
    [['show', 'bpf_task_aquire'], 'did you mean bpf_task_acquire?'],
    [['show', 'bpf_map_lookup_elem'], 'it is a helper'],
    [['show', 'bpf_list_add'], 'Linux 7.3 has: --kernel 7.3'],
  ] as const)('%s', ([args, words]) => {
    const { status, stderr } = run(args)
    expect(status).toBe(2)
    expect(stderr).toContain(words)
  })

  test('a code without its zeros or letters is understood', () => {
    for (const code of ['KF012', 'kf012', 'KF12', '12']) expect(run(['explain', code]).stdout).toMatch(/^KF012: /)
  })

  test('list of nothing says so, status 1', () => {
    const { status, stdout, stderr } = run(['list', 'no_such_thing'])
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toContain('has no kfunc with "no_such_thing" in its name')
  })
})

test('every verb has a help of its own', () => {
  for (const verb of ['check', 'compare', 'disasm', 'show', 'list', 'explain']) {
    const { status, stdout } = run([verb, '--help'])
    expect(status).toBe(0)
    expect(stdout).toMatch(new RegExp(`^Usage: kfuncs ${verb} `))
  }
  expect(run(['check', '--help']).stdout).toContain('Exit status: 0 every program is accepted')
})
