// SPDX-License-Identifier: Apache-2.0
// The command as a process of its own: bundled once for all tests of a worker.
import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { rolldown } from 'rolldown'

/** One file two folders below the root, as src/cli/ is: what is found by import.meta.url stays where it is. */
const file = join(resolve('node_modules'), '.kfuncs', `command-${process.pid}.mjs`)
let bundled: Promise<string> | undefined

/** Where the command's file is. */
export function commandFile(): Promise<string> {
  bundled ??= bundle()
  return bundled
}

async function bundle(): Promise<string> {
  process.on('exit', () => rmSync(file, { force: true }))
  const built = await rolldown({
    input: 'src/cli/bin.ts',
    platform: 'node',
    logLevel: 'warn',
    external: (id) => !id.startsWith('.') && !id.startsWith('/'),
  })
  await built.write({ file, codeSplitting: false })
  await built.close()
  return file
}

export interface RunOptions {
  readonly input?: Uint8Array
  readonly env?: Readonly<Record<string, string>>
}

/** Lines of JSON that were printed. */
export const jsonLines = <T>(stdout: string): readonly T[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T)

/** Runs the command to its end. `commandFile` must have been awaited. */
export const run = (args: readonly string[], { input, env = {} }: RunOptions = {}): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, [file, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: 300_000,
    ...(input === undefined ? {} : { input }),
    env: { PATH: process.env.PATH ?? '', ...env },
  })
