// SPDX-License-Identifier: Apache-2.0
// Whose an object is: one that a list or tree has taken is given away once more, one that was only borrowed is released.

import { formatType } from '../../btf/index.ts'
import type { RegState } from '../../verifier/index.ts'
import { callee } from '../calls.ts'
import { orList, type Values } from '../fill.ts'
import { acquirersOf, macroName } from '../releases.ts'
import { codeAt } from '../source.ts'
import { argumentText } from '../text.ts'
import { isNonOwning } from '../words.ts'
import { type Case, placeWords } from './case.ts'

export function ownerValues(one: Case): Values {
  const { report, causes, program } = one
  if (report.rule === 'release-unreferenced') return borrowedValues(one)
  return {
    ...takenValues(one),
    ...exchangedValues(one),
    ...(report.rule === 'not-allocated' ? { valueOfMap: valueType(causes.value, program) } : {}),
  }
}

/** A reference that bpf_kptr_xchg() put into a map: which field has it now. */
function exchangedValues({ causes: { lost, path }, program }: Case): Values {
  const at = lost === undefined ? undefined : path[lost.step]?.insn
  if (at === undefined || callee(program, at)?.name !== 'bpf_kptr_xchg') return {}
  const given = (index: number): string | undefined => argumentText(codeAt(program, at), 'bpf_kptr_xchg', index)
  const field = given(0)?.replace(/^&/, '')
  return field === undefined
    ? {}
    : { exchangedField: field, exchangedGiven: given(1), exchangedOn: placeWords(program, at) }
}

/** The type of the map's value that the pointer is into. */
function valueType(value: RegState | undefined, { maps, btf }: Case['program']): string | undefined {
  const map = value?.kind === 'map_value' ? maps[value.map] : undefined
  return map === undefined || btf === undefined || map.valueTypeId === 0 ? undefined : formatType(btf, map.valueTypeId)
}

/** What is released was never acquired: where it was read, as C spells it. */
function borrowedValues({ report, causes: { path, origin }, program }: Case): Values {
  const from = path[origin]
  const isLoad = from !== undefined && program.insns[from.insn]!.op.kind === 'load'
  const text = isLoad ? codeAt(program, from.insn) : undefined
  return {
    helperAcquirers: orList(acquirersOf(callee(program, report.insn)?.name ?? '')) || undefined,
    borrowed: /=\s*(?:\([^()]*\)\s*)?([A-Za-z_]\w*(?:(?:->|\.)\w+)+)\s*[;,]/.exec(text ?? '')?.[1],
    borrowedOn: isLoad ? placeWords(program, from.insn) : undefined,
  }
}

/** Which list or tree took the object, and where. */
function takenValues({ report, causes: { lost, path, value }, program }: Case): Values {
  const was = lost?.was ?? value ?? path.at(-1)?.regs[1]
  const called = callee(program, report.insn)?.name ?? ''
  if (was === undefined || !isNonOwning(was) || !/^bpf_(?:obj_drop|list_push|list_add|rbtree_add)/.test(called))
    return {}
  const given = path
    .slice(0, (lost?.step ?? path.length - 1) + 1)
    .findLast(
      ({ insn }, i) =>
        i < path.length - 1 && /^bpf_(?:list_push|list_add|rbtree_add)/.test(callee(program, insn)?.name ?? ''),
    )
  return given === undefined
    ? {}
    : {
        graphTook: `${macroName(callee(program, given.insn)!.name)}()`,
        graphOn: placeWords(program, given.insn),
      }
}
