// SPDX-License-Identifier: Apache-2.0
// How the results of tests are printed: for people and as JSON as they come, JUnit's XML and TAP 14 at the end.
import { xmlAttribute, xmlText } from '../../explain/index.ts'
import { printable } from '../../fault/index.ts'
import { jsonLine, type Output } from '../output.ts'
import type { TestRow, TestStatus } from './types.ts'

export const testFormats = ['pretty', 'json', 'junit', 'tap'] as const
export type TestFormat = (typeof testFormats)[number]

export interface TestPrinter {
  readonly add: (row: TestRow) => void
  readonly end: () => void
}

interface PrintOptions {
  readonly kernel: string
  readonly quiet: boolean
}

export const testPrinters: Readonly<Record<TestFormat, (out: Output, options: PrintOptions) => TestPrinter>> = {
  pretty,
  json: ({ write }, { kernel, quiet }) => ({
    add: ({ object, name, status, why, log, timeUs }) =>
      (quiet && passes(status)) ||
      write(jsonLine({ object, test: name, status, message: why === '' ? null : why, log, time_us: timeUs, kernel })),
    end: () => undefined,
  }),
  junit: ({ write }) => atTheEnd((rows) => write(junit(rows))),
  tap: ({ write }) => atTheEnd((rows) => write(tap(rows))),
}

function atTheEnd(render: (rows: readonly TestRow[]) => void): TestPrinter {
  const rows: TestRow[] = []
  return { add: (row) => void rows.push(row), end: () => render(rows) }
}

const count = (rows: readonly TestRow[], status: TestStatus): number =>
  rows.filter((row) => row.status === status).length

const passes = (status: TestStatus): boolean => status === 'pass' || status === 'skip'

const words = { pass: 'ok', fail: 'failed', skip: 'skipped', error: 'error' } as const
const summaryWords = { pass: 'passed', fail: 'failed', error: 'could not be run', skip: 'skipped' } as const

function pretty({ write }: Output, { quiet }: PrintOptions): TestPrinter {
  const rows: TestRow[] = []
  let object: string | undefined
  return {
    add: (row) => {
      rows.push(row)
      if (quiet && passes(row.status)) return
      if (row.object !== object) write(`${printable(row.object)}:`)
      object = row.object
      write(`  ${words[row.status]} ${printable(row.name)}${row.why === '' ? '' : `: ${printable(row.why)}`}`)
      if (row.status !== 'pass') for (const line of row.log) write(`      ${printable(line, 'listing')}`)
    },
    end: () => {
      const parts = Object.entries(summaryWords).flatMap(([status, word]) => {
        const number = count(rows, status as TestStatus)
        return number === 0 ? [] : [`${number} ${word}`]
      })
      if (!quiet && rows.length > 0) write(`\n${rows.length} test${rows.length === 1 ? '' : 's'}: ${parts.join(', ')}`)
    },
  }
}

const seconds = (rows: readonly TestRow[]): string =>
  (rows.reduce((sum, { timeUs }) => sum + timeUs, 0) / 1e6).toFixed(6)

const figures = (rows: readonly TestRow[]): string =>
  `tests="${rows.length}" failures="${count(rows, 'fail')}" errors="${count(rows, 'error')}" skipped="${count(rows, 'skip')}" time="${seconds(rows)}"`

function junit(rows: readonly TestRow[]): string {
  const objects = [...new Set(rows.map(({ object }) => object))]
  const suites = objects.map((object) => {
    const own = rows.filter((row) => row.object === object)
    const head = `  <testsuite name="${xmlAttribute(object)}" ${figures(own)}>`
    return `${head}\n${own.map(junitCase).join('')}  </testsuite>\n`
  })
  const head = `<testsuites name="kfuncs" ${figures(rows)}>`
  return `<?xml version="1.0" encoding="UTF-8"?>\n${head}\n${suites.join('')}</testsuites>\n`
}

const elements = { fail: 'failure', error: 'error', skip: 'skipped' } as const

function junitCase(row: TestRow): string {
  const { object, name, status, why, log } = row
  const head = `    <testcase classname="${xmlAttribute(object)}" name="${xmlAttribute(name)}" time="${seconds([row])}"`
  if (status === 'pass') return `${head}/>\n`
  const element = elements[status]
  const open = `      <${element} message="${xmlAttribute(why)}"`
  const body = log.length === 0 ? '/>' : `>${xmlText(log.join('\n'))}</${element}>`
  return `${head}>\n${open}${body}\n    </testcase>\n`
}

/** testanything.org, version 14. */
function tap(rows: readonly TestRow[]): string {
  const lines = rows.flatMap(({ object, name, status, why, log }, i) => {
    const what = `${i + 1} - ${tapText(`${object}: ${name}`)}`
    if (status === 'skip') return [`ok ${what} # SKIP ${tapText(why)}`]
    if (status === 'pass') return [`ok ${what}`]
    const said = log.length === 0 ? [] : ['  log: |', ...log.map((line) => `    ${printable(line, 'listing')}`)]
    return [
      `not ok ${what}`,
      '  ---',
      `  message: ${JSON.stringify(printable(why))}`,
      `  severity: ${status}`,
      ...said,
      '  ...',
    ]
  })
  return `${['TAP version 14', `1..${rows.length}`, ...lines].join('\n')}\n`
}

const tapText = (text: string): string => printable(text).replaceAll(/[\\#]/g, '\\$&')
