// SPDX-License-Identifier: Apache-2.0
// Variables of the kernel: per-CPU ones, which have a copy for each CPU, and those that are declared without a type, whose address is a number.

import { scalar } from '../../verifier/index.ts'
import type { Values } from '../fill.ts'
import { codeAt } from '../source.ts'
import { innermost } from '../violations.ts'
import type { Case } from './case.ts'

export function symbolValues({ report, causes, program }: Case): Values {
  const { path, origin, value } = causes
  const from = path[origin]
  if (from === undefined || value === undefined) return {}
  const broken = innermost(report.violation)
  const ref = program.refs.get(from.insn)
  if (broken?.id === 'btf-percpu') return { percpuVariable: ref?.kind === 'ksym_var' ? ref.name : undefined }
  const loaded = program.insns[from.insn]
  if (broken?.id !== 'invalid-access' || loaded?.op.kind !== 'ld_imm64' || ref !== undefined) return {}
  // addresses of the kernel are in the upper half
  if (value.kind !== 'scalar' || !scalar.isConst(value.var) || scalar.smin(value.var) >= 0n) return {}
  const names = new Set([...(codeAt(program, report.insn) ?? '').matchAll(/&([A-Za-z_]\w*)/g)].map(([, name]) => name!))
  return names.size === 1 ? { untypedSymbol: [...names][0] } : {}
}
