// SPDX-License-Identifier: Apache-2.0
// The function and line records that come with a program: btf.rst "BPF_PROG_LOAD". Compilers get them right; who writes objects by other
// means is told which record is not.
import type { Program } from './program.ts'
import { reject } from '../violations/raise.ts'

/** Before anything else: functions in order, the first at the start, each of a FUNC type. */
export function checkFuncRecords({ linked: prog }: Program): void {
  const { btf } = prog
  if (btf === undefined) return
  requireSize('func info', prog.funcs.length, prog.recordSizes?.func)
  let last = -1
  for (const { insn, typeId, tail } of prog.funcs) {
    if (tail === true) refuse('nonzero tailing record in func info')
    if (last < 0 && insn !== 0) refuse(`nonzero insn_off ${insn} for the first func info record`)
    if (insn <= last) refuse(`same or smaller insn offset (${insn}) than previous func info record (${last})`)
    if (typeId >= btf.count || btf.type(typeId).kind !== 'func') refuse(`invalid type id ${typeId | 0} in func info`)
    last = insn
  }
}

/** Longer than a kernel reads at all. */
const MAX_RECORD = 252

function requireSize(what: 'func info' | 'line info', count: number, size: number | undefined): void {
  if (count === 0 || size === undefined || size <= MAX_RECORD) return
  // of lines the kernel says nothing
  reject(
    what === 'func info' ? 'func-info' : 'line-info',
    what === 'func info' ? `invalid func info rec size ${size}` : '',
  )
}

const refuse = (message: string): never => reject('func-info', message)

/** Once subprograms are known: lines in order, each at an instruction, and one where each function begins. */
export function checkLineRecords({ linked: prog, subprogs, insns }: Program): void {
  if (prog.btf === undefined || prog.lines.length === 0) return
  let last = 0
  let next = 0
  requireSize('line info', prog.lines.length, prog.recordSizes?.line)
  for (const [index, { insn, broken, tail }] of prog.lines.entries()) {
    if (tail === true) reject('line-info', 'nonzero tailing record in line_info')
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
