// SPDX-License-Identifier: Apache-2.0
// Our explanations of mutants beside those that a kernel since 7.3 gives of the same: its line, the lines of its causal path.
import type { LinkedProgram } from '../../src/object/index.ts'
import type { Kernel } from '../../src/kernel/index.ts'
import { explain, lineAt } from '../../src/explain/index.ts'
import { verify } from '../../src/verifier/index.ts'
import { percent } from '../compare.ts'

interface Spot {
  readonly line: number | undefined
  readonly label: string
}

/** What the kernel's report says: where, and what led there. */
export interface Told {
  readonly at: Spot
  readonly path: readonly Spot[]
}

/** The report at the end of a log; undefined where there is none. */
export function toldBy(log: string): Told | undefined {
  const from = log.lastIndexOf('Verification failed: ')
  if (from < 0) return undefined
  const report = log.slice(from)
  const part = (name: string): string =>
    new RegExp(`\\n${name}:\\n([\\s\\S]*?)(?=\\n\\n(?:Reason|At|Causal path|Suggestion):\\n|\\s*$)`).exec(
      report,
    )?.[1] ?? ''
  const [at] = spots(part('At'))
  return at === undefined ? undefined : { at, path: spots(part('Causal path')) }
}

const spots = (text: string): readonly Spot[] =>
  text
    .split(/\n(?= {2}\S+ @ )/)
    .filter((spot) => spot.trim() !== '')
    .map((spot) => {
      const [, line] = /^\s*\S+ @ \S+?:(\d+)/.exec(spot) ?? []
      const label = /\^-- (\w+: [\s\S]*?)(?=\n\s+(?:>>> )?\d+ \||\n {2}Instruction context|$)/.exec(spot)?.[1] ?? ''
      return {
        line: line === undefined ? undefined : Number(line),
        label: label.replaceAll(/\s*\n\s*\|?\s*/g, ' ').trim(),
      }
    })

export interface ExplainedCount {
  programs: number
  lineless: number
  line: number
  path: number
  pathFound: number
  readonly misses: string[]
}

export const noneExplained = (): ExplainedCount => ({
  programs: 0,
  lineless: 0,
  line: 0,
  path: 0,
  pathFound: 0,
  misses: [],
})

/** Compares one rejection that both give with the same message. */
export function compareExplained(
  count: ExplainedCount,
  name: string,
  program: LinkedProgram,
  kernel: Kernel,
  told: Told,
): void {
  const report = verify(program, kernel, { trace: true })
  if (report.verdict !== 'reject') return
  const diagnostic = explain(report, program, kernel)!
  count.programs++
  const own = [diagnostic.primary.line, lineAt(program, report.insn)?.line]
  if (told.at.line === undefined) count.lineless++
  else if (own.includes(told.at.line)) count.line++
  else
    count.misses.push(
      `other line: ${name}: 7.3 ${told.at.line} (${told.at.label}), ours ${own.join(' or ')} [${report.rule}] ${report.message}`,
    )
  const ours = new Set([...own, ...diagnostic.notes.map(({ source }) => source?.line)])
  for (const { line, label } of told.path) {
    if (line === undefined) continue
    count.path++
    if (ours.has(line)) count.pathFound++
    else count.misses.push(`not among our notes: ${name}: line ${line}: ${label} [${report.rule}] ${report.message}`)
  }
}

export const explainedText = ({ programs, lineless, line, path, pathFound, misses }: ExplainedCount): string =>
  [
    ...misses,
    `explanations of ${programs} mutants that both reject: 7.3's own line in ${percent(line, programs - lineless)} of the ${programs - lineless} where it names one; of its ${path} causal-path lines ${percent(pathFound, path)} are among our notes`,
  ].join('\n')
