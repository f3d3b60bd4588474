// SPDX-License-Identifier: Apache-2.0
// Programs on which a verdict was wrong once, by the kernels that judged them (make.sh): verdict and first message are theirs.
// What is known to differ stands in known.json with its reason; it must match exactly, so that what is mended is struck off.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { bundledKernels, type Kernel, openKernel } from '../../src/kernel/index.ts'
import { linkProgram, openObject } from '../../src/object/index.ts'
import { verify } from '../../src/verifier/index.ts'
import ledger from './known.json' with { type: 'json' }

interface Row {
  readonly obj: string
  /** null: the object was not opened, so none of its programs is loaded. */
  readonly prog: string | null
  readonly verdict: string
  readonly msg?: string
}

const folder = new URL('.', import.meta.url)
const known: Readonly<Record<string, string>> = ledger
/** The verdicts of each file, and the bundled kernel that must give them. */
const judges = [
  { file: '6.12', kernel: '6.12' },
  { file: '6.12s', kernel: '6.12-scx' },
  { file: '7.3', kernel: '7.3' },
].filter(({ kernel }) => (bundledKernels as readonly string[]).includes(kernel))

const rows = (file: string): Row[] =>
  readFileSync(new URL(`verdicts-${file}.jsonl`, folder), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)

describe.each(judges)('programs on which a verdict was wrong, by $kernel', ({ file, kernel: name }) => {
  const differing: string[] = []
  const judged = rows(file)

  test('every object was judged', () => {
    const objects = readdirSync(new URL('objects/', folder)).sort()
    expect([...new Set(judged.map(({ obj }) => obj))].sort()).toEqual(objects)
  })

  test.for([...new Set(judged.map(({ obj }) => obj))])('%s', async (object) => {
    const opened = await openKernel(name)
    if (!opened.ok) throw new Error(opened.fault.what)
    const wrong: string[] = []
    for (const row of judged.filter(({ obj }) => obj === object)) {
      const ours = answer(object, row.prog, opened.value)
      if (agree(ours, row)) continue
      const key = `${name} ${object} ${row.prog}`
      differing.push(key)
      if (known[key] === undefined)
        wrong.push(`${row.prog}: ${ours.verdict} ${ours.message}; the kernel: ${row.verdict} ${row.msg ?? ''}`)
    }
    expect(wrong).toEqual([])
  })

  test('the ledger has none that is mended', () => {
    expect(differing.sort()).toEqual(
      Object.keys(known)
        .filter((key) => key.startsWith(`${name} `))
        .sort(),
    )
  })
})

interface Answer {
  readonly verdict: string
  readonly message: string
}

function answer(object: string, program: string | null, kernel: Kernel): Answer {
  try {
    const opened = openObject(readFileSync(new URL(`objects/${object}`, folder)), object)
    if (!opened.ok) return { verdict: 'open_error', message: opened.fault.what }
    const linked = linkProgram(opened.value, program ?? opened.value.programs[0]!, kernel)
    if (!linked.ok) return { verdict: 'load_error', message: linked.fault.what }
    const report = verify(linked.value, kernel, {})
    if (report.verdict === 'accept') return { verdict: 'accept', message: '' }
    return { verdict: report.verdict, message: report.verdict === 'unsupported' ? report.what : report.message }
  } catch (error) {
    return { verdict: 'crash', message: String(error) }
  }
}

/** The words of what libbpf refuses are ours; those of the verifier are the kernel's. */
function agree(ours: Answer, { verdict, msg = '' }: Row): boolean {
  if (ours.verdict !== verdict && !(loaders.has(ours.verdict) && loaders.has(verdict))) return false
  // where the kernel said nothing but the instruction, the oracle's first line is that instruction
  const said = /^\d+: \([0-9a-f]{2}\) /.test(msg) ? '' : msg
  return verdict !== 'reject' || numberless(ours.message) === numberless(said)
}

const loaders: ReadonlySet<string> = new Set(['load_error', 'open_error', 'no_program'])

const numberless = (text: string): string => (text.split('\n')[0] ?? '').replaceAll(/0x[0-9a-f]+|-?\d+/gi, 'N').trim()
