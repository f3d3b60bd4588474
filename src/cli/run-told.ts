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

/** Lines of what changed, and of what was printed. */
export const changeLines = (changes: readonly Change[], { printed }: Machine): readonly string[] => [
  ...changes.map(({ what, from, to }) => `  ${what}: ${from} → ${to}`),
  ...printed.map((line) => `  printed: ${line.trimEnd()}`),
]

/** Bytes as JSON has them. */
export const hexOrNull = (bytes: Uint8Array | undefined): string | null =>
  bytes === undefined ? null : Buffer.from(bytes).toString('hex')
