// SPDX-License-Identifier: Apache-2.0
// One line a finding, as compilers and editors have it: FILE:LINE:COLUMN: error[KF012]: …; nothing of a program that is accepted.

import { printable } from '../fault/index.ts'
import { expectedText, expectedWord } from './expected.ts'
import { readable } from './readable.ts'
import type { Outcome } from './types.ts'

/** Lines of one program, each with its newline; '' where there is nothing to say. */
export function renderShort(judged: Outcome): string {
  const outcome = readable(judged, { form: 'line' })
  const { diagnostic, object, program } = outcome
  const lines = outcome.warnings.map((text) => `${object}: warning: ${text} (program ${program})`)
  const expected = expectedWord(outcome)
  if (expected === 'failed') lines.push(`${object}: error: program ${program} is ${expectedText(outcome)}`)
  if (diagnostic !== undefined && outcome.known !== true && (expected === undefined || expected === 'failed')) {
    const { primary, code, title } = diagnostic
    const level = diagnostic.ruleId === 'unsupported' ? 'unsupported' : 'error'
    const column = primary.column ? `:${primary.column}` : ''
    const where = primary.file === undefined ? object : `${primary.file}:${primary.line}${column}`
    const insn = primary.insn === undefined ? '' : `, insn ${primary.insn} of ${object}`
    lines.push(`${where}: ${level}[${code}]: ${title}: ${primary.label} (program ${program}${insn})`)
  }
  return lines.map((line) => `${printable(line)}\n`).join('')
}
