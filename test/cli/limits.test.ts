// SPDX-License-Identifier: Apache-2.0
// Limits from the command line, to the end: what is printed, and the exit status. The programs before and after are judged.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeObject } from '../hostile/build.ts'
import { commandFile, jsonLines, run } from './command.ts'

const scratch = mkdtempSync(join(tmpdir(), 'kfuncs-limits-'))
const short = 'r0 = 0\nexit'
/** A loop that the kernel takes, of 800,000 instructions. */
const long = `r1 = 400000\nagain:\nr1 += -1\nif r1 != 0 goto again\n${short}`

function object(name: string, ...programs: readonly (readonly [name: string, code: string])[]): string {
  const path = join(scratch, name)
  writeFileSync(path, makeObject({ functions: programs.map(([name, code]) => ({ name, section: 'socket', code })) }))
  return path
}
const mixed = object('mixed.bpf.o', ['before', short], ['loops', long], ['after', short])

beforeAll(() => commandFile(), 180_000)
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

interface Line {
  readonly program: string
  readonly verdict: string
  readonly message: string | null
  readonly limit: string | null
}
const linesOf = jsonLines<Line>

describe('a program that needs more is told so, the others are judged', () => {
  test.for([
    ['--max-insns', '1000', 'maxInsns', /^unsupported: limit maxInsns \(1000 instructions\): 1001 instructions/],
    ['--max-memory', '4', 'maxMemory', /^unsupported: limit maxMemory \(4 MiB\): \d+ instructions/],
    ['--timeout', '0.001', 'timeMs', /^unsupported: limit timeMs \(1 ms\)/],
  ] as const)('%s %s', ([flag, value, limit, message]) => {
    const { status, stdout, stderr } = run(['check', '--format', 'json', flag, value, mixed])
    expect([status, stderr]).toEqual([1, ''])
    const loops = linesOf(stdout)[1]!
    expect(linesOf(stdout).map(({ program }) => program)).toEqual(['before', 'loops', 'after'])
    expect(loops).toMatchObject({ verdict: 'unsupported', limit })
    expect(loops.message).toMatch(message)
  })

  test('in words, with what to allow', () => {
    const { status, stdout } = run(['check', '--max-insns', '1000', mixed])
    expect(status).toBe(1)
    expect(stdout).toMatch(/^accept before /m)
    expect(stdout).toContain('limit maxInsns (1000 instructions)')
    expect(stdout).toContain('Allow more: maxInsns (--max-insns)')
    expect(stdout).toMatch(/^accept after /m)
  })
})

describe('for all programs of an object together', () => {
  test('--total-timeout', () => {
    const { status, stdout } = run(['check', '--format', 'json', '--total-timeout', '0.001', mixed, mixed])
    expect(status).toBe(1)
    expect(linesOf(stdout)).toHaveLength(6)
    for (const at of [2, 5]) expect(linesOf(stdout)[at]).toMatchObject({ program: 'after', limit: 'totalMs' })
  })

  test('--total-insns', () => {
    const { status, stdout } = run(['check', '--format', 'json', '--total-insns', '1000', mixed])
    expect(status).toBe(1)
    expect(linesOf(stdout).map(({ limit }) => limit)).toEqual([null, 'totalInsns', 'totalInsns'])
  })
})

test('a limit that is not reached changes nothing', () => {
  const limits = ['--max-insns', '900000', '--total-timeout', '1000']
  const { status, stdout } = run(['check', '--format', 'json', ...limits, mixed])
  expect(linesOf(stdout).map(({ verdict }) => verdict)).toEqual(['accept', 'accept', 'accept'])
  expect(status).toBe(0)
})

test.for([
  ['--timeout', '0'],
  ['--max-insns', '-1'],
  ['--max-memory', 'much'],
  ['--total-timeout', ''],
  ['--total-insns', '1.5'],
])('%s %s is no limit: status 2', ([flag, value]) => {
  expect(run(['check', flag!, value!, mixed])).toMatchObject({ status: 2, stdout: '' })
})

describe('a worker that dies costs the program it was at, whatever it dies of', () => {
  test.for([
    [
      'its heap',
      'const all = []; for (;;) all.push(new Array(1e6).fill(all.length + 0.5))',
      '60',
      'maxMemory',
      /^unsupported: limit maxMemory/,
    ],
    ['an end', 'process.exit(7)', '60', null, /^unsupported: the worker ended with status 7$/],
    ['a throw', "throw new Error('gone')", '60', null, /^unsupported: the worker died: gone$/],
    ['no answer', 'for (;;) {}', '0.5', 'timeMs', /^unsupported: limit timeMs \(500 ms\): the worker did not answer$/],
  ] as const)('%s', ([, death, timeout, limit, message]) => {
    // loaded into every worker: it dies as soon as it has told of the program
    const preload = join(scratch, 'preload.mjs')
    writeFileSync(
      preload,
      `import { isMainThread, parentPort } from 'node:worker_threads'
      if (!isMainThread) {
        const post = parentPort.postMessage.bind(parentPort)
        parentPort.postMessage = (told) => {
          post(told)
          if (told.begin?.program === 'dies') setImmediate(() => { ${death} })
          if (told.begin?.program === 'dies') throw new StopHere()
        }
        class StopHere extends Error {}
        process.on('uncaughtException', (error) => {
          if (!(error instanceof StopHere)) throw error
        })
      }`,
    )
    const objects = ['a', 'b'].map((name) =>
      object(`${name}.bpf.o`, ['before', short], ['dies', short], ['after', short]),
    )
    const { status, stdout, stderr } = run(
      ['check', '--format', 'json', '--jobs', '2', '--timeout', timeout, '--max-memory', '40', ...objects],
      { env: { NODE_OPTIONS: `--import=${preload}` } },
    )
    expect([status, stderr]).toEqual([1, ''])
    const lines = linesOf(stdout)
    expect(lines.map(({ program }) => program)).toEqual(['before', 'dies', 'after', 'before', 'dies', 'after'])
    for (const at of [1, 4]) {
      expect(lines[at]).toMatchObject({ verdict: 'unsupported', limit })
      expect(lines[at]!.message).toMatch(message)
    }
    for (const at of [0, 2, 3, 5]) expect(lines[at]).toMatchObject({ verdict: 'accept', limit: null })
  })
})
