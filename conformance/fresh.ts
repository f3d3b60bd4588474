// SPDX-License-Identifier: Apache-2.0
// --fresh: the verdicts of a run of the real kernel now, in QEMU, instead of the ones kept here.
import { execFileSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { lab, oracle, readLines, type Row, version } from './lab.ts'

/** Judges the objects whose name has `only` in it (all of v3 without it) and gives the rows. */
export function judgeAfresh(only: string | undefined): Row[] {
  const names = readdirSync(join(lab, 'corpus', 'v3')).map((name) => `v3/${name}`)
  return judgeObjects(names.filter((name) => name.endsWith('.o') && (only === undefined || name.includes(only))))
}

interface Asked {
  /** Where the objects are; the laboratory's corpus unless told. */
  readonly root?: string
  /** Where the list and the rows are left. */
  readonly folder?: string
  readonly kernel?: string
  readonly memory?: string
}

/** Judges these objects, each as often as it is named, in one boot. */
export function judgeObjects(
  objects: readonly string[],
  { root = join(lab, 'corpus'), folder = lab, kernel = version, memory = '3G' }: Asked = {},
): Row[] {
  const list = join(folder, 'fresh.list')
  const out = join(folder, 'fresh.jsonl')
  writeFileSync(list, `${objects.join('\n')}\n`)
  execFileSync(join(oracle, 'run.sh'), ['-o', out, '-r', root, '-a', '-t 120', '-l', list], {
    env: { MEM: memory, ...process.env, LAB: lab, V: kernel },
    stdio: ['ignore', 2, 2],
  })
  return readLines<Row>(out)
}
