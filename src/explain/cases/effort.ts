// SPDX-License-Identifier: Apache-2.0
// A walk that was given up: which lines were walked most, in what states differ at the head of the loop, and what to do.
// A program whose stack is too large: which functions hold it, and their largest variables.

import type { LinkedProgram } from '../../object/index.ts'
import type { Effort, Violation } from '../../verifier/index.ts'
import { callee, funcName, subprogName } from '../calls.ts'
import type { Values } from '../fill.ts'
import { insnOf, lastAt, lineAt } from '../source.ts'
import { differs, regWords } from '../words.ts'
import { type Case, placeWords } from './case.ts'
import { largestVariables } from './frames.ts'

export function effortValues(one: Case): Values {
  const { report, program } = one
  return {
    ...(report.effort === undefined ? {} : walkValues(report.effort, program)),
    ...stackValues(report.violation, program),
    recursion: report.rule === 'call-depth' ? calledAgain(one) : undefined,
  }
}

interface Busy {
  readonly line: number
  readonly insn: number
  readonly text: string
  readonly times: number
}

/** Lines of C, by how often their most walked instruction was. */
function busyLines({ visits }: Effort, program: LinkedProgram): readonly Busy[] {
  const lines = new Map<string, Busy>()
  for (const { insn, times } of visits) {
    const line = lineAt(program, insn)
    if (line === undefined) continue
    const key = `${line.line} ${line.file}`
    if (!lines.has(key)) lines.set(key, { line: line.line, insn, text: line.text.trim(), times })
  }
  return [...lines.values()]
}

const isLoop = (text: string): boolean => /\b(?:for|while|do)\b|bpf_for|bpf_repeat|can_loop/.test(text)

const number = (value: number): string => value.toLocaleString('en-US')

function walkValues(effort: Effort, program: LinkedProgram): Values {
  const busy = busyLines(effort, program)
  const [most] = busy
  if (most === undefined) return {}
  // The line of a loop itself says more than a line within it.
  const loops = busy.filter(({ text, times }) => isLoop(text) && times > 20).slice(0, 3)
  const told = loops.length > 0 ? loops : busy.slice(0, 3)
  const kept =
    effort.kept.find(({ insn }) => told.some(({ line }) => lineAt(program, insn)?.line === line)) ?? effort.kept[0]
  const changing =
    kept === undefined
      ? []
      : kept.later.flatMap((reg, i) =>
          i < 10 && differs(reg, kept.earlier[i]!) && regWords(reg, program) !== regWords(kept.earlier[i]!, program)
            ? [`R${i} (${regWords(kept.earlier[i]!, program)}, then ${regWords(reg, program)})`]
            : [],
        )
  return {
    loops: told.map(({ line, text, times }) => `line ${line}, ${number(times)} times: ${text}`).join('; '),
    busiest: told.includes(most) ? undefined : `line ${most.line}, ${number(most.times)} times: ${most.text}`,
    turnsDiffer: changing.length === 0 ? undefined : changing.slice(0, 3).join('; '),
    turnsAt: kept === undefined ? undefined : placeWords(program, kept.insn),
  }
}

/** The function that is called while it runs. */
function calledAgain({ report, program, causes: { path } }: Case): string | undefined {
  const running = new Map(path.map(({ insn, frame }) => [frame, funcAt(program, insn)]))
  const depth = path.at(-1)?.frame ?? 0
  const callers = [...running].flatMap(([frame, start]) => (frame <= depth && start !== undefined ? [start] : []))
  const again = callers.find((start, i) => callers.indexOf(start) < i)
  return callee(program, report.insn)?.kind === 'subprog' && again !== undefined ? funcName(program, again) : undefined
}

const funcAt = ({ funcs }: LinkedProgram, insn: number): number | undefined => lastAt(funcs, insn, insnOf)?.insn

function stackValues(violation: Violation | undefined, program: LinkedProgram): Values {
  if (violation === undefined || !('frames' in violation.params)) return {}
  const { frames: chain } = violation.params
  if (typeof chain === 'number') return {}
  const frames = chain.map(({ start, size }) => `${subprogName(program, start)} ${size} bytes`)
  const variables = chain.flatMap(({ start }) => {
    const found = largestVariables(program, start)
    return found === undefined ? [] : [`${subprogName(program, start)}: ${found}`]
  })
  return {
    stackChain: frames.join(' → '),
    stackVariables: variables.length === 0 ? undefined : variables.join('; '),
    stackTotal: chain.reduce((sum, { size }) => sum + size, 0).toString(),
  }
}
