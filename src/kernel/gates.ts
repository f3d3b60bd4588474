// SPDX-License-Identifier: Apache-2.0
// Named feature gates. A rule asks a gate, never a version; which kernels open one is said in gate-rows.ts and nowhere else.

import { releaseIn } from '../uapi/index.ts'
import { type GateRow, gateRows } from './gate-rows.ts'

export { type GateRow, gateRows } from './gate-rows.ts'

export type GateName = (typeof gateRows)[number]['name']

const byName: ReadonlyMap<string, GateRow> = new Map(gateRows.map((row): [string, GateRow] => [row.name, row]))

/** The release whose rules hold wherever no gate is asked. */
const baseRelease = '6.12'

/** What of this kernel no rule asks yet, though it differs there from the release the rules were written for. */
export function gatesNotAsked(gate: (name: string) => boolean): readonly GateRow[] {
  return gateRows.filter((row: GateRow) => row.asked !== true && gate(row.name) !== gateOpen(row.name, baseRelease))
}

/** Said before a verdict whose rules are not this kernel's throughout; undefined where they are. */
export function rulesNote({ release, gate }: { release: string; gate(name: string): boolean }): string | undefined {
  const missing = gatesNotAsked((name) => gate(name))
  if (missing.length === 0) return undefined
  return `Linux ${release} is judged by the rules of ${baseRelease} in what is not modelled of it yet: ${missing.map(({ words }) => words).join('; ')}`
}

/** Does a kernel of this release have the gate? An unknown gate is our own mistake and throws. */
export function gateOpen(name: string, release: string): boolean {
  const row = byName.get(name)
  if (row === undefined) throw new Error(`no gate is named ${name}`)
  return releaseIn(release, row.since, row.until)
}
