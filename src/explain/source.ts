// SPDX-License-Identifier: Apache-2.0
// From an insn to the line of C it came from: BTF.ext line info, which each subprogram starts anew. Where the file of C is at hand, to the
// whole of the statement and its function.

import type { CFunctionText, CSource } from '../cdecl/index.ts'
import { remembered } from '../fault/index.ts'
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

/** The statement that an insn came from, on one line; where the C is not at hand, as much of it as stands on the insn's line. */
export const codeAt = (program: LinkedProgram, insn: number): string | undefined =>
  statementAt(program, insn)?.text ?? lineAt(program, insn)?.text

/** A statement over several lines. */
export interface Statement {
  /** Its first line's number, and its text. */
  readonly first: number
  readonly begins: string
  /** The whole, on one line. */
  readonly text: string
}

/** The statement over several lines that an insn came from, where the C is at hand. */
export function statementAt(program: LinkedProgram, insn: number): Statement | undefined {
  const line = lineAt(program, insn)
  if (line === undefined) return undefined
  const around = functionAt(program, line)?.statements.filter(
    ({ first, last }) => first <= line.line && line.line <= last,
  )
  // several on one line are that line
  const [statement, ...more] = around ?? []
  const whole = more.length === 0 ? statement : around!.filter(({ first, last }) => first < last).at(-1)
  if (whole === undefined || whole.first === whole.last || whole.text.length > longestLine) return undefined
  const begins = sourceOf(program, line.file)?.lines[whole.first - 1] ?? ''
  return { first: whole.first, begins, text: whole.text }
}

/** The function whose text has a line, where the file is at hand. */
export const functionAt = (
  program: LinkedProgram,
  { file, line }: Pick<LineInfo, 'file' | 'line'>,
): CFunctionText | undefined =>
  sourceOf(program, file)?.functions.find(({ first, last }) => first <= line && line <= last)

/** The C of a file, where it is at hand and is what the program was compiled from: its lines are those that the records have. */
export function sourceOf(program: LinkedProgram, file: string): CSource | undefined {
  const known = sourcesOf(program)
  if (!known.has(file)) known.set(file, agreeing(program, file))
  return known.get(file)
}

const sourcesOf = remembered((_: LinkedProgram): Map<string, CSource | undefined> => new Map())

function agreeing({ sources, lines }: LinkedProgram, file: string): CSource | undefined {
  const source = sources?.(file)
  if (source === undefined) return undefined
  const own = lines.filter((one) => one.file === file && one.text !== '')
  const agrees = ({ line, text }: LineInfo): boolean => source.lines[line - 1]?.trimEnd() === text.trimEnd()
  return own.length > 0 && own.every(agrees) ? source : undefined
}
