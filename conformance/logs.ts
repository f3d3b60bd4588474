// SPDX-License-Identifier: Apache-2.0
// --logs: our log beside the real kernel's, line by line. The kernel writes the whole log of each program of a sample of objects
// (bpfjudge -W LEVEL, in QEMU); it is kept in the laboratory, since it is large.
import { createReadStream, existsSync, readdirSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { judge } from './judge.ts'
import { lab, labKernel, oracle, version } from './lab.ts'
import { percent } from './compare.ts'

interface LogRow {
  readonly obj: string
  readonly prog: string
  readonly mode: string
  readonly verdict: string
  readonly flags?: number
  readonly log?: string
}

/** Every so many objects of v3 are asked about, and these; those whose logs are very large are left out. */
const EVERY = 9
const always =
  /\/(?:cpumask_success|cgrp_kfunc_failure|iters|rbtree|dynptr_fail|map_kptr|linked_list_fail|task_kfunc_success|verifier_bounds|rcu_read_lock|kfunc_call_test)\.bpf\.o$/
const huge = /pyperf|strobemeta|loop[1-6]|verif_scale|xdp_noinline|tc_tunnel|verifier_scalar_ids|bpf_flow/
/** A log longer than this says nothing new. */
const MOST_LINES = 20_000

/** The most frequent differences at a level, and how much is equal. */
export async function logTable(level: 1 | 2, only: string | undefined, fresh: boolean): Promise<string> {
  const kernel = await labKernel()
  const count = { programs: 0, whole: 0, lines: 0, same: 0 }
  const differences = new Map<string, { times: number; example: string }>()
  const partial: string[] = []
  for await (const row of kernelLogs(level, fresh)) {
    if (row.log === undefined || row.mode !== 'priv' || (only !== undefined && !row.obj.includes(only))) continue
    const theirs = linesOf(row.log)
    if (theirs.length > MOST_LINES) continue
    const answer = judge(kernel, join(lab, 'corpus', row.obj), row.prog, {
      log: level === 2 ? 2 : 1,
      flags: row.flags ?? 0,
    })
    // Another verdict is the business of the table of verdicts.
    if (answer.verdict !== row.verdict) continue
    const message = answer.verdict === 'reject' ? answer.message.split('\n') : []
    const ours = [...answer.log, ...(endsWith(answer.log, message) ? [] : message)].map(comparable)
    const { same, unlike } = align(ours, theirs)
    count.programs++
    count.lines += Math.max(theirs.length, ours.length)
    count.same += same
    if (same === theirs.length && same === ours.length) count.whole++
    else partial.push(`${row.obj} ${row.prog}: ${same} of ${theirs.length} lines`)
    for (const [our, their] of unlike) {
      const key = `ours:   ${pattern(our)}\nkernel: ${pattern(their)}`
      const known = differences.get(key)
      if (known === undefined)
        differences.set(key, { times: 1, example: `${row.obj} ${row.prog}\n        ${our}\n        ${their}` })
      else known.times++
    }
  }
  const frequent = [...differences]
    .sort(([, a], [, b]) => b.times - a.times)
    .slice(0, 25)
    .map(([, { times, example }]) => `${String(times).padStart(6)}  ${example}`)
  return [
    `most frequent differences of logs at level ${level}: ours, the kernel's`,
    ...frequent,
    '',
    ...(only === undefined ? [] : partial),
    `logs at level ${level}: ${count.programs} programs: the whole log equal in ${percent(count.whole, count.programs)}, lines equal ${percent(count.same, count.lines)} of ${count.lines}`,
  ].join('\n')
}

async function* kernelLogs(level: number, fresh: boolean): AsyncGenerator<LogRow> {
  const file = join(lab, `logs-${version}-${level}.jsonl`)
  if (fresh || !existsSync(file)) {
    const objects = readdirSync(join(lab, 'corpus', 'v3'))
      .map((name) => `v3/${name}`)
      .filter((name, i) => ((i % EVERY === 0 && name.endsWith('.o')) || always.test(name)) && !huge.test(name))
    const list = join(lab, 'logs.list')
    writeFileSync(list, `${objects.join('\n')}\n`)
    execFileSync(
      join(oracle, 'run.sh'),
      ['-o', file, '-r', join(lab, 'corpus'), '-a', `-W ${level} -t 120`, '-l', list],
      {
        env: { MEM: '3G', ...process.env, LAB: lab, V: version },
        stdio: ['ignore', 2, 2],
      },
    )
  }
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const row = rowOf(line)
    if (row !== undefined) yield row
  }
}

/** Two judges write to one port of the guest, and rows of megabytes may run into each other: those are left out. */
function rowOf(line: string): LogRow | undefined {
  try {
    return JSON.parse(line) as LogRow
  } catch {
    return undefined
  }
}

/** Without the footer, whose counts are compared elsewhere. */
const linesOf = (log: string): readonly string[] =>
  log
    .trimEnd()
    .split('\n')
    .filter((line) => !/^(?:processed \d+ insns|verification time|stack depth)/.test(line))
    .map(comparable)

/** Without what differs between two runs of one kernel: ids, addresses, the padding behind an address. */
export const comparable = (line: string): string =>
  line
    .replaceAll(/\b(id|ref_obj_id|ref_id|dynptr_id|map_uid)=\d+/g, '$1=N')
    .replaceAll(/\brefs=[\d,]+/g, 'refs=N')
    .replace(/^(\d+: \(18\) r\d+ = )0x(?:ff[0-9a-f]{14}|0) */, '$1ADDRESS ')
    .replaceAll(/#\d+/g, '#N')
    .trimEnd()

const pattern = (line: string): string => line.replaceAll(/0x[0-9a-f]+|-?\d+/g, 'N').replaceAll(/\b[a-z]\w{6,}\b/g, 'w')

const endsWith = (log: readonly string[], tail: readonly string[]): boolean =>
  tail.length > 0 && tail.every((line, i) => log[log.length - tail.length + i] === line)

/** How far to look for where two logs agree again. */
const WINDOW = 40

/** Lines in common, in order; and the lines that stand against each other where they part. */
export function align(
  ours: readonly string[],
  theirs: readonly string[],
): { readonly same: number; readonly unlike: readonly (readonly [string, string])[] } {
  let same = 0
  const unlike: [string, string][] = []
  let i = 0
  let j = 0
  while (i < ours.length && j < theirs.length) {
    if (ours[i] === theirs[j]) {
      same++
      i++
      j++
      continue
    }
    unlike.push([ours[i]!, theirs[j]!])
    const [di, dj] = resume(ours, theirs, i, j)
    i += di
    j += dj
  }
  return { same, unlike }
}

function resume(ours: readonly string[], theirs: readonly string[], i: number, j: number): readonly [number, number] {
  for (let distance = 1; distance < WINDOW; distance++)
    for (let di = 0; di <= distance; di++)
      if (i + di < ours.length && ours[i + di] === theirs[j + distance - di]) return [di, distance - di]
  return [1, 1]
}
