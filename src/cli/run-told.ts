// SPDX-License-Identifier: Apache-2.0
// What the ways to run a program tell alike.
import type { Machine } from '../runtime/index.ts'
import { returnValueName } from '../uapi/index.ts'
import type { Change } from './run-values.ts'

/** 'XDP_TX (3)', '-1' */
export function resultText(type: string, retval: number): string {
  const name = returnValueName(type, retval)
  return name === undefined ? `${retval | 0}` : `${name} (${retval | 0})`
}

/** Lines of what changed, of what was printed, and of references that are held when all is over. */
export const changeLines = (changes: readonly Change[], machine: Machine): readonly string[] => [
  ...changes.map(({ what, from, to }) => `  ${what}: ${from} → ${to}`),
  ...machine.printed.map((line) => `  printed: ${line.trimEnd()}`),
  ...heldBy(machine).map(
    ({ struct, taken }) => `  held: struct ${struct}${taken.length === 0 ? '' : `, taken at ${taken.join('; ')}`}`,
  ),
]

/** Objects of a module's that maps hold, or that nobody gave back. */
export const heldBy = (machine: Machine): readonly { readonly struct: string; readonly taken: readonly string[] }[] =>
  machine.held().map(({ struct, taken = [] }) => ({ struct, taken }))

/** Bytes as JSON has them. */
export const hexOrNull = (bytes: Uint8Array | undefined): string | null =>
  bytes === undefined ? null : Buffer.from(bytes).toString('hex')
