// SPDX-License-Identifier: Apache-2.0
// What a function of the program's own is given and gives: memory that a global function knows by its prototype alone, and the address of
// a variable that ends with the function.

import { type BtfId, formatType } from '../../btf/index.ts'
import type { LinkedProgram } from '../../object/index.ts'
import { funcName, subprogName } from '../calls.ts'
import { rulesOf } from '../codes/index.ts'
import type { Values } from '../fill.ts'
import { codeAt, insnOf, lastAt } from '../source.ts'
import { type Case, plural } from './case.ts'

const bounds = rulesOf('KF103')

export function paramValues(one: Case): Values {
  const { report } = one
  if (report.rule === 'return-stack') return returnedAddress(one)
  return bounds.has(report.rule) ? globalMemory(one) : {}
}

/** A global function goes beyond what its parameter's type promises. */
function globalMemory({ causes, program }: Case): Values {
  const { path, origin, value } = causes
  const from = path[0]
  const made = path[origin]?.insn
  if (value?.kind !== 'mem' || from === undefined || from.insn === 0) return {}
  if (made !== undefined && program.insns[made]!.op.kind === 'call') return {}
  const name = funcName(program, from.insn)
  const params = namedParams(program, from.insn)
  const given = params.filter((_, i) => from.regs[i + 1]?.kind === 'mem' && from.regs[i + 1]!.size === value.size)
  const [param, ...more] = given
  if (name === undefined || param === undefined || more.length > 0 || program.btf === undefined) return {}
  return {
    memoryOf: name,
    memoryParam: param.name,
    memoryType: formatType(program.btf, param.type),
    memoryBytes: plural(value.size, 'byte'),
  }
}

/** Names and types of the parameters of the function that starts at an insn. */
function namedParams(
  { funcs, btf }: LinkedProgram,
  start: number,
): readonly { readonly name: string; readonly type: BtfId }[] {
  const record = funcs.find(({ insn }) => insn === start)
  if (record === undefined || btf === undefined || record.typeId >= btf.count) return []
  const func = btf.type(record.typeId)
  const proto = func.kind === 'func' ? btf.type(func.type) : undefined
  return proto?.kind === 'func_proto' ? proto.params : []
}

/** `return &key;` of a function: its name, and the variable's. */
function returnedAddress({ report, program }: Case): Values {
  const start = lastAt(program.funcs, report.insn, insnOf)?.insn
  const variable = /\breturn\s*\(?\s*&?\s*([A-Za-z_]\w*)\s*\)?\s*;/.exec(codeAt(program, report.insn) ?? '')?.[1]
  return {
    leavingFunc: start === undefined ? undefined : subprogName(program, start),
    leavingName: variable ?? 'result',
  }
}
