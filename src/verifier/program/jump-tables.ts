// SPDX-License-Identifier: Apache-2.0
// Jump tables: which of them a gotox may use, known before any path is walked.

import type { ProgramDraft, Program, Subprog } from './program.ts'
import { violate } from '../violations/raise.ts'

/** Each once, smallest first: as the kernel follows them. */
export const distinct = (targets: readonly number[]): readonly number[] => [...new Set(targets)].sort((a, b) => a - b)

/** Where a gotox may lead by the tables of its function. They are in the program's `jumpTables` from then on. */
export function findTargets(draft: ProgramDraft, at: number): readonly number[] {
  const subprog = draft.subprogOf(at)
  const own = tablesOf(draft).filter((targets) => within(subprog, targets[0]))
  if (own.length === 0) violate('jump-table', { form: 'none', start: subprog.start })
  const targets = distinct(own.flat())
  if (!targets.every((target) => within(subprog, target)))
    violate('jump-table', { form: 'outside', insn: at, start: subprog.start, end: subprog.end })
  draft.jumpTables.set(at, targets)
  return targets
}

const within = ({ start, end }: Subprog, target: number | undefined): boolean =>
  target !== undefined && target >= start && target < end

/** Targets of each table that the program names. */
function tablesOf({ linked: prog }: Program): (readonly number[])[] {
  const named = new Set([...prog.refs.values()].map((ref) => ('map' in ref ? ref.map : -1)))
  return prog.maps.flatMap(({ targets }, index) =>
    targets === undefined || !named.has(index) ? [] : [distinct(targets)],
  )
}
