// SPDX-License-Identifier: Apache-2.0
// Whether a program came out as its tags expect, in words.

import { printable } from '../fault/index.ts'
import type { Diagnostic, Outcome } from './types.ts'

const past = { accept: 'accepted', reject: 'rejected' } as const

/** 'ok', 'failed', 'skipped'; undefined where nothing was asked. */
export function expectedWord({ expected }: Pick<Outcome, 'expected'>): 'ok' | 'failed' | 'skipped' | undefined {
  if (expected === undefined) return undefined
  return expected.met === null ? 'skipped' : expected.met ? 'ok' : 'failed'
}

/** What there is to report: nothing of what is as expected, no test, or as in an earlier run. */
export const findingOf = (outcome: Outcome): Diagnostic | undefined =>
  outcome.known === true || (outcome.expected !== undefined && outcome.expected.met !== false)
    ? undefined
    : outcome.diagnostic

/** 'rejected as expected'; 'expected to be rejected, and it is accepted'; '' where nothing was asked. */
export function expectedText({ expected }: Pick<Outcome, 'expected'>): string {
  if (expected === undefined) return ''
  const { verdict, met, why, ignored } = expected
  const wish = verdict === null ? '' : past[verdict]
  const told = ignored.length === 0 ? '' : ` (not judged: ${ignored.join(', ')})`
  if (met === null) return `no test here: ${printable(why)}`
  return met ? `${wish} as expected${told}` : `expected to be ${wish}, and ${printable(why)}${told}`
}
