// SPDX-License-Identifier: Apache-2.0
// A run of the kernel's beside ours.
import { differences, type RunRow } from './rows.ts'
import type { OurRun } from './ours.ts'

export type RunOutcome = 'identical' | 'different' | 'not modelled' | 'not run'

export interface ComparedRun {
  readonly row: RunRow
  readonly ours: OurRun
  readonly outcome: RunOutcome
  /** What differs. */
  readonly fields: readonly string[]
}

export function compareRuns(row: RunRow, ours: OurRun): ComparedRun {
  const varies = new Set(row.varies)
  // a program that the kernel did not come back from, or not twice
  if (row.load_errno !== undefined || row.attach_errno !== undefined || row.died || varies.has('errno'))
    return { row, ours, outcome: 'not run', fields: [] }
  if (ours.row === undefined) return { row, ours, outcome: 'not modelled', fields: [] }
  // an address, which need not be another in another boot
  if (row.wanted === 'POINTER_VALUE') varies.add('retval')
  const fields = differences(row, ours.row).filter((field) => !varies.has(field))
  return { row, ours, outcome: fields.length === 0 ? 'identical' : 'different', fields }
}

export interface RunCounts {
  /** That the kernel made. */
  readonly runs: number
  readonly identical: number
  readonly different: number
  readonly missing: number
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
    missing: of('not modelled'),
    notRun,
    programs: { all: programs.size, identical: [...programs.values()].filter((same) => same).length },
  }
}

/** Names that `__retval` is given instead of numbers; a pointer's value can be anything. */
const named: ReadonlyMap<string, number | 'any'> = new Map<string, number | 'any'>([
  ['INT_MIN', -0x8000_0000],
  ['TEST_DATA_LEN', 64],
  ['POINTER_VALUE', 'any'],
])

/** Selftests that say what they return, and return it on the kernel too: some want maps that user space has filled. How many do so by us. */
export function wantedOf(all: readonly ComparedRun[]): { all: number; ours: number } {
  const holds = ({ wanted = '' }: RunRow, made: RunRow | undefined): boolean => {
    const value = named.get(wanted) ?? Number(wanted)
    return made?.errno === 0 && (value === 'any' || ((made.retval ?? 0) | 0) === (value | 0))
  }
  const wanted = all.filter(({ row }) => row.wanted !== undefined && holds(row, row))
  return { all: wanted.length, ours: wanted.filter(({ row, ours }) => holds(row, ours.row)).length }
}
