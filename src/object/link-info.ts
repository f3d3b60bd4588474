// SPDX-License-Identifier: Apache-2.0
// Function and line records of a linked program: those of each function in it, moved to where the function now is. Behaviour as of
// libbpf 1.5: a main program without records leaves its subprograms' out, a subprogram without any spoils an object that has them.
import type { ExtLine } from '../btf/index.ts'
import { refuse } from './faults.ts'
import type { Layout } from './link-code.ts'
import type { BpfObject, FuncInfo, LineInfo, LinkedProgram, ObjectFunction } from './types.ts'

/** Records by final instruction index. */
export function linkInfo(
  object: BpfObject,
  layout: Layout,
  warnings: string[],
): Pick<LinkedProgram, 'funcs' | 'lines' | 'recordSizes'> {
  const { ext } = object
  if (ext === undefined) return { funcs: [], lines: [] }
  const funcs = records(
    layout,
    ext.funcs,
    'function',
    warnings,
    ({ byte: _, ...func }, insn): FuncInfo => ({ insn, ...func }),
  )
  const lines = records(layout, ext.lines, 'line', warnings, (record, insn): LineInfo => new MovedLine(record, insn))
  return { funcs, lines, recordSizes: { func: ext.funcSize, line: ext.lineSize } }
}

/** A record where its function now is; what it names stays unread until asked for. */
class MovedLine implements LineInfo {
  readonly insn: number
  readonly line: number
  readonly column: number
  declare readonly broken?: true
  declare readonly tail?: true
  readonly #record: ExtLine
  constructor(record: ExtLine, insn: number) {
    this.insn = insn
    this.line = record.line
    this.column = record.column
    this.#record = record
    if (record.broken === true) this.broken = true
    if (record.tail === true) this.tail = true
  }
  get file(): string {
    return this.#record.file
  }
  get text(): string {
    return this.#record.text
  }
}

function records<T extends { readonly byte: number }, U>(
  { placed }: Layout,
  sections: ReadonlyMap<string, readonly T[]>,
  what: 'function' | 'line',
  warnings: string[],
  move: (record: T, insn: number) => U,
): U[] {
  const moved: U[] = []
  for (const [index, place] of placed.entries()) {
    const own = spanOf(place.fn, sections.get(place.fn.section))
    if (own.length === 0) {
      const prog = `prog '${place.fn.name}'`
      if (index > 0) refuse(`${prog}: missing .BTF.ext ${what} info.`)
      warnings.push(
        `${prog}: missing .BTF.ext ${what} info for the main program, skipping all of .BTF.ext ${what === 'line' ? 'line' : 'func'} info.`,
      )
      return []
    }
    for (const record of own)
      moved.push(move(record, (Math.floor(record.byte / 8) - place.fn.start + place.base) >>> 0))
  }
  return moved
}

/** The records that libbpf copies for a function: from the first of its own to the last, with whatever stands between. */
function spanOf<T extends { readonly byte: number }>(fn: ObjectFunction, records: readonly T[] = []): readonly T[] {
  if (isSorted(records)) return recordsOf(fn, records)
  const end = fn.start + fn.insns.length
  let first = -1
  let last = -1
  for (const [index, { byte }] of records.entries()) {
    const insn = Math.floor(byte / 8)
    if (insn < fn.start) continue
    if (insn >= end) break
    if (first < 0) first = index
    last = index
  }
  return first < 0 ? [] : records.slice(first, last + 1)
}

const sorted = new WeakMap<object, boolean>()
function isSorted(records: readonly { readonly byte: number }[]): boolean {
  let answer = sorted.get(records)
  if (answer === undefined) {
    answer = records.every(({ byte }, index) => index === 0 || records[index - 1]!.byte <= byte)
    sorted.set(records, answer)
  }
  return answer
}

/** The records of a function: a section's are in the order of its instructions. */
export function recordsOf<T extends { readonly byte: number }>(
  fn: ObjectFunction,
  records: readonly T[] = [],
): readonly T[] {
  const from = fn.start * 8
  const end = from + fn.insns.length * 8
  const own = records.slice(firstFrom(records, from), firstFrom(records, end))
  return own.every(({ byte }) => byte >= from && byte < end)
    ? own
    : own.filter(({ byte }) => byte >= from && byte < end)
}

function firstFrom(records: readonly { readonly byte: number }[], byte: number): number {
  let low = 0
  let high = records.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (records[middle]!.byte < byte) low = middle + 1
    else high = middle
  }
  return low
}
