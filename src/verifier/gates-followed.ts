// SPDX-License-Identifier: Apache-2.0
// Which gates are followed, and what is said of a kernel where one is not. Nobody keeps that list: it is what the tables ask.

import { linkGates } from '../object/index.ts'
import { gateOpen, type GateRow, gateRows, gatesOfKernel } from '../kernel/index.ts'
import { ruleGates } from './program/rules.ts'
import { wordingGates } from './violations/wording.ts'

/** Rules, words and rows of tables that follow a gate. */
export const gatesFollowed: ReadonlySet<string> = new Set<string>([
  ...gatesOfKernel,
  ...Object.values(ruleGates),
  ...wordingGates,
  ...Object.values(linkGates),
])

/** The release whose rules hold wherever no gate is asked. */
const baseRelease = '6.12'

/** What of this kernel nothing follows yet, though it differs there from the release the rules were written for. */
export function gatesNotFollowed(gate: (name: string) => boolean): readonly GateRow[] {
  return gateRows.filter(({ name }) => !gatesFollowed.has(name) && gate(name) !== gateOpen(name, baseRelease))
}

/** Said before a verdict whose rules are not this kernel's throughout; undefined where they are. */
export function rulesNote({ release, gate }: { release: string; gate(name: string): boolean }): string | undefined {
  const missing = gatesNotFollowed((name) => gate(name))
  if (missing.length === 0) return undefined
  return `Linux ${release} is judged by the rules of ${baseRelease} in what is not modelled of it yet: ${missing.map(({ words }) => words).join('; ')}`
}
