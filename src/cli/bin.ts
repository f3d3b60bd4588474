#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// What `kfuncs` runs. A reader that goes away (| head) ends us quietly; anything else unforeseen is our bug and says so.
import { isMainThread } from 'node:worker_threads'
import { main } from './main.ts'

if (isMainThread) {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  try {
    process.exitCode = await main(process.argv.slice(2))
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    process.stderr.write(`kfuncs: this is a bug in kfuncs, please report it:\n${text}\n`)
    process.exitCode = 2
  }
} else {
  await (await import('./jobs.ts')).serve()
}
