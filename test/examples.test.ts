// SPDX-License-Identifier: Apache-2.0
// Every example program: our verdict and message are those of the real 6.12 kernel (examples/verdicts.json, made by
// scripts/judge-examples.ts). What is known to differ stands in the ledger with its reason; it must match exactly.
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type Kernel, openKernel } from '../src/kernel/index.ts'
import { linkProgram, openObject } from '../src/object/index.ts'
import { verify } from '../src/verifier/index.ts'
import ledger from './examples-known.json' with { type: 'json' }

interface Judged {
  readonly object: string
  readonly program: string
  readonly verdict: string
  readonly message?: string
  /** How long the kernel's walk was, and how many states it kept. */
  readonly insnsProcessed?: number
  readonly states?: number
}

const folder = new URL('../examples/', import.meta.url)
const { programs } = JSON.parse(readFileSync(new URL('verdicts.json', folder), 'utf8')) as { programs: Judged[] }
// testmod/ calls a module of the kernel's selftests, which does not come with us: conformance/ judges it.
const objects = [...new Set(programs.map(({ object }) => object))].filter((object) => !object.startsWith('testmod/'))
const known: Readonly<Record<string, string>> = ledger
const differing: string[] = []

let opened: Promise<Kernel> | undefined
const bundled = (): Promise<Kernel> => {
  opened ??= openKernel('6.12').then((result) => {
    if (!result.ok) throw new Error(result.fault.what)
    return result.value
  })
  return opened
}

describe('the examples agree with the kernel', () => {
  test('there are more than a hundred', () => {
    expect(programs.length).toBeGreaterThan(100)
  })

  test.for(objects)('%s', async (name) => {
    const kernel = await bundled()
    expect(existsSync(new URL(name, folder))).toBe(true)
    const object = openObject(readFileSync(new URL(name, folder)), name)
    if (!object.ok) throw new Error(object.fault.what)
    const wrong: string[] = []
    for (const judged of programs.filter((row) => row.object === name)) {
      const { text: ours, walk } = answer(object.value, judged.program, kernel)
      const theirs = expected(judged)
      if (walk !== undefined && walk !== `${judged.insnsProcessed} insns, ${judged.states} states`)
        wrong.push(`${judged.program}: ${walk}, the kernel: ${judged.insnsProcessed} insns, ${judged.states} states`)
      if (ours === theirs) continue
      differing.push(`${name} ${judged.program}`)
      if (known[`${name} ${judged.program}`] === undefined)
        wrong.push(`${judged.program}: ${ours}, the kernel: ${theirs}`)
    }
    expect(wrong).toEqual([])
  })

  test('the ledger of known differences has none that is mended', () => {
    expect(differing.sort()).toEqual(Object.keys(known).sort())
  })
})

function answer(
  object: Parameters<typeof linkProgram>[0],
  program: string,
  kernel: Kernel,
): { text: string; walk?: string } {
  const linked = linkProgram(object, program, kernel)
  if (!linked.ok) return { text: `load_error: ${numberless(linked.fault.what)}` }
  const report = verify(linked.value, kernel, {})
  const walk = `${report.insnsProcessed} insns, ${report.states} states`
  if (report.verdict === 'accept') return { text: 'accept', walk }
  const what = report.verdict === 'unsupported' ? report.what : report.message
  return { text: `${report.verdict}: ${numberless(what)}`, walk }
}

function expected({ verdict, message = '' }: Judged): string {
  if (verdict === 'accept') return 'accept'
  return `${verdict}: ${numberless(message)}`
}

const numberless = (text: string): string => (text.split('\n')[0] ?? '').replaceAll(/0x[0-9a-f]+|-?\d+/gi, 'N').trim()
