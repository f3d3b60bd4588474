// SPDX-License-Identifier: Apache-2.0
// Kernel-doc comments, as Documentation/doc-guide/kernel-doc.rst describes them:
//   /**
//    * name() - summary
//    * @param: what it is
//    * Description.
//    * Return: what comes back
//    */
import type { Place } from '../fault/index.ts'
import type { CComment, KernelDoc } from './types.ts'

/** Reads a `/** … *​/` comment; plain prose gives a description and no more. */
export function parseKernelDoc(comment: CComment, placeAt: (offset: number) => Place): KernelDoc {
  const sections: { name: string; lines: string[]; place: Place; param: boolean }[] = []
  let current: string[] = []
  const description = current
  let header: { name: string | undefined; summary: string } | undefined
  let offset = comment.start + 2
  for (const raw of comment.text.split('\n')) {
    const line = stripStar(raw)
    const place = placeAt(offset + raw.indexOf(line))
    offset += raw.length + 1
    if (header === undefined) {
      if (line === '') continue
      header = headerOf(line)
      if (header.name === undefined) description.push(line)
      continue
    }
    const section = sectionOf(line)
    if (section !== undefined) {
      current = [section.text]
      sections.push({ name: section.name, lines: current, place, param: section.param })
    } else {
      if (line === '' && sections.at(-1)?.param === true && current !== description) current = description
      current.push(line)
    }
  }
  const text = (lines: readonly string[]) => lines.join('\n').trim()
  const others = sections.filter((section) => !section.param)
  const named = (...names: string[]) => others.find((section) => names.includes(section.name.toLowerCase()))
  const returns = named('return', 'returns')
  const deprecated = named('deprecated')
  const body = text(description)
  return {
    name: header?.name,
    summary: header?.summary ?? '',
    params: sections
      .filter((section) => section.param)
      .map(({ name, lines, place }) => ({ name, text: text(lines), place })),
    returns: returns === undefined ? undefined : text(returns.lines),
    deprecated:
      deprecated === undefined
        ? [header?.summary ?? '', ...body.split('\n\n')].find((part) => part.toLowerCase().includes('deprecated'))
        : text(deprecated.lines),
    description: body,
    sections: others
      .filter((section) => section !== returns && section !== deprecated)
      .map(({ name, lines }) => ({ name, text: text(lines) })),
    place: comment.place,
  }
}

function stripStar(raw: string): string {
  const line = raw.trim()
  return line.startsWith('*') ? line.slice(1).trim() : line
}

/** `name() - summary`, `struct name - summary`, `name: summary`. */
function headerOf(line: string): { name: string | undefined; summary: string } {
  let dash = line.indexOf(' - ')
  let width = 3
  if (dash < 0) {
    dash = line.indexOf(': ')
    width = 2
  }
  const left = dash < 0 ? line : line.slice(0, dash)
  const words = left
    .trim()
    .split(' ')
    .filter((part) => part !== '')
  const name = words.at(-1) ?? ''
  const plain = name.endsWith('()') ? name.slice(0, -2) : name
  const isHeader =
    isName(plain) &&
    (words.length === 1 || (words.length === 2 && ['struct', 'union', 'enum', 'typedef'].includes(words[0]!)))
  if (!isHeader) return { name: undefined, summary: '' }
  return { name: plain, summary: dash < 0 ? '' : line.slice(dash + width).trim() }
}

function sectionOf(line: string): { name: string; text: string; param: boolean } | undefined {
  const colon = line.indexOf(':')
  if (colon <= 0) return undefined
  const text = line.slice(colon + 1).trim()
  if (line.startsWith('@')) {
    const name = line.slice(1, colon).trim()
    return isName(name) || name === '...' ? { name, text, param: true } : undefined
  }
  const name = line.slice(0, colon).trim()
  return sectionNames.has(name.toLowerCase()) ? { name, text, param: false } : undefined
}

/** Any word and a colon may open a section; these do not open one by accident in the middle of prose. */
const sectionNames: ReadonlySet<string> = new Set([
  'return',
  'returns',
  'context',
  'note',
  'notes',
  'description',
  'deprecated',
  'since',
  'removal',
  'replacement',
  'locking',
  'example',
])

function isName(text: string): boolean {
  if (text === '') return false
  for (const char of text) {
    const code = char.charCodeAt(0)
    const fits = (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95
    if (!fits && char !== '.' && char !== '-' && char !== '>') return false
  }
  return true
}
