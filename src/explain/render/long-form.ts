// SPDX-License-Identifier: Apache-2.0
// `kfuncs explain KF012`: the whole story of a code, as plain text or as Markdown for docs/codes.md.

import { codeExample } from '../codes/example.ts'
import { type CodeRow, codeRow, codes } from '../codes/index.ts'
import { expandTabs, wrap } from './wrap.ts'

/** The long form of a code for a terminal; undefined for a code that does not exist. */
export function longForm(code: string, width = 100): string | undefined {
  const row = codeRow(code)
  if (row === undefined) return undefined
  const said = (text: string): string => wrap(text, width).join('\n')
  const parts = [`${row.code}: ${row.title}`, said(row.text), `${said(`Rule: ${row.rule}`)}\n      (${row.section})`]
  const example = codeExample(row.code)
  if (example !== undefined) {
    const { rejected, accepted } = example
    const kernel = rejected.kernel === undefined ? '' : `\n\n    kernel: ${rejected.kernel}`
    parts.push(
      `Rejected (${rejected.file}):\n\n${indent(rejected.text)}${kernel}`,
      `Accepted (${accepted.file}):\n\n${indent(accepted.text)}`,
    )
  }
  if (row.bad !== undefined && row.good !== undefined)
    parts.push(`Rejected:\n\n${indent(row.bad)}`, `Accepted:\n\n${indent(row.good)}`)
  const help = row.help.flat().filter((text) => !/\{\??\w+\}(?!;)/.test(text))
  if (help.length > 0)
    parts.push(
      `What helps:\n${help
        .map((text) =>
          wrap(text, width - 4)
            .map((line, i) => `${i === 0 ? '  - ' : '    '}${line}`)
            .join('\n'),
        )
        .join('\n')}`,
    )
  return `${parts.join('\n\n')}\n`
}

const indent = (text: string): string =>
  text
    .split('\n')
    .map((line) => (line === '' ? '' : `    ${expandTabs(line)}`))
    .join('\n')

/** docs/codes.md. */
export function codesMarkdown(): string {
  const list = codes.map(({ code, title }) => `| [${code}](#${code.toLowerCase()}) | ${title} |`)
  return [
    '# Diagnostic codes',
    'Every rejection has one of these codes. `kfuncs explain KF012` prints the same text. Each example was judged by a real Linux 6.12. Generated from the table in `src/explain/codes` by `scripts/make-codes-doc.ts`.',
    `| code | what |\n|---|---|\n${list.join('\n')}`,
    ...codes.map(section),
  ]
    .join('\n\n')
    .concat('\n')
}

function section(row: CodeRow): string {
  const parts = [`## ${row.code}\n\n**${row.title}**`, row.text, `> ${row.rule}\n>\n> ${row.section}`]
  const example = codeExample(row.code)
  if (example !== undefined) {
    const { rejected, accepted } = example
    parts.push(
      `Rejected ([\`${rejected.program}\`](../${rejected.file})):\n\n\`\`\`c\n${rejected.text}\n\`\`\``,
      ...(rejected.kernel === undefined ? [] : [`The kernel: \`${rejected.kernel}\``]),
      `Accepted ([\`${accepted.program}\`](../${accepted.file})):\n\n\`\`\`c\n${accepted.text}\n\`\`\``,
    )
  }
  if (row.bad !== undefined && row.good !== undefined)
    parts.push(`Rejected:\n\n\`\`\`c\n${row.bad}\n\`\`\``, `Accepted:\n\n\`\`\`c\n${row.good}\n\`\`\``)
  parts.push(
    `Rules of the verifier: ${row.rules.length === 0 ? 'none' : row.rules.map((rule) => `\`${rule}\``).join(', ')}.`,
  )
  return parts.join('\n\n')
}
