// SPDX-License-Identifier: Apache-2.0
// JUnit's XML as CI systems read it (Jenkins, GitLab, Azure): a suite an object, a case a program. What is refused failed; what we
// cannot judge, or cannot read, is an error.

import { expectedText, expectedWord } from '../expected.ts'
import { renderPretty } from './pretty.ts'
import type { Trouble } from '../trouble.ts'
import type { Outcome } from '../types.ts'
import { xmlAttribute as attribute, xmlText as escaped } from './xml.ts'

/** One document of all that was checked. */
export function renderJunit(rows: readonly (Outcome | Trouble)[]): string {
  const suites = grouped(rows)
  const all = [...suites].map(([object, cases]) => suite(object, cases))
  const { tests, failures, errors, seconds } = sums(rows)
  const head = `<testsuites name="kfuncs" tests="${tests}" failures="${failures}" errors="${errors}" time="${seconds}">`
  return `<?xml version="1.0" encoding="UTF-8"?>\n${head}\n${all.join('')}</testsuites>\n`
}

const objectOf = (row: Outcome | Trouble): string => row.object ?? 'kfuncs'

function grouped(rows: readonly (Outcome | Trouble)[]): ReadonlyMap<string, readonly (Outcome | Trouble)[]> {
  const groups = new Map<string, (Outcome | Trouble)[]>()
  for (const row of rows) {
    const group = groups.get(objectOf(row))
    if (group === undefined) groups.set(objectOf(row), [row])
    else group.push(row)
  }
  return groups
}

const seconds = (us: number): string => (us / 1e6).toFixed(6)
const isJudged = (row: Outcome | Trouble): row is Outcome => 'verdict' in row
/** The element of what is not well. */
function elementOf(row: Outcome | Trouble): 'failure' | 'error' | undefined {
  if (!isJudged(row)) return 'error'
  const expected = expectedWord(row)
  if (row.known === true) return undefined
  if (expected !== undefined) return expected === 'failed' ? 'failure' : undefined
  if (row.verdict === 'unsupported') return 'error'
  return row.verdict === 'accept' ? undefined : 'failure'
}

function sums(rows: readonly (Outcome | Trouble)[]) {
  const count = (element: string): number => rows.filter((row) => elementOf(row) === element).length
  const time = rows.reduce((sum, row) => sum + (isJudged(row) ? (row.timeUs ?? 0) : 0), 0)
  return { tests: rows.length, failures: count('failure'), errors: count('error'), seconds: seconds(time) }
}

function suite(object: string, rows: readonly (Outcome | Trouble)[]): string {
  const { tests, failures, errors, seconds } = sums(rows)
  const head = `  <testsuite name="${attribute(object)}" tests="${tests}" failures="${failures}" errors="${errors}" time="${seconds}">`
  return `${head}\n${rows.map((row) => testcase(object, row)).join('')}  </testsuite>\n`
}

function testcase(object: string, row: Outcome | Trouble): string {
  const time = isJudged(row) ? ` time="${seconds(row.timeUs ?? 0)}"` : ''
  const head = `    <testcase classname="${attribute(object)}" name="${attribute(row.program ?? object)}"${time}`
  const element = elementOf(row)
  if (isJudged(row) && row.known === true)
    return `${head}>\n      <skipped message="${attribute(`${row.diagnostic?.code}, as before`)}"/>\n    </testcase>\n`
  if (isJudged(row) && row.expected?.met === null)
    return `${head}>\n      <skipped message="${attribute(expectedText(row))}"/>\n    </testcase>\n`
  if (element === undefined) return `${head}/>\n`
  const { type, message, text } = isJudged(row) ? said(row) : { type: row.kind, message: row.message, text: '' }
  const open = `      <${element} type="${attribute(type)}" message="${attribute(message)}"`
  return `${head}>\n${open}${text === '' ? '/>' : `>${escaped(text)}</${element}>`}\n    </testcase>\n`
}

function said(outcome: Outcome): { readonly type: string; readonly message: string; readonly text: string } {
  const { diagnostic, verdict } = outcome
  if (outcome.expected !== undefined)
    return { type: 'expectation', message: expectedText(outcome), text: renderPretty(outcome) }
  return {
    type: diagnostic?.code ?? verdict,
    message: diagnostic === undefined ? (outcome.message ?? verdict) : `${diagnostic.title}: ${diagnostic.message}`,
    text: renderPretty(outcome),
  }
}
