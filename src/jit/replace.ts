// SPDX-License-Identifier: Apache-2.0
// Functions of a program that something else stands in for: calls lead to a few instructions behind the program's own, which call that.

import { type Insn, makeInsn } from '../isa/index.ts'
import type { Callee, JitProgram } from './input.ts'
import { calleeSlot, functionNumbers } from './input.ts'

const [CALL, EXIT] = [0x85, 0x95]
/** src_reg of a call within the program. */
const WITHIN = 1

/** `replaced`: what is called instead of functions, by their numbers. It takes R1 to R5, and answers R0. */
export function withReplaced(program: JitProgram, replaced: ReadonlyMap<number, Callee>): JitProgram {
  if (replaced.size === 0) return program
  const insns: Insn[] = [...program.insns]
  const callees = new Map(program.callees)
  const starts = new Map<number, number>()
  for (const [number, callee] of replaced) {
    const start = insns.length
    insns.push(makeInsn({ code: CALL }), makeInsn({ code: EXIT }))
    callees.set(start, callee)
    starts.set(number, start)
  }
  const numbers = functionNumbers(program)
  program.insns.forEach((insn, at) => {
    if (insn.op.kind !== 'call' || insn.src !== WITHIN) return
    const start = starts.get(numbers.get(calleeSlot(insn, at)) ?? -1)
    if (start !== undefined) insns[at] = makeInsn({ ...insn, imm: start - at - 1 })
  })
  const functions = program.functions.map((func, number) => {
    const start = starts.get(number)
    return start === undefined ? func : { ...func, start, end: start + 2 }
  })
  return {
    ...program,
    insns,
    callees,
    functions,
    ...(program.small === undefined ? {} : { small: longer(program.small, insns.length) }),
  }
}

function longer(bytes: Uint8Array, length: number): Uint8Array {
  const all = new Uint8Array(length)
  all.set(bytes)
  return all
}
