// SPDX-License-Identifier: Apache-2.0
// The real kernel asked to run programs, in QEMU: twice, since what another boot answers differently says nothing.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lab, oracle, readLines, version } from '../lab.ts'
import { inputLines } from './inputs.ts'
import { digested, type RunRow, withVariation } from './rows.ts'
import { notRun } from './skips.ts'

/** Objects by name below a root. */
export interface Corpus {
  readonly root: string
  readonly objects: readonly string[]
}

export function runInKernel(corpora: readonly Corpus[], { boots = 2 } = {}): RunRow[] {
  const answers = Array.from({ length: boots }, () => corpora.flatMap((corpus) => runOnce(corpus)))
  return answers.slice(1).reduce<RunRow[]>((rows, again) => withVariation(rows, again), answers[0]!)
}

/** One boot, and another without the program at which it ended where one hung or crashed the kernel. */
function runOnce({ root, objects }: Corpus): RunRow[] {
  const rows: RunRow[] = []
  const skips = [...notRun.keys()]
  for (let left = [...objects]; left.length > 0; ) {
    const { answered, done } = boot(root, left, skips)
    if (done) return [...rows, ...answered.filter(kept).map(digested)]
    const last = answered.findLast(({ begins }) => begins)
    if (last === undefined) throw new Error('the guest ended before it ran a program')
    const { obj, prog, prog_type } = last
    console.error(`the guest ended in ${obj} ${prog}`)
    rows.push(...answered.filter((row) => kept(row) && row.obj !== obj).map(digested))
    rows.push({ obj, prog, prog_type, input: '', died: true })
    skips.push(`${obj} ${prog}`)
    left = left.slice(left.indexOf(obj))
  }
  return rows
}

const kept = ({ begins }: RunRow): boolean => !begins

/** The oracle's line about a program that ended the process, or took too long: it tells no more. */
const ended = (row: RunRow & { verdict?: string }): RunRow =>
  row.verdict === undefined ? row : { obj: row.obj, prog: row.prog, prog_type: '', input: '', died: true }

function isRow(line: string): boolean {
  try {
    JSON.parse(line)
    return true
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

function boot(
  root: string,
  objects: readonly string[],
  skips: readonly string[],
): { answered: RunRow[]; done: boolean } {
  const folder = process.env.RUNS ?? lab
  const [list, inputs, out] = ['runs.list', 'runs.inputs', 'runs.jsonl'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  writeFileSync(list, `${objects.join('\n')}\n`)
  writeFileSync(inputs, inputLines(skips))
  // one CPU: what programs keep for each is then the same in every boot
  const env = { SMP: '1', MEM: '2G', ...process.env, LAB: lab, V: version }
  const args = ['-o', out, '-r', root, '-a', '-t 60', '-i', inputs, '-l', list]
  spawnSync(join(oracle, 'run.sh'), args, { env, stdio: ['ignore', 2, 2] })
  const lines = readFileSync(out, 'utf8').split('\n').slice(0, -1)
  // a program that takes too long is ended while it writes, the whole guest may be
  const whole = lines.filter(isRow)
  if (whole.length < lines.length) console.error(`${lines.length - whole.length} rows were cut off`)
  writeFileSync(out, whole.map((line) => `${line}\n`).join(''))
  const done = readFileSync(`${out}.console`, 'utf8').includes('ORACLE done')
  return { answered: readLines<RunRow & { verdict?: string }>(out).map(ended), done }
}
