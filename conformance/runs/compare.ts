// SPDX-License-Identifier: Apache-2.0
// A run of the kernel's beside ours.
import { retvalOf } from '../../src/object/index.ts'
import type { OurRun } from './ours.ts'
import { reasons } from './reasons.ts'
import { differences, type RunRow } from './rows.ts'

export type RunOutcome = 'identical' | 'different' | 'explained' | 'not modelled' | 'not run'

export interface ComparedRun {
  readonly row: RunRow
  readonly ours: OurRun
  readonly outcome: RunOutcome
  /** What differs. */
  readonly fields: readonly string[]
  /** Why it cannot be as there, where that is known. */
  readonly reason?: string
}

/** The runs of one program. */
export function compareRuns(rows: readonly RunRow[], ours: readonly OurRun[]): ComparedRun[] {
  // what chance, time or an address decides on one input may have come out alike in both boots on another
  const varies = new Set(rows.flatMap((row) => row.varies ?? []).filter((field) => field !== 'errno'))
  if (rows.some(({ wanted }) => wanted === 'POINTER_VALUE')) varies.add('retval')
  return rows.map((row, i) => compareRun(row, ours[i]!, varies))
}

function compareRun(row: RunRow, ours: OurRun, varies: ReadonlySet<string>): ComparedRun {
  // a program that the kernel did not come back from, or not twice
  const ended = row.died === true || row.varies?.includes('errno') === true
  if (row.load_errno !== undefined || row.attach_errno !== undefined || ended)
    return { row, ours, outcome: 'not run', fields: [] }
  if (ours.row === undefined) return { row, ours, outcome: 'not modelled', fields: [] }
  const fields = differences(row, ours.row).filter((field) => !varies.has(field))
  const reason = reasons.get(`${row.obj} ${row.prog}`)
  if (fields.length > 0 && reason !== undefined) return { row, ours, outcome: 'explained', fields, reason }
  return { row, ours, outcome: fields.length === 0 ? 'identical' : 'different', fields }
}

export interface RunCounts {
  /** That the kernel made. */
  readonly runs: number
  readonly identical: number
  readonly different: number
  /** Different, and why is known. */
  readonly explained: number
  readonly missing: number
  /** Identical, with bodies that are the comparison's own (testmod.ts). */
  readonly withBodies: number
  readonly notRun: number
  /** Those of which a run was made; identical in every one. */
  readonly programs: { readonly all: number; readonly identical: number }
}

export function countRuns(all: readonly ComparedRun[]): RunCounts {
  const of = (outcome: RunOutcome): number => all.filter((one) => one.outcome === outcome).length
  const notRun = of('not run')
  const programs = new Map<string, boolean>()
  for (const { row, outcome } of all) {
    if (outcome === 'not run') continue
    const key = `${row.obj} ${row.prog}`
    programs.set(key, (programs.get(key) ?? true) && outcome === 'identical')
  }
  return {
    runs: all.length - notRun,
    identical: of('identical'),
    different: of('different'),
    explained: of('explained'),
    missing: of('not modelled'),
    withBodies: all.filter(({ outcome, ours }) => outcome === 'identical' && ours.bodies === true).length,
    notRun,
    programs: { all: programs.size, identical: [...programs.values()].filter((same) => same).length },
  }
}

/** Selftests that say what they return, and return it on the kernel too: some want maps that user space has filled. How many do so by us. */
export function wantedOf(all: readonly ComparedRun[]): { all: number; ours: number } {
  const holds = ({ wanted = '' }: RunRow, made: RunRow | undefined): boolean => {
    const value = retvalOf(wanted)
    return made?.errno === 0 && value !== undefined && (value === 'any' || ((made.retval ?? 0) | 0) === value)
  }
  const wanted = all.filter(({ row }) => row.wanted !== undefined && holds(row, row))
  return { all: wanted.length, ours: wanted.filter(({ row, ours }) => holds(row, ours.row)).length }
}
