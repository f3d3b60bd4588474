// SPDX-License-Identifier: Apache-2.0
// A kernel object that is read at an index that varies, or before its start: what stands there in C.

import { memberAt } from '../../btf/index.ts'
import { callableBy } from '../allowed.ts'
import { type Values, yes } from '../fill.ts'
import { codeAt } from '../source.ts'
import { structName } from '../words.ts'
import type { Case } from './case.ts'

/** Elements that a kfunc gives by their number. */
const byKfunc: readonly { readonly struct: string; readonly field: string; readonly kfunc: string }[] = [
  { struct: 'cgroup', field: 'ancestors', kfunc: 'bpf_cgroup_ancestor' },
]

export function objectReadValues({ report, causes, program, kernel }: Case): Values {
  const { value, path } = causes
  const { rule } = report
  if ((rule !== 'btf-variable' && rule !== 'btf-negative') || value?.btf === undefined || value.btfId === 0) return {}
  if (rule === 'btf-negative') {
    const outer = path
      .map(({ insn }) => /container_of\(\s*[^,]+,\s*struct (\w+)\s*,/.exec(codeAt(program, insn) ?? '')?.[1])
      .findLast((found) => found !== undefined)
    return { beforeStart: 'yes', containerOf: outer }
  }
  const text = codeAt(program, report.insn) ?? ''
  // a flexible array has no size of its own
  const field = memberAt(value.btf, value.btfId, value.off)?.name ?? /(\w+)\[[^[\]]+\]/.exec(text)?.[1]
  const row = byKfunc.find((one) => one.struct === structName(value) && one.field === field)
  const kfunc = row === undefined ? undefined : kernel.kfuncs.get(row.kfunc)
  return {
    variableField: field,
    variableExpr: /([A-Za-z_]\w*(?:(?:->|\.)\w+)*\[[^[\]]+\])/.exec(text)?.[1],
    variableRead: yes(true),
    elementKfunc: kfunc !== undefined && callableBy(program, kernel)(kfunc) ? `${kfunc.name}()` : undefined,
  }
}
