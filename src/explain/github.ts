// SPDX-License-Identifier: Apache-2.0
// Annotations of GitHub Actions: "Workflow commands for GitHub Actions", ::error file=…,line=…,title=…::message.

import type { Outcome } from './types.ts'

/** Workflow commands for one program, a line each; '' where there is nothing to say. */
export function renderGithub(outcome: Outcome): string {
  const lines = outcome.warnings.map((text) => command('warning', { title: outcome.program }, text))
  const { diagnostic } = outcome
  if (diagnostic !== undefined) {
    const { primary } = diagnostic
    const text = [
      `${diagnostic.primary.label} (program ${outcome.program}${primary.insn === undefined ? '' : `, insn ${primary.insn}`})`,
      `${outcome.verdict === 'load_error' ? 'loader' : 'kernel'}: ${diagnostic.message}`,
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

function command(name: string, properties: Readonly<Record<string, string>>, message: string): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(value)}`)
  return `::${name} ${list.join(',')}::${escapeData(message)}`
}

const escapeData = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
const escapeProperty = (text: string): string => escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
