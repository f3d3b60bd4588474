// SPDX-License-Identifier: Apache-2.0
// The statement that decides. Where a program ends, the compiler has one exit for all its returns, whose line is that of the closing brace
// or of the function's head: neither tells a reader which return was taken.

import type { LinkedProgram } from '../object/index.ts'
import type { PathStep } from '../verifier/index.ts'
import type { Rejected } from './notes.ts'
import { insnOf, lastAt, lineAt } from './source.ts'

/** Rules that name the instruction they are broken by. */
const named: ReadonlySet<string> = new Set(['unreachable', 'jump-ld-imm64', 'jump-room', 'function-removed'])

/** The instruction whose line is shown: the one where the kernel stopped, or the return or decision that led to it. */
export function decidedAt(report: Rejected, path: readonly PathStep[], program: LinkedProgram): number {
  const { violation, insn } = report
  // found before the walk, while that stands at the first instruction
  if (violation !== undefined && named.has(violation.id) && 'insn' in violation.params) return violation.params.insn
  // of a chain of calls: the last of them
  const frames = violation !== undefined && 'frames' in violation.params ? violation.params.frames : undefined
  if (typeof frames === 'object') return frames.at(-1)?.at ?? insn
  if (program.insns[insn]?.op.kind !== 'exit' || path.at(-1)?.insn !== insn) return insn
  const line = lineAt(program, insn)
  const head = lineAt(program, lastAt(program.funcs, insn, insnOf)?.insn ?? 0)
  const isHead =
    line !== undefined && head?.line === line.line && head.file === line.file && !/\breturn\b/.test(line.text)
  const isBrace = line?.text.trim() === '}'
  if (!isHead && !isBrace) return insn
  const { frame } = path.at(-1)!
  const since = lastDecision(path, program)
  for (let i = path.length - 2; i > since; i--) {
    const step = path[i]!
    if (step.frame === frame && /\breturn\b/.test(lineAt(program, step.insn)?.text ?? '')) return step.insn
  }
  return isHead && since >= 0 ? path[since]!.insn : insn
}

/** The step of the last conditional jump; -1 where there is none. */
const lastDecision = (path: readonly PathStep[], program: LinkedProgram): number =>
  path.findLastIndex(({ insn }, i) => i < path.length - 1 && program.insns[insn]!.op.kind === 'jump')
