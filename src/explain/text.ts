// SPDX-License-Identifier: Apache-2.0
// Reading a single line of C for a suggestion. The line is only quoted back to a person, so a line that is not what it
// seems (a macro, half a statement) costs a suggestion, never a verdict. Brackets are matched, nothing is parsed.

import { argumentsFrom } from '../cdecl/index.ts'

/** The text of argument `index` in the call of `name` on this line. */
export function argumentText(line: string | undefined, name: string | undefined, index: number): string | undefined {
  const args = line === undefined || name === undefined ? undefined : callArguments(line, name)
  const text = args?.[index]?.trim()
  return text === '' ? undefined : text
}

/** Arguments of the call of `name` on this line; undefined where the call is not whole. */
export function callArguments(line: string, name: string): readonly string[] | undefined {
  const at = line.indexOf(`${name}(`)
  // bpf_experimental.h has macros of the plain name, which put arguments behind those that they are given
  if (at < 0) return name.endsWith('_impl') ? callArguments(line, name.slice(0, -'_impl'.length)) : undefined
  return argumentsFrom(line, at + name.length + 1)
}

/** Does the line call `name`, the whole of the name? */
export function isCallOf(line: string, name: string): boolean {
  const at = line.indexOf(`${name}(`)
  return at >= 0 && !/\w/.test(line[at - 1] ?? '')
}

/** What a line assigns the result of `name` to: `acquired = bpf_task_acquire(task);` → 'acquired'. */
export function assignedName(line: string | undefined, name: string): string | undefined {
  if (line === undefined) return undefined
  const match = /([A-Za-z_]\w*)\s*=\s*(?:\([^()]*\)\s*)?$/.exec(line.slice(0, Math.max(0, line.indexOf(`${name}(`))))
  return match?.[1]
}

/** The variable that a line assigns, whatever from: `q = another(p);` → 'q'; `struct a *q = f(), *r;` → 'q'. */
export function assigned(line: string | undefined): string | undefined {
  return /^\s*(?:[A-Za-z_][\w\s]*[\s*]\**\s*)?([A-Za-z_]\w*)\s*=(?!=)/.exec(line ?? '')?.[1]
}

/** Is it a plain name or a path of members, safe to repeat in a condition? */
export const isSimple = (text: string): boolean => /^[A-Za-z_]\w*(?:(?:->|\.)[A-Za-z_]\w*)*$/.test(text)

/** A field of something: each mention of it in C is a load of its own. */
export const isMember = (text: string | undefined): boolean =>
  text !== undefined && isSimple(text) && /->|\./.test(text)

/** Text as a regular expression has it. */
export const quoted = (text: string): string => text.replaceAll(/[.*+?^$()[\]|\\{}]/g, '\\$&')

/** The path of members that ends with `field` and that the line goes through: `skb->sk` of `x = skb->sk->sk_mark;`. */
export function memberNamed(line: string, field: string): string | undefined {
  const found = new RegExp(`(?<![\\w.>])[A-Za-z_]\\w*(?:(?:->|\\.)\\w+)*(?:->|\\.)${quoted(field)}(?=->)`).exec(line)
  return found?.[0]
}

/** A variable that the line reads a member of, where there is exactly one: `task->pid` → 'task'. */
export function dereferenced(line: string): string | undefined {
  const names = new Set([...line.matchAll(/(?<![\w.>])([A-Za-z_]\w*)->/g)].map((match) => match[1]!))
  for (const match of line.matchAll(/(?:^|[=(,;{&|!]|return)\s*\*\s*(?:\([^()]*\*\)\s*)?([A-Za-z_]\w*)(?![\w(])/g))
    names.add(match[1]!)
  // *(val + 1), *(__u32 *)(key + 8)
  for (const match of line.matchAll(/(?:^|[=(,;{&|!]|return)\s*\*\s*(?:\([^()]*\*\)\s*)?\(\s*([A-Za-z_]\w*)\s*[+-]/g))
    names.add(match[1]!)
  return names.size === 1 ? [...names][0] : undefined
}

export interface Indexed {
  readonly array: string
  readonly index: string
  /** C has it cast to another pointer: `((__u8 *)tcp)[i]`. */
  readonly cast: boolean
}

/**
 * What a statement goes into by an index, each once: `st->seen[kind]++` → st->seen by kind. Of an assignment only the side that is
 * written or read, where that is known. Sizes and constant indices do not count.
 */
export function indexedBy(
  text: string | undefined,
  { write }: { readonly write: boolean | undefined },
): readonly Indexed[] {
  const plain = (text ?? '')
    .replaceAll(/\bsizeof\s*\((?:[^()]|\([^()]*\))*\)/g, ' ')
    .replaceAll(/\(\([^()]*\*\)\s*([A-Za-z_]\w*)\)\[/g, '$1@[')
  const side = sideOf(plain, write)
  const found = new Map<string, Indexed>()
  for (const [whole, array = '', cast, index = ''] of side.matchAll(/([A-Za-z_][\w.>-]*)(@?)\[([^[\]]+)\]/g))
    if (!/^\s*\d+\s*$/.test(index)) found.set(whole, { array, index: index.trim(), cast: cast === '@' })
  return [...found.values()]
}

/** Of an assignment what is written, or what is read; else all of it. `+=` reads both sides. */
export function sideOf(text: string, write: boolean | undefined): string {
  const at = assignmentIn(text)
  if (at === undefined || write === undefined || (!write && /[-+*/%&|^<>]/.test(text[at - 1] ?? ''))) return text
  return write ? text.slice(0, at) : text.slice(at + 1)
}

/** Where a statement assigns: the place of its `=`, that of `+=` and such as well. */
function assignmentIn(text: string): number | undefined {
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!
    if ('([{'.includes(c)) depth++
    else if (')]}'.includes(c)) depth--
    else if (c === '=' && depth === 0 && text[i + 1] !== '=' && !'=!<>'.includes(text[i - 1] ?? '')) return i
  }
  return undefined
}

/** The name closest to `name`, where one is close: few edits, or one more or less word. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  let best: string | undefined
  let least = Math.max(2, Math.floor(name.length / 5)) + 1
  for (const other of names) {
    const cost = distance(name, other, least + 1)
    if (cost < least || (cost === least && best !== undefined && other < best)) {
      best = other
      least = cost
    }
  }
  return best
}

/** Edits between two names, or `limit` where there are as many or more. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    }
    if (Math.min(...next) >= limit) return limit
    row = next
  }
  return Math.min(row[b.length]!, limit)
}
