// SPDX-License-Identifier: Apache-2.0
// A format string beside the array of its arguments: how many conversions it has, how many arguments there are.

import { scalar } from '../../verifier/index.ts'
import type { Values } from '../fill.ts'
import { type Case, plural } from './case.ts'

const LONGEST = 1000

export function formatValues({ report, causes, program }: Case): Values {
  if (report.rule !== 'snprintf-args' && report.rule !== 'snprintf-format') return {}
  const last = causes.path.at(-1)
  const [format, size] = [last?.regs[3], last?.regs[5]]
  const data = format?.kind === 'map_value' ? program.maps[format.map]?.data : undefined
  if (data === undefined || format === undefined || !scalar.isConst(format.var)) return {}
  const start = format.off + scalar.constNumber(format.var)
  const end = data.indexOf(0, start)
  if (end < 0 || end - start > LONGEST) return {}
  const text = new TextDecoder().decode(data.subarray(start, end))
  const count = [...text.matchAll(/%(%|[-+ #0-9.]*[a-zA-Z])/g)].filter(([, what]) => what !== '%').length
  const bytes = size?.kind === 'scalar' && scalar.isConst(size.var) ? scalar.constNumber(size.var) : undefined
  return {
    formatText: `“${text}”`,
    formatCount: plural(count, 'conversion'),
    formatGiven: bytes === undefined || bytes % 8 !== 0 ? undefined : plural(bytes / 8, 'argument'),
    formatBytes: (count * 8).toString(),
    formatOdd: bytes !== undefined && bytes % 8 !== 0 ? bytes.toString() : undefined,
    formatFew: bytes !== undefined && count * 8 !== bytes ? 'yes' : undefined,
  }
}
