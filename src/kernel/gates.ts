// SPDX-License-Identifier: Apache-2.0
// Named feature gates. A rule asks a gate, never a version; which kernels open one is said in gate-rows.ts and nowhere else.

import { releaseIn } from '../uapi/index.ts'
import type { GateRow } from './gate-row.ts'
import { gateRows } from './gate-rows.ts'

export type { GateRow } from './gate-row.ts'
export { gateRows } from './gate-rows.ts'

export type GateName = (typeof gateRows)[number]['name']

const byName: ReadonlyMap<string, GateRow> = new Map(gateRows.map((row): [string, GateRow] => [row.name, row]))

/** Does a kernel of this release have the gate? An unknown gate is our own mistake and throws. */
export function gateOpen(name: string, release: string): boolean {
  const row = byName.get(name)
  if (row === undefined) throw new Error(`no gate is named ${name}`)
  const series = /^\d+\.\d+/.exec(release)?.[0]
  return releaseIn(release, row.since, row.until) || (series !== undefined && row.stable?.includes(series) === true)
}
