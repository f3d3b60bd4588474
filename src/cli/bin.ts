#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// What `kfuncs` runs. A reader that goes away (| head) ends us quietly; anything else unforeseen is our bug and says so: status 3.
import { isMainThread } from 'node:worker_threads'
import { BUG, bugText } from './bug.ts'
import { main } from './main.ts'

if (isMainThread) {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  try {
    process.exitCode = await main(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`kfuncs: ${bugText(error)}\n`)
    process.exitCode = BUG
  }
} else {
  await (await import('./jobs.ts')).serve()
}
