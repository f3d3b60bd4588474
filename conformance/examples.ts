// SPDX-License-Identifier: Apache-2.0
// The example programs against what the real kernel said of them (examples/verdicts.json).
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openKernel } from '../src/kernel/index.ts'
import { compare, type Compared, type Counts, count, disagreements, table } from './compare.ts'
import { judge } from './judge.ts'
import { type Row, root, value } from './lab.ts'

interface ExampleRow {
  readonly object: string
  readonly program: string
  readonly section: string
  readonly type: string
  readonly verdict: string
  readonly stage?: string
  readonly message?: string
  readonly kfuncs: readonly string[]
}

export async function compareExamples(): Promise<Compared[]> {
  const kernel = value(await openKernel('6.12'))
  const { programs } = JSON.parse(readFileSync(join(root, 'examples', 'verdicts.json'), 'utf8')) as {
    programs: ExampleRow[]
  }
  return programs
    .filter(({ object }) => !object.startsWith('testmod/'))
    .map((example) => {
      const row: Row = {
        obj: example.object,
        prog: example.program,
        sec: example.section,
        mode: 'priv',
        prog_type: example.type,
        verdict: example.verdict,
        stage: example.stage ?? 'verifier',
        ...(example.message === undefined ? {} : { msg: example.message }),
      }
      return compare(row, judge(kernel, join(root, 'examples', example.object), example.program))
    })
}

export async function exampleTable(): Promise<{ text: string; counts: Counts }> {
  const all = await compareExamples()
  const text = [disagreements(all), table(all, ({ row }) => row.obj.split('/')[0]!, 'examples')]
  return { text: text.filter((part) => part !== '').join('\n\n'), counts: count(all) }
}
