// SPDX-License-Identifier: Apache-2.0
// The function and line records that come with a program: btf.rst "BPF_PROG_LOAD". Compilers get them right; who writes objects by other
// means is told which record is not.
import type { Program } from './program.ts'
import { violate } from '../violations/raise.ts'

/** Before anything else: functions in order, the first at the start, each of a FUNC type. */
export function checkFuncRecords({ linked: prog }: Program): void {
  const { btf } = prog
  if (btf === undefined) return
  requireSize('func-info', prog.funcs.length, prog.recordSizes?.func)
  let last = -1
  for (const { insn, typeId, tail } of prog.funcs) {
    if (tail === true) violate('func-info', { form: 'tail' })
    if (last < 0 && insn !== 0) violate('func-info', { form: 'start', insn })
    if (insn <= last) violate('func-info', { form: 'order', insn, previous: last })
    if (typeId >= btf.count || btf.type(typeId).kind !== 'func')
      violate('func-info', { form: 'type', typeId: typeId | 0 })
    last = insn
  }
}

/** Longer than a kernel reads at all. */
const MAX_RECORD = 252

function requireSize(what: 'func-info' | 'line-info', count: number, size: number | undefined): void {
  if (count === 0 || size === undefined || size <= MAX_RECORD) return
  violate(what, { form: 'size', size })
}

/** Once subprograms are known: lines in order, each at an instruction, and one where each function begins. */
export function checkLineRecords({ linked: prog, subprogs, insns }: Program): void {
  if (prog.btf === undefined || prog.lines.length === 0) return
  let last = 0
  let next = 0
  requireSize('line-info', prog.lines.length, prog.recordSizes?.line)
  for (let index = 0; index < prog.lines.length; index++) {
    const { insn, broken, tail } = prog.lines[index]!
    if (tail === true) violate('line-info', { form: 'tail' })
    if ((index > 0 && insn <= last) || insn >= insns.length) {
      violate('line-info', { form: 'order', record: index, insn, previous: last, insns: insns.length })
    }
    if (insns[insn]!.code === 0) violate('line-info', { form: 'code', record: index })
    if (broken === true) violate('line-info', { form: 'line', record: index })
    const awaited = subprogs[next]
    if (awaited !== undefined && insn === awaited.start) next++
    else if (awaited !== undefined && insn > awaited.start) violate('line-info', { form: 'missing', func: next })
    last = insn
  }
  const left = subprogs.length - next
  if (left > 0) violate('line-info', { form: 'missing-last', count: left, func: next })
}
