// SPDX-License-Identifier: Apache-2.0
// Names with * (any text) and ? (one character), as veristat has them.

export const hasWildcard = (text: string): boolean => /[*?]/.test(text)

/** Does a name match, whole? In time that the lengths bound: the pattern may be anybody's. */
export function matches(pattern: string, name: string): boolean {
  let p = 0
  let n = 0
  let star = -1
  let from = 0
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p++
      from = n
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === name[n])) {
      p++
      n++
    } else if (star >= 0) {
      p = star + 1
      n = ++from
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}
