// SPDX-License-Identifier: Apache-2.0
// One line a finding, as compilers and editors have it: FILE:LINE:COLUMN: error[KF012]: …; nothing of a program that is accepted.

import { printable } from '../../fault/index.ts'
import { expectedText, expectedWord, findingOf } from '../expected.ts'
import { readable } from './readable.ts'
import type { Outcome } from '../types.ts'

/** Lines of one program, each with its newline; '' where there is nothing to say. */
export function renderShort(judged: Outcome): string {
  const outcome = readable(judged, { form: 'line' })
  const { object, program } = outcome
  const lines = outcome.warnings.map((text) => `${object}: warning: ${text} (program ${program})`)
  if (expectedWord(outcome) === 'failed') lines.push(`${object}: error: program ${program} is ${expectedText(outcome)}`)
  const diagnostic = findingOf(outcome)
  if (diagnostic !== undefined) {
    const { primary, code, title } = diagnostic
    const level = diagnostic.ruleId === 'unsupported' ? 'unsupported' : 'error'
    const column = primary.column ? `:${primary.column}` : ''
    const where = primary.file === undefined ? object : `${primary.file}:${primary.line}${column}`
    const insn = primary.insn === undefined ? '' : `, insn ${primary.insn} of ${object}`
    lines.push(`${where}: ${level}[${code}]: ${title}: ${primary.label} (program ${program}${insn})`)
  }
  return lines.map((line) => `${printable(line)}\n`).join('')
}
