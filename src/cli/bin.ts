#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// What `kfuncs` runs. A reader that goes away (| head) ends us quietly; anything else unforeseen is our bug and says so: status 3.
import { isMainThread } from 'node:worker_threads'
import { BUG, bugText } from './bug.ts'
import { unlessEnded } from './foreign.ts'
import { main } from './main.ts'
import { complain } from './usage.ts'

if (isMainThread) {
  await unlessEnded(async () => {
    try {
      return await main(process.argv.slice(2))
    } catch (error) {
      complain(bugText(error))
      return BUG
    }
  })
} else {
  await (await import('./jobs.ts')).serve()
}
