// SPDX-License-Identifier: Apache-2.0
// What the preprocessor and the lexer do before C's grammar: comments and directives leave, tokens stay, brackets match.
// The grammar cannot know macros, so this file finds where declarations begin and end without it.
//
// Of `#if … #elif … #else … #endif` the first branch is read, as if its condition held (`#if 0`: the next one): code that
// a configuration takes in is what a reader of kernel source looks for, and one branch is always balanced C.
import { FaultError, type Place } from '../fault/index.ts'
import type { CComment, CDirective } from './types.ts'

/** Text beyond this is refused: the largest C file of the kernel tree that declares kfuncs is below 1 MiB. */
export const maxText = 4 << 20
/** Brackets within brackets. C11 5.2.4.1 asks for 63. */
export const maxNesting = 200

export const tokenKinds = { word: 0, number: 1, string: 2, char: 3, punct: 4 } as const

/** Tokens as parallel arrays: a file of 1 MiB has some 300,000. */
export interface Tokens {
  readonly kind: readonly number[]
  readonly start: readonly number[]
  readonly end: readonly number[]
  /** Index of the matching bracket; -1 for tokens that are none. */
  readonly match: readonly number[]
  readonly comments: readonly CComment[]
  readonly directives: readonly CDirective[]
  /** Ranges that are not C: comments, directives, branches not taken. Ascending. */
  readonly blanks: readonly (readonly [number, number])[]
  readonly placeAt: (offset: number) => Place
}

const closers: ReadonlyMap<string, string> = new Map(Object.entries<string>({ ')': '(', ']': '[', '}': '{' }))

/** Splits C text into tokens; throws FaultError where it is not even that (no end of a comment, unmatched bracket). */
export function scan(text: string, file: string): Tokens {
  if (text.length > maxText) throw new FaultError(`C text of ${text.length} characters: more than ${maxText}`, { file })
  const placeAt = linePlaces(text, file)
  const kind: number[] = []
  const start: number[] = []
  const end: number[] = []
  const comments: CComment[] = []
  const directives: CDirective[] = []
  const blanks: (readonly [number, number])[] = []
  /** One per open #if: has a branch been taken, is this one read. */
  const branches: { taken: boolean; reading: boolean; at: number }[] = []
  let skippedFrom = -1
  let lineStart = true
  let at = 0
  const reading = () => branches.every((branch) => branch.reading)
  const push = (tokenKind: number, from: number, to: number) => {
    if (skippedFrom >= 0) return
    kind.push(tokenKind)
    start.push(from)
    end.push(to)
  }

  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === 10) {
      lineStart = true
      at += 1
    } else if (code === 32 || code === 9 || code === 13 || code === 12 || code === 11) {
      at += 1
    } else if (code === 92 && isLineEnd(text, at + 1)) {
      at += 1
      blanks.push([at - 1, at])
    } else if (code === 47 && (text.charCodeAt(at + 1) === 47 || text.charCodeAt(at + 1) === 42)) {
      at = comment(at)
    } else if (code === 35 && lineStart) {
      at = directive(at)
    } else {
      lineStart = false
      at = token(at, code)
    }
  }
  const open = branches.at(-1)
  if (open !== undefined) throw new FaultError('#if without #endif', placeAt(open.at))
  const match = matchBrackets()
  return { kind, start, end, match, comments, directives, blanks: blanks.sort((x, y) => x[0] - y[0]), placeAt }

  function comment(from: number): number {
    const line = text.charCodeAt(from + 1) === 47
    let to = line ? lineEnd(text, from) : text.indexOf('*/', from + 2)
    if (to < 0) {
      if (skippedFrom >= 0) return text.length
      throw new FaultError('comment without an end', placeAt(from), 'close it with */')
    }
    const inner = text.slice(from + 2, to)
    if (!line) to += 2
    if (skippedFrom < 0) {
      const doc = !line && inner.startsWith('*') && inner.length > 1
      comments.push({ text: inner, doc, place: placeAt(from), start: from, end: to })
      blanks.push([from, to])
    }
    return to
  }

  function directive(from: number): number {
    const to = lineEnd(text, from)
    const line = text
      .slice(from + 1, to)
      .replaceAll('\\\n', ' ')
      .trim()
    const name = leadingWord(line)
    const rest = line.slice(name.length).trim()
    const wasReading = reading()
    if (name === 'if' || name === 'ifdef' || name === 'ifndef') {
      const taken = !(name === 'if' && leadingNumber(rest) === '0')
      branches.push({ taken, reading: taken, at: from })
      if (branches.length > maxNesting) throw new FaultError('#if nested too deep', placeAt(from))
    } else if (name === 'elif' || name === 'else' || name === 'elifdef' || name === 'elifndef') {
      const branch = branches.at(-1)
      if (branch === undefined) throw new FaultError(`#${name} without #if`, placeAt(from))
      branch.reading = !branch.taken
      branch.taken = true
    } else if (name === 'endif') {
      if (branches.pop() === undefined) throw new FaultError('#endif without #if', placeAt(from))
    } else if (wasReading) {
      directives.push({ name, text: rest, place: placeAt(from) })
    }
    const nowReading = reading()
    if (skippedFrom < 0) {
      blanks.push([from, to])
      if (!nowReading) skippedFrom = to
    } else if (nowReading) {
      blanks.push([skippedFrom, to])
      skippedFrom = -1
    }
    return to
  }

  function token(from: number, code: number): number {
    let to = from + 1
    if (isWordStart(code)) {
      while (to < text.length && isWordPart(text.charCodeAt(to))) to += 1
      push(tokenKinds.word, from, to)
    } else if (isDigit(code)) {
      while (to < text.length && (isWordPart(text.charCodeAt(to)) || text.charCodeAt(to) === 46)) to += 1
      push(tokenKinds.number, from, to)
    } else if (code === 34 || code === 39) {
      to = literalEnd(from, code)
      push(code === 34 ? tokenKinds.string : tokenKinds.char, from, to)
    } else {
      if (code === 0 && skippedFrom < 0) throw new FaultError('a NUL character in C text', placeAt(from))
      push(tokenKinds.punct, from, to)
    }
    return to
  }

  function literalEnd(from: number, quote: number): number {
    for (let to = from + 1; to < text.length; to++) {
      const code = text.charCodeAt(to)
      if (code === quote) return to + 1
      if (code === 92) to += 1
      else if (code === 10) {
        if (skippedFrom >= 0) return to
        break
      }
    }
    if (skippedFrom >= 0) return text.length
    throw new FaultError(`${quote === 34 ? 'string' : 'character'} literal without an end`, placeAt(from))
  }

  function matchBrackets(): number[] {
    const match = new Array<number>(kind.length).fill(-1)
    const stack: number[] = []
    for (let index = 0; index < kind.length; index++) {
      if (kind[index] !== tokenKinds.punct) continue
      const char = text[start[index]!]!
      if (char === '(' || char === '[' || char === '{') {
        stack.push(index)
        if (stack.length > maxNesting)
          throw new FaultError(`brackets nested deeper than ${maxNesting}`, placeAt(start[index]!))
      } else if (closers.has(char)) {
        const opener = stack.pop()
        if (opener === undefined || text[start[opener]!] !== closers.get(char)) {
          const opened =
            opener === undefined ? '' : `; '${text[start[opener]!]}' of line ${placeAt(start[opener]!).line} is open`
          throw new FaultError(`'${char}' closes nothing${opened}`, placeAt(start[index]!))
        }
        match[index] = opener
        match[opener] = index
      }
    }
    const left = stack.pop()
    if (left !== undefined) throw new FaultError(`'${text[start[left]!]}' is never closed`, placeAt(start[left]!))
    return match
  }
}

/** Text from..to with ranges of it, which ascend, as spaces: offsets stay. */
export function blankedText(
  text: string,
  ranges: readonly (readonly [number, number])[],
  from: number,
  to: number,
): string {
  let code = ''
  let done = from
  for (const [low, high] of ranges) {
    if (high <= done) continue
    if (low >= to) break
    const begin = Math.max(low, done)
    code += text.slice(done, begin) + ' '.repeat(Math.min(high, to) - begin)
    done = Math.min(high, to)
  }
  return code + text.slice(done, to)
}

/** Offset → file, line, column (both from 1), by binary search over line starts. */
export function linePlaces(text: string, file: string): (offset: number) => Place {
  const starts: number[] = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return { file, line: low + 1, column: offset - starts[low]! + 1 }
  }
}

function lineEnd(text: string, from: number): number {
  let to = text.indexOf('\n', from)
  while (to > 0 && (text[to - 1] === '\\' || (text[to - 1] === '\r' && text[to - 2] === '\\')))
    to = text.indexOf('\n', to + 1)
  return to < 0 ? text.length : to
}
const isLineEnd = (text: string, at: number) => text[at] === '\n' || (text[at] === '\r' && text[at + 1] === '\n')
const isDigit = (code: number) => code >= 48 && code <= 57
const isWordStart = (code: number) =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || code === 36
const isWordPart = (code: number) => isWordStart(code) || isDigit(code)
function leadingWord(text: string): string {
  let to = 0
  while (to < text.length && isWordPart(text.charCodeAt(to))) to += 1
  return text.slice(0, to)
}
const leadingNumber = (text: string) => leadingWord(text)
