// SPDX-License-Identifier: Apache-2.0
// Where a program leaves, by its C: the compiler has one exit for all returns, and what an inlined function holds is lost at the end of the
// program it stands in. The C says which return is next, and by which name the caller has what the inlined function gave it.

import type { CFunctionText } from '../cdecl/index.ts'
import type { LinkedProgram } from '../object/index.ts'
import type { PathStep } from '../verifier/index.ts'
import { codeAt, functionAt, lineAt, sourceOf } from './source.ts'
import { assigned, quoted } from './text.ts'
import type { Source } from './types.ts'

/** A statement of C where the program leaves, and the instruction that it is reached by. */
export interface Left {
  readonly insn: number
  readonly source: Source
}

interface Step {
  readonly insn: number
  readonly step: number
  readonly line: number
}

/**
 * The return that a path ends by, which has no instruction of its own; where `taken` was taken in a function that loses it, the return or
 * the decision that leaves that function. undefined where the C is not at hand or does not tell.
 */
export function leftAt(path: readonly PathStep[], program: LinkedProgram, taken: number | undefined): Left | undefined {
  const last = path.at(-1)
  const line = last === undefined ? undefined : lineAt(program, last.insn)
  if (last === undefined || line === undefined || program.insns[last.insn]?.op.kind !== 'exit') return undefined
  const own = functionAt(program, line)
  const loser = taken === undefined ? undefined : loserOf(program, taken)
  const fn = loser ?? own
  if (fn === undefined || (fn === own && /\breturn\b/.test(line.text))) return undefined
  const steps = stepsIn(fn, line.file, path, program)
  const end = steps.findLast((one) => one.line !== fn.first && !isBrace(program, one.insn))
  if (end === undefined) return undefined
  const isDecision = program.insns[end.insn]!.op.kind === 'jump' && program.insns[end.insn]!.op.name !== 'ja'
  const next = fn.statements.find(({ first }) => first > end.line)
  if (!isDecision && next !== undefined && /^return\b/.test(next.text))
    return { insn: end.insn, source: sourceLine(program, line.file, next.first) }
  // what an inlined function holds is lost by the decision that leaves it
  return isDecision && loser !== undefined && loser !== own
    ? { insn: end.insn, source: sourceLine(program, line.file, end.line) }
    : undefined
}

/** The function that took a reference and does not hand it on. */
function loserOf(program: LinkedProgram, taken: number): CFunctionText | undefined {
  const fn = functionOf(program, taken)
  if (fn === undefined) return undefined
  const name = assigned(codeAt(program, taken))
  return name !== undefined && handsOn(fn, name) ? undefined : fn
}

const functionOf = (program: LinkedProgram, insn: number): CFunctionText | undefined => {
  const line = lineAt(program, insn)
  return line === undefined ? undefined : functionAt(program, line)
}

/** Does the function return the variable, or a part of what it is in? */
const handsOn = ({ statements }: CFunctionText, name: string): boolean =>
  statements.some(({ text }) => new RegExp(`^return\\b.*(?<![\\w.>])${quoted(name)}\\b`).test(text))

const stepsIn = (fn: CFunctionText, file: string, path: readonly PathStep[], program: LinkedProgram): readonly Step[] =>
  path.flatMap(({ insn }, step) => {
    const line = step === path.length - 1 ? undefined : lineAt(program, insn)
    return line !== undefined && line.file === file && fn.first <= line.line && line.line <= fn.last
      ? [{ insn, step, line: line.line }]
      : []
  })

const isBrace = (program: LinkedProgram, insn: number): boolean => lineAt(program, insn)?.text.trim() === '}'

const sourceLine = (program: LinkedProgram, file: string, line: number): Source => ({
  file,
  line,
  text: sourceOf(program, file)?.lines[line - 1] ?? '',
})

export interface HandedOn {
  readonly name: string | undefined
}

/**
 * What the function that leaves calls what was taken in a function that handed it on: `mask = create_mask();` → 'mask'. undefined where the
 * C is not at hand, or several calls may be meant.
 */
export function handedOnAs(path: readonly PathStep[], program: LinkedProgram, taken: number): HandedOn | undefined {
  const last = path.at(-1)
  const line = last === undefined ? undefined : lineAt(program, last.insn)
  const own = line === undefined ? undefined : functionAt(program, line)
  const from = functionOf(program, taken)
  if (line === undefined || own === undefined || from === undefined || from === own) return undefined
  if (loserOf(program, taken) !== undefined) return undefined
  // each call of an inlined function is a copy of it, in the order in which they stand
  const copies = program.insns.flatMap(({ op }, insn) =>
    op.kind === 'call' && isSameLine(program, insn, taken) ? [insn] : [],
  )
  const calls = own.statements.filter(({ text }) => text.includes(`${from.name}(`))
  const call = copies.length === calls.length ? calls[copies.indexOf(taken)] : undefined
  return { name: assigned(call?.text) }
}

function isSameLine(program: LinkedProgram, one: number, other: number): boolean {
  const [a, b] = [lineAt(program, one), lineAt(program, other)]
  return a !== undefined && a.line === b?.line && a.file === b.file
}
