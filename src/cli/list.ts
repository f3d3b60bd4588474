// SPDX-License-Identifier: Apache-2.0
// kfuncs list: one line a kfunc.
import { fullType } from '../check.ts'
import { printable } from '../fault/index.ts'
import { callerWords, describeKfunc, type Kfunc } from '../kfunc/index.ts'
import type { ProgTypeName } from '../uapi/index.ts'
import type { KernelOptions } from './flags.ts'
import { kernelOf } from './kernel.ts'
import { wrap } from '../explain/index.ts'
import { jsonLine } from './output.ts'
import { complain, requireType } from './usage.ts'

export interface ListFlags extends KernelOptions {
  readonly type?: string
  readonly format: 'pretty' | 'json'
}

export async function list(text: string | undefined, options: ListFlags): Promise<number> {
  requireType(options.type)
  const kernel = await kernelOf(options)
  const type = options.type === undefined ? undefined : (fullType(options.type) as ProgTypeName)
  const rows = [...kernel.kfuncs.values()]
    .filter(({ name }) => text === undefined || name.includes(text))
    .filter(
      ({ registrations }) =>
        type === undefined || registrations.some(({ types }) => types.includes('common') || types.includes(type)),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const width = Math.max(0, ...rows.map(({ name }) => name.length))
  const columns = process.stdout.isTTY === true ? process.stdout.columns : undefined
  for (const kfunc of rows)
    process.stdout.write(
      `${options.format === 'json' ? jsonOf(kfunc, kernel.release) : lineOf(kfunc, width, columns)}\n`,
    )
  if (rows.length > 0) return 0
  const called = text === undefined ? '' : ` with "${text}" in its name`
  const forType = options.type === undefined ? '' : ` that ${options.type} programs may call`
  complain(`Linux ${kernel.release} has no kfunc${called}${forType}`)
  return 1
}

/** One line a kfunc; on a terminal as many as its width asks for, under each other. */
function lineOf(kfunc: Kfunc, width: number, columns: number | undefined): string {
  const flags = flagWords(kfunc)
  const owner = kfunc.module === undefined ? '' : `[${kfunc.module}] `
  const words = `${owner}${callerWords(kfunc).join('; ')}${flags.length === 0 ? '' : `  (${flags.join(' ')})`}`
  const name = printable(kfunc.name.padEnd(width))
  if (columns === undefined) return `${name}  ${printable(words)}`
  // a narrow terminal has the names above
  const beside = columns - width - 2 >= LEAST
  const hang = ' '.repeat(beside ? width + 2 : 4)
  const [first = '', ...rest] = wrap(printable(words), columns - hang.length)
  const lines = [
    beside ? `${name}  ${first}` : `${name.trimEnd()}\n${hang}${first}`,
    ...rest.map((line) => hang + line),
  ]
  return lines.map((line) => line.trimEnd()).join('\n')
}

/** Columns that words need to be read as a line. */
const LEAST = 24

const flagWords = ({ flags }: Kfunc): readonly string[] =>
  [...flags].map((flag) => flag.replace('KF_', '').toLowerCase())

/** Keys as `docs/output.md` lists them. */
function jsonOf(kfunc: Kfunc, release: string): string {
  const { name, module = null, flags } = kfunc
  const { prototype, callers } = describeKfunc(kfunc)
  return jsonLine({ name, kernel: release, module, prototype, flags: [...flags], callers })
}
