// SPDX-License-Identifier: Apache-2.0
// Coverage of tests that create machines themselves is what --coverage writes of the same runs.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openKernel, unwrap } from '../../src/index.ts'
import { Coverage, createMachine } from '../../src/runtime/index.ts'
import { temporaryFolder } from '../cli/folder.ts'
import { runHere } from '../cli/here.ts'

const object = 'test/runtime/programs/within.bpf.o'

test('of several machines', async () => {
  const kernel = unwrap(await openKernel('6.12'))
  const coverage = new Coverage()
  const { observer } = coverage
  for (let i = 0; i < 2; i++) {
    const { programs } = unwrap(createMachine(kernel, { observer }).load(readFileSync(object), { programs: ['found'] }))
    unwrap(programs.get('found')!.testRun({ data: new Uint8Array(64) }))
  }
  const file = join(temporaryFolder('test'), 'within.lcov')
  await runHere('run', object, '-p', 'found', '--coverage', file)
  const once = readFileSync(file, 'utf8')
  const twice = coverage.lcov()
  expect(once).toContain('SF:within.bpf.c\n')
  const counts = (text: string): readonly number[] =>
    [...text.matchAll(/^DA:\d+,(\d+)$/gm)].map((match) => Number(match[1]))
  expect(counts(once).length).toBeGreaterThan(4)
  expect(counts(twice)).toEqual(counts(once).map((count) => 2 * count))
  expect(coverage.lcov({ path: (name) => `src/${name}` })).toContain('SF:src/')
})
