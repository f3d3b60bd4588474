// SPDX-License-Identifier: Apache-2.0
// A correction as tools apply it: a range of text, and what stands there instead.

import type { Fix } from './types.ts'

/** Lines and columns count from 1; a column is a unit of UTF-16, as SARIF and editors have it. */
export interface TextPosition {
  readonly line: number
  readonly column: number
}

/** The text from `start` up to `end` is replaced; where they are the same, text is put in. */
export interface TextEdit {
  readonly file: string
  readonly start: TextPosition
  readonly end: TextPosition
  readonly text: string
}

/** What a correction does to its file: lines put in before or after its line where that stays as it is, else the line replaced. */
export function editsOf({ file, line, before, after }: Fix): readonly TextEdit[] {
  const old = before.trimEnd()
  const at = (column: number): TextPosition => ({ line, column })
  const insert = (column: number, text: string): TextEdit => ({ file, start: at(column), end: at(column), text })
  if (after.at(-1)?.trimEnd() === old)
    return [
      insert(
        1,
        after
          .slice(0, -1)
          .map((text) => `${text}\n`)
          .join(''),
      ),
    ]
  if (after[0]?.trimEnd() === old)
    return [
      insert(
        old.length + 1,
        after
          .slice(1)
          .map((text) => `\n${text}`)
          .join(''),
      ),
    ]
  return [{ file, start: at(1), end: at(before.length + 1), text: after.join('\n') }]
}
