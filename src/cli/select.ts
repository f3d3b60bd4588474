// SPDX-License-Identifier: Apache-2.0
// --prog, --filter, --sort, --top. What goes by names alone is asked before a program is judged; what goes by figures, after.
// The syntax of filters and sort keys is veristat's.
import type { Outcome, StatRow } from '../explain/index.ts'
import { statNamed, stats } from '../explain/index.ts'
import type { CheckFlags } from './flags.ts'
import { didYouMean } from './nearest.ts'
import { UsageError } from './usage.ts'
import { matches } from '../object/index.ts'

type Operator = '=' | '!=' | '<' | '<=' | '>' | '>='
/** Longer ones first, so that `<=` is not read as `<`. */
const operators: readonly (readonly [string, Operator])[] = [
  ['==', '='],
  ['!=', '!='],
  ['<>', '!='],
  ['<=', '<='],
  ['>=', '>='],
  ['<', '<'],
  ['>', '>'],
  ['=', '='],
]

interface NameFilter {
  readonly deny: boolean
  /** On the name of the object or of the program; else on each that is given. */
  readonly any?: string
  readonly file?: string
  readonly prog?: string
}
interface StatFilter {
  readonly deny: boolean
  readonly stat: StatRow
  readonly operator: Operator
  readonly value: string
}

const isStat = (filter: NameFilter | StatFilter): filter is StatFilter => 'stat' in filter

function parseFilter(text: string): NameFilter | StatFilter {
  const deny = text.startsWith('!')
  const body = deny ? text.slice(1) : text
  const found = operators.flatMap(([sign, operator]) => {
    const at = body.indexOf(sign)
    return at < 0 ? [] : [{ at, sign, operator }]
  })
  const first = found.sort((a, b) => a.at - b.at || b.sign.length - a.sign.length)[0]
  if (first !== undefined) {
    const { at, sign, operator } = first
    const stat = requireStat(body.slice(0, at), text)
    const value = body.slice(at + sign.length).trim()
    if (stat.kind === 'number' && !/^-?\d+$/.test(value))
      throw new UsageError(`--filter ${text}: ${stat.names[0]} is a number, and "${value}" is none`)
    if (stat.kind === 'word' && operator !== '=' && operator !== '!=')
      throw new UsageError(`--filter ${text}: ${stat.names[0]} is a word: only = and != go with it`)
    return { deny, stat, operator, value }
  }
  if (body === '' || body === '/') throw new UsageError(`--filter "${text}" says nothing`)
  const slash = body.indexOf('/')
  if (slash < 0) return { deny, any: body }
  const [file, prog] = [body.slice(0, slash), body.slice(slash + 1)]
  return { deny, ...(file === '' ? {} : { file }), ...(prog === '' ? {} : { prog }) }
}

function requireStat(name: string, within: string): StatRow {
  const stat = statNamed(name)
  if (stat !== undefined) return stat
  const names = stats.map((row) => row.names.at(-1)!)
  const instead = didYouMean(name.trim().toLowerCase(), names) ?? `there are ${names.join(', ')}`
  throw new UsageError(`${within}: no figure ${name.trim()} — ${instead}`)
}

/** Words that veristat's users know for the two verdicts that it has. */
const success = new Set(['success', 'succ', 's', 'true', 't', '1', 'accept', 'accepted'])
const failure = new Set(['failure', 'fail', 'f', 'false', '0'])

function holds({ stat, operator, value }: StatFilter, outcome: Outcome): boolean {
  const is = stat.of(outcome)
  if (is === undefined) return false
  if (typeof is === 'string') return (operator === '=') === isWord(stat, is, value)
  const wanted = Number(value)
  switch (operator) {
    case '=':
      return is === wanted
    case '!=':
      return is !== wanted
    case '<':
      return is < wanted
    case '<=':
      return is <= wanted
    case '>':
      return is > wanted
    case '>=':
      return is >= wanted
  }
}

function isWord(stat: StatRow, is: string, value: string): boolean {
  if (stat.names[0] !== 'verdict') return matches(value.toLowerCase(), is.toLowerCase())
  const word = value.toLowerCase()
  if (success.has(word)) return is === 'accept'
  return failure.has(word) ? is !== 'accept' : is === word || `${is}ed` === word
}

const fits = (filter: NameFilter, object: string, program: string): boolean => {
  const file = (pattern: string): boolean =>
    matches(pattern, object.slice(object.lastIndexOf('/') + 1)) || matches(pattern, object)
  if (filter.any !== undefined) return file(filter.any) || matches(filter.any, program)
  return (
    (filter.file === undefined || file(filter.file)) && (filter.prog === undefined || matches(filter.prog, program))
  )
}

export interface Selection {
  /** By its name, is the program to be judged? */
  readonly isWanted: (object: string, program: string) => boolean
  /** By its figures, is it to be shown? */
  readonly isShown: (outcome: Outcome) => boolean
  /** The order to show them in, where one is asked for. */
  readonly compare: ((a: Outcome, b: Outcome) => number) | undefined
}

/** What the flags select; a `UsageError` where they cannot be read. */
export function selectionOf({ prog, filter, sort }: Pick<CheckFlags, 'prog' | 'filter' | 'sort'>): Selection {
  const filters = filter.map(parseFilter)
  const names = filters.filter((one): one is NameFilter => !isStat(one))
  const figures = filters.filter(isStat)
  const allowed = names.filter(({ deny }) => !deny)
  const denied = names.filter(({ deny }) => deny)
  return {
    isWanted: (object, program) =>
      (prog.length === 0 || prog.some((pattern) => matches(pattern, program))) &&
      (allowed.length === 0 || allowed.some((one) => fits(one, object, program))) &&
      !denied.some((one) => fits(one, object, program)),
    isShown: (outcome) => figures.every((one) => holds(one, outcome) !== one.deny),
    compare: sort === undefined ? undefined : comparison(sort),
  }
}

/** 'insns', 'prog^,states': the most first for figures, from a to z for words; `^` and `!` say which. */
function comparison(sort: string): (a: Outcome, b: Outcome) => number {
  const keys = sort.split(',').map((part) => {
    const sign = /[\^!.vV_]$/.exec(part.trim())?.[0]
    const known = statNamed(part)
    const stat = known ?? requireStat(sign === undefined ? part : part.trim().slice(0, -1), `--sort ${sort}`)
    const ascending = known !== undefined || sign === undefined ? stat.kind === 'word' : sign === '^'
    return { stat, ascending }
  })
  return (a, b) => {
    for (const { stat, ascending } of keys) {
      const order = compareValues(stat.of(a), stat.of(b))
      if (order !== 0) return ascending ? order : -order
    }
    return 0
  }
}

function compareValues(a: number | string | undefined, b: number | string | undefined): number {
  if (a === b) return 0
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1
  return a < b ? -1 : 1
}
