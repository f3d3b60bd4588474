// SPDX-License-Identifier: Apache-2.0
// Verdicts with their figures in columns, for people.

import { printable } from '../../fault/index.ts'
import { type Palette, palette } from './colour.ts'
import { stats, type StatRow } from '../stats.ts'
import { type Trouble, verdictOfTrouble } from '../trouble.ts'
import type { Outcome } from '../types.ts'

const shown: ReadonlySet<string> = new Set([
  'File',
  'Program',
  'Verdict',
  'Code',
  'Insns',
  'States',
  'Peak states',
  'Stack',
  'Program size',
  'Duration (us)',
])

/** What was expected is a column where it was asked. */
const columnsOf = (rows: readonly (Outcome | Trouble)[]): readonly StatRow[] => {
  const asked = rows.some((row) => 'expected' in row && row.expected !== undefined)
  return stats.filter(({ title }) => shown.has(title) || (asked && title === 'Expected'))
}
/** By verdict; all others are errors. */
const inks: ReadonlyMap<string, keyof Palette> = new Map([
  ['accept', 'good'],
  ['unsupported', 'warning'],
])

export interface TableOptions {
  readonly colour?: boolean
  /** Columns of the terminal: names are cut to fit. Default: as wide as the names are. */
  readonly width?: number | undefined
}

/** A whole table; '' without rows. */
export function renderTable(
  rows: readonly (Outcome | Trouble)[],
  { colour = false, width }: TableOptions = {},
): string {
  if (rows.length === 0) return ''
  const columns = columnsOf(rows)
  const cells = rows.map((row) => columns.map((column) => printable(cellOf(row, column))))
  const widths = columns.map(({ title }, i) => Math.max(title.length, ...cells.map((row) => row[i]!.length)))
  narrow(columns, widths, width)
  const paint = palette(colour)
  const line = (row: readonly string[], ink?: Palette[keyof Palette]): string =>
    row
      .map((text, i) => {
        const laid = laidOut(text, columns[i]!, widths[i]!)
        return columns[i]!.title === 'Verdict' && ink !== undefined ? ink(laid) : laid
      })
      .join('  ')
      .trimEnd()
  return [
    line(columns.map(({ title }) => title)),
    widths.map((length) => '-'.repeat(length)).join('  '),
    ...cells.map((row, i) => line(row, paint[inks.get(verdictOf(rows[i]!)) ?? 'error'])),
  ]
    .map((text) => `${text}\n`)
    .join('')
}

const verdictOf = (row: Outcome | Trouble): string => ('verdict' in row ? row.verdict : verdictOfTrouble(row))

function cellOf(row: Outcome | Trouble, column: StatRow): string {
  if ('verdict' in row) return `${column.of(row) ?? ''}`
  if (column.title === 'Verdict') return verdictOf(row)
  return column.title === 'File' ? (row.object ?? '') : column.title === 'Program' ? (row.program ?? '') : ''
}

/** Names give way until the table is as wide as the terminal; none below this. */
const LEAST = 12

function narrow(columns: readonly StatRow[], widths: number[], width: number | undefined): void {
  if (width === undefined) return
  let over = widths.reduce((sum, length) => sum + length, 0) + 2 * (widths.length - 1) - width
  for (const title of ['File', 'Program']) {
    const at = columns.findIndex((column) => column.title === title)
    const less = Math.min(Math.max(0, widths[at]! - LEAST), Math.max(0, over))
    widths[at] = widths[at]! - less
    over -= less
  }
}

/** A path is told by its end, a name by its beginning. */
function laidOut(text: string, { title, kind }: StatRow, width: number): string {
  if (kind === 'number') return text.padStart(width)
  if (text.length <= width) return text.padEnd(width)
  return title === 'File' ? `…${text.slice(text.length - width + 1)}` : `${text.slice(0, width - 1)}…`
}
