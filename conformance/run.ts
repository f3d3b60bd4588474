// SPDX-License-Identifier: Apache-2.0
/**
 * Our verdicts against the real kernel's, on the kernel's own selftests.
 *
 *   npm run conformance                           the programs that call kfuncs, then the examples
 *   npm run conformance -- --all                  every privileged program (no floor)
 *   npm run conformance -- --explain              also: our explanations against those of Linux 7.3
 *   npm run conformance -- --logs                 instead: our logs at levels 1 and 2 beside the kernel's, of a sample of objects
 *   npm run conformance -- --edits                instead: every suggested edit applied, compiled, the real kernel asked (--ours: our verifier)
 *   npm run conformance -- --reports              instead: what the explanations of reported programs say of what was wanted of them
 *   npm run conformance -- --run                  instead: accepted programs run by us and by the kernel on the same inputs, what came out compared
 *                                                 (--fresh: the kernel asked, --save FILE.zst: what it said kept)
 *   npm run conformance -- --run --sanitize       instead: the same programs compiled and held to their facts (--chance N inputs by chance beside, --seed)
 *   npm run conformance -- --facts                also: facts of accepted programs against the states of their walks
 *   npm run conformance -- --fresh                ask the real kernel again first (QEMU)
 *   node scripts/run.mjs conformance/run.ts --only NAME[,NAME] [--prog NAME] [--log]   some objects; one program: both sides in full
 *   --kernel 7.3: that kernel's selftests, rules and verdicts (LAB: a laboratory made with V=7.3)
 *   node scripts/run.mjs conformance/run.ts --verdicts FILE.jsonl --corpus DIR  objects of your own, judged by oracle/run.sh -o FILE.jsonl -r DIR
 *   node scripts/run.mjs conformance/run.ts --run --corpus DIR [--only NAME]     objects of your own, run by the kernel (QEMU) and by us
 *   --cpu v4: the objects compiled for cpu v4 (a laboratory with CPUS='v3 v4')
 *   --save FILE.json   every answer, to compare with a later run; --jobs N; --limit SECONDS for one program
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { isMainThread } from 'node:worker_threads'
import { compare, type Compared, type Counts, count, disagreements, efforts, percent, table } from './compare.ts'
import { editTable } from './edits.ts'
import { exampleTable } from './examples.ts'
import { explainTable } from './explain.ts'
import { judgeAfresh } from './fresh.ts'
import { logTable } from './logs.ts'
import { factsTable } from './facts-table.ts'
import { judge, normalise } from './judge.ts'
import { floorOf, lab, labKernel, readRows, readVerdicts, type Row, setUp, version } from './lab.ts'
import { reportTable } from './reports.ts'
import { runTable } from './run-programs.ts'
import { judgeAll, serve, type Task } from './pool.ts'
import { sanitizeTable } from './sanitize.ts'

if (isMainThread) await main()
else await serve()

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: process.argv.slice(2),
    options: {
      all: { type: 'boolean' },
      explain: { type: 'boolean' },
      facts: { type: 'boolean' },
      fresh: { type: 'boolean' },
      logs: { type: 'boolean' },
      edits: { type: 'boolean' },
      ours: { type: 'boolean' },
      reports: { type: 'boolean' },
      run: { type: 'boolean' },
      sanitize: { type: 'boolean' },
      chance: { type: 'string', default: '4' },
      seed: { type: 'string', default: '1' },
      cpu: { type: 'string', default: 'v3' },
      kernel: { type: 'string' },
      verdicts: { type: 'string' },
      corpus: { type: 'string' },
      only: { type: 'string' },
      prog: { type: 'string' },
      log: { type: 'boolean' },
      save: { type: 'string' },
      jobs: { type: 'string' },
      limit: { type: 'string' },
      quiet: { type: 'boolean' },
    },
  })
  if (values.reports) return printed(await reportTable())
  setUp()
  if (values.run) {
    const { only, prog, fresh = false, save } = values
    const limits = { jobs: Number(values.jobs ?? 2), limit: Number(values.limit ?? 60) * 1000 }
    const chance = { count: Number(values.chance), seed: values.seed }
    if (values.sanitize) return printed(await sanitizeTable({ only, prog, chance, ...limits }))
    return printed(await runTable({ only, prog, fresh, save, corpus: values.corpus, ...limits }))
  }
  if (values.edits) return printed(await editTable({ ask: values.ours !== true }))
  if (values.logs) {
    for (const level of [1, 2] as const) console.log(`${await logTable(level, values.only, values.fresh ?? false)}\n`)
    return
  }
  const corpus = values.corpus ?? join(lab, 'corpus')
  const given = values.verdicts !== undefined
  const judged = given
    ? await readRows<Row>(values.verdicts!)
    : values.fresh
      ? judgeAfresh(values.only)
      : await readVerdicts()
  const rows = judged.filter(
    (row) =>
      (given || row.obj.startsWith(`${values.cpu}/`)) &&
      row.mode === 'priv' &&
      (given || values.all || values.prog !== undefined || (row.kfuncs?.length ?? 0) > 0) &&
      (values.only === undefined || values.only.split(',').some((name) => row.obj.includes(name))) &&
      (values.prog === undefined || row.prog === values.prog),
  )
  if (rows.length === 0) throw new Error('no such program among the verdicts')
  if (values.prog !== undefined && rows.length <= 4) return single(rows, corpus, values.log ?? true)

  const tasks = rows.map((row) => ({ ...taskOf(row, corpus), facts: values.facts ?? false }))
  const started = performance.now()
  const answers = await judgeAll(tasks, {
    jobs: Number(values.jobs ?? 2),
    limit: Number(values.limit ?? 120) * 1000,
    seen: (done) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${done}/${tasks.length}`)
    },
  })
  if (process.stderr.isTTY) process.stderr.write('\r')
  const all = rows.map((row, i) => compare(row, answers[i]!))
  const seconds = ((performance.now() - started) / 1000).toFixed(0)
  if (values.save !== undefined) {
    writeFileSync(
      values.save,
      JSON.stringify(
        all.map(({ row, answer, outcome, message }) => ({
          obj: row.obj,
          prog: row.prog,
          type: row.prog_type,
          outcome,
          message,
          kernel: row.msg ?? '',
          ours: answer,
        })),
        null,
        1,
      ),
    )
  }
  if (!values.quiet) console.log(`${disagreements(all)}\n`)
  console.log(`${messageTable(all)}\n`)
  console.log(`${unsupportedTable(all)}\n`)
  console.log(`${table(all, ({ row }) => row.prog_type, 'program type')}\n`)
  console.log(`${efforts(all)}\n`)
  const counts = count(all)
  console.log(
    `${counts.programs} programs in ${seconds} s: same verdict ${percent(counts.same, counts.programs)}, false accepts ${counts.falseAccepts}, false rejects ${counts.falseRejects}, unsupported ${counts.unsupported}, other ${counts.other}; first message identical in ${percent(counts.messages, counts.rejected)} of ${counts.rejected} rejected\n`,
  )
  const whole = !given && !values.all && values.cpu === 'v3' && values.only === undefined
  let failed = whole && belowFloor(version === '6.12' ? 'kfuncs' : `kfuncs-${version}`, counts)
  if (whole && version === '6.12' && all.some(({ effort }) => effort !== undefined && effort !== 'same')) failed = true
  if (values.only === undefined && !given && version === '6.12') {
    const examples = await exampleTable()
    console.log(`${examples.text}\n`)
    failed = belowFloor('examples', examples.counts) || failed
  }
  if (values.facts) {
    const facts = factsTable(all, { whole: whole && version === '6.12' })
    console.log(facts.text)
    failed = facts.failed || failed
  }
  if (values.explain) {
    const explained = await explainTable(all)
    console.log(explained.text)
    failed = explained.failed || failed
  }
  process.exitCode = failed ? 1 : 0
}

function printed({ text, failed }: { text: string; failed: boolean }): void {
  console.log(text)
  process.exitCode = failed ? 1 : 0
}

function taskOf(row: Row, corpus: string): Task {
  const coreTypes = row.expect?.btf_path
  const task = { path: join(corpus, row.obj), prog: row.prog, flags: row.flags ?? 0 }
  return coreTypes === undefined ? task : { ...task, coreTypes }
}

function belowFloor(name: string, counts: Counts): boolean {
  const floor = floorOf(name)
  if (floor === undefined) return false
  const problems: string[] = []
  if (counts.falseAccepts > floor.falseAccepts!)
    problems.push(`${counts.falseAccepts} false accepts, allowed ${floor.falseAccepts}`)
  if (counts.programs < floor.programs!) problems.push(`${counts.programs} programs, expected ${floor.programs}`)
  const same = (100 * counts.same) / counts.programs
  const messages = (100 * counts.messages) / Math.max(1, counts.rejected)
  if (same < floor.samePercent!) problems.push(`same verdict in ${same.toFixed(1)}%, floor ${floor.samePercent}%`)
  if (messages < floor.messagePercent!)
    problems.push(`same message in ${messages.toFixed(1)}%, floor ${floor.messagePercent}%`)
  for (const problem of problems) console.log(`${name}: below the floor: ${problem}`)
  return problems.length > 0
}

/** By the kernel's message: how many it rejects with it, how many we do too, with the same words. */
function messageTable(all: readonly Compared[]): string {
  const groups = new Map<string, Compared[]>()
  for (const one of all) {
    if (one.row.verdict !== 'reject') continue
    const key = normalise(one.row.msg ?? '').replaceAll(/\b(?:bpf|scx)_\w+/g, 'FUNC')
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  const lines = [...groups]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([key, list]) => {
      const c = count(list)
      return `${String(c.programs).padStart(4)} ${String(c.same).padStart(4)} ${String(c.messages).padStart(4)}  ${key.slice(0, 120)}`
    })
  return `by the kernel's message: rejected, rejected by us, with the same message\n${lines.join('\n')}`
}

function unsupportedTable(all: readonly Compared[]): string {
  const groups = new Map<string, number>()
  for (const { outcome, answer } of all) {
    if (outcome === 'same' || outcome === 'false accept') continue
    const key = `${outcome}: ${normalise(answer.message)}`
    groups.set(key, (groups.get(key) ?? 0) + 1)
  }
  const lines = [...groups]
    .sort(([, a], [, b]) => b - a)
    .map(([key, n]) => `${String(n).padStart(4)}  ${key.slice(0, 160)}`)
  return `what we could not say or said wrongly, by our message\n${lines.join('\n')}`
}

async function single(rows: readonly Row[], corpus: string, log: boolean): Promise<void> {
  const kernel = await labKernel()
  for (const row of rows) {
    const answer = judge(kernel, join(corpus, row.obj), row.prog, { ...taskOf(row, corpus), log })
    console.log(`== ${row.obj} ${row.prog} SEC("${row.sec}")`)
    if (log) console.log(`-- ours\n${answer.log.slice(-60).join('\n')}\n-- kernel\n${row.log_tail ?? ''}`)
    console.log(
      `kernel ${row.verdict}/${row.stage}: ${row.msg ?? row.libbpf ?? ''} (${row.verified_insns} insns, ${row.total_states} states)`,
    )
    console.log(
      `ours   ${answer.verdict}: ${answer.message} [insn ${answer.insn}, rule ${answer.rule}] (${answer.insns} insns, ${answer.states} states, ${answer.ms.toFixed(0)} ms)`,
    )
  }
}
