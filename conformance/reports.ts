// SPDX-License-Identifier: Apache-2.0
// What the explanations of reported programs say of what their reporters needed: a row a program, held or what is missing.
import { join } from 'node:path'
import { openKernel } from '../src/kernel/index.ts'
import { missingOf, nameOf } from '../test/reports/held.ts'
import { wants } from '../test/reports/wants.ts'
import { percent } from './compare.ts'
import { floorOf, root, value } from './lab.ts'

export async function reportTable(): Promise<{ text: string; failed: boolean }> {
  const folder = join(root, 'test', 'reports', 'objects')
  const kernels = { '6.12': value(await openKernel('6.12-scx')), '7.3': value(await openKernel('7.3')) }
  const rows = wants.map((want) => ({ want, missing: missingOf(want, kernels[want.kernel ?? '6.12'], folder) }))
  const held = rows.filter(({ missing }) => missing.length === 0).length
  const { heldPercent } = floorOf('reports')!
  const failed = (100 * held) / rows.length < heldPercent!
  const text = [
    ...rows.map(
      ({ want, missing }) =>
        `${missing.length === 0 ? 'held   ' : 'missing'} ${nameOf(want)}${missing.length === 0 ? '' : `: ${missing.join('; ')}`}`,
    ),
    '',
    `reports: ${rows.length} rows, held ${held} (${percent(held, rows.length)})`,
    ...(failed ? [`reports: below the floor: ${heldPercent}%`] : []),
  ].join('\n')
  return { text, failed }
}
