// SPDX-License-Identifier: Apache-2.0
// One run of a program on one input: what came out, by the kernel or by us, in a form that is compared and kept.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'

/** Contents of a map: by key, or the records of a ring buffer. Hex; what is long is its digest. */
export interface MapContents {
  readonly elements?: Readonly<Record<string, string>>
  readonly records?: readonly string[]
  /** There is more: the first elements in order, the first records. */
  readonly capped?: boolean
}

/** One line of runs-VERSION.jsonl. */
export interface RunRow {
  readonly obj: string
  readonly prog: string
  readonly prog_type: string
  /** Programs loaded beside it: auxiliary ones of a selftest, or all where a map holds programs. */
  readonly with?: readonly string[]
  readonly input: string
  /** Of the call; 0 when the program ran. */
  readonly errno?: number
  readonly retval?: number
  readonly data?: string
  readonly ctx?: string
  readonly maps?: Readonly<Record<string, MapContents>>
  /** What the selftest says that it returns. */
  readonly wanted?: string
  /** Loading or attaching failed, so nothing was run. */
  readonly load_errno?: number
  readonly attach_errno?: number
  /** The kernel hung or crashed. */
  readonly died?: boolean
  /** What came out differently in another boot: retval, errno, data, ctx, `maps.NAME`. */
  readonly varies?: readonly string[]
  /** Written before the first input; not kept. */
  readonly begins?: boolean
}

const LONGEST_HEX = 512

/** Of a map of global variables the kernel keeps fifteen characters. */
const NAME_LENGTH = 15

/** Long values as their digest, so that runs can be kept; maps by the names that the kernel has for them. */
export function digested(row: RunRow): RunRow {
  return {
    ...row,
    ...(row.data === undefined ? {} : { data: digest(row.data) }),
    ...(row.ctx === undefined ? {} : { ctx: digest(row.ctx) }),
    ...(row.maps === undefined ? {} : { maps: digestedMaps(row.maps) }),
  }
}

const digestedMaps = (maps: Readonly<Record<string, MapContents>>): Readonly<Record<string, MapContents>> =>
  Object.fromEntries(Object.entries(maps).map(([name, contents]) => [kernelName(name), digestedMap(contents)]))

function digestedMap(contents: MapContents): MapContents {
  const { elements, records } = contents
  return {
    ...contents,
    ...(elements === undefined ? {} : { elements: mapValues(elements, digest) }),
    ...(records === undefined ? {} : { records: records.map(digest) }),
  }
}

const digest = (hex: string): string =>
  hex.length <= LONGEST_HEX ? hex : `sha1:${createHash('sha1').update(hex).digest('hex')}`

const kernelName = (name: string): string => (name.startsWith('.') ? name.slice(0, NAME_LENGTH) : name)

function mapValues<T, U>(from: Readonly<Record<string, T>>, change: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(from).map(([key, value]) => [key, change(value)]))
}

/** What of two runs of the same program on the same input is not the same. */
export function differences(a: RunRow, b: RunRow): string[] {
  const fields = (['errno', 'retval', 'data', 'ctx', 'load_errno', 'attach_errno', 'died'] as const).filter(
    (field) => a[field] !== b[field],
  )
  const names = new Set([...Object.keys(a.maps ?? {}), ...Object.keys(b.maps ?? {})])
  const maps = [...names].filter((name) => canonical(a.maps?.[name]) !== canonical(b.maps?.[name]))
  return [...fields, ...maps.map((name) => `maps.${name}`)]
}

/** One that is not there, as the loaded programs do not use it, is like an empty one. */
function canonical({ elements = {}, records = [], capped = false }: MapContents = {}): string {
  return JSON.stringify([Object.entries(elements).sort(([x], [y]) => (x < y ? -1 : 1)), records, capped])
}

export const keyOf = ({ obj, prog, input }: RunRow): string => `${obj} ${prog} ${input}`

/** The rows of one boot, with what another boot answered differently. */
export function withVariation(rows: readonly RunRow[], again: readonly RunRow[]): RunRow[] {
  const others = new Map(again.map((row) => [keyOf(row), row]))
  return rows.map((row) => {
    const other = others.get(keyOf(row))
    const varies = other === undefined ? ['errno'] : differences(row, other)
    return varies.length === 0 ? row : { ...row, varies }
  })
}

/** Compressed with zstd if the name says so. */
export function keepRows(path: string, rows: readonly RunRow[]): void {
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('')
  const compressed = path.endsWith('.zst')
  writeFileSync(
    path,
    compressed ? execFileSync('zstd', ['-q', '-19', '--long=27'], { input: text, maxBuffer: 1 << 28 }) : text,
  )
}
