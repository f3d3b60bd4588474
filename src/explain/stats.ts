// SPDX-License-Identifier: Apache-2.0
// The figures of a verdict: one table for filters, sorting, CSV, tables and comparisons. Names are veristat's where it has the figure.

import { progType } from '../uapi/index.ts'
import { expectedWord } from './expected.ts'
import type { Outcome } from './types.ts'

export interface StatRow {
  /** The first is the column's name in CSV; all are understood where a figure is named. */
  readonly names: readonly [string, ...string[]]
  /** Head of a table's column. */
  readonly title: string
  /** As a number, a word, or undefined where the program was not so far. */
  readonly of: (outcome: Outcome) => number | string | undefined
  /** Words sort from a to z, numbers from the largest, unless told otherwise. */
  readonly kind: 'word' | 'number'
}

export const stats = [
  { names: ['file_name', 'filename', 'file'], title: 'File', kind: 'word', of: ({ object }) => object },
  { names: ['prog_name', 'progname', 'prog'], title: 'Program', kind: 'word', of: ({ program }) => program },
  { names: ['verdict'], title: 'Verdict', kind: 'word', of: ({ verdict }) => verdict },
  { names: ['code'], title: 'Code', kind: 'word', of: ({ diagnostic }) => diagnostic?.code },
  { names: ['duration', 'dur'], title: 'Duration (us)', kind: 'number', of: ({ timeUs }) => timeUs },
  { names: ['total_insns', 'insns'], title: 'Insns', kind: 'number', of: ({ report }) => report?.insnsProcessed },
  { names: ['total_states', 'states'], title: 'States', kind: 'number', of: ({ report }) => report?.states },
  { names: ['peak_states', 'peak'], title: 'Peak states', kind: 'number', of: ({ report }) => report?.peakStates },
  {
    names: ['max_states_per_insn'],
    title: 'Max states per insn',
    kind: 'number',
    of: ({ report }) => report?.maxStatesPerInsn,
  },
  { names: ['prog_size', 'size'], title: 'Program size', kind: 'number', of: ({ insnCount }) => insnCount },
  { names: ['stack', 'stack_depth'], title: 'Stack', kind: 'number', of: stackBytes },
  { names: ['expected'], title: 'Expected', kind: 'word', of: expectedWord },
  { names: ['prog_type', 'type'], title: 'Program type', kind: 'word', of: typeWord },
] as const satisfies readonly StatRow[]

const byName: ReadonlyMap<string, StatRow> = new Map(stats.flatMap((row) => row.names.map((name) => [name, row])))

/** A figure by any of its names. */
export const statNamed = (name: string): StatRow | undefined => byName.get(name.trim().toLowerCase())

/** Bytes of stack of all of a program's functions together, as each was seen to use it. */
export function stackBytes({ report }: Outcome): number | undefined {
  return report?.stackDepths?.reduce((sum, depth) => sum + depth, 0)
}

/** 'BPF_PROG_TYPE_SCHED_CLS' → 'sched_cls' */
export function typeWord({ type }: Pick<Outcome, 'type'>): string | undefined {
  return type === undefined ? undefined : progType(type)?.short
}
