// SPDX-License-Identifier: Apache-2.0
// What a run showed that was proved not to be: a bug of ours, in the verifier's facts, a model or the interpreter.

import { disassemble } from '../../isa/index.ts'
import type { Activation } from '../../jit/index.ts'
import type { LinkedProgram } from '../../object/index.ts'
import type { InsnFact, NumberFact, PointerFact, ValueFact } from '../../verifier/index.ts'
import type { TestRunOptions } from '../testrun/types.ts'

/**
 * dead: an instruction is reached that no run reaches. branch: a jump goes where it never does. value: a register holds what it cannot
 * hold. access: memory is touched outside of the object, or after it was freed.
 */
export type ContradictionKind = 'dead' | 'branch' | 'value' | 'access'

/** What an instruction contradicts. */
export interface Contradiction {
  readonly kind: ContradictionKind
  /** What of the instruction: 'r3 before it', 'r0 after it', 'its 8 bytes at 0x…'. Nothing where it is the instruction itself. */
  readonly what?: string
  /** What was proved of it. */
  readonly fact?: InsnFact | ValueFact
  /** Why what was seen is not that. */
  readonly why: string
}

export interface SanitizerReport extends Contradiction {
  readonly object: string
  readonly program: string
  readonly insn: number
  /** As the verifier's log writes it. */
  readonly text: string
  readonly source?: { readonly file: string; readonly line: number; readonly text: string }
  /** r0 to r10. */
  readonly registers: readonly bigint[]
  /** First instructions of the functions that are under way, innermost first. */
  readonly calls: readonly number[]
  /** What the run was given, where it was a test run. */
  readonly input?: TestRunOptions
}

/** Thrown out of the run. */
export class SanitizerError extends Error {
  readonly report: SanitizerReport
  constructor(report: SanitizerReport) {
    super(reportText(report))
    this.name = 'SanitizerError'
    this.report = report
  }
}

export function reportOf(
  linked: LinkedProgram,
  insn: number,
  activation: Activation,
  contradiction: Contradiction,
): SanitizerReport {
  const line = linked.lines.findLast((record) => record.insn <= insn)
  const calls: number[] = []
  for (let one: Activation | undefined = activation; one !== undefined; one = one.caller) calls.push(one.start)
  return {
    ...contradiction,
    object: linked.object,
    program: linked.name,
    insn,
    text: disassemble(linked.insns[insn]!, linked.insns[insn + 1]),
    ...(line === undefined ? {} : { source: { file: line.file, line: line.line, text: line.text } }),
    registers: [...activation.regs],
    calls,
  }
}

const hex = (value: bigint | number): string => `0x${value.toString(16)}`
const bytesText = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** Lines for whoever is to find the bug. */
export function reportText(report: SanitizerReport): string {
  const { program, insn, text, source, kind, what, why, fact, registers, calls, input } = report
  const lines = [
    `sanitizer: ${kind}: ${program}, instruction ${insn}: ${text}`,
    ...(source === undefined ? [] : [`  ${source.file}:${source.line}: ${source.text.trim()}`]),
    `  ${what === undefined ? '' : `${what}: `}${why}`,
    ...(fact === undefined ? [] : [`  proved: ${factText(fact)}`]),
    `  ${registers.map((value, i) => `r${i}=${hex(value)}`).join(' ')}`,
    ...(calls.length < 2 ? [] : [`  functions under way, by their first instruction: ${calls.join(', ')}`]),
  ]
  for (const part of ['data', 'ctx'] as const) {
    const bytes = input?.[part]
    if (bytes !== undefined) lines.push(`  ${part}: ${bytesText(bytes)}`)
  }
  return lines.join('\n')
}

const factText = (fact: InsnFact | ValueFact): string => ('kind' in fact ? valueText(fact) : json(fact))

function valueText(fact: ValueFact): string {
  if (fact.kind === 'mixed') return fact.of.map(valueText).join(' or ')
  return fact.kind === 'scalar' ? numberText(fact) : pointerText(fact)
}

function numberText({ constant, unsigned, signed, unsigned32, signed32, ones, zeros }: NumberFact): string {
  if (constant !== undefined) return hex(constant)
  const span = ({ min, max }: { min: bigint | number; max: bigint | number }): string => `${min} to ${max}`
  return `unsigned ${span(unsigned)}, signed ${span(signed)}, low half ${span(unsigned32)}, signed ${span(signed32)}, bits set ${hex(ones)}, clear ${hex(zeros)}`
}

function pointerText({ kind, null: nullable, off, mapName, type, size }: PointerFact): string {
  const parts = [
    nullable === 'maybe' ? `${kind} or null` : kind,
    ...(off === undefined ? [] : [off.min === off.max ? `at ${off.min}` : `at ${off.min} to ${off.max}`]),
    ...(mapName === undefined || mapName === '' ? [] : [`of ${mapName}`]),
    ...(type === undefined ? [] : [`struct ${type.name}`]),
    ...(size === undefined ? [] : [`${size} bytes`]),
  ]
  return parts.join(' ')
}

const json = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner))
