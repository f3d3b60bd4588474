// SPDX-License-Identifier: Apache-2.0
// The formats. SARIF and JUnit are one document, a table has columns as wide as its rows: these wait for the end, the others print as
// verdicts come.
import {
  csvHeader,
  csvOfTrouble,
  expectedWord,
  type Outcome,
  renderAgain,
  renderCsv,
  renderGithub,
  renderGithubTrouble,
  renderJson,
  renderJsonTrouble,
  renderJunit,
  renderLog,
  renderPretty,
  renderSarif,
  renderShort,
  renderTable,
  type Trouble,
} from '../explain/index.ts'
import type { CheckFlags, Format } from './flags.ts'
import { fileOutput, type Output, standardOutput } from './output.ts'
import { wantsColor } from './usage.ts'
import { version } from './version.ts'

export interface Printer {
  readonly add: (outcome: Outcome) => void
  /** What has no verdict; it is told on standard error besides. */
  readonly fail: (trouble: Trouble) => void
  /** `hidden`: programs judged and not shown. */
  readonly end: (hidden?: number) => void
}

const words = {
  accept: 'accepted',
  reject: 'rejected',
  unsupported: 'unsupported',
  load_error: 'not loadable',
} as const

type PrintFlags = Pick<CheckFlags, 'format' | 'log' | 'quiet' | 'outputFile'>

export function printer(flags: PrintFlags): Printer {
  const out = flags.outputFile === undefined ? standardOutput : fileOutput(flags.outputFile)
  const made = printers[flags.format](out, flags)
  return {
    ...made,
    end: (hidden) => {
      made.end(hidden)
      out.end()
    },
  }
}

const nothing = (): void => undefined

const printers: Readonly<Record<Format, (out: Output, flags: PrintFlags) => Printer>> = {
  pretty,
  short: ({ write }) => ({ add: (outcome) => write(renderShort(outcome)), fail: nothing, end: nothing }),
  json: ({ write }) => ({
    add: (outcome) => write(renderJson(outcome)),
    // wrong usage is no object's
    fail: (trouble) => trouble.kind !== 'usage' && write(renderJsonTrouble(trouble)),
    end: nothing,
  }),
  github: ({ write }) => ({
    add: (outcome) => write(renderGithub(outcome)),
    fail: (trouble) => write(renderGithubTrouble(trouble)),
    end: nothing,
  }),
  csv: ({ write }) => {
    write(csvHeader)
    return {
      add: (outcome) => write(renderCsv(outcome)),
      fail: (trouble) => trouble.kind !== 'usage' && write(csvOfTrouble(trouble)),
      end: nothing,
    }
  },
  table: (out, { quiet = false }) =>
    atTheEnd((rows, hidden) => {
      const colour = wantsColor(out)
      const width = out.isTerminal ? process.stdout.columns : undefined
      out.write(renderTable(rows, { colour, width }))
      const judged = rows.filter((row): row is Outcome => 'verdict' in row)
      if (!quiet && rows.length > 0) out.write(`\n${summary(judged, hidden)}`)
    }),
  junit: ({ write }) => atTheEnd((rows) => write(renderJunit(rows))),
  sarif: ({ write }) =>
    atTheEnd((rows) => {
      const outcomes = rows.filter((row): row is Outcome => 'verdict' in row)
      const troubles = rows.filter((row): row is Trouble => !('verdict' in row))
      write(renderSarif(outcomes, version, troubles))
    }),
}

function atTheEnd(render: (rows: readonly (Outcome | Trouble)[], hidden: number) => void): Printer {
  const rows: (Outcome | Trouble)[] = []
  const add = (row: Outcome | Trouble): void => void rows.push(row)
  return { add, fail: add, end: (hidden = 0) => render(rows, hidden) }
}

function pretty(out: Output, { log, quiet = false }: PrintFlags): Printer {
  const { write } = out
  const options = { colour: wantsColor(out), width: (out.isTerminal ? process.stdout.columns : undefined) ?? 100 }
  const judged: Judged[] = []
  let before: Outcome | undefined
  const unsaid = warningsOnce()
  return {
    add: (outcome) => {
      judged.push({ verdict: outcome.verdict, expected: outcome.expected, known: outcome.known })
      if (log !== undefined && outcome.report !== undefined) write(renderLog(outcome.report))
      // One missing extern keeps every program of an object from being loaded: told once.
      const again = isSameFault(before, outcome)
      before = outcome
      if (again) return write(renderAgain(outcome, options))
      const text = renderPretty(unsaid(outcome), options).trimEnd()
      // An explanation stands by itself.
      write(text.includes('\n') ? `${text}\n\n` : text)
    },
    fail: nothing,
    end: (hidden = 0) => {
      if (!quiet && judged.length + hidden > 0) write(summary(judged, hidden))
    },
  }
}

/** What is said of each program of an object that uses a map, say, is for readers to be told once. */
function warningsOnce(): (outcome: Outcome) => Outcome {
  const said = new Set<string>()
  let object: string | undefined
  return (outcome) => {
    if (outcome.object !== object) said.clear()
    object = outcome.object
    const warnings = outcome.warnings.filter((text) => !said.has(text))
    for (const text of warnings) said.add(text)
    return { ...outcome, warnings }
  }
}

type Judged = Pick<Outcome, 'verdict' | 'expected' | 'known'>

const expectedWords = { ok: 'as expected', failed: 'not as expected', skipped: 'no test here' } as const

/** '3 programs: 2 accepted, 1 rejected' */
function summary(judged: readonly Judged[], hidden = 0): string {
  const asked = judged.some(({ expected }) => expected !== undefined)
  const wordOf = (one: Judged): string => (one.known === true ? '' : asked ? (expectedWord(one) ?? '') : one.verdict)
  const parts = Object.entries(asked ? expectedWords : words).flatMap(([verdict, word]) => {
    const count = judged.filter((one) => wordOf(one) === verdict).length
    return count === 0 ? [] : [`${count} ${word}`]
  })
  const known = judged.filter((one) => one.known === true).length
  if (known > 0) parts.push(`${known} known`)
  if (hidden > 0) parts.push(`${hidden} not shown`)
  const total = judged.length + hidden
  return `${total} program${total === 1 ? '' : 's'}: ${parts.join(', ')}`
}

const isSameFault = (before: Outcome | undefined, outcome: Outcome): boolean =>
  outcome.verdict === 'load_error' &&
  outcome.report === undefined &&
  before?.object === outcome.object &&
  before.report === undefined &&
  before.diagnostic?.message === outcome.diagnostic?.message
