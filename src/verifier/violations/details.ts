// SPDX-License-Identifier: Apache-2.0
// A violation as the public report has had it from the start: a few fields that fit most rules, beside the message.

import { outsideWords } from './memory.ts'
import { rangeWords } from './sections.ts'
import { type Violation, wordsOf } from './table.ts'
import type { Wording } from './wording.ts'

/** What a rule saw: machine-readable beside the message. Not every field fits every rule; `violation` has what there is. */
export interface Details {
  /** Register number the message is about. */
  readonly reg?: number
  readonly arg?: number
  readonly kfunc?: string
  readonly helper?: string
  /** Insns that led there, e.g. where a reference was acquired. */
  readonly at?: readonly { readonly label: string; readonly insn: number }[]
  readonly expected?: string
  readonly seen?: string
  /** What keeps something from being there. */
  readonly why?: string
}

/** What happened at the places that a violation names. */
const placeLabels: ReadonlyMap<string, string> = new Map<Violation['id'], string>([
  ['leaking-child', 'this stands on it'],
  ['reference-leak', 'acquired here, never released'],
  ['lock-again', 'the lock is taken here first'],
  ['unlock-other', 'the lock held is taken here'],
  ['unlock-order', 'the lock held is taken here'],
  ['irq-order', 'interrupts were turned off last here'],
])

const fields = ['reg', 'arg', 'kfunc', 'helper', 'expected', 'seen'] as const

export function detailsOf(violation: Violation, wording: Wording): Details {
  const { id, params } = violation
  const given = new Map(Object.entries<unknown>(params))
  const own = Object.fromEntries(
    fields.flatMap((name) => (given.get(name) === undefined ? [] : [[name, given.get(name)]])),
  )
  if ('places' in params) {
    const label = id === 'reference-leak' && params.form === 'tail-call' ? 'acquired here' : placeLabels.get(id)!
    return { ...own, at: params.places.map((insn) => ({ label, insn })) }
  }
  if ('outside' in params) return { ...own, seen: outsideWords(params.outside) }
  if (id === 'return-range')
    return params.form === 'told'
      ? { ...own, seen: rangeWords(params) }
      : { ...own, expected: `[${params.min}, ${params.max}]` }
  if (!('inner' in params) || params.inner === undefined) return own
  const seen = wordsOf(params.inner, wording)
  // of a call it is the argument that the reader is told of
  return id === 'global-args' ? { seen, ...detailsOf(params.inner, wording), ...own } : { ...own, seen }
}
