// SPDX-License-Identifier: Apache-2.0
// The lines of C that have instructions: all of them, or those of a kind.

import { remembered } from '../fault/index.ts'
import type { Op } from '../isa/index.ts'
import type { LineInfo, LinkedProgram } from '../object/index.ts'
import { lineAt } from './source.ts'

export type LinesOf = (program: LinkedProgram) => ReadonlySet<string>

type Line = Pick<LineInfo, 'file' | 'line'>

/** How those sets have a line. */
export const keyOf = ({ line, file }: Line): string => `${line} ${file}`

/** The lines that have an instruction of a kind; found once for a program. */
export const linesWith = (isOne: (op: Op) => boolean): LinesOf =>
  remembered((program: LinkedProgram): ReadonlySet<string> => {
    const found = new Set<string>()
    program.insns.forEach(({ op }, at) => {
      const line = isOne(op) ? lineAt(program, at) : undefined
      if (line !== undefined) found.add(keyOf(line))
    })
    return found
  })

/** The lines that have a record, of an instruction or not. */
export const recordedLines: LinesOf = remembered(({ lines }: LinkedProgram) => new Set(lines.map(keyOf)))

export const andLines = linesWith(({ kind, name }) => kind === 'alu' && name === 'and')
export const narrowingLines = linesWith(({ kind, name }) => kind === 'alu' && (name === 'and' || name === 'mod'))
export const jumpLines = linesWith(({ kind, name }) => kind === 'jump' && name !== 'ja')
