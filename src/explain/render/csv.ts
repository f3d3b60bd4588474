// SPDX-License-Identifier: Apache-2.0
// Comma-separated values (RFC 4180, with newlines as Unix has them): a header, then a row a program. Columns that veristat has are
// called what it calls them.

import { printable } from '../../fault/index.ts'
import { stats } from '../stats.ts'
import { type Trouble, verdictOfTrouble } from '../trouble.ts'
import type { Outcome } from '../types.ts'

const more = ['message', 'source_file', 'source_line'] as const

export const csvHeader = [...stats.map(({ names }) => names[0]), ...more].map((name) => cell(name)).join(',')

/** One program's row, without the newline. */
export function renderCsv(outcome: Outcome): string {
  const { diagnostic } = outcome
  const { file, line } = diagnostic?.primary ?? {}
  return [...stats.map((row) => row.of(outcome)), diagnostic?.message ?? outcome.message, file, line]
    .map(cell)
    .join(',')
}

/** The row of what has no verdict. */
export function csvOfTrouble(trouble: Trouble): string {
  const { object = '', program = '', message } = trouble
  const known: ReadonlyMap<string, string> = new Map([
    ['file_name', object],
    ['prog_name', program],
    ['verdict', verdictOfTrouble(trouble)],
  ])
  return [...stats.map(({ names }) => known.get(names[0])), message, undefined, undefined].map(cell).join(',')
}

/** Quoted where it must be. What a spreadsheet would take for a formula is led by an apostrophe. */
function cell(value: number | string | undefined): string {
  if (value === undefined) return ''
  if (typeof value === 'number') return `${value}`
  const text = printable(value).replace(/^(?=[=+\-@])/, "'")
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
