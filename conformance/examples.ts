// SPDX-License-Identifier: Apache-2.0
// The example programs against what the real kernel said of them (examples/verdicts.json).
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openKernel } from '../src/kernel/index.ts'
import { check } from '../src/check.ts'
import { codes } from '../src/explain/index.ts'
import { compare, type Compared, type Counts, count, disagreements, table } from './compare.ts'
import { judge } from './judge.ts'
import { labKernel, type Row, root, value } from './lab.ts'

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
  const withTestModules = await labKernel()
  const { programs } = JSON.parse(readFileSync(join(root, 'examples', 'verdicts.json'), 'utf8')) as {
    programs: ExampleRow[]
  }
  return programs.map((example) => {
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
    const on = example.object.startsWith('testmod/') ? withTestModules : kernel
    return compare(row, judge(on, join(root, 'examples', example.object), example.program))
  })
}

export async function exampleTable(): Promise<{ text: string; counts: Counts }> {
  const all = await compareExamples()
  const text = [disagreements(all), table(all, ({ row }) => row.obj.split('/')[0]!, 'examples')]
  text.push(...(await wrongCodes()))
  return { text: text.filter((part) => part !== '').join('\n\n'), counts: count(all) }
}

/** Codes whose example calls the kernel's test module, where we raise another; the tests check all the others. */
async function wrongCodes(): Promise<string[]> {
  const kernel = await labKernel()
  return codes.flatMap(({ code, example }) => {
    if (!example?.startsWith('testmod/')) return []
    const [file, program = ''] = example.split(':')
    const [checked] = value(check(readFileSync(join(root, 'examples', `${file}.bpf.o`)), kernel, { program }))
    const raised = checked?.diagnostic?.code
    return raised === code ? [] : [`examples: ${example} raises ${raised}, not ${code}`]
  })
}
