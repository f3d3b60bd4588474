// SPDX-License-Identifier: Apache-2.0
// Our explanations against those that Linux 7.3 gives of the same rejected programs: its line, its causal path. And, of every
// rejection of a program that calls kfuncs: has it a code, has it a help?
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkProgram } from '../src/check.ts'
import { type BpfObject, openObject } from '../src/object/index.ts'
import { type Compared, percent } from './compare.ts'
import { normalise } from './judge.ts'
import { floorOf, lab, labKernel, oracle, readRows, value, version } from './lab.ts'

/** One row of reports-7.3.jsonl. */
interface KernelReport {
  readonly obj: string
  readonly prog: string
  readonly mode: string
  readonly at?: { readonly file: string; readonly line: number; readonly label: string }
  readonly path: readonly { readonly line?: number; readonly kind: string; readonly label: string }[]
}

/**
 * 6.12 and 7.3 stop at different things: 6.12 at the attach point, which 7.3 lets a sleepable program have; 7.3 at what 6.12 found
 * only later (a callback's first walk) or had another limit for.
 */
const rejectsOtherwise = (message: string, label: string): boolean =>
  [
    [/ is not sleepable$/, /is not sleepable/],
    [/reference has not been acquired before/, /needs release|not been acquired|release/],
    [/^Unreleased reference/, /needs release/],
    [/call stack of \d+ frames is too deep/, /too deep/],
    [/node input must be non-owning ref/, /non-owning/],
  ].some(([ours, theirs]) => ours!.test(message) && !theirs!.test(label))

export async function explainTable(all: readonly Compared[]): Promise<{ text: string; failed: boolean }> {
  const reports = new Map<string, KernelReport>()
  for (const report of await readRows<KernelReport>(join(oracle, 'reports-7.3.jsonl.zst'))) {
    if (report.mode === 'priv' && report.obj.startsWith(`${version}/`))
      reports.set(`${report.obj.slice(version.length + 1)} ${report.prog}`, report)
  }
  const kernel = await labKernel()
  const count = {
    rejected: 0,
    code: 0,
    help: 0,
    compared: 0,
    otherwise: 0,
    lineless: 0,
    line: 0,
    path: 0,
    pathFound: 0,
  }
  const misses: string[] = []
  const unexplained = new Map<string, number>()
  let object: BpfObject | undefined
  for (const { row, answer } of all) {
    if (row.verdict !== 'reject' || answer.verdict !== 'reject') continue
    if (object?.name !== row.obj) object = value(openObject(readFileSync(join(lab, 'corpus', row.obj)), row.obj))
    const program = object.programs.find(({ name }) => name === row.prog)!
    const { diagnostic } = checkProgram(object, program, kernel, { flags: row.flags ?? 0 })
    count.rejected++
    const coded = diagnostic !== undefined && diagnostic.code !== 'KF199'
    if (coded) count.code++
    else
      unexplained.set(
        `${answer.rule}: ${normalise(answer.message)}`,
        (unexplained.get(`${answer.rule}: ${normalise(answer.message)}`) ?? 0) + 1,
      )
    if ((diagnostic?.help.length ?? 0) > 0) count.help++
    const report = reports.get(`${row.obj} ${row.prog}`)
    if (report?.at === undefined || diagnostic === undefined) continue
    if (rejectsOtherwise(row.msg ?? '', report.at.label)) {
      misses.push(`7.3 rejects it for another reason: ${row.obj} ${row.prog}: ${report.at.label}; 6.12: ${row.msg}`)
      count.otherwise++
      continue
    }
    count.compared++
    // Of insns without line info (inline assembly in 7.3's build) it names no line.
    if (report.at.line === undefined) count.lineless++
    else if (diagnostic.primary.line === report.at.line) count.line++
    else
      misses.push(
        `other line: ${row.obj} ${row.prog}: 7.3 ${report.at.line} (${report.at.label}), ours ${diagnostic.primary.line} (${row.msg})`,
      )
    const ours = new Set([diagnostic.primary.line, ...diagnostic.notes.map(({ source }) => source?.line)])
    for (const { line, kind, label } of report.path) {
      if (line === undefined) continue
      count.path++
      if (ours.has(line)) count.pathFound++
      else misses.push(`not among our notes: ${row.obj} ${row.prog}: line ${line}: ${kind}: ${label}`)
    }
  }
  const shares = {
    codePercent: (100 * count.code) / count.rejected,
    helpPercent: (100 * count.help) / count.rejected,
    linePercent: (100 * count.line) / Math.max(1, count.compared - count.lineless),
    pathPercent: (100 * count.pathFound) / Math.max(1, count.path),
  }
  const floor = floorOf('explain')!
  const below =
    version !== '6.12'
      ? []
      : (Object.keys(shares) as (keyof typeof shares)[]).filter((key) => shares[key] < floor[key]!)
  const text = [
    ...misses,
    '',
    'rejections with the general code only, by rule and message',
    ...[...unexplained].sort(([, a], [, b]) => b - a).map(([what, n]) => `${String(n).padStart(4)}  ${what}`),
    '',
    `explanations: ${count.rejected} rejections: a code of their own ${percent(count.code, count.rejected)}, a help ${percent(count.help, count.rejected)}`,
    `against Linux 7.3's own, ${count.compared} programs (and ${count.otherwise} that it rejects for another reason, listed above): its line is our primary line in ${percent(count.line, count.compared - count.lineless)} of the ${count.compared - count.lineless} where it names one; of its ${count.path} causal-path lines ${percent(count.pathFound, count.path)} are among our notes`,
    ...below.map((key) => `explain: below the floor: ${key} ${shares[key].toFixed(1)}, floor ${floor[key]}`),
  ]
  return { text: text.join('\n'), failed: below.length > 0 }
}
