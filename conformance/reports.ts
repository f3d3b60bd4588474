// SPDX-License-Identifier: Apache-2.0
// What the explanations of reported programs say of what their reporters needed: a row a program, held or what is missing.
import { join } from 'node:path'
import { openKernel } from '../src/kernel/index.ts'
import { cOf } from '../test/reports/c-of.ts'
import { missingOf, nameOf } from '../test/reports/held.ts'
import type { Want } from '../test/reports/want.ts'
import { wants } from '../test/reports/wants.ts'
import { percent } from './compare.ts'
import { floorOf, root, value } from './lab.ts'

export async function reportTable(): Promise<{ text: string; failed: boolean }> {
  const folder = join(root, 'test', 'reports')
  const objects = join(folder, 'objects')
  const sources = await cOf(join(folder, 'src'))
  const kernels = { '6.12': value(await openKernel('6.12-scx')), '7.3': value(await openKernel('7.3')) }
  const missing = (want: Want): readonly string[] => {
    const kernel = kernels[want.kernel ?? '6.12']
    const without = want.sources === true ? [] : missingOf(want, kernel, { objects })
    return without.length > 0 ? without : missingOf(want, kernel, { objects, sources })
  }
  const rows = wants.map((want) => ({ want, missing: missing(want) }))
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
