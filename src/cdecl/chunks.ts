// SPDX-License-Identifier: Apache-2.0
// Splits a file into its outermost declarations, so that the grammar reads each alone: an error in one stays in it, and
// a hostile file costs no more than the sum of its parts. Macros in declaration position are taken out on the way, and
// bodies of functions are emptied (their calls are noted), since kernel C in bodies is full of macros that no grammar knows.
import { attributeMacros, keywords } from './attributes.ts'
import { blankedText, type Tokens, tokenKinds } from './scan.ts'
import type { CBody, CCall, CMacro } from './types.ts'

/** One outermost declaration. */
export interface Chunk {
  /** Offsets in the file, the `;` or `}` included. */
  readonly start: number
  readonly end: number
  /** C without macros, same length as start..end: an offset in it plus `start` is an offset in the file. */
  readonly code: string
  readonly attributes: readonly CMacro[]
  readonly body: CBody | undefined
}

export interface Chunks {
  readonly chunks: readonly Chunk[]
  readonly macros: readonly CMacro[]
}

/** Finds the outermost declarations and the macros between them. */
export function splitChunks(text: string, tokens: Tokens): Chunks {
  const { kind, start, end, match, placeAt } = tokens
  const count = kind.length
  const chunks: Chunk[] = []
  const macros: CMacro[] = []
  let blankAt = 0
  let pending: CMacro[] = []
  let at = 0
  while (at < count) {
    if (is(at, ';')) at += 1
    else if (isMacroCall(at)) at = macroCall(at)
    else if (isWord(at) && word(at) in attributeMacros && !isDeclarator(at)) {
      pending.push(macro(at))
      at += 1
    } else at = declaration(at)
  }
  return { chunks, macros: [...macros, ...chunks.flatMap((chunk) => chunk.attributes)].sort(byStart) }

  /** `NAME(...)` where a declaration would begin. */
  function isMacroCall(index: number): boolean {
    return isWord(index) && !keywords.has(word(index)) && is(index + 1, '(')
  }

  function macroCall(index: number): number {
    const close = match[index + 1]!
    const next = close + 1
    if (is(next, '{')) {
      const brace = match[next]!
      macros.push({ ...macro(index), end: end[brace]!, body: text.slice(end[next]!, start[brace]!) })
      return brace + 1
    }
    const found = macro(index)
    if (word(index) in attributeMacros && !is(next, ';')) pending.push(found)
    else macros.push(found)
    return next
  }

  /** From the first token of a declaration to its `;` or the `}` of a body; the index after it. */
  function declaration(first: number): number {
    const attributes = pending
    pending = []
    const holes: [number, number][] = []
    let assigned = false
    let depth = 0
    let body: CBody | undefined
    let before = first
    let index = first
    let last = first
    for (; index < count; index++) {
      last = index
      if (isWord(index)) {
        if (word(index) in attributeMacros) {
          const found = macro(index)
          attributes.push(found)
          holes.push([found.start, found.end])
          if (found.args !== undefined) index = match[index + 1]!
          last = index
          continue
        }
      } else if (kind[index] === tokenKinds.punct) {
        const char = text[start[index]!]!
        if (char === '{' && depth === 0 && !assigned && is(before, ')')) {
          last = match[index]!
          body = functionBody(index, last)
          holes.push([end[index]!, start[last]!])
          index = last + 1
          break
        }
        if (char === '(' || char === '[' || char === '{') depth += 1
        else if (char === ')' || char === ']' || char === '}') depth -= 1
        else if (depth === 0 && char === '=') assigned = true
        else if (depth === 0 && char === ';') {
          index += 1
          break
        }
      }
      before = index
    }
    const from = start[first]!
    const to = end[last]!
    chunks.push({ start: from, end: to, code: blanked(from, to, holes), attributes: attributes.sort(byStart), body })
    return index
  }

  function functionBody(open: number, close: number): CBody {
    const calls: CCall[] = []
    for (let index = open + 1; index < close; index++) {
      if (!isWord(index) || !is(index + 1, '(') || keywords.has(word(index))) continue
      calls.push({ callee: word(index), args: args(index + 1), place: placeAt(start[index]!) })
      if (calls.length >= maxCalls) break
    }
    return { place: placeAt(start[open]!), start: start[open]!, end: end[close]!, calls }
  }

  /** The file's text from..to with comments, directives and `holes` as spaces. */
  function blanked(from: number, to: number, holes: readonly (readonly [number, number])[]): string {
    while (blankAt < tokens.blanks.length && tokens.blanks[blankAt]![1] <= from) blankAt += 1
    const ranges = [...holes]
    for (let index = blankAt; index < tokens.blanks.length && tokens.blanks[index]![0] < to; index++)
      ranges.push(tokens.blanks[index]!)
    ranges.sort((x, y) => x[0] - y[0])
    return blankedText(text, ranges, from, to)
  }

  function macro(index: number): CMacro {
    const takesArgs = is(index + 1, '(') && attributeMacros[word(index)]?.args !== undefined
    const known = word(index) in attributeMacros
    const withArgs = known ? takesArgs : is(index + 1, '(')
    return {
      name: word(index),
      args: withArgs ? args(index + 1) : undefined,
      place: placeAt(start[index]!),
      start: start[index]!,
      end: withArgs ? end[match[index + 1]!]! : end[index]!,
    }
  }

  /** Texts between the commas of a bracket, comments as they stand; at most maxArgs. */
  function args(open: number): string[] {
    const close = match[open]!
    const found: string[] = []
    let from = end[open]!
    for (let index = open + 1; index < close && found.length < maxArgs; index++) {
      if (match[index]! > index) index = match[index]!
      else if (is(index, ',')) {
        found.push(text.slice(from, start[index]!).trim().slice(0, maxArgText))
        from = end[index]!
      }
    }
    const rest = text.slice(from, start[close]!).trim().slice(0, maxArgText)
    if (found.length > 0 || rest !== '') found.push(rest)
    return found
  }

  /** An attribute's word used as a name (`int __user;`) is not looked for: those names are reserved. */
  function isDeclarator(index: number): boolean {
    return attributeMacros[word(index)]?.args !== undefined && !is(index + 1, '(')
  }
  function isWord(index: number): boolean {
    return kind[index] === tokenKinds.word
  }
  function word(index: number): string {
    return text.slice(start[index]!, end[index]!)
  }
  function is(index: number, char: string): boolean {
    return kind[index] === tokenKinds.punct && text[start[index]!] === char
  }
}

/** Bounds on what is noted of a file that consists of calls within calls. */
const maxCalls = 10_000
const maxArgs = 64
const maxArgText = 2_000
const byStart = (x: CMacro, y: CMacro) => x.start - y.start
