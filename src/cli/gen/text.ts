// SPDX-License-Identifier: Apache-2.0
// Names of strangers in code that is generated: none of them may end a comment or a string, or mean something else than itself.
import { printable } from '../../fault/index.ts'

/** In a comment of C or TypeScript. */
export const inComment = (text: string): string => printable(text).replaceAll('*/', '*\\/').replaceAll('/*', '/\\*')

const identifier = /^[A-Za-z_$][\w$]*$/
export const isIdentifier = (name: string): boolean => identifier.test(name)

/** Words that no parameter can have for a name. */
export const reserved = new Set(
  'break case catch class const continue debugger default delete do else enum export extends false finally for function if import in instanceof new null return super switch this throw true try typeof var void while with let static yield await implements interface package private protected public arguments eval'.split(
    ' ',
  ),
)

/** The name of a property where one is written down; __proto__ in an object is one like others only in brackets. */
export const key = (name: string): string =>
  name === '__proto__' ? "['__proto__']" : isIdentifier(name) ? name : quoted(name)

/** A string of TypeScript. */
export const quoted = (text: string): string =>
  `'${JSON.stringify(printable(text)).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`

/** `rate_limit` → `RateLimit`. */
export const pascal = (name: string): string => {
  const words = name.split(/[^A-Za-z0-9]+/).filter((word) => word !== '')
  const joined = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('')
  return /^[A-Za-z]/.test(joined) ? joined : `T${joined}`
}

/** Names that are told apart where they would be the same. */
export class Names {
  private readonly taken: Set<string>
  constructor(taken: Iterable<string> = []) {
    this.taken = new Set(taken)
  }
  take(wanted: string): string {
    let name = wanted
    for (let i = 2; this.taken.has(name); i++) name = `${wanted}${i}`
    this.taken.add(name)
    return name
  }
}
