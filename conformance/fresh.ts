// SPDX-License-Identifier: Apache-2.0
// --fresh: the verdicts of a run of the real kernel now, in QEMU, instead of the ones kept here.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lab, oracle, type Row, version } from './lab.ts'

/** Judges the objects whose name has `only` in it (all of v3 without it) and gives the rows. */
export function judgeAfresh(only: string | undefined): Row[] {
  const names = readdirSync(join(lab, 'corpus', 'v3')).map((name) => `v3/${name}`)
  return judgeObjects(names.filter((name) => name.endsWith('.o') && (only === undefined || name.includes(only))))
}

/** Judges these objects of the corpus, each as often as it is named. */
export function judgeObjects(objects: readonly string[]): Row[] {
  const list = join(lab, 'fresh.list')
  const out = join(lab, 'fresh.jsonl')
  writeFileSync(list, `${objects.join('\n')}\n`)
  const args = ['-o', out, '-r', join(lab, 'corpus'), '-a', '-t 120', '-l', list]
  execFileSync(join(oracle, 'run.sh'), args, {
    env: { MEM: '3G', ...process.env, LAB: lab, V: version },
    stdio: ['ignore', 2, 2],
  })
  return readFileSync(out, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
}
