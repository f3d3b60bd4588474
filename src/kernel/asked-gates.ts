// SPDX-License-Identifier: Apache-2.0
import { type HookRow, hookRows } from '../kfunc/index.ts'
import type { GateRow } from './gate-row.ts'
import { gateRows } from './gate-rows.ts'
import { availability } from './helpers/availability.ts'
import { kernelGates } from './kernel-gates.ts'
import { structOpsKinds } from './struct-ops-kinds.ts'

/** Gates that are followed below the verifier: asked for, on a row of a table, or told by the kernel's own types. */
export const gatesOfKernel: ReadonlySet<string> = new Set<string>([
  ...Object.values(kernelGates),
  ...[...availability.values()].flatMap(({ rows }) => rows.flatMap(({ gate }) => gate ?? [])),
  ...structOpsKinds.flatMap(({ laterHelpers }) => laterHelpers?.gate ?? []),
  ...hookRows.flatMap(({ joined }: HookRow) => joined?.map(({ gate }) => gate) ?? []),
  ...gateRows.flatMap(({ name, told }: GateRow) => (told ? name : [])),
])
