// SPDX-License-Identifier: Apache-2.0
// Function and line records of a linked program: those of each function in it, moved to where the function now is. Behaviour as of
// libbpf 1.5: a main program without records leaves its subprograms' out, a subprogram without any spoils an object that has them.
import type { ExtLine } from '../../btf/index.ts'
import { type Budget, remembered } from '../../fault/index.ts'
import { refuse } from '../faults.ts'
import type { Layout } from './code.ts'
import type { BpfObject, FuncInfo, LineInfo, LinkedProgram, ObjectFunction } from '../types.ts'

export type LinkedInfo = Pick<LinkedProgram, 'funcs' | 'lines' | 'recordSizes'>

/** Records by final instruction index. */
export function linkInfo(object: BpfObject, layout: Layout, warnings: string[], budget: Budget): LinkedInfo {
  const { ext } = object
  budget.spend(layout.length >> 4)
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

type Records = readonly { readonly byte: number }[]

/**
 * The records that libbpf copies for a function: from the first of its own to the last, with whatever stands between. It looks no further
 * than to the first that is beyond the function, so that no two functions have one in common.
 */
function spanOf<T extends { readonly byte: number }>(fn: ObjectFunction, records: readonly T[] = []): readonly T[] {
  if (isSorted(records)) return recordsOf(fn, records)
  const highest = highestSoFar(records)
  const first = firstFrom(highest, fn.start)
  if (first === records.length || highest[first]! >= fn.start + fn.insns.length) return []
  // up to the first that is beyond the function
  const end = firstFrom(highest, fn.start + fn.insns.length)
  let last = first
  for (let at = first + 1; at < end; at++) if (Math.floor(records[at]!.byte / 8) >= fn.start) last = at
  return records.slice(first, last + 1)
}

const isSorted = remembered((records: Records): boolean =>
  records.every(({ byte }, index) => index === 0 || records[index - 1]!.byte <= byte),
)

/** For each record, the highest instruction that it or one before it is at. */
const highestSoFar = remembered((records: Records): readonly number[] => {
  let most = 0
  return records.map(({ byte }) => {
    most = Math.max(most, Math.floor(byte / 8))
    return most
  })
})

/** The records at a function's instructions, in their order. */
export function recordsOf<T extends { readonly byte: number }>(
  fn: ObjectFunction,
  records: readonly T[] = [],
): readonly T[] {
  const from = fn.start * 8
  const end = from + fn.insns.length * 8
  const all = inOrder(records) as readonly T[]
  const bytes = bytesOf(all)
  return all.slice(firstFrom(bytes, from), firstFrom(bytes, end))
}

const inOrder = remembered(
  (records: Records): Records => (isSorted(records) ? records : records.toSorted((a, b) => a.byte - b.byte)),
)

const bytesOf = remembered((records: Records): readonly number[] => records.map(({ byte }) => byte))

/** The first of some numbers in order that is no less. */
function firstFrom(numbers: readonly number[], least: number): number {
  let low = 0
  let high = numbers.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (numbers[middle]! < least) low = middle + 1
    else high = middle
  }
  return low
}
