// SPDX-License-Identifier: Apache-2.0
// Functions that the kernel calls back: which one is passed, and what its caller hands to it.

import { callee, subprogName } from '../calls.ts'
import { ordinal, type Values } from '../fill.ts'
import { codeAt, insnOf, lastAt } from '../source.ts'
import { argumentText } from '../text.ts'
import { isNull } from '../words.ts'
import { macroName } from '../releases.ts'
import type { Case } from './case.ts'
import { callerOf } from './handed.ts'

export function callbackValues(one: Case): Values {
  const { report, program } = one
  const { violation } = report
  if (violation?.id === 'callback')
    return { globalCallback: violation.params.form === 'global' ? functionGiven(one) : undefined }
  if (violation?.id === 'throw-in-callback') return throwing(violation.params.insn, program)
  return report.rule === 'invalid-access' ? nothingHanded(one, program) : {}
}

/** The function whose address was loaded last. */
function functionGiven({ report, causes: { path }, program }: Case): string | undefined {
  const loaded = [...path.map(({ insn }) => insn), report.insn].findLast(
    (insn) => program.refs.get(insn)?.kind === 'func',
  )
  const ref = loaded === undefined ? undefined : program.refs.get(loaded)
  return ref?.kind === 'func' ? subprogName(program, ref.insn) : undefined
}

/** The function that throws, and who calls it back. */
function throwing(at: number, program: Case['program']): Values {
  const start = lastAt(program.funcs, at, insnOf)?.insn
  if (start === undefined) return {}
  const by = callerOf(start, program)
  return { throwingFunc: subprogName(program, start), throwingBy: by === undefined ? undefined : macroName(by) }
}

/** Which argument of a helper its callback is given, from 0. */
const handed: ReadonlyMap<string, number> = new Map([
  ['bpf_loop', 2],
  ['bpf_for_each_map_elem', 2],
  ['bpf_user_ringbuf_drain', 2],
  ['bpf_find_vma', 3],
])

/** A callback goes through the pointer that its caller was to hand over, and that is NULL. */
function nothingHanded({ causes: { path, value, reg } }: Case, program: Case['program']): Values {
  const last = path.at(-1)
  if (last === undefined || last.frame === 0 || value === undefined || !isNull(value)) return {}
  const entry = path.findLastIndex(({ frame }) => frame < last.frame)
  const caller = path[entry]
  const name = caller === undefined ? undefined : callee(program, caller.insn)?.name
  const index = handed.get(name ?? '')
  const given = index === undefined ? undefined : caller!.regs[index + 1]
  if (name === undefined || index === undefined || given === undefined || !isNull(given)) return {}
  const text = codeAt(program, caller!.insn)
  const start = lastAt(program.funcs, last.insn, insnOf)
  return {
    handedBy: name,
    handedIndex: ordinal(index),
    handedText: argumentText(text, name, index) ?? 'NULL',
    handedTo: start === undefined ? undefined : subprogName(program, start.insn),
    handedReg: reg === undefined ? undefined : `R${reg}`,
  }
}
