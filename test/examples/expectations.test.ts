// SPDX-License-Identifier: Apache-2.0
/** The committed examples are whole: sources, objects, the kernel's verdicts and the comments' promises agree. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'

interface Verdict {
  object: string
  program: string
  verdict: string
  stage?: string
  message?: string
}
interface Expectation {
  object: string
  program: string
  heading: string
  expect: string
  fixedBy?: string
  wantedLine?: number
  wantedText?: string
}
const examples = join(import.meta.dirname, '..', '..', 'examples')
const read = <Row>(name: string): Row[] =>
  (JSON.parse(readFileSync(join(examples, name), 'utf8')) as { programs: Row[] }).programs
const verdicts = read<Verdict>('verdicts.json')
const expectations = read<Expectation>('expectations.json')
const key = (row: { object: string; program: string }): string => `${row.object} ${row.program}`

describe('examples', () => {
  test('there are more than a hundred, each judged and each explained', () => {
    expect(verdicts.length).toBeGreaterThan(110)
    expect(new Set(verdicts.map(key))).toEqual(new Set(expectations.map(key)))
  })
  test('the kernel says what the comments promise', () => {
    const said = new Map(verdicts.map((row) => [key(row), row.verdict === 'load_error' ? 'reject' : row.verdict]))
    expect(expectations.filter((row) => said.get(key(row)) !== row.expect)).toEqual([])
  })
  test('a rejected program names the accepted twin', () => {
    const accepted = new Set(expectations.filter((row) => row.expect === 'accept').map(key))
    for (const row of expectations) {
      if (row.fixedBy === undefined) continue
      // `file:program`: one in another file of the folder.
      const [file, program] = row.fixedBy.split(':')
      const twin = program === undefined ? `${row.object} ${file}` : `${dirname(row.object)}/${file}.bpf.o ${program}`
      expect(accepted).toContain(twin)
    }
  })
  test.for([...new Set(expectations.map((row) => row.object))])(
    '%s is committed, names no machine path and carries its source lines',
    (object) => {
      expect(existsSync(join(examples, object.replace(/\.o$/, '.c')))).toBe(true)
      const bytes = readFileSync(join(examples, object)).toString('latin1')
      expect(bytes).not.toMatch(/\/(work|home|root|usr)\//)
      for (const row of expectations) {
        if (row.object === object && row.wantedText !== undefined) expect(row.wantedText).not.toBe('')
      }
    },
  )
})
