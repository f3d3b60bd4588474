// SPDX-License-Identifier: Apache-2.0
// Variables of the kernel: per-CPU ones, which have a copy for each CPU, and those that are declared without a type, whose address is a number.

import { scalar } from '../../verifier/index.ts'
import { callee } from '../calls.ts'
import type { Values } from '../fill.ts'
import { codeAt } from '../source.ts'
import { argumentText } from '../text.ts'
import { innermost } from '../violations.ts'
import type { Case } from './case.ts'

/** The variable of the kernel whose memory a call gave: `bpf_this_cpu_ptr(&runqueues)`. */
function variableGiven({ causes: { path, origin, value }, program }: Case): string | undefined {
  const at = path[origin]?.insn
  const name = at === undefined ? undefined : callee(program, at)?.name
  return value?.kind === 'mem' && at !== undefined && /^bpf_(?:this|per)_cpu_ptr$/.test(name ?? '')
    ? argumentText(codeAt(program, at), name, 0)?.replace(/^&/, '')
    : undefined
}

export function symbolValues(one: Case): Values {
  const { report, causes, program } = one
  const { path, origin, value } = causes
  const from = path[origin]
  if (from === undefined || value === undefined) return {}
  const broken = innermost(report.violation)
  const ref = program.refs.get(from.insn)
  if (broken?.id === 'btf-percpu') return { percpuVariable: ref?.kind === 'ksym_var' ? ref.name : undefined }
  if (broken?.id === 'write-rdonly') return { kernelVariable: variableGiven(one) }
  const loaded = program.insns[from.insn]
  if (broken?.id !== 'invalid-access' || loaded?.op.kind !== 'ld_imm64' || ref !== undefined) return {}
  // addresses of the kernel are in the upper half
  if (value.kind !== 'scalar' || !scalar.isConst(value.var) || scalar.smin(value.var) >= 0n) return {}
  const names = new Set([...(codeAt(program, report.insn) ?? '').matchAll(/&([A-Za-z_]\w*)/g)].map(([, name]) => name!))
  return names.size === 1 ? { untypedSymbol: [...names][0] } : {}
}
