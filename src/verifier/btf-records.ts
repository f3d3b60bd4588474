// SPDX-License-Identifier: Apache-2.0
// The function and line records that come with a program: btf.rst "BPF_PROG_LOAD". Compilers get them right; who writes objects by other
// means is told which record is not.
import type { Env } from './env.ts'
import { reject } from './report.ts'

/** Before anything else: functions in order, the first at the start, each of a FUNC type. */
export function checkFuncRecords({ prog }: Env): void {
  const { btf } = prog
  if (btf === undefined) return
  let last = -1
  for (const { insn, typeId } of prog.funcs) {
    if (last < 0 && insn !== 0) refuse(`nonzero insn_off ${insn} for the first func info record`)
    if (insn <= last) refuse(`same or smaller insn offset (${insn}) than previous func info record (${last})`)
    if (typeId >= btf.count || btf.type(typeId).kind !== 'func') refuse(`invalid type id ${typeId | 0} in func info`)
    last = insn
  }
}

const refuse = (message: string): never => reject('func-info', message)

/** Once subprograms are known: lines in order, each at an instruction, and one where each function begins. */
export function checkLineRecords({ prog, subprogs, insns }: Env): void {
  if (prog.btf === undefined || prog.lines.length === 0) return
  let last = 0
  let next = 0
  for (const [index, { insn, broken }] of prog.lines.entries()) {
    if ((index > 0 && insn <= last) || insn >= insns.length) {
      reject(
        'line-info',
        `Invalid line_info[${index}].insn_off:${insn} (prev_offset:${last} prog->len:${insns.length})`,
      )
    }
    if (insns[insn]!.code === 0) reject('line-info', `Invalid insn code at line_info[${index}].insn_off`)
    if (broken === true) reject('line-info', `Invalid line_info[${index}].line_off or .file_name_off`)
    const awaited = subprogs[next]
    if (awaited !== undefined && insn === awaited.start) next++
    else if (awaited !== undefined && insn > awaited.start)
      reject('line-info', `missing bpf_line_info for func#${next}`)
    last = insn
  }
  const left = subprogs.length - next
  if (left > 0) reject('line-info', `missing bpf_line_info for ${left} funcs starting from func#${next}`)
}
