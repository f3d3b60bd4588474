// SPDX-License-Identifier: Apache-2.0
// docs/contract.md: its headings are the document's, every path in it exists, every program it names as accepted or rejected is.
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const rows = readFileSync('docs/contract.md', 'utf8')
  .split('\n')
  .filter((line) => /^\| \d/.test(line))
  .map((line) => line.slice(2, -2).split(' | '))
const { programs } = JSON.parse(readFileSync('examples/verdicts.json', 'utf8')) as {
  programs: { object: string; program: string; verdict: string }[]
}

/** The numbered headings of Linux 6.12's Documentation/bpf/kfuncs.rst. */
const headings =
  '1 2 2.1 2.2 2.2.1 2.2.2 2.2.3 2.2.4 2.2.5 2.3 2.4 2.4.1 2.4.2 2.4.3 2.4.4 2.4.5 2.4.6 2.4.7 2.4.8 2.5 2.6 3 3.1 4 4.1 4.2 4.3'

test('it has a row for every heading of the document', () => {
  const numbers = new Set(rows.map(([heading]) => heading!.split(' ')[0]))
  expect([...numbers].sort()).toEqual(headings.split(' ').sort())
})

test('every path of code and tests exists, and they are files', () => {
  for (const [heading, , , code, tests] of rows) {
    const paths = [...`${code} ${tests}`.matchAll(/`([^`]+)`/g)].map(([, path]) => path!)
    expect(paths.length, heading).toBeGreaterThan(1)
    for (const path of paths) {
      expect(path, heading).toMatch(/^(?:src|test)\/.*\.ts$/)
      expect(existsSync(path), `${heading}: ${path}`).toBe(true)
    }
  }
})

describe('examples', () => {
  const named = rows.flatMap(([heading, , examples]) =>
    examples!
      .split('; ')
      .filter((part) => part.includes('`'))
      .map((part) => [heading!, part] as const),
  )
  test.for(named)('%s %s', ([, part]) => {
    const [, folder, list = ''] = /^`([^`]+)`(?:: (.*))?/.exec(part)!
    if (folder === 'testmod' || part === 'all') return
    const path = folder!.includes('/') ? `examples/${folder}.bpf.c` : `examples/${folder}`
    expect(existsSync(path), path).toBe(true)
    const [accepted = '', rejected = ''] = list.split(' / ')
    for (const [names, verdicts] of [
      [accepted, ['accept']],
      [rejected, ['reject', 'load_error']],
    ] as const)
      for (const [, program] of names.matchAll(/`(\w+)`/g)) {
        const row = programs.find((one) => one.object === `${folder}.bpf.o` && one.program === program)
        expect(verdicts, `${folder}: ${program}`).toContain(row?.verdict)
      }
  })
})
