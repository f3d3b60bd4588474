// SPDX-License-Identifier: Apache-2.0
// A limit was reached before the program was judged: which, how far it came, what to allow.

import { type Limit, type LimitName, limitText } from '../fault/index.ts'
import { unsupportedRow } from './codes/index.ts'
import { fillAll } from './fill.ts'
import type { Diagnostic, Primary } from './types.ts'

/** The option of the API, and the one of the command line. */
const options: Readonly<Record<LimitName, string>> = {
  timeMs: 'timeMs (--timeout)',
  totalMs: 'totalMs (--total-timeout)',
  totalInsns: 'totalInsns (--total-insns)',
  maxInsns: 'maxInsns (--max-insns)',
  maxMemory: 'maxMemory (--max-memory)',
}

const nowhere: Primary = {
  insn: undefined,
  file: undefined,
  line: undefined,
  column: undefined,
  text: undefined,
  label: '',
}

/** The answer for a program over which whoever judged it came to an end: `what` says how. */
export function explainUnjudged(what: string): Diagnostic {
  const row = unsupportedRow()
  return {
    code: row.code,
    title: row.title,
    ruleId: 'unsupported',
    message: `unsupported: ${what}`,
    primary: { ...nowhere, label: what },
    notes: [],
    reason: `The program was not judged: ${what}.`,
    contract: undefined,
    rule: row.rule,
    section: row.section,
    help: fillAll(row.help, {}),
    fix: undefined,
  }
}

/** The answer for a program that was not judged to its end. `primary`: where the walk was; absent where there was none yet. */
export function explainLimit(limit: Limit, primary: Primary = nowhere): Diagnostic {
  const told = explainUnjudged(limitText(limit))
  return {
    ...told,
    primary: { ...primary, label: `given up here: ${told.primary.label}` },
    help: [`Allow more: ${options[limit.name]}.`, ...told.help],
  }
}
