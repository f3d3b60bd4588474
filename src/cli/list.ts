// SPDX-License-Identifier: Apache-2.0
// kfuncs list: one line a kfunc.
import { printable } from '../fault/index.ts'
import { callerWords } from '../kfunc/index.ts'
import { kernelOf } from './kernel.ts'
import { complain, requireType } from './usage.ts'

interface ListFlags {
  readonly kernel: string
  readonly module: readonly string[]
  readonly type?: string
}

export async function list(text: string | undefined, options: ListFlags): Promise<number> {
  requireType(options.type)
  const kernel = await kernelOf(options)
  const type = options.type?.toUpperCase().replace(/^BPF_PROG_TYPE_/, '')
  const rows = [...kernel.kfuncs.values()]
    .filter(({ name }) => text === undefined || name.includes(text))
    .filter(
      ({ registrations }) =>
        type === undefined ||
        registrations.some(({ types }) => types.includes('common') || types.includes(`BPF_PROG_TYPE_${type}`)),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const width = Math.max(0, ...rows.map(({ name }) => name.length))
  for (const kfunc of rows) {
    const flags = [...kfunc.flags].map((flag) => flag.replace('KF_', '').toLowerCase()).join(' ')
    const owner = kfunc.module === undefined ? '' : `[${kfunc.module}] `
    process.stdout.write(
      `${printable(`${kfunc.name.padEnd(width)}  ${owner}${callerWords(kfunc).join('; ')}${flags === '' ? '' : `  (${flags})`}`)}\n`,
    )
  }
  if (rows.length > 0) return 0
  const called = text === undefined ? '' : ` with "${text}" in its name`
  const forType = options.type === undefined ? '' : ` that ${options.type} programs may call`
  complain(`Linux ${kernel.release} has no kfunc${called}${forType}`)
  return 1
}
