// SPDX-License-Identifier: Apache-2.0
// Annotations of GitHub Actions: "Workflow commands for GitHub Actions", ::error file=…,line=…,title=…::message.

import { printable, printableLines } from '../../fault/index.ts'
import { expectedText, expectedWord, findingOf } from '../expected.ts'
import { readable } from './readable.ts'
import type { Trouble } from '../trouble.ts'
import type { Outcome } from '../types.ts'

/** Workflow commands for one program, a line each; '' where there is nothing to say. */
export function renderGithub(judged: Outcome): string {
  const outcome = readable(judged, { form: 'line', except: ['message'] })
  const lines = outcome.warnings.map((text) => command('warning', { title: outcome.program }, text))
  if (expectedWord(outcome) === 'failed') {
    const place = { file: outcome.object, title: `${outcome.program} is not as expected` }
    lines.push(command('error', place, `program ${outcome.program} is ${expectedText(outcome)}`))
  }
  const diagnostic = findingOf(outcome)
  if (diagnostic !== undefined) {
    const { primary } = diagnostic
    const text = [
      `${primary.label} (program ${outcome.program}${primary.insn === undefined ? '' : `, insn ${primary.insn}`})`,
      `${outcome.verdict === 'load_error' ? 'loader' : 'kernel'}: ${printableLines(diagnostic.message)}`,
      ...diagnostic.notes.map(
        ({ label, source }) => `${source === undefined ? '' : `${source.file}:${source.line}: `}${label}`,
      ),
      `rule: ${diagnostic.rule}`,
      ...diagnostic.help.map((line) => `help: ${line}`),
    ].join('\n')
    lines.push(
      command(
        diagnostic.ruleId === 'unsupported' ? 'warning' : 'error',
        {
          ...(primary.file === undefined ? {} : { file: primary.file.replace(/^\.\//, '') }),
          ...(primary.line === undefined ? {} : { line: `${primary.line}` }),
          ...(primary.column === undefined || primary.column === 0 ? {} : { col: `${primary.column}` }),
          title: `${diagnostic.code}: ${diagnostic.title}`,
        },
        text,
      ),
    )
  }
  return lines.join('\n')
}

/** The workflow command of what has no verdict. */
export const renderGithubTrouble = ({ object, message }: Trouble): string =>
  command(
    'error',
    { ...(object === undefined ? {} : { file: printable(object) }), title: 'kfuncs' },
    printableLines(message),
  )

function command(name: string, properties: Readonly<Record<string, string>>, message: string): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${printable(value, 'workflowProperty')}`)
  return `::${name} ${list.join(',')}::${printable(message, 'workflowData')}`
}
