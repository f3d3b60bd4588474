// SPDX-License-Identifier: Apache-2.0
// What stands in the C and has no instruction: the compiler proved it from something that the verifier does not see, or merged it with
// another. What the object has of the source are the lines of its instructions; so a line that has none shows as a gap between two that do.

import { andLines, keyOf, narrowingLines, recordedLines } from '../lines.ts'
import { lineAt } from '../source.ts'
import type { Case } from './case.ts'

/** More lines than this without an instruction are something else: declarations, a comment, another function. */
const MOST_LINES = 8

/** 'Lines 46 to 49 …' between the last decision and where the program was stopped, where nothing is left of them. */
export function elidedLines({ report, causes, program }: Case): string | undefined {
  const at = lineAt(program, report.insn)
  if (at === undefined) return undefined
  const lines = recordedLines(program)
  let first = at.line
  while (first > 1 && !lines.has(keyOf({ line: first - 1, file: at.file })) && at.line - first <= MOST_LINES) first--
  const count = at.line - first
  if (count < 2 || count > MOST_LINES || causes.path.length === 0) return undefined
  return `lines ${first} to ${at.line - 1}`
}

/** Arithmetic that narrows a number, as C writes it: a mask with a constant, a remainder. */
const narrowing = /(?<=[\w)\]]\s*)(&|%)\s*(0x[0-9a-fA-F]+|\d+|\(?[A-Z][A-Z0-9_]{2,}[^;)\]]*|\([^()]*-\s*1\s*\))/g

/** A mask or remainder that a line on the way to the access has in C, and for which it has no instruction: '& 63'. */
export function elidedMask({
  report,
  causes,
  program,
}: Case): { readonly text: string; readonly line: number } | undefined {
  const lines = [report.insn, ...causes.notes.map(({ insn }) => insn)]
  for (const insn of lines) {
    const line = lineAt(program, insn)
    if (line === undefined) continue
    for (const [text, operator] of line.text.replaceAll('&&', '  ').matchAll(narrowing))
      if (!(operator === '&' ? andLines : narrowingLines)(program).has(keyOf(line)))
        return { text: text.trim(), line: line.line }
  }
  return undefined
}
