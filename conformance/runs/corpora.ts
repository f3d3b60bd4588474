// SPDX-License-Identifier: Apache-2.0
// The objects whose programs are run: selftests of the laboratory, and our examples (`examples/…`, below the repository).
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { lab, readVerdicts, root, version } from '../lab.ts'
import type { Corpus } from './ask.ts'
import { classes } from './inputs.ts'

/** Objects whose name has `only` in it that hold a program the kernel accepts and can run. */
export async function corpora(only: string | undefined): Promise<Corpus[]> {
  const runnable = (await readVerdicts()).filter(
    (row) => row.mode === 'priv' && row.verdict === 'accept' && classes.has(row.prog_type),
  )
  const selftests = [...new Set(runnable.map(({ obj }) => obj))].filter((obj) => obj.startsWith('v3/'))
  const examples = readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' })
  const named = (objects: readonly string[]): string[] =>
    objects.filter((obj) => only === undefined || only.split(',').some((name) => obj.includes(name)))
  const all = [
    { root: join(lab, 'corpus'), objects: named(selftests) },
    // by 6.12's headers
    ...(version === '6.12'
      ? [
          {
            root,
            objects: named(
              examples
                .filter((name) => name.endsWith('.bpf.o'))
                .map((name) => `examples/${name}`)
                .sort(),
            ),
          },
        ]
      : []),
  ]
  return all.filter(({ objects }) => objects.length > 0)
}

/** Every object of a folder; programs of other kinds the oracle passes over. */
export function folder(from: string, only: string | undefined): Corpus {
  const objects = readdirSync(from, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.o'))
  const named = objects.filter((obj) => only === undefined || only.split(',').some((name) => obj.includes(name)))
  if (named.length === 0) throw new Error(`no objects in ${from}`)
  return { root: from, objects: named.sort() }
}

/** Where an object of a row is. */
export const pathOf = (obj: string): string => join(obj.startsWith('examples/') ? root : join(lab, 'corpus'), obj)
