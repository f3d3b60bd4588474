// SPDX-License-Identifier: Apache-2.0
// Code that is not ours runs in our process: modules given as host.ts. It may never come to an end, or end us.
import { UsageError } from './usage.ts'

/** How long a module may take until it is there, in seconds: it reads files, perhaps a server's answer. */
const patience = 10

/** What the module comes to, or the user is told that it comes to nothing. */
export async function settled<T>(path: string, loading: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<never>((_, reject) => {
    const text = `${path}: not loaded after ${patience} s — a promise that it awaits never settles`
    timer = setTimeout(() => reject(new UsageError(text)), patience * 1000)
  })
  try {
    return await Promise.race([loading, tooLate])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Runs the command; status 2 and a word on standard error if something ends the process before it is done: `process.exit(0)` in a
 * module is no verdict. What a module leaves running (a timer, a server) keeps nobody waiting afterwards.
 */
export async function unlessEnded(command: () => Promise<number>): Promise<never> {
  let over = false
  process.on('exit', () => {
    if (over) return
    process.stderr.write('kfuncs: the process was ended before all was judged, by a module that calls process.exit()\n')
    process.exitCode = 2
  })
  const quit = (status: number): never => {
    over = true
    process.exit(status)
  }
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // As SIGPIPE would: nobody reads the verdicts any more.
    if (error.code === 'EPIPE') quit(128 + 13)
    throw error
  })
  const status = await command()
  await Promise.all([process.stdout, process.stderr].map(written))
  return quit(status)
}

const written = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => void stream.write('', () => resolve()))
