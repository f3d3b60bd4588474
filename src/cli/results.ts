// SPDX-License-Identifier: Apache-2.0
// Results of an earlier run: lines of `check --format json`, CSV of ours, or veristat's (`-o csv`), which a real kernel gave.
import { readInput, UsageError } from './usage.ts'

export interface Result {
  readonly object: string
  readonly program: string
  readonly verdict: string
  readonly code: string | undefined
  readonly message: string | undefined
  readonly insns: number | undefined
  readonly states: number | undefined
}

/** The programs of a file of results. Objects are told apart by their names without folders, where those are enough. */
export function readResults(path: string): ReadonlyMap<string, Result> {
  const text = new TextDecoder().decode(readInput(path)).trim()
  const rows = text.startsWith('{') ? fromJson(text, path) : fromCsv(text, path)
  const folders = new Map<string, Set<string>>()
  for (const { object } of rows) {
    const known = folders.get(fileOf(object))
    if (known === undefined) folders.set(fileOf(object), new Set([object]))
    else known.add(object)
  }
  const isPlain = [...folders.values()].every((objects) => objects.size === 1)
  return new Map(rows.map((row) => [keyOf(isPlain ? fileOf(row.object) : row.object, row.program), row]))
}

/** What an earlier run said of a program, by the object's path, or its name where the paths are others. */
export function baselineOf(path: string): (object: string, program: string) => Result | undefined {
  const results = readResults(path)
  return (object, program) => results.get(keyOf(object, program)) ?? results.get(keyOf(fileOf(object), program))
}

const keyOf = (object: string, program: string): string => JSON.stringify([object, program])

const fileOf = (object: string): string => object.slice(object.lastIndexOf('/') + 1)

function fromJson(text: string, path: string): readonly Result[] {
  return text.split('\n').flatMap((line, i) => {
    const row = parsed(line, `${path}:${i + 1}`)
    const { object, program, verdict, code, message, insns_processed: insns, states } = row
    if (typeof object !== 'string' || typeof verdict !== 'string')
      throw new UsageError(`${path}:${i + 1}: not a line of kfuncs check --format json`)
    return {
      object,
      program: textOf(program) ?? '',
      verdict,
      code: textOf(code),
      message: textOf(message),
      insns: numberOf(insns),
      states: numberOf(states),
    }
  })
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)

function parsed(line: string, where: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>
  } catch {
    // told below
  }
  throw new UsageError(`${where}: not a line of JSON`)
}

/** veristat has two verdicts. */
const verdicts: ReadonlyMap<string, string> = new Map([
  ['success', 'accept'],
  ['failure', 'reject'],
])

function fromCsv(text: string, path: string): readonly Result[] {
  const [header = [], ...rows] = text.split('\n').map(cells)
  const column = (name: string): number => header.indexOf(name)
  const wanted = ['file_name', 'prog_name', 'verdict']
  const missing = wanted.filter((name) => column(name) < 0)
  if (missing.length > 0)
    throw new UsageError(
      `${path}: neither lines of JSON nor CSV with ${wanted.join(', ')}: ${missing.join(', ')} not there`,
    )
  return rows.map((row): Result => {
    const text = (name: string): string | undefined => row[column(name)] || undefined
    const number = (name: string): number | undefined => {
      const value = Number(text(name) ?? Number.NaN)
      return Number.isFinite(value) ? value : undefined
    }
    const verdict = text('verdict') ?? ''
    return {
      object: text('file_name') ?? '',
      program: text('prog_name') ?? '',
      verdict: verdicts.get(verdict) ?? verdict,
      code: text('code'),
      message: text('message'),
      insns: number('total_insns'),
      states: number('total_states'),
    }
  })
}

/** One row; newlines in a cell are spelt out by who writes it. */
function cells(line: string): readonly string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    (quoted?.replaceAll('""', '"') ?? plain ?? '').replace(/^'(?=[=+\-@])/, ''),
  )
}
