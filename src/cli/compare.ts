// SPDX-License-Identifier: Apache-2.0
// kfuncs compare BASE NOW: what became of each program between two runs.
import { palette } from '../explain/index.ts'
import { printable } from '../fault/index.ts'
import { jsonLine, standardOutput } from './output.ts'
import { type Result, readResults } from './results.ts'
import { wantsColor } from './usage.ts'

export interface CompareFlags {
  readonly format: 'pretty' | 'json'
  /** Percent that instructions or states may grow. */
  readonly threshold?: number
}

/** What can change of a program, the worst first, in the words of the summary. */
const summaryWords = {
  worse: 'worse',
  grown: 'grown beyond the threshold',
  better: 'better',
  changed: 'refused otherwise',
  figures: 'with other figures',
  new: 'new',
  gone: 'gone',
} as const

/** What changed of a program. `worse` and `grown` make the exit status 1. */
export type Change = keyof typeof summaryWords

const order = Object.keys(summaryWords) as readonly Change[]

export interface Difference {
  readonly change: Change
  readonly base: Result | undefined
  readonly now: Result | undefined
}

const amiss: ReadonlySet<Change> = new Set<Change>(['worse', 'grown'])

/** The exit status: 0 nothing is worse, 1 something is. */
export function compare(base: string, now: string, { format, threshold }: CompareFlags): number {
  const [before, after] = [readResults(base), readResults(now)]
  const found = differences(before, after, threshold)
  const { write } = standardOutput
  if (format === 'json') for (const one of found) write(jsonLine(jsonOf(one)))
  else write(prettyOf(found, [...before.keys()].filter((key) => after.has(key)).length))
  return found.some(({ change }) => amiss.has(change)) ? 1 : 0
}

/** What differs, the worst first. What was refused before may be refused still. */
export function differences(
  before: ReadonlyMap<string, Result>,
  after: ReadonlyMap<string, Result>,
  threshold = Number.POSITIVE_INFINITY,
): readonly Difference[] {
  const keys = new Set([...before.keys(), ...after.keys()])
  return [...keys]
    .flatMap((key): Difference[] => {
      const [base, now] = [before.get(key), after.get(key)]
      const change = changeOf(base, now, threshold)
      return change === undefined ? [] : [{ change, base, now }]
    })
    .sort((a, b) => order.indexOf(a.change) - order.indexOf(b.change))
}

function changeOf(base: Result | undefined, now: Result | undefined, threshold: number): Change | undefined {
  if (now === undefined) return 'gone'
  if (base === undefined) return now.verdict === 'accept' ? 'new' : 'worse'
  if (base.verdict !== now.verdict) {
    if (now.verdict === 'accept') return 'better'
    return base.verdict === 'accept' ? 'worse' : 'changed'
  }
  const growths = [growth(base.insns, now.insns), growth(base.states, now.states)]
  if (now.verdict === 'accept' && growths.some((percent) => percent > threshold)) return 'grown'
  if (base.code !== undefined && now.code !== undefined && base.code !== now.code) return 'changed'
  return growths.some((percent) => percent !== 0) ? 'figures' : undefined
}

/** In percent; from none, each is a whole one. What one side does not tell is no growth. */
function growth(before: number | undefined, after: number | undefined): number {
  if (before === undefined || after === undefined || before === after) return 0
  return before === 0 ? 100 * after : (100 * (after - before)) / before
}

function jsonOf({ change, base, now }: Difference): object {
  const side = (one: Result | undefined) =>
    one === undefined
      ? null
      : {
          verdict: one.verdict,
          code: one.code ?? null,
          message: one.message ?? null,
          insns_processed: one.insns ?? null,
          states: one.states ?? null,
        }
  const { object, program } = (now ?? base)!
  return { object, program, change, base: side(base), now: side(now) }
}

function prettyOf(found: readonly Difference[], common: number): string {
  const { error, good, note } = palette(wantsColor(standardOutput))
  const inkOf = (change: Change) => (amiss.has(change) ? error : change === 'better' ? good : note)
  const lines = found.map((one) => {
    const { object, program } = (one.now ?? one.base)!
    return `${inkOf(one.change)(one.change.padEnd(7))}  ${printable(`${object}  ${program}  ${wordsOf(one)}`)}`
  })
  const count = (change: Change): string[] => {
    const number = found.filter((one) => one.change === change).length
    return number === 0 ? [] : [`${number} ${summaryWords[change]}`]
  }
  const parts = order.flatMap(count)
  const all = `${common} program${common === 1 ? '' : 's'} in both: ${parts.length === 0 ? 'nothing differs' : parts.join(', ')}`
  return [...lines, ...(lines.length === 0 ? [] : ['']), all].join('\n')
}

function wordsOf({ base, now }: Difference): string {
  const verdict = (one: Result): string => (one.code === undefined ? one.verdict : `${one.verdict} ${one.code}`)
  if (base === undefined || now === undefined) {
    const one = (now ?? base)!
    return `${verdict(one)}${one.verdict === 'accept' || one.message === undefined ? '' : `: ${one.message}`}`
  }
  const words: string[] = []
  if (verdict(base) !== verdict(now)) words.push(`${verdict(base)} → ${verdict(now)}`)
  if (base.verdict !== now.verdict && now.message !== undefined) words.push(now.message)
  for (const [name, a, b] of [
    ['insns', base.insns, now.insns],
    ['states', base.states, now.states],
  ] as const) {
    const percent = growth(a, b)
    if (percent !== 0) words.push(`${name} ${a} → ${b} (${percent > 0 ? '+' : ''}${percent.toFixed(1)} %)`)
  }
  return words.join(', ')
}
