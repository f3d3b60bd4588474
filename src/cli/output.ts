// SPDX-License-Identifier: Apache-2.0
// Where what is printed goes: standard output, or a file that is there whole or not at all.
import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { printable } from '../fault/index.ts'
import { UsageError } from './usage.ts'

export interface Output {
  /** Text; a newline is added where it ends in none. */
  readonly write: (text: string) => void
  /** Nothing more comes. */
  readonly end: () => void
  readonly isTerminal: boolean
}

export const standardOutput: Output = {
  write: (text) => {
    if (text !== '') process.stdout.write(lines(text))
  },
  end: () => undefined,
  isTerminal: process.stdout.isTTY === true,
}

/** A value as a line of JSON, whatever it names. */
export const jsonLine = (value: object): string => printable(JSON.stringify(value), 'json')

const lines = (text: string): string => (text.endsWith('\n') ? text : `${text}\n`)

/** A file, written at the end under another name and renamed: who reads it never finds half. Devices and pipes are written to. */
export function fileOutput(path: string): Output {
  const parts: string[] = []
  return {
    write: (text) => {
      if (text !== '') parts.push(lines(text))
    },
    end: () => {
      try {
        replaceFile(path, parts.join(''))
      } catch (error) {
        throw new UsageError(`${path}: cannot be written: ${(error as Error).message}`)
      }
    },
    isTerminal: false,
  }
}

function replaceFile(path: string, text: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) return writeFileSync(path, text)
  const beside = `${path}.${process.pid}.tmp`
  try {
    writeFileSync(beside, text)
    renameSync(beside, path)
  } catch (error) {
    rmSync(beside, { force: true })
    throw error
  }
}
