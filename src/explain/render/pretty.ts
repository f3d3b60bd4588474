// SPDX-License-Identifier: Apache-2.0
// A diagnostic for a terminal, in the manner of rustc: what, where, the lines of C with what happened on each, why, and
// what to change.

import { type DeepOptions, printable } from '../../fault/index.ts'
import { type Palette, palette } from './colour.ts'
import { expectedText, expectedWord } from '../expected.ts'
import { readable } from './readable.ts'
import type { Diagnostic, Note, Outcome } from '../types.ts'
import { expandTabs as expand, wrap } from './wrap.ts'

export interface PrettyOptions {
  /** Escape sequences for colours. Default: none. */
  readonly colour?: boolean
  /** Columns to wrap sentences at; lines of source are never cut. Default 100. */
  readonly width?: number
}

/** One program's verdict and, where it is not accepted, why. Ends with a newline. */
export function renderPretty(judged: Outcome, options: PrettyOptions = {}): string {
  const outcome = readable(judged, texts)
  const paint = palette(options.colour ?? false)
  const width = Math.max(40, options.width ?? 100)
  const lines: string[] = []
  const { diagnostic } = outcome
  const word = expectedWord(outcome)
  if (word !== undefined) {
    const inks = { ok: paint.good, failed: paint.error, skipped: paint.note } as const
    lines.push(`${inks[word](word)} ${paint.strong(outcome.program)} ${outcome.section}: ${expectedText(outcome)}`)
    if (word === 'failed' && diagnostic !== undefined) lines.push(...diagnosticLines(diagnostic, outcome, paint, width))
  } else if (outcome.known === true) {
    lines.push(
      `${paint.note('known')} ${paint.strong(outcome.program)} ${outcome.section}: ${diagnostic?.code}, as before`,
    )
  } else if (diagnostic !== undefined) lines.push(...diagnosticLines(diagnostic, outcome, paint, width))
  else {
    const { report } = outcome
    const facts = report === undefined ? '' : ` (${report.insnsProcessed} insns, ${report.states} states)`
    lines.push(`${paint.good('accept')} ${paint.strong(outcome.program)} ${outcome.section}${facts}`)
  }
  for (const text of outcome.warnings) lines.push(`${paint.warning('warning')}: ${text}`)
  return `${lines.join('\n')}\n`
}

/** One line for a program that fails as the one before it did. */
export function renderAgain(judged: Outcome, { colour = false }: PrettyOptions = {}): string {
  const { diagnostic, program, section } = readable(judged, texts)
  const paint = palette(colour)
  return `${paint.error(`error[${diagnostic?.code}]`)}${paint.strong(`: ${program}`)} ${section}: the same\n`
}

/** Lines of source stay as they are until their columns are counted (`expand`), a message until it is split into its lines. */
const texts: DeepOptions = { form: 'line', except: ['text', 'before', 'after', 'message'] }

function diagnosticLines(diagnostic: Diagnostic, outcome: Outcome, paint: Palette, width: number): readonly string[] {
  const { primary } = diagnostic
  const unsupported = diagnostic.ruleId === 'unsupported'
  const gutter = Math.max(
    1,
    ...[primary.line, ...diagnostic.notes.map(({ source }) => source?.line)].map((line) => `${line ?? ''}`.length),
  )
  const pad = ' '.repeat(gutter)
  const bar = paint.frame('|')
  const head = unsupported ? paint.warning(`unsupported[${diagnostic.code}]`) : paint.error(`error[${diagnostic.code}]`)
  const where =
    primary.file === undefined
      ? outcome.object
      : `${primary.file}:${primary.line}${primary.column ? `:${primary.column}` : ''}`
  const lines = [
    `${head}${paint.strong(`: ${diagnostic.title}`)}`,
    `${pad}${paint.frame('-->')} ${where}`,
    `${pad} ${paint.frame('=')} program ${outcome.program}, section ${outcome.section}, ${primary.insn === undefined ? '' : `insn ${primary.insn} of `}${outcome.object}`,
    ...(primary.file === undefined && primary.insn === undefined
      ? remark('what', primary.label, pad, paint, width)
      : [`${pad} ${bar}`, ...blocks(diagnostic, gutter, paint, width), `${pad} ${bar}`]),
    ...said(outcome.verdict === 'load_error' ? 'loader' : 'kernel', diagnostic.message, pad, paint, width),
  ]
  const { contract } = diagnostic
  if (contract !== undefined) {
    lines.push(...remark('contract', contract.prototype, pad, paint, width))
    const say = (text: string): void => void lines.push(...continuation(text, 'contract', pad, width))
    for (const text of contract.flags) say(text)
    for (const text of contract.params) say(text)
    if (contract.partner !== undefined) say(contract.partner)
    if (diagnostic.ruleId === 'kfunc-not-allowed') say(`may be called by: ${contract.callers.join('; ')}`)
  }
  lines.push(...remark('rule', `${diagnostic.rule} (${diagnostic.section})`, pad, paint, width))
  for (const text of diagnostic.help) lines.push(...remark('help', text, pad, paint, width))
  if (diagnostic.fix !== undefined) {
    const { fix } = diagnostic
    lines.push(...remark('help', 'like this:', pad, paint, width), `${pad} ${bar}`)
    const same = fix.after.some((line) => line.trim() === fix.before.trim())
    const number = (line: number | undefined): string => paint.frame(`${line ?? ''}`.padStart(gutter))
    if (!same) lines.push(`${number(fix.line)} ${paint.error('-')} ${expand(fix.before)}`)
    for (const line of fix.after) {
      const kept = same && line.trim() === fix.before.trim()
      lines.push(`${number(kept || !same ? fix.line : undefined)} ${kept ? ' ' : paint.good('+')} ${expand(line)}`)
    }
    lines.push(`${pad} ${bar}`)
  }
  lines.push(`${pad} ${paint.frame('=')} more: kfuncs explain ${diagnostic.code}`)
  return lines
}

interface Mark {
  readonly label: string
  readonly primary: boolean
  readonly insn: number | undefined
}
interface Block {
  readonly file: string | undefined
  readonly line: number | undefined
  readonly text: string
  readonly marks: Mark[]
}

/** Lines of source in the order of the path, each with what happened there; neighbours on the same line are one. */
function blocks(diagnostic: Diagnostic, gutter: number, paint: Palette, width: number): readonly string[] {
  const { primary } = diagnostic
  const found: Block[] = []
  const add = (source: Note['source'], mark: Mark): void => {
    const last = found.at(-1)
    if (last !== undefined && last.file === source?.file && last.line === source?.line) last.marks.push(mark)
    else
      found.push({
        file: source?.file,
        line: source?.line,
        text: source?.text ?? (mark.insn === undefined ? '' : `(insn ${mark.insn}, no line info)`),
        marks: [mark],
      })
  }
  for (const note of diagnostic.notes) add(note.source, { label: note.label, primary: false, insn: note.insn })
  const place =
    primary.file === undefined ? undefined : { file: primary.file, line: primary.line ?? 0, text: primary.text ?? '' }
  add(place, { label: primary.label, primary: true, insn: primary.insn })

  const bar = paint.frame('|')
  const pad = ' '.repeat(gutter)
  const lines: string[] = []
  let before: Block | undefined
  for (const block of found) {
    if (before !== undefined) {
      if (block.file !== before.file && block.file !== undefined)
        lines.push(`${pad} ${bar}`, `${pad}${paint.frame(':::')} ${block.file}`)
      else if (
        block.line === undefined ||
        before.line === undefined ||
        block.line < before.line ||
        block.line > before.line + 1
      )
        lines.push(paint.frame('...'))
    }
    before = block
    const text = expand(block.text)
    const isPrimary = block.marks.some((mark) => mark.primary)
    const { start, length } = isPrimary ? spanOf(block.text, primary.column) : spanOf(block.text, undefined)
    const ink = isPrimary ? paint.error : paint.note
    const carets = (isPrimary ? '^' : '-').repeat(length)
    const [only] = block.marks
    const beside = block.marks.length === 1 && gutter + 4 + start + length + only!.label.length <= width
    const indent = ' '.repeat(start)
    lines.push(`${paint.frame(`${block.line ?? ''}`.padStart(gutter))} ${bar} ${text}`)
    lines.push(`${pad} ${bar} ${indent}${ink(beside ? `${carets} ${only!.label}` : carets)}`)
    if (beside) continue
    for (const mark of block.marks) {
      const own = mark.primary ? paint.error : paint.note
      // A span far to the right leaves no room: its labels start at the left.
      const left = start > width / 2 ? '' : indent
      wrap(mark.label, width - gutter - 5 - left.length).forEach((line, i) => {
        lines.push(`${pad} ${bar} ${left}${own(`${i > 0 ? '  ' : mark.primary ? '^ ' : '- '}${line}`)}`)
      })
    }
  }
  return lines
}

/** Columns to underline, as printed: the call or name that starts at `column`, else the whole statement. */
function spanOf(raw: string, column: number | undefined): { readonly start: number; readonly length: number } {
  const from = (column ?? 0) - 1
  const rest = from > 0 ? raw.slice(from) : ''
  const name = /^[A-Za-z_]\w*/.exec(rest)?.[0]
  if (name === undefined) {
    const text = expand(raw)
    const start = text.length - text.trimStart().length
    return { start, length: Math.max(1, text.trim().length) }
  }
  let end = name.length
  if (rest[end] === '(') {
    let depth = 0
    for (let i = end; i < rest.length; i++) {
      if (rest[i] === '(') depth++
      else if (rest[i] === ')' && --depth === 0) {
        end = i + 1
        break
      }
    }
    if (depth !== 0) end = rest.trimEnd().length
  }
  return { start: expand(`${raw.slice(0, from)}|`).length - 1, length: expand(rest.slice(0, end)).length }
}

function remark(name: string, text: string, pad: string, paint: Palette, width: number): readonly string[] {
  const [first = '', ...rest] = wrap(text, width - pad.length - name.length - 5)
  const hang = ' '.repeat(pad.length + name.length + 5)
  return [`${pad} ${paint.frame('=')} ${paint.strong(`${name}:`)} ${first}`, ...rest.map((line) => `${hang}${line}`)]
}

/** The kernel's words, in as many lines as it has. */
function said(name: string, message: string, pad: string, paint: Palette, width: number): readonly string[] {
  const [first = '', ...more] = message.split('\n').map((line) => printable(line))
  const rest = more.flatMap((line) => continuation(line, name, pad, width))
  return [...remark(name, first, pad, paint, width), ...rest]
}

function continuation(text: string, name: string, pad: string, width: number): readonly string[] {
  const hang = ' '.repeat(pad.length + name.length + 5)
  return wrap(text, width - hang.length - 2).map((line, i) => `${hang}${i === 0 ? '' : '  '}${line}`)
}
