// SPDX-License-Identifier: Apache-2.0
// From an insn to the line of C it came from: BTF.ext line info, which each subprogram starts anew.

import type { LineInfo, LinkedProgram } from '../object/index.ts'
import type { Source } from './types.ts'

/** The line record that covers an insn: the last one at or before it. */
export function lineAt(program: LinkedProgram, insn: number): LineInfo | undefined {
  const found = lastAt(program.lines, insn, insnOf)
  if (found === undefined) return undefined
  const func = lastAt(program.funcs, insn, insnOf)
  if (func !== undefined && func.insn > found.insn) return undefined
  return { ...found, ...asShown(found) }
}

export const insnOf = ({ insn }: { readonly insn: number }): number => insn

/** The last of the records, which are in the order of where they are, at or before a place. */
export function lastAt<T>(records: readonly T[], place: number, at: (record: T) => number): T | undefined {
  let low = 0
  let high = records.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (at(records[middle]!) <= place) low = middle + 1
    else high = middle
  }
  return records[low - 1]
}

/** A line and a path are read and printed this far: nobody writes longer ones, but BTF may hold any. */
const longestLine = 400
const longestPath = 1000

/** The record's texts, cut where they are longer than people write. */
export const asShown = ({ file, text }: Pick<LineInfo, 'file' | 'text'>): Pick<LineInfo, 'file' | 'text'> => ({
  file: cut(file, longestPath),
  text: cut(text, longestLine),
})

const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most)}…`)

export function sourceAt(program: LinkedProgram, insn: number): Source | undefined {
  const line = lineAt(program, insn)
  return line === undefined ? undefined : { file: line.file, line: line.line, text: line.text }
}
