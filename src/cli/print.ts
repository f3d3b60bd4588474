// SPDX-License-Identifier: Apache-2.0
// The four formats. SARIF is one document, so it waits for the end; the others print as verdicts come.
import {
  type Outcome,
  renderGithub,
  renderAgain,
  renderJson,
  renderLog,
  renderPretty,
  renderSarif,
} from '../explain/index.ts'
import type { CheckFlags } from './main.ts'
import { wantsColor } from './usage.ts'
import { version } from './version.ts'

export interface Printer {
  readonly add: (outcome: Outcome) => void
  readonly end: () => void
}

const words = {
  accept: 'accepted',
  reject: 'rejected',
  unsupported: 'unsupported',
  load_error: 'not loadable',
} as const

export function printer({ format, log = false }: CheckFlags): Printer {
  const write = (text: string): void => {
    if (text !== '') process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
  }
  if (format === 'sarif') {
    const all: Outcome[] = []
    return { add: (outcome) => all.push(outcome), end: () => write(renderSarif(all, version)) }
  }
  const options = { colour: wantsColor(), width: process.stdout.columns ?? 100 }
  const counts = new Map<Outcome['verdict'], number>()
  let before: Outcome | undefined
  return {
    add: (outcome) => {
      counts.set(outcome.verdict, (counts.get(outcome.verdict) ?? 0) + 1)
      if (format === 'json') return write(renderJson(outcome))
      if (format === 'github') return write(renderGithub(outcome))
      if (log && outcome.report !== undefined) write(renderLog(outcome.report))
      // One missing extern keeps every program of an object from being loaded: told once.
      const again = isSameFault(before, outcome)
      before = outcome
      if (again) return write(renderAgain(outcome, options))
      const text = renderPretty(outcome, options).trimEnd()
      // An explanation stands by itself.
      write(text.includes('\n') ? `${text}\n\n` : text)
    },
    end: () => {
      if (format !== 'pretty' || counts.size === 0) return
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
      const parts = Object.entries(words).flatMap(([verdict, word]) => {
        const count = counts.get(verdict as Outcome['verdict'])
        return count === undefined ? [] : [`${count} ${word}`]
      })
      write(`${total} program${total === 1 ? '' : 's'}: ${parts.join(', ')}`)
    },
  }
}

const isSameFault = (before: Outcome | undefined, outcome: Outcome): boolean =>
  outcome.verdict === 'load_error' &&
  outcome.report === undefined &&
  before?.object === outcome.object &&
  before.report === undefined &&
  before.diagnostic?.message === outcome.diagnostic?.message
