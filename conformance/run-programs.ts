// SPDX-License-Identifier: Apache-2.0
// --run: programs run by the real kernel and by our runtime on the same inputs; what came out compared.
import { join } from 'node:path'
import { floorOf, oracle, readRows, version } from './lab.ts'
import { workAll } from './pool.ts'
import { runInKernel } from './runs/ask.ts'
import { compareRuns, type ComparedRun, countRuns, type RunCounts, wantedOf } from './runs/compare.ts'
import { corpora, folder } from './runs/corpora.ts'
import type { Asked, OurRun } from './runs/ours.ts'
import { keepRows, type RunRow } from './runs/rows.ts'
import { percent } from './compare.ts'

export interface RunOptions {
  readonly only?: string | undefined
  readonly prog?: string | undefined
  /** A folder of anybody's objects, which the kernel is asked to run, in place of the laboratory's. */
  readonly corpus?: string | undefined
  /** Ask the real kernel (QEMU, two boots) instead of reading what it said. */
  readonly fresh?: boolean
  /** Where the kernel's rows are kept, as runs-VERSION.jsonl.zst is. */
  readonly save?: string | undefined
  readonly jobs?: number
  readonly limit?: number
}

/** What of a difference is printed. */
const SHOWN = 100

export async function runTable(options: RunOptions): Promise<{ text: string; failed: boolean }> {
  const { only, prog, fresh = false, save, corpus } = options
  const kept =
    corpus !== undefined
      ? runInKernel([folder(corpus, only)])
      : fresh
        ? runInKernel(await corpora(only))
        : await keptRows()
  if (save !== undefined) keepRows(save, kept)
  const asked = programsAmong(kept, options).map((one) => ({ ...one, root: corpus }))
  const answers = await workAll<Asked, OurRun[]>(asked, {
    jobs: options.jobs ?? 2,
    limit: options.limit ?? 60_000,
    lost: (how, message, { rows }) => rows.map(() => ({ missing: `${how}: ${message}` })),
  })
  const all = asked.flatMap(({ rows }, i) => compareRuns(rows, answers[i]!))
  const counts = countRuns(all)
  const wanted = wantedOf(all)
  const text = [
    differencesText(all),
    missingText(all),
    typesText(all),
    `${counts.runs} runs of ${asked.length} programs: identical ${counts.identical} (${percent(counts.identical, counts.runs)}), different ${counts.different}, and ${counts.explained} for a known reason, not modelled ${counts.missing}; besides ${counts.notRun} that the kernel did not run`,
    `of the identical ${counts.withBodies} call kfuncs of the selftests' own modules, whose bodies are runs/testmod.ts's`,
    `whole programs: identical ${counts.programs.identical} of ${counts.programs.all} (${percent(counts.programs.identical, counts.programs.all)})`,
    `__retval: ours as wanted ${wanted.ours} of ${wanted.all} (${percent(wanted.ours, wanted.all)})`,
  ]
  const whole = only === undefined && prog === undefined && corpus === undefined
  const problems = whole ? belowFloor(counts, wanted) : []
  return { text: [...text, ...problems].filter((part) => part !== '').join('\n\n'), failed: problems.length > 0 }
}

const keptRows = (): Promise<RunRow[]> => readRows<RunRow>(join(oracle, `runs-${version}.jsonl.zst`))

/** The programs that the kernel ran, with what it said. */
export const askedPrograms = async (options: RunOptions): Promise<Asked[]> => programsAmong(await keptRows(), options)

function programsAmong(kept: readonly RunRow[], { only, prog }: RunOptions): Asked[] {
  const rows = kept.filter(
    (row) =>
      (only === undefined || only.split(',').some((name) => row.obj.includes(name))) &&
      (prog === undefined || row.prog === prog),
  )
  if (rows.length === 0) throw new Error('no such program among the runs')
  return byProgram(rows)
}

function byProgram(rows: readonly RunRow[]): Asked[] {
  const groups = new Map<string, RunRow[]>()
  for (const row of rows) {
    const key = `${row.obj} ${row.prog}`
    groups.set(key, [...(groups.get(key) ?? []), row])
  }
  return [...groups.values()].map((group) => ({ obj: group[0]!.obj, prog: group[0]!.prog, rows: group }))
}

/** Of each program the first run that differs. */
function differencesText(all: readonly ComparedRun[]): string {
  const first = new Map<string, ComparedRun>()
  for (const one of all) {
    const key = `${one.row.obj} ${one.row.prog}`
    if ((one.outcome === 'different' || one.outcome === 'explained') && !first.has(key)) first.set(key, one)
  }
  const lines = [...first].map(([key, { row, ours, fields, reason }]) => {
    const shown = fields.slice(0, 3).map((field) => {
      const [kernel, our] = [row, ours.row!].map((side) => JSON.stringify(fieldOf(side, field)) ?? 'none')
      return `    ${field}: kernel ${cut(kernel!, our!)}, ours ${cut(our!, kernel!)}`
    })
    const why = reason === undefined ? '' : `: ${reason}`
    return [`different: ${key} (${row.prog_type}) on ${row.input}${why}`, ...shown].join('\n')
  })
  return lines.join('\n')
}

/** From a little before the place where it differs from the other. */
function cut(text: string, other: string): string {
  let at = 0
  while (at < text.length && text[at] === other[at]) at++
  const from = Math.max(0, at - SHOWN / 2)
  return `${from > 0 ? '…' : ''}${text.slice(from, from + SHOWN)}${from + SHOWN < text.length ? '…' : ''}`
}

const fieldOf = (row: RunRow, field: string): unknown =>
  field.startsWith('maps.') ? row.maps?.[field.slice('maps.'.length)] : row[field as keyof RunRow]

function missingText(all: readonly ComparedRun[]): string {
  const groups = new Map<string, { runs: number; readonly programs: Set<string> }>()
  for (const { outcome, ours, row } of all) {
    if (outcome !== 'not modelled') continue
    const reason = (ours.missing ?? '').split('\n')[0]!.slice(0, 140)
    const group = groups.get(reason) ?? { runs: 0, programs: new Set() }
    group.runs++
    groups.set(reason, { ...group, programs: group.programs.add(`${row.obj} ${row.prog}`) })
  }
  const lines = [...groups]
    .sort(([, a], [, b]) => b.runs - a.runs)
    .map(
      ([reason, { runs, programs }]) =>
        `${String(runs).padStart(5)}${String(programs.size).padStart(5)}  ${reason} (${[...programs][0]})`,
    )
  return lines.length === 0 ? '' : `not modelled: runs, programs, why, one of them\n${lines.join('\n')}`
}

function typesText(all: readonly ComparedRun[]): string {
  const types = [...new Set(all.map(({ row }) => row.prog_type))]
  const lines = types
    .map((type) => ({ type, counts: countRuns(all.filter(({ row }) => row.prog_type === type)) }))
    .sort((a, b) => b.counts.runs - a.counts.runs)
    .map(({ type, counts }) => {
      const cells = [counts.runs, counts.identical, counts.different, counts.explained, counts.missing, counts.notRun]
      return `${type.padEnd(24)}${cells.map((cell) => String(cell).padStart(11)).join('')}`
    })
  const head = ['runs', 'identical', 'different', 'explained', 'missing', 'not run']
    .map((cell) => cell.padStart(11))
    .join('')
  return `${'program type'.padEnd(24)}${head}\n${lines.join('\n')}`
}

function belowFloor(counts: RunCounts, wanted: { readonly all: number; readonly ours: number }): string[] {
  const name = `runs-${version}`
  const floor = floorOf(name)
  if (floor === undefined) return []
  const measured = {
    runs: counts.runs,
    identicalPercent: (100 * counts.identical) / counts.runs,
    wantedPercent: (100 * wanted.ours) / wanted.all,
  }
  return Object.entries(measured)
    .filter(([what, value]) => value < (floor[what] ?? 0))
    .map(([what, value]) => `${name}: below the floor: ${what} ${value.toFixed(1)}, floor ${floor[what]}`)
}
