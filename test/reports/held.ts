// SPDX-License-Identifier: Apache-2.0
// Whether an explanation says what is wanted of it, and nothing that is not.
import { readFileSync } from 'node:fs'
import { check } from '../../src/check.ts'
import type { Diagnostic } from '../../src/explain/index.ts'
import type { Kernel } from '../../src/kernel/index.ts'
import type { SourceReader } from '../../src/object/index.ts'
import type { Want } from './want.ts'

/** 'p07-big-ret', 'p07-big-ret h' where the object has several programs. */
export const nameOf = ({ object, program }: Want): string => (program === undefined ? object : `${object} ${program}`)

/** All that an explanation says, as one text. */
export const textOf = ({ title, primary, message, notes, help, fix }: Diagnostic): string =>
  [
    title,
    `:${primary.line}:`,
    primary.label,
    ...(message.split('\n').length > 1 ? [message] : []),
    ...notes.map(({ label }) => label),
    ...help,
    ...(fix?.after ?? []),
  ].join('\n')

/** What of a want is not held: a text for each. */
export function missingOf(
  want: Want,
  kernel: Kernel,
  { objects, sources }: { readonly objects: string; readonly sources?: SourceReader | undefined },
): readonly string[] {
  const { object, program, code } = want
  const checked = check(readFileSync(`${objects}/${object}.bpf.o`), kernel, { name: object, sources })
  if (!checked.ok) return heldIn([checked.fault.what, checked.fault.hint ?? ''].join('\n'), want)
  const outcome = checked.value.find((one) =>
    program === undefined ? one.verdict !== 'accept' : one.program === program,
  )
  const { diagnostic } = outcome ?? {}
  if (diagnostic === undefined) return ['accepted']
  return [
    ...(code === undefined || code === diagnostic.code ? [] : [`${diagnostic.code}, not ${code}`]),
    ...heldIn(textOf(diagnostic), want),
  ]
}

const heldIn = (text: string, { says, never = [] }: Want): readonly string[] => [
  ...says.filter((one) => !one.test(text)).map((one) => `not said: ${one.source}`),
  ...never.filter((one) => one.test(text)).map((one) => `said: ${one.source}`),
]
