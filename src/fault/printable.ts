// SPDX-License-Identifier: Apache-2.0
// Names, paths and source lines come from objects that strangers made. What they may do to a terminal, a CI log or a reader's eye is
// taken from them here, by one table, wherever text leaves us; inside, text stays as the object has it.

/**
 * What nobody sees or what moves what others see: controls (C0, DEL, C1), line and paragraph separators, formats (bidi overrides and
 * isolates, zero-width, tags, BOM), everything else Unicode lets a renderer ignore (fillers, variation selectors), the blank of Braille,
 * and halves of surrogate pairs.
 */
const hidden = /[\p{Cc}\p{Zl}\p{Zp}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/gu

/** Lines that CI runners obey: `::error::` of GitHub first on a line, `##[error]` (GitHub, Azure) and `##teamcity[` anywhere in one. */
const commands: readonly Rewrite[] = [
  { find: /##(?=\w*\[)/g, put: '\\x23#' },
  { find: /(?<![^\s])::/g, put: '\\x3a:' },
]

interface Rewrite {
  readonly find: RegExp
  readonly put: string | ((found: string) => string)
}

const visibly: Rewrite = { find: hidden, put: visible }
const butTab: Rewrite = { find: hidden, put: (found) => (found === '\t' ? found : visible(found)) }
/** What a workflow command of GitHub Actions reads as its own: @actions/toolkit `command.ts`. */
const workflowData: readonly Rewrite[] = [
  { find: /%/g, put: '%25' },
  { find: /\r/g, put: '%0D' },
  { find: /\n/g, put: '%0A' },
]

/** What each kind of text cannot carry as it is, in the order it is rewritten. */
const forms = {
  /** One line for people: a terminal, a log of a CI run. */
  line: [visibly, ...commands],
  /** A line of somebody's source behind a margin of ours, which keeps `::` from being first. */
  source: [visibly, commands[0]!],
  /** A line with C in it that begins with words of ours, or an instruction: the kernel's log, disassembly. Tabs stay. */
  listing: [butTab, ...commands],
  /** Inside JSON that is written already: the same text to whoever parses it, none of it hidden to whoever looks. */
  json: [
    { find: hidden, put: jsonEscape },
    { find: commands[0]!.find, put: '\\u0023#' },
  ],
  /** A message of SARIF: `[text](place)` would be a link. */
  sarif: [butTab, { find: /\](?=\()/g, put: '] ' }],
  /** The message of a workflow command, of lines made printable before. */
  workflowData,
  /** A property of one: `file=…`. */
  workflowProperty: [...workflowData, { find: /:/g, put: '%3A' }, { find: /,/g, put: '%2C' }],
} as const satisfies Record<string, readonly Rewrite[]>

export type TextForm = keyof typeof forms

/** Nothing that any form rewrites. */
const plain = /^[ !"$&-+\--9;-\\^-~]*$/

/** Text as `form` can carry it. Printable text comes back as it is, and so does text made printable before. */
export function printable(text: string, form: TextForm = 'line'): string {
  if (plain.test(text)) return text
  return forms[form].reduce((so, { find, put }: Rewrite) => so.replace(find, put as string), text)
}

/** Text of several lines of ours, each made printable. */
export const printableLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => printable(line))
    .join('\n')

export interface DeepOptions {
  readonly form: TextForm
  /** Properties left as they are: whoever prints them makes them printable. */
  readonly except?: readonly string[]
}

/** A value with every string in it as `form` can carry it: renderers take a diagnostic through this, so that no field is forgotten. */
export function printableDeep<T>(value: T, { form, except = [] }: DeepOptions): T {
  const each = (part: unknown): unknown => {
    if (typeof part === 'string') return printable(part, form)
    if (Array.isArray(part)) return part.map(each)
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(
      Object.entries(part).map(([key, inner]) => [key, except.includes(key) ? inner : each(inner)]),
    )
  }
  return each(value) as T
}

const short: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])

/** ESC → `\x1b`, U+202E → `\u202e`, U+E0041 → `\u{e0041}`. */
function visible(character: string): string {
  const known = short.get(character)
  if (known !== undefined) return known
  const code = character.codePointAt(0)!
  const hex = code.toString(16)
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`
  return code < 0x1_0000 ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`
}

/** By units of UTF-16, as JSON has it. Its own newlines between values stay. */
function jsonEscape(character: string): string {
  if (character === '\n') return character
  let text = ''
  for (let i = 0; i < character.length; i++) text += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`
  return text
}
