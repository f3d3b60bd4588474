// SPDX-License-Identifier: Apache-2.0
// What the user can put right: told in one line, exit status 2.
import { readFileSync } from 'node:fs'
import { formatFault, type Result } from '../fault/index.ts'

export class UsageError extends Error {}

/** The value, or the fault told to the user. */
export function orTell<T>(result: Result<T>): T {
  if (!result.ok) throw new UsageError(formatFault(result.fault))
  return result.value
}

export function readInput(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const words: Readonly<Record<string, string>> = {
      ENOENT: 'no such file',
      EACCES: 'permission denied',
      EISDIR: 'a directory, not a file',
    }
    throw new UsageError(`${path}: ${words[code ?? ''] ?? message}`)
  }
}

/** Colour only on a terminal, and not where NO_COLOR asks for none (no-color.org). */
export const wantsColor = (): boolean =>
  process.stdout.isTTY === true && (process.env.NO_COLOR ?? '') === '' && process.env.TERM !== 'dumb'
