// SPDX-License-Identifier: Apache-2.0
// What the user can put right: told in one line, exit status 2.
import { readFileSync } from 'node:fs'
import { fullType } from '../check.ts'
import { formatFault, printable, type Result } from '../fault/index.ts'
import { progTypes } from '../uapi/index.ts'
import { didYouMean } from './nearest.ts'

export class UsageError extends Error {}

/** Tells the user on standard error. What it names may be a stranger's, so every line but those of a stack is one line. */
export function complain(text: string): void {
  const [said, ...stack] = text.split(/\n(?= {4}at )/)
  process.stderr.write(`${[`kfuncs: ${said}`, ...stack].map((line) => printable(line)).join('\n')}\n`)
}

/** The value, or the fault told to the user. */
export function orTell<T>(result: Result<T>): T {
  if (!result.ok) throw new UsageError(formatFault(result.fault))
  return result.value
}

/** A file's bytes; `-` is standard input. */
export function readInput(path: string): Uint8Array {
  try {
    return readFileSync(path === '-' ? 0 : path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const words: Readonly<Record<string, string>> = {
      // what is no UTF-8 in a name has become U+FFFD on the way here, and no call of Node's opens it
      ENOENT: path.includes('\ufffd')
        ? 'its name is not UTF-8, so it cannot be opened — rename it, or pass it on standard input: kfuncs … - < FILE'
        : 'no such file',
      EACCES: 'permission denied',
      EISDIR: `a directory, not a file — name the objects in it: ${path.replace(/\/+$/, '')}/*.o`,
      EAGAIN: 'nothing to read',
    }
    throw new UsageError(`${path}: ${words[code ?? ''] ?? message}`)
  }
}

/**
 * Colour only on a terminal, and not where NO_COLOR asks for none (no-color.org). FORCE_COLOR (not empty, not 0) asks for it
 * anywhere, as Node has it.
 */
export function wantsColor({ isTerminal }: { readonly isTerminal: boolean }): boolean {
  const { FORCE_COLOR: forced = '', NO_COLOR: none = '', TERM } = process.env
  if (forced !== '') return forced !== '0' && forced !== 'false'
  return isTerminal && none === '' && TERM !== 'dumb'
}

/** A program type by one of its names, or the user is told which there are. */
export function requireType(type: string | undefined): void {
  if (type === undefined) return
  const names = progTypes.map((row) => row.name)
  if (names.some((name) => name === fullType(type))) return
  const short = names.map((name) => name.replace('BPF_PROG_TYPE_', '').toLowerCase())
  throw new UsageError(
    `no program type ${type} — ${didYouMean(type.toLowerCase(), short) ?? `one of ${short.join(', ')}`}`,
  )
}
