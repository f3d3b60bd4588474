// SPDX-License-Identifier: Apache-2.0
// `if (SIZE - pos < need)`: in C that bounds pos, but to the verifier the difference is a number of its own, and pos is as it was.

import type { Values } from '../fill.ts'
import { codeAt } from '../source.ts'
import { quoted } from '../text.ts'
import { type Case, comparisonsOf, placeWords } from './case.ts'

const rules: ReadonlySet<string> = new Set(['min-outside', 'max-outside', 'min-bound', 'max-bound', 'offset-range'])

export function complementValues({ report, causes, program }: Case): Values {
  const used = rules.has(report.rule) ? codeAt(program, report.insn) : undefined
  if (used === undefined) return {}
  for (const { insn } of comparisonsOf(causes.path, program)) {
    const found = complementIn(codeAt(program, insn) ?? '')
    if (found === undefined || !new RegExp(`(?<![\\w.>])${quoted(found.of)}(?!\\w)`).test(used)) continue
    return {
      complement: found.text,
      complementOn: placeWords(program, insn),
      complementOf: found.of,
      complementFix: found.instead,
    }
  }
  return {}
}

interface Complement {
  /** `SIZE - pos`, and what is taken away. */
  readonly text: string
  readonly of: string
  /** The same of `pos` alone. */
  readonly instead: string
}

const turned = new Map([
  ['<', '>'],
  ['<=', '>='],
  ['>', '<'],
  ['>=', '<='],
])

/** The first of the conditions on a line that compares what a variable leaves of something constant. */
function complementIn(line: string): Complement | undefined {
  const [, condition] = /\b(?:if|while)\s*\((.*)\)/.exec(line) ?? []
  for (const part of condition?.split(/&&|\|\|/) ?? []) {
    const [, left = '', operator, right = ''] =
      /^([^<>=!]+)(<=?|>=?)([^<>=!]+)$/.exec(part.replaceAll(/->/g, '\u2192')) ?? []
    if (operator === undefined) continue
    const [first, second] = [differenceIn(left), differenceIn(right)]
    if (first !== undefined && second === undefined) return complement(first, turned.get(operator)!, right)
    if (second !== undefined && first === undefined) return complement(second, operator, left)
  }
  return undefined
}

interface Difference {
  readonly whole: string
  readonly of: string
}

/** `4096 - pos`, `sizeof(e->data) - pos`, `(MAX - pos)`. */
function differenceIn(side: string): Difference | undefined {
  const found = /^\s*\(?\s*([A-Z][A-Z0-9_]*|\d\w*|sizeof\s*\([^()]*\))\s*-\s*([A-Za-z_][\w.\u2192]*)\s*\)?\s*$/.exec(
    side,
  )
  return found === null ? undefined : { whole: found[1]!, of: found[2]!.replaceAll('\u2192', '->') }
}

function complement({ whole, of }: Difference, operator: string, other: string): Complement {
  const rest = other.replaceAll('\u2192', '->').trim()
  return {
    text: `${whole} - ${of}`,
    of,
    instead: `${of} ${operator} ${whole} - ${/^\w+$/.test(rest) ? rest : `(${rest})`}`,
  }
}
