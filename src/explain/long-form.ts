// SPDX-License-Identifier: Apache-2.0
// `kfuncs explain KF012`: the whole story of a code, as plain text or as Markdown for docs/codes.md.

import { type CodeRow, codeRow, codes } from './codes/index.ts'

/** The long form of a code for a terminal; undefined for a code that does not exist. */
export function longForm(code: string): string | undefined {
  const row = codeRow(code)
  if (row === undefined) return undefined
  const parts = [`${row.code}: ${row.title}`, row.text, `Rule: ${row.rule}\n      ${row.section}`]
  if (row.bad !== undefined) parts.push(`Rejected:\n\n${indent(row.bad)}`)
  if (row.good !== undefined) parts.push(`Accepted:\n\n${indent(row.good)}`)
  return `${parts.join('\n\n')}\n`
}

const indent = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? '' : `    ${line}`))
    .join('\n')

/** docs/codes.md. */
export function codesMarkdown(): string {
  const list = codes.map(({ code, title }) => `| [${code}](#${code.toLowerCase()}) | ${title} |`)
  return [
    '# Diagnostic codes',
    'Every rejection has one of these codes. `kfuncs explain KF012` prints the same text. Generated from the table in `src/explain/codes` by `scripts/make-codes-doc.ts`.',
    `| code | what |\n|---|---|\n${list.join('\n')}`,
    ...codes.map(section),
  ]
    .join('\n\n')
    .concat('\n')
}

function section(row: CodeRow): string {
  const parts = [`## ${row.code}\n\n**${row.title}**`, row.text, `> ${row.rule}\n>\n> ${row.section}`]
  if (row.bad !== undefined) parts.push(`Rejected:\n\n\`\`\`c\n${row.bad}\n\`\`\``)
  if (row.good !== undefined) parts.push(`Accepted:\n\n\`\`\`c\n${row.good}\n\`\`\``)
  parts.push(
    `Rules of the verifier: ${row.rules.length === 0 ? 'none' : row.rules.map((rule) => `\`${rule}\``).join(', ')}.`,
  )
  return parts.join('\n\n')
}
