// SPDX-License-Identifier: Apache-2.0
// A .bpf file: programs of text with what real kernels say of them, written behind the instruction they say it of. test/verifier/README.md
// describes the format; `parseFile` reads it, `annotate` writes a program with other answers, and a test compares the two texts.

export interface FileTest {
  readonly path: string
  /** The lines before the first program. */
  readonly head: readonly string[]
  readonly programs: readonly TestProgram[]
}

export interface TestProgram {
  readonly title: string
  /** Of the line with its title in the file, from 1. */
  readonly line: number
  /** As written, its title line first. */
  readonly lines: readonly string[]
  /** What was declared for the file and for this program. */
  readonly kernels: readonly string[]
  readonly section: string
  readonly license: string
  /** Load flags by name: BPF_F_TEST_REG_INVARIANTS. */
  readonly flags: readonly string[]
  readonly c: readonly string[]
  readonly maps: readonly string[]
  readonly vars: readonly string[]
  readonly tags: readonly string[]
  readonly functions: readonly TestFunction[]
  /** Why ours is not the kernels' answer, where that is known. */
  readonly differs: string | undefined
}

export interface TestFunction {
  readonly name: string
  readonly linkage: 'main' | 'static' | 'global'
  /** C, without the linkage. */
  readonly prototype: string
  /** Statements and labels, without comments; `at` is the index in `TestProgram.lines`. */
  readonly code: readonly { readonly text: string; readonly at: number }[]
}

/** What a verifier said of a program. */
export interface Answer {
  readonly verdict: 'accept' | 'reject'
  readonly message: string
  /** Index in `lines`; undefined: of the whole program. */
  readonly at: number | undefined
  /** By index in `lines`: what the log has behind the instruction, the first time it was walked. */
  readonly states: ReadonlyMap<number, string>
  /** How many instructions were walked, how many states kept. */
  readonly walk: string
}

const keys = ['kernel', 'section', 'license', 'flags', 'c', 'map', 'var', 'tag', 'differs'] as const
type Key = (typeof keys)[number]
const header = new RegExp(`^; (${keys.join('|')}): (.*)$`)
const title = /^--- (.+)$/
const functionHead = /^(static|global) (.+):$/
/** `; error: …`, `; error 7.3: …`, `; state`, `; state: …`, `; walk: …` */
const expectation = /\s*; (error|state|walk)(?: ([\d.]+))?(?:: ?(.*))?$/

/** What the main program is called in its object. */
export const MAIN = 'prog'

export function parseFile(path: string, text: string): FileTest {
  const lines = text.trimEnd().split('\n')
  const first = lines.findIndex((line) => title.test(line))
  if (first < 0) throw new Error(`${path}: no program; one begins with --- TITLE`)
  const head = lines.slice(0, first)
  const shared = settingsOf(head)
  const starts = lines.flatMap((line, i) => (title.test(line) ? [i] : []))
  const programs = starts.map((start, i) => parseProgram(path, lines.slice(start, starts[i + 1]), start + 1, shared))
  const titles = new Set(programs.map((one) => one.title))
  if (titles.size < programs.length) throw new Error(`${path}: two programs have one title`)
  return { path, head, programs }
}

type Settings = ReadonlyMap<Key, readonly string[]>

function settingsOf(lines: readonly string[]): Settings {
  const found = new Map<Key, string[]>()
  for (const line of lines) {
    const match = header.exec(line)
    if (match !== null) found.set(match[1] as Key, [...(found.get(match[1] as Key) ?? []), match[2]!])
  }
  return found
}

function parseProgram(path: string, lines: readonly string[], line: number, shared: Settings): TestProgram {
  const own = settingsOf(lines)
  const last = (key: Key, otherwise: string): string => (own.get(key) ?? shared.get(key))?.at(-1) ?? otherwise
  const all = (key: Key): string[] => [...(shared.get(key) ?? []), ...(own.get(key) ?? [])]
  const functions: {
    name: string
    linkage: TestFunction['linkage']
    prototype: string
    code: { text: string; at: number }[]
  }[] = [{ name: MAIN, linkage: 'main', prototype: `int ${MAIN}(void)`, code: [] }]
  lines.forEach((raw, at) => {
    if (at === 0) return
    const text = raw.replace(/;.*/, '').trimEnd()
    const match = functionHead.exec(text)
    if (match !== null) {
      const declared = match[2]!.includes('(') ? match[2]! : `int ${match[2]}(void)`
      const name = /(\w+)\s*\(/.exec(declared)![1]!
      functions.push({ name, linkage: match[1] as 'static' | 'global', prototype: declared, code: [] })
    } else if (text.trim() !== '') functions.at(-1)!.code.push({ text: text.trim(), at })
  })
  if (functions[0]!.code.length === 0) throw new Error(`${path}:${line}: a program without instructions`)
  return {
    title: title.exec(lines[0]!)![1]!,
    line,
    lines,
    kernels: last('kernel', '6.12, 7.3').split(/,\s*/),
    section: last('section', 'socket'),
    license: last('license', 'GPL'),
    flags: last('flags', '')
      .split(/,\s*/)
      .filter((one) => one !== ''),
    c: all('c'),
    maps: all('map'),
    vars: all('var'),
    tags: all('tag'),
    functions,
    differs: own.get('differs')?.at(-1),
  }
}

/** The message that a program's text has for a kernel, and whether it wants states. */
export function expected(
  { lines }: TestProgram,
  kernel: string,
): { readonly message?: string; readonly states: boolean } {
  let message: string | undefined
  let states = false
  for (const line of lines) {
    const match = expectation.exec(line)
    if (match?.[1] === 'state') states = true
    else if (match?.[1] === 'error' && (match[2] === undefined || match[2] === kernel)) message = match[3] ?? ''
  }
  return { states, ...(message !== undefined && { message }) }
}

/** Whose log the states are of: later kernels word theirs otherwise, and ours has 6.12's words for all. */
export const STATES = '6.12'

/** Columns before an expectation. */
const COLUMN = 40

/** The program's lines with these answers, by kernel, in place of those it has. States and the walk stand where it has or asks for them. */
export function annotate({ lines, kernels }: TestProgram, answers: ReadonlyMap<string, Answer>): string[] {
  const out: string[] = []
  const emit = (text: string, notes: readonly string[]): void => {
    notes.forEach((note, i) => out.push(`${(i === 0 ? text : '').padEnd(COLUMN)} ${note}`))
    if (notes.length === 0 && text !== '') out.push(text)
  }
  const walked = lines.some((line) => expectation.exec(line)?.[1] === 'walk')
    ? notesOf('walk', kernels, (kernel) => answers.get(kernel)?.walk)
    : []
  lines.forEach((line, at) => {
    const match = expectation.exec(line)
    const text = match === null ? line : line.slice(0, match.index).trimEnd()
    if (match !== null && text === '') return
    if (line === '') return out.push('')
    const wantsState = match?.[1] === 'state' || continues(lines, at)
    const states = wantsState ? [`; state: ${answers.get(STATES)?.states.get(at) ?? '-'}`] : []
    const errors = notesOf('error', kernels, (kernel) => {
      const answer = answers.get(kernel)
      const here = answer?.verdict === 'reject' && (answer.at ?? 0) === at
      return here ? answer.message : undefined
    })
    emit(text, at === 0 ? [] : [...states, ...errors])
    if (at === 0) out.push(...walked, ...errors)
  })
  return out
}

/** Whether the lines after this one go on with a state for it. */
function continues(lines: readonly string[], at: number): boolean {
  for (let i = at + 1; i < lines.length; i++) {
    const match = expectation.exec(lines[i]!)
    if (match === null || lines[i]!.slice(0, match.index).trim() !== '') return false
    if (match[1] === 'state') return true
  }
  return false
}

/** One note if every kernel says the same, else one for each that says something. */
function notesOf(word: string, kernels: readonly string[], said: (kernel: string) => string | undefined): string[] {
  const texts = kernels.map(said)
  if (texts[0] !== undefined && texts.every((text) => text === texts[0])) return [`; ${word}: ${texts[0]}`.trimEnd()]
  return kernels.flatMap((kernel, i) => (texts[i] === undefined ? [] : [`; ${word} ${kernel}: ${texts[i]}`]))
}

/** The file's text again. */
export const formatFile = ({ head }: FileTest, programs: readonly (readonly string[])[]): string =>
  `${[...head, ...programs.flat()].join('\n')}\n`
