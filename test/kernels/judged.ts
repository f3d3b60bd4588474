// SPDX-License-Identifier: Apache-2.0
// A folder of programs by the kernels that judged them (make.sh): verdict and first message are theirs.
// Of objects called walk_* so are the instructions verified and the states kept.
// What is known to differ stands in its known.json with its reason; it must match exactly, so that what is mended is struck off.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { bundledKernels, type Kernel, openKernel } from '../../src/kernel/index.ts'
import { linkProgram, openObject } from '../../src/object/index.ts'
import { verify } from '../../src/verifier/index.ts'

interface Row {
  readonly obj: string
  /** null: the object was not opened, so none of its programs is loaded. */
  readonly prog: string | null
  readonly verdict: string
  readonly msg?: string
  readonly insns?: number
  readonly states?: number
}

/** The verdicts of each file, and the bundled kernel that must give them. */
const judges = [
  { file: '6.12', kernel: '6.12' },
  // a kernel built for it (conformance/oracle/scx.sh): what asks nothing of sched_ext need not wait for one
  { file: '6.12s', kernel: '6.12-scx', some: true },
  { file: '7.3', kernel: '7.3' },
].filter(({ kernel }) => (bundledKernels as readonly string[]).includes(kernel))

/** Tests of `what` in a folder that make.sh filled: each of its objects by each kernel. */
export function describeJudged(what: string, folder: URL): void {
  const text = (name: string): string => readFileSync(new URL(name, folder), 'utf8')
  const known = new Map(Object.entries(JSON.parse(text('known.json')) as Record<string, string>))

  describe.each(judges)(`${what}, by $kernel`, ({ file, kernel: name, some = false }) => {
    const differing: string[] = []
    const lines = text(`verdicts-${file}.jsonl`).split('\n')
    const judged = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Row)

    test('every object was judged', () => {
      const objects = readdirSync(new URL('objects/', folder)).sort()
      const answered = [...new Set(judged.map(({ obj }) => obj))].sort()
      if (some) expect(objects).toEqual(expect.arrayContaining(answered))
      else expect(answered).toEqual(objects)
    })

    test.for([...new Set(judged.map(({ obj }) => obj))])('%s', async (object) => {
      const opened = await openKernel(name)
      if (!opened.ok) throw new Error(opened.fault.what)
      const wrong: string[] = []
      const bytes = readFileSync(new URL(`objects/${object}`, folder))
      for (const row of judged.filter(({ obj }) => obj === object)) {
        const ours = answer(bytes, row, opened.value)
        if (agree(ours, row)) continue
        const key = `${name} ${object} ${row.prog}`
        differing.push(key)
        if (!known.has(key))
          wrong.push(`${row.prog}: ${told(ours, ours.message)}; the kernel: ${told(row, row.msg ?? '')}`)
      }
      expect(wrong).toEqual([])
    })

    test('the ledger has none that is mended', () => {
      const listed = [...known.keys()].filter((key) => key.startsWith(`${name} `))
      expect(differing.sort()).toEqual(listed.sort())
    })
  })
}

interface Answer {
  readonly verdict: string
  readonly message: string
  readonly insns?: number
  readonly states?: number
}

const told = ({ verdict, insns, states }: Pick<Row, 'verdict' | 'insns' | 'states'>, message: string): string =>
  `${verdict} ${message} (${insns} insns, ${states} states)`

function answer(bytes: Uint8Array, { obj, prog }: Row, kernel: Kernel): Answer {
  try {
    const opened = openObject(bytes, obj)
    if (!opened.ok) return { verdict: 'open_error', message: opened.fault.what }
    const linked = linkProgram(opened.value, prog ?? opened.value.programs[0]!, kernel)
    if (!linked.ok) return { verdict: 'load_error', message: linked.fault.what }
    const report = verify(linked.value, kernel, {})
    const walk = { insns: report.insnsProcessed, states: report.states }
    if (report.verdict === 'accept') return { verdict: 'accept', message: '', ...walk }
    const message = report.verdict === 'unsupported' ? report.what : report.message
    return { verdict: report.verdict, message, ...walk }
  } catch (error) {
    return { verdict: 'crash', message: String(error) }
  }
}

/** The words of what libbpf refuses are ours; those of the verifier are the kernel's. */
function agree(ours: Answer, { obj, verdict, msg = '', insns, states }: Row): boolean {
  if (ours.verdict !== verdict && !(loaders.has(ours.verdict) && loaders.has(verdict))) return false
  if (obj.startsWith('walk_') && (ours.insns !== insns || ours.states !== states)) return false
  // where the kernel said nothing but the instruction, the oracle's first line is that instruction
  const said = /^\d+: \([0-9a-f]{2}\) /.test(msg) ? '' : msg
  // of a message of two lines the oracle keeps either
  return verdict !== 'reject' || ours.message.split('\n').some((line) => numberless(line) === numberless(said))
}

const loaders: ReadonlySet<string> = new Set(['load_error', 'open_error', 'no_program'])

const numberless = (text: string): string => text.replaceAll(/0x[0-9a-f]+|-?\d+/gi, 'N').trim()
