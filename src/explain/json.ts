// SPDX-License-Identifier: Apache-2.0
// One line of JSON a program, for tools.

import { type LimitName, printable } from '../fault/index.ts'
import type { Outcome, Source } from './types.ts'

/** Keys in the order they are printed. Absent things are null, so that every line has every key. */
export interface JsonLine {
  readonly object: string
  readonly program: string
  readonly section: string
  readonly type: string | null
  readonly verdict: Outcome['verdict']
  readonly message: string | null
  readonly code: string | null
  readonly source: Source | null
  readonly insn: number | null
  readonly notes: readonly { readonly label: string; readonly insn: number; readonly source: Source | null }[]
  readonly help: readonly string[]
  readonly insns_processed: number | null
  readonly states: number | null
  readonly time_us: number | null
  readonly kfuncs: readonly string[]
  readonly warnings: readonly string[]
  readonly limit: LimitName | null
}

export function jsonLine(outcome: Outcome): JsonLine {
  const { diagnostic, report } = outcome
  const primary = diagnostic?.primary
  return {
    object: outcome.object,
    program: outcome.program,
    section: outcome.section,
    type: outcome.type?.replace('BPF_PROG_TYPE_', '').toLowerCase() ?? null,
    verdict: outcome.verdict,
    message: diagnostic?.message ?? outcome.message ?? null,
    code: diagnostic?.code ?? null,
    source:
      primary?.file === undefined ? null : { file: primary.file, line: primary.line ?? 0, text: primary.text ?? '' },
    insn: primary?.insn ?? null,
    notes: (diagnostic?.notes ?? []).map(({ label, insn, source }) => ({ label, insn, source: source ?? null })),
    help: diagnostic?.help ?? [],
    insns_processed: report?.insnsProcessed ?? null,
    states: report?.states ?? null,
    time_us: outcome.timeUs ?? null,
    kfuncs: outcome.kfuncs,
    warnings: outcome.warnings,
    limit: outcome.limit?.name ?? null,
  }
}

/** One program as one line of JSON, without the newline. Nothing in it is invisible, yet it parses to the object's own text. */
export const renderJson = (outcome: Outcome): string => printable(JSON.stringify(jsonLine(outcome)), 'json')
