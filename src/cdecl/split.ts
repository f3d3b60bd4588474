// SPDX-License-Identifier: Apache-2.0
// Text within a bracket, split at its commas: for lines and heads that no grammar has read.

/** The texts between the commas from behind an opening bracket up to the one that closes it; undefined where none does. */
export function argumentsFrom(text: string, from: number): readonly string[] | undefined {
  const args: string[] = []
  let depth = 0
  let start = from
  for (let i = start; i < text.length; i++) {
    const c = text[i]!
    if (c === '"') {
      i = text.indexOf('"', i + 1)
      if (i < 0) return undefined
    } else if (c === '(' || c === '[' || c === '{') depth++
    else if (c === ',' && depth === 0) {
      args.push(text.slice(start, i))
      start = i + 1
    } else if (c === ')' || c === ']' || c === '}') {
      if (depth-- === 0) return [...args, text.slice(start, i)]
    }
  }
  return undefined
}
