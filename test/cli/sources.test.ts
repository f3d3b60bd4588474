// SPDX-License-Identifier: Apache-2.0
// The C files that an object names: where they are looked for, and what is not read.
import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { commandFile, run } from './command.ts'
import { runHere } from './here.ts'

const reports = new URL('../reports/', import.meta.url)
/** Its records name ./src/r0-tenth-of-ttl.bpf.c. */
const object = new URL('objects/r0-tenth-of-ttl.bpf.o', reports)
const source = readFileSync(new URL('src/r0-tenth-of-ttl.bpf.c', reports), 'utf8')
const told = 'tenth >= sizeof(by_ttl) / sizeof(by_ttl[0])'

let folder: string
beforeAll(commandFile, 180_000)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sources-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** The object at one place of the folder, a text at another. */
function laid(objectAt: string, sourceAt: string, text = source): string {
  const paths = [objectAt, sourceAt].map((path) => join(folder, path))
  for (const path of paths) mkdirSync(dirname(path), { recursive: true })
  copyFileSync(object, paths[0]!)
  writeFileSync(paths[1]!, text)
  return paths[0]!
}
const explained = async (...args: readonly string[]): Promise<string> => {
  const { status, out } = await runHere('check', '--format', 'json', ...args)
  expect(status).toBe(1)
  return out
}

test.for([
  ['beside the object', 'prog.o', 'r0-tenth-of-ttl.bpf.c'],
  ['where the object says, from its own folder on', 'prog.o', 'src/r0-tenth-of-ttl.bpf.c'],
  ['in the src of the same project', 'build/bpf/prog.o', 'src/r0-tenth-of-ttl.bpf.c'],
])('%s', async ([, objectAt, sourceAt]) => {
  expect(await explained(laid(objectAt!, sourceAt!))).toContain(told)
})

test('where --path-map says', async () => {
  const path = laid('prog.o', 'elsewhere/deep/below/x/r0-tenth-of-ttl.bpf.c')
  expect(await explained(path)).not.toContain(told)
  expect(await explained('--path-map', `./src=${folder}/elsewhere/deep/below/x`, path)).toContain(told)
})

test.for(['1', '2'])('of each of several objects (%s at a time)', (jobs) => {
  const objects = ['a', 'b'].map((name) => laid(`${name}/prog.o`, `${name}/r0-tenth-of-ttl.bpf.c`))
  const { status, stdout } = run(['check', '--format', 'json', '--jobs', jobs, ...objects])
  expect(status).toBe(1)
  expect(stdout.split(told)).toHaveLength(3)
})

test('the verdict, its figures and its warnings are those without', async () => {
  const path = laid('prog.o', 'r0-tenth-of-ttl.bpf.c')
  const figures = (text: string): object => {
    const { verdict, insns, states, message, warnings } = JSON.parse(text) as Record<string, unknown>
    return { verdict, insns, states, message, warnings }
  }
  expect(figures(await explained(path))).toEqual(figures(await explained('--no-sources', path)))
})

test.for([
  ['not with --no-sources', source, ['--no-sources']],
  ['not where it was changed since', source.replace('by_ttl[slot]++', 'by_ttl[slot] += 1'), []],
  ['not where it is no C', `${source}}`, []],
] as const)('%s', async ([, text, flags]) => {
  expect(await explained(...flags, laid('prog.o', 'r0-tenth-of-ttl.bpf.c', text))).not.toContain(told)
})

test.skipIf(process.platform === 'win32')('a pipe in its place is not waited for', async () => {
  const path = laid('prog.o', 'other.c')
  execFileSync('mkfifo', [join(folder, 'r0-tenth-of-ttl.bpf.c')])
  expect(await explained(path)).not.toContain(told)
})
