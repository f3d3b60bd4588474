// SPDX-License-Identifier: Apache-2.0
// Numbers that were pointers, or bounded, in C: what BPF_CORE_READ() gives, what was masked before its bytes were swapped.

import { type PathStep, scalar } from '../../verifier/index.ts'
import { type Values, yes } from '../fill.ts'
import { codeAt, lineAt } from '../source.ts'
import { assigned, callArguments } from '../text.ts'
import { isUnbounded } from '../violations.ts'
import type { Case } from './case.ts'

export function copyValues(one: Case): Values {
  const { report, causes } = one
  if (causes.value?.kind === 'scalar' && pointerWanted.has(report.rule)) return coreRead(one)
  if (!isUnbounded(report.violation)) return {}
  const found = swapped(one)
  return found['swappedOn'] === undefined ? { notSwapped: 'yes' } : found
}

const pointerWanted: ReadonlySet<string> = new Set([
  'invalid-access',
  'argument-type',
  'memory-type',
  'not-btf',
  'pointer-type',
  'not-rcu-arg',
  'untrusted-arg',
])

/** The line that copied the value out of the kernel, and how C reaches the same without a copy. */
function coreRead({ causes: { path, reg }, program }: Case): Values {
  // what was loaded last into the register: of a copy, from the stack
  const from = path.findLast(
    ({ insn }, i) => i < path.length - 1 && program.insns[insn]!.op.kind === 'load' && program.insns[insn]!.dst === reg,
  )
  const text = from === undefined ? undefined : codeAt(program, from.insn)
  const name = /\b(?:BPF_(?:CORE|PROBE)_READ(?:_INTO)?|bpf_core_read|bpf_probe_read(?:_kernel)?)(?=\()/.exec(
    text ?? '',
  )?.[0]
  if (name === undefined || text === undefined) return {}
  const args = callArguments(text, name)?.map((arg) => arg.trim())
  const plain = /^BPF_(?:CORE|PROBE)_READ$/.test(name) && args?.every((arg) => /^[\w.]+$/.test(arg)) === true
  return {
    copiedBy: `${name}()`,
    copiedPath: plain ? args!.join('->') : undefined,
    copiedName: assigned(text),
    copiedTyped: yes(/TRACING|LSM|STRUCT_OPS/.test(program.type)),
  }
}

/** The number was bounded before its bytes were swapped, which is where the verifier loses it. */
function swapped({ report, causes: { path }, program }: Case): Values {
  const last = path.at(-1)
  const number = numberMeant(report.details.reg, last) ?? numberAdded(report.insn, last, program)
  if (last === undefined || number === undefined) return {}
  let reg = number
  for (let i = path.length - 2; i >= 0; i--) {
    const { insn, frame } = path[i]!
    if (frame !== last.frame) continue
    const { op, dst, src } = program.insns[insn]!
    if (op.kind === 'call' && reg <= 5) return {}
    if (dst !== reg || (op.kind !== 'alu' && op.kind !== 'load')) continue
    if (op.kind === 'load') return {}
    if (op.name === 'be' || op.name === 'le' || op.name === 'bswap')
      return { swappedOn: line(program, insn), swappedName: assigned(codeAt(program, insn)) ?? 'n' }
    if (op.name === 'mov' && op.source === 'reg') reg = src
    else if (op.name !== 'add' && op.name !== 'lsh' && op.name !== 'mul') return {}
  }
  return {}
}

/** The register that is the number: itself, or the one that varies in a pointer. */
const numberMeant = (reg: number | undefined, step: PathStep | undefined): number | undefined => {
  const value = reg === undefined ? undefined : step?.regs[reg]
  return value?.kind === 'scalar' && !scalar.isConst(value.var) ? reg : undefined
}

/** The register that is added to a pointer. */
function numberAdded(at: number, step: PathStep | undefined, { insns }: Case['program']): number | undefined {
  const { op, dst, src } = insns[at]!
  if (op.kind !== 'alu' || op.source !== 'reg') return undefined
  return numberMeant(src, step) ?? numberMeant(dst, step)
}

const line = (program: Case['program'], insn: number): string | undefined => {
  const found = lineAt(program, insn)
  return found === undefined ? undefined : `line ${found.line}`
}
