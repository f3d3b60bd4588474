// SPDX-License-Identifier: Apache-2.0
// One line of JSON a program, for tools.

import { type LimitName, printable } from '../../fault/index.ts'
import { editsOf, type TextEdit } from '../edits.ts'
import { typeWord } from '../stats.ts'
import { type Trouble, verdictOfTrouble } from '../trouble.ts'
import type { Expected, Outcome, Source } from '../types.ts'

export interface JsonSource extends Source {
  readonly column: number | null
}

/** Keys in the order they are printed. Absent things are null, so that every line has every key. */
export interface JsonLine {
  readonly object: string
  /** Null, as all that follows but `verdict` and `message`, for an object that cannot be opened. */
  readonly program: string | null
  readonly section: string | null
  readonly type: string | null
  /** `open_error`: the object cannot be opened; `bug`: we failed. */
  readonly verdict: Outcome['verdict'] | 'open_error' | 'bug'
  readonly message: string | null
  readonly code: string | null
  readonly source: JsonSource | null
  readonly insn: number | null
  readonly notes: readonly { readonly label: string; readonly insn: number; readonly source: Source | null }[]
  readonly help: readonly string[]
  readonly insns_processed: number | null
  readonly states: number | null
  readonly time_us: number | null
  readonly kfuncs: readonly string[]
  readonly warnings: readonly string[]
  readonly limit: LimitName | null
  readonly kernel: string | null
  readonly title: string | null
  readonly label: string | null
  readonly rule: string | null
  readonly edits: readonly TextEdit[]
  readonly size: number | null
  readonly peak_states: number | null
  readonly max_states_per_insn: number | null
  readonly stack_depths: readonly number[] | null
  readonly expected: Expected | null
  readonly known: boolean | null
}

export function jsonLine(outcome: Outcome): JsonLine {
  const { diagnostic, report } = outcome
  const primary = diagnostic?.primary
  return {
    object: outcome.object,
    program: outcome.program,
    section: outcome.section,
    type: typeWord(outcome) ?? null,
    verdict: outcome.verdict,
    message: diagnostic?.message ?? outcome.message ?? null,
    code: diagnostic?.code ?? null,
    source:
      primary?.file === undefined
        ? null
        : { file: primary.file, line: primary.line ?? 0, text: primary.text ?? '', column: primary.column || null },
    insn: primary?.insn ?? null,
    notes: (diagnostic?.notes ?? []).map(({ label, insn, source }) => ({ label, insn, source: source ?? null })),
    help: diagnostic?.help ?? [],
    insns_processed: report?.insnsProcessed ?? null,
    states: report?.states ?? null,
    time_us: outcome.timeUs ?? null,
    kfuncs: outcome.kfuncs,
    warnings: outcome.warnings,
    limit: outcome.limit?.name ?? null,
    kernel: outcome.kernel ?? null,
    title: diagnostic?.title ?? null,
    label: primary?.label ?? null,
    rule: diagnostic?.rule ?? null,
    edits: diagnostic?.fix === undefined ? [] : editsOf(diagnostic.fix),
    size: outcome.insnCount ?? null,
    peak_states: report?.peakStates ?? null,
    max_states_per_insn: report?.maxStatesPerInsn ?? null,
    stack_depths: report?.stackDepths ?? null,
    expected: outcome.expected ?? null,
    known: outcome.known ?? null,
  }
}

/** The same keys for what has no verdict. */
const lineOfTrouble = (trouble: Trouble): JsonLine => ({
  object: trouble.object ?? '',
  program: trouble.program ?? null,
  section: null,
  type: null,
  verdict: verdictOfTrouble(trouble),
  message: trouble.message,
  code: null,
  source: null,
  insn: null,
  notes: [],
  help: [],
  insns_processed: null,
  states: null,
  time_us: null,
  kfuncs: [],
  warnings: [],
  limit: null,
  kernel: null,
  title: null,
  label: null,
  rule: null,
  edits: [],
  size: null,
  peak_states: null,
  max_states_per_insn: null,
  stack_depths: null,
  expected: null,
  known: null,
})

/** One program as one line of JSON, without the newline. Nothing in it is invisible, yet it parses to the object's own text. */
export const renderJson = (outcome: Outcome): string => printable(JSON.stringify(jsonLine(outcome)), 'json')

/** An object that cannot be opened, or a mistake of ours, as a line with the same keys. */
export const renderJsonTrouble = (trouble: Trouble): string => printable(JSON.stringify(lineOfTrouble(trouble)), 'json')
