// SPDX-License-Identifier: Apache-2.0
// What every rule of declarations looks like: a row with a name, the sentence it enforces, and a function that finds what breaks it.
import type { Btf } from '../../btf/index.ts'
import type { CFunction, CUnit } from '../../cdecl/index.ts'
import type { Place } from '../../fault/index.ts'
import type { KfuncDeprecation } from '../types.ts'
import type { Shaper } from './resolve.ts'
import type { DeclaredKfunc, ModuleDefinition, ModuleRegistration, RuleViolation } from './types.ts'

/** What a rule may look at. */
export interface Draft {
  readonly definition: ModuleDefinition
  readonly unit: CUnit
  readonly functions: ReadonlyMap<string, CFunction>
  readonly kfuncs: ReadonlyMap<string, DeclaredKfunc>
  readonly registrations: readonly ModuleRegistration[]
  readonly shape: Shaper
  /** The unit's types; undefined where they need a kernel that is not given. */
  readonly btf: Btf | undefined
  /** Where the text as a whole is. */
  readonly place: Place
}

/** What is wrong, and where. */
export interface Finding {
  readonly what: string
  readonly place: Place
  /** What to write instead. */
  readonly help?: string
}

export interface Rule {
  readonly name: string
  readonly sentence: string
  readonly source: string
}
/** A rule about one kfunc. */
export interface KfuncRule extends Rule {
  readonly check: (kfunc: DeclaredKfunc, draft: Draft) => Iterable<Finding>
}
/** A rule about the module as a whole. */
export interface ModuleRule extends Rule {
  readonly check: (draft: Draft) => Iterable<Finding>
}

/** A finding as what the author sees. */
export function violation(rule: Rule, finding: Finding): RuleViolation {
  const { name, sentence, source } = rule
  const help = finding.help === undefined ? '' : `${finding.help}; `
  return {
    rule: name,
    sentence,
    source,
    fault: { kind: 'fault', what: finding.what, place: finding.place, hint: `${help}${source}: “${sentence}”` },
  }
}

/** The known word nearest to a misspelt one: at most two letters off. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = 3
  for (const candidate of known) {
    const distance = editDistance(word, candidate, least)
    if (distance < least) {
      least = distance
      best = candidate
    }
  }
  return best
}

function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit || a.length > 64) return limit
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}

/** What the definition says of a kfunc's end; a kfunc may be called `constructor`. */
export const deprecationIn = ({ deprecated }: ModuleDefinition, kfunc: string): KfuncDeprecation | undefined =>
  deprecated !== undefined && Object.hasOwn(deprecated, kfunc) ? deprecated[kfunc] : undefined
