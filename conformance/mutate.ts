// SPDX-License-Identifier: Apache-2.0
/**
 * Differential mutation: programs with one or two instructions changed by chance, judged by the real kernel (QEMU) and by us.
 *
 *   node scripts/run.mjs conformance/mutate.ts --seed 1                    the same mutants for the same seed and objects
 *     --programs 250 --mutants 60        how many programs, how many mutants of each
 *     --only NAME --prog NAME            of these objects, of this program
 *     --dir FOLDER                       where mutants and answers are kept (default: $LAB/mutants)
 *     --again                            compare with the answers in the folder, without asking the kernel
 *     --verdicts FILE.jsonl --corpus DIR programs of objects of your own, judged by oracle/run.sh -o FILE.jsonl -r DIR
 *     --kernel 7.3, 6.12s                another kernel, with LAB its laboratory; 6.18: one that it has an image of
 *     --explain                          with --kernel 7.3: our explanations beside its own
 *   node scripts/run.mjs conformance/mutate.ts --only OBJ --prog NAME --show "12c5 12i0"   one mutant: both logs in full
 */
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { isMainThread } from 'node:worker_threads'
import type { Kernel } from '../src/kernel/index.ts'
import { encodeInsns } from '../src/isa/index.ts'
import { compare, type Compared, count, percent } from './compare.ts'
import { judge, normalise } from './judge.ts'
import { lab, labKernel, type Row, setUp } from './lab.ts'
import { askKernel, type Batch, type MutantRow, readAnswers, readBatches, writeBatches } from './mutants/ask.ts'
import { mutate, parseMutant } from './mutants/edits.ts'
import { compareExplained, explainedText, noneExplained, toldBy } from './mutants/explained.ts'
import { bases, choose, linkOf, makeBatch, pathOf } from './mutants/choose.ts'
import { randomOf } from './mutants/random.ts'
import { judgeAll, serve } from './pool.ts'

if (isMainThread) await main()
else await serve()

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(2),
    options: {
      seed: { type: 'string', default: '1' },
      programs: { type: 'string', default: '250' },
      mutants: { type: 'string', default: '60' },
      verdicts: { type: 'string' },
      corpus: { type: 'string' },
      only: { type: 'string' },
      prog: { type: 'string' },
      dir: { type: 'string', default: join(lab, 'mutants') },
      again: { type: 'boolean' },
      show: { type: 'string' },
      save: { type: 'string' },
      explain: { type: 'boolean' },
      jobs: { type: 'string', default: '2' },
      limit: { type: 'string', default: '60' },
      // read by lab.ts, here and in workers
      kernel: { type: 'string' },
    },
  })
  setUp()
  const folder = resolve(values.dir)
  const kernel = await labKernel()
  if (!values.again) {
    const all = await bases(values)
    const chosen = choose(all, Number(values.programs), randomOf(values.seed))
    const batches = chosen.flatMap((base) => {
      if (values.show !== undefined) return [{ obj: base.obj, prog: base.prog, mutants: [values.show] }]
      return makeBatch(kernel, base, Number(values.mutants), values.seed) ?? []
    })
    writeBatches(folder, batches, pathOf)
    askKernel(folder, { level: values.show !== undefined ? 2 : values.explain ? 1 : 4 })
  }
  const batches = readBatches(folder)
  const answers = readAnswers(folder)
  if (values.show !== undefined) return show(batches, answers)
  if (values.explain) return console.log(explained(kernel, batches, answers))

  const rows = rowsOf(batches, answers)
  for (const { obj, prog, insns } of originals(batches, answers)) {
    const ours = linkOf(kernel, obj, prog)
    if (ours !== undefined && insns !== codesOf(encodeInsns(ours.insns)))
      console.log(`linked otherwise than libbpf does: ${obj} ${prog}`)
  }
  const started = performance.now()
  const judged = await judgeAll(
    rows.map(({ row, mutant }) => ({ path: pathOf(row.obj), prog: row.prog, flags: row.flags ?? 0, mutant })),
    { jobs: Number(values.jobs), limit: Number(values.limit) * 1000 },
  )
  const seconds = ((performance.now() - started) / 1000).toFixed(0)
  const compared = rows.map(({ row, mutant }, i) => ({ mutant, ...compare(row, judged[i]!) }))
  report(compared)
  const c = count(compared)
  console.log(
    `${c.programs} mutants of ${batches.length} programs in ${seconds} s: ${c.rejected} rejected; same verdict ${percent(c.same, c.programs)}, false accepts ${c.falseAccepts}, false rejects ${c.falseRejects}, unsupported ${c.unsupported}, other ${c.other}; first message identical in ${percent(c.messages, c.rejected)} of the rejected`,
  )
  if (values.save !== undefined) {
    const kept = compared.filter(({ outcome, message }) => outcome !== 'same' || message === false)
    writeFileSync(values.save, kept.map((one) => JSON.stringify(one)).join('\n'))
  }
  process.exitCode = c.falseAccepts > 0 ? 1 : 0
}

type Mutated = Compared & { readonly mutant: string }

function originals(batches: readonly Batch[], answers: readonly MutantRow[]) {
  return answers.flatMap(({ mut, mutant, insns }) => {
    const batch = batches[numberOf(mut)]
    return mutant === 0 && batch !== undefined ? [{ ...batch, insns }] : []
  })
}

/** Of each mutant that both refuse, our explanation and the kernel's. */
function explained(kernel: Kernel, batches: readonly Batch[], answers: readonly MutantRow[]): string {
  const counted = noneExplained()
  for (const { mut, mutant, verdict, log_tail = '', flags = 0 } of answers) {
    const batch = batches[numberOf(mut)]!
    const told = mutant === 0 || verdict !== 'reject' ? undefined : toldBy(log_tail)
    const original = told === undefined ? undefined : linkOf(kernel, batch.obj, batch.prog)
    if (told === undefined || original === undefined) continue
    const edits = batch.mutants[mutant - 1]!
    const program = mutate(original, parseMutant(edits))
    compareExplained(
      counted,
      `--only ${batch.obj} --prog ${batch.prog} --show "${edits}"`,
      { ...program, flags: program.flags | flags },
      kernel,
      told,
    )
  }
  return explainedText(counted)
}

function numberOf(mut: string): number {
  return Number(/(\d+)\.mut$/.exec(mut)?.[1])
}

function codesOf(bytes: Uint8Array): string {
  const count = bytes.length / 8
  return Array.from({ length: count }, (_, i) => Buffer.from(bytes.subarray(8 * i, 8 * i + 2)).toString('hex')).join('')
}

function isTaken(errno: number, log: string): boolean {
  const EBUSY = 16
  return errno === EBUSY && log.includes('Failed to properly initialize insn array')
}

/** The answers as rows of verdicts, what the verifier never saw left out. */
function rowsOf(batches: readonly Batch[], answers: readonly MutantRow[]): { row: Row; mutant: string }[] {
  const flags = new Map(answers.map(({ mut, mutant, flags: f }) => [mutant === 0 ? mut : '', f ?? 0]))
  return answers.flatMap(({ mut, mutant, verdict, errno, log_tail = '' }) => {
    const batch = batches[numberOf(mut)]!
    // a table of instructions serves one load: of the mutants that share it the first has it, whatever the others are
    if (mutant === 0 || isTaken(errno, log_tail) || !/^(accept|reject)$/.test(verdict)) return []
    const row: Row = {
      obj: batch.obj,
      prog: batch.prog,
      sec: '',
      mode: 'priv',
      prog_type: '',
      flags: flags.get(mut) ?? 0,
      verdict,
      stage: 'verifier',
      msg: messageOf(log_tail),
      log_tail,
    }
    return [{ row, mutant: batch.mutants[mutant - 1]! }]
  })
}

/** The last line but for those that illustrate it: the source's, and the two states of an endless loop. */
function messageOf(log: string): string {
  const lines = log.trimEnd().split('\n')
  return lines.findLast((line) => !/^(?:; |cur state:|old state:)/.test(line)) ?? ''
}

/** Disagreements, worst first, alike ones together: the first three of each by name. */
function report(all: readonly Mutated[]): void {
  const order = ['false accept', 'crash', 'timeout', 'false reject', 'load error', 'unsupported', 'same']
  const groups = new Map<string, Mutated[]>()
  for (const one of all) {
    if (one.outcome === 'same' && one.message !== false) continue
    const ours = one.answer.verdict === 'accept' ? 'accept' : normalise(one.answer.message)
    const kernel = one.row.verdict === 'accept' ? 'accept' : normalise(one.row.msg ?? '')
    const key = `${order.indexOf(one.outcome)}\nkernel: ${kernel}\nours:   ${ours}`
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  const sorted = [...groups].sort(([a, x], [b, y]) => Number(a[0]) - Number(b[0]) || y.length - x.length)
  for (const [key, list] of sorted) {
    const what = list[0]!.outcome === 'same' ? 'other message' : list[0]!.outcome
    console.log(`${list.length} × ${what}${key.slice(1).replaceAll('\n', '\n    ')}`)
    for (const { row, answer, mutant } of list.slice(0, 3))
      console.log(`        --only ${row.obj} --prog ${row.prog} --show "${mutant}"   [insn ${answer.insn}]`)
  }
}

async function show(batches: readonly Batch[], answers: readonly MutantRow[]): Promise<void> {
  const kernel = await labKernel()
  for (const [i, { obj, prog, mutants }] of batches.entries()) {
    const row = answers.find(({ mut, mutant }) => numberOf(mut) === i && mutant === 1)
    const flags = answers.find(({ mut, mutant }) => numberOf(mut) === i && mutant === 0)?.flags ?? 0
    const answer = judge(kernel, pathOf(obj), prog, { log: 2, flags, mutant: mutants[0]! })
    console.log(`== ${obj} ${prog}\n-- kernel: ${row?.verdict}\n${row?.log_tail}`)
    console.log(`-- ours: ${answer.verdict} ${answer.message} [insn ${answer.insn}]\n${answer.log.join('\n')}`)
  }
}
