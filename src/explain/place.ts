// SPDX-License-Identifier: Apache-2.0
// The statement that decides. Where a program ends, the compiler has one exit for all its returns, whose line is that of the closing brace
// or of the function's head: neither tells a reader which return was taken.

import type { LinkedProgram } from '../object/index.ts'
import type { PathStep } from '../verifier/index.ts'
import { leftAt } from './left.ts'
import type { Rejected } from './notes.ts'
import { codeAt, insnOf, lastAt, lineAt } from './source.ts'
import type { Source } from './types.ts'

/** Rules that name the instruction they are broken by. */
const named: ReadonlySet<string> = new Set([
  'throw-in-callback',
  'unreachable',
  'jump-ld-imm64',
  'jump-room',
  'function-removed',
])

/** The instruction whose line is shown, and the line where it is not the instruction's own. */
export interface Decided {
  readonly insn: number
  readonly source: Source | undefined
}

/** Where the kernel stopped, or the return or decision that led to it. */
export function decidedAt(report: Rejected, path: readonly PathStep[], program: LinkedProgram): Decided {
  const { violation, insn } = report
  const own = { insn: decidedInsn(report, path, program), source: undefined }
  if (path.at(-1)?.insn !== insn) return own
  const taken = violation?.id === 'reference-leak' ? violation.params.places.at(-1) : undefined
  return leftAt(path, program, taken) ?? own
}

function decidedInsn(report: Rejected, path: readonly PathStep[], program: LinkedProgram): number {
  const { violation, insn } = report
  // found before the walk, while that stands at the first instruction
  if (violation !== undefined && named.has(violation.id) && 'insn' in violation.params) return violation.params.insn
  if (violation?.id === 'last-insn') return endsOpen(program)?.insn ?? insn
  // of a chain of calls: the last of them
  const frames = violation !== undefined && 'frames' in violation.params ? violation.params.frames : undefined
  if (typeof frames === 'object') return frames.at(-1)?.at ?? insn
  if (program.insns[insn]?.op.kind !== 'exit' || path.at(-1)?.insn !== insn) return insn
  const line = lineAt(program, insn)
  const head = lineAt(program, lastAt(program.funcs, insn, insnOf)?.insn ?? 0)
  // the first instruction may be of a statement below the head, where the head itself has none left
  const isHead =
    line !== undefined &&
    head !== undefined &&
    line.file === head.file &&
    line.line <= head.line &&
    !/\breturn\b/.test(line.text)
  const isBrace = line?.text.trim() === '}'
  if (!isHead && !isBrace) return insn
  const since = lastDecision(path, program)
  // what was taken after the last decision is lost whichever way that went
  const taken = violation?.id === 'reference-leak' ? violation.params.places.at(-1) : undefined
  if (taken !== undefined && path.findLastIndex((step) => step.insn === taken) > since)
    return returnAfter(path, since, frameOf(path), program) ?? insn
  const returned = returnAfter(path, since, frameOf(path), program)
  if (returned !== undefined) return returned
  return since >= 0 && (isHead || leadsOut(path, since, program)) ? path[since]!.insn : insn
}

/** The last instruction of the first function that neither returns nor jumps at its end, and where the function starts. */
export function endsOpen({
  insns,
  funcs,
}: LinkedProgram): { readonly start: number; readonly insn: number } | undefined {
  const starts = funcs.length === 0 ? [0] : funcs.map(({ insn }) => insn).sort((a, b) => a - b)
  for (const [i, start] of starts.entries()) {
    const insn = (starts[i + 1] ?? insns.length) - 1
    const op = insns[insn]?.op
    if (op !== undefined && op.kind !== 'exit' && !(op.kind === 'jump' && op.name === 'ja')) return { start, insn }
  }
  return undefined
}

/** Does the path do nothing after a decision but leave? Then that is where C returns early; else it came to the end in its own time. */
const leadsOut = (path: readonly PathStep[], since: number, program: LinkedProgram): boolean =>
  path.slice(since + 1, -1).every(({ insn }) => {
    const { kind, name } = program.insns[insn]!.op
    return kind === 'alu' || (kind === 'jump' && name === 'ja')
  })

const frameOf = (path: readonly PathStep[]): number => path.at(-1)!.frame

/** The last instruction since a step whose line returns. */
const returnAfter = (
  path: readonly PathStep[],
  since: number,
  frame: number,
  program: LinkedProgram,
): number | undefined =>
  path.findLast(
    (step, i) =>
      i > since && i < path.length - 1 && step.frame === frame && /\breturn\b/.test(codeAt(program, step.insn) ?? ''),
  )?.insn

/** The step of the last conditional jump; -1 where there is none. */
const lastDecision = (path: readonly PathStep[], program: LinkedProgram): number =>
  path.findLastIndex(({ insn }, i) => i < path.length - 1 && program.insns[insn]!.op.kind === 'jump')
