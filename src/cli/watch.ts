// SPDX-License-Identifier: Apache-2.0
// check --watch: judged again whenever an object changes, until it is interrupted.
import { watch as watchFolder } from 'node:fs'
import { basename, dirname } from 'node:path'
import { kindOf, splitPattern } from './objects.ts'
import { complain, UsageError } from './usage.ts'

/** Milliseconds of quiet after a change: compilers write in pieces, builds many objects. */
const QUIET = 200

/** Runs `once` now and after each change of what is named. Never ends by itself. */
export async function watch(named: readonly string[], once: () => Promise<number>): Promise<never> {
  if (named.includes('-')) throw new UsageError('--watch: standard input does not change')
  let timer: NodeJS.Timeout | undefined
  let running = true
  let changed = false
  const run = async (): Promise<void> => {
    running = true
    changed = false
    try {
      await once()
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      complain(error.message)
    }
    running = false
    if (changed) soon()
  }
  let failed: (error: unknown) => void = () => undefined
  const soon = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (running) return
      if (process.stdout.isTTY === true) process.stdout.write('\u001b[2J\u001b[H')
      run().catch(failed)
    }, QUIET)
  }
  const notice = (): void => {
    changed = true
    if (!running) soon()
  }
  // before the first run, so that nothing is missed
  for (const name of named) watchOne(name, notice)
  await run()
  return new Promise<never>((_, reject) => {
    failed = reject
  })
}

/** A file is replaced more often than written, so its folder is looked at. */
function watchOne(name: string, notice: () => void): void {
  const kind = kindOf(name)
  const folder = kind === 'folder' ? name : kind === 'pattern' ? splitPattern(name)[0] : dirname(name)
  try {
    watchFolder(folder, { recursive: kind !== 'file' }, (_, file) => {
      const isMeant = kind === 'file' ? file === basename(name) : file?.endsWith('.o') === true
      if (file === null || isMeant) notice()
    })
  } catch (error) {
    throw new UsageError(`--watch ${folder}: ${(error as Error).message}`)
  }
}
