// SPDX-License-Identifier: Apache-2.0
/**
 * What recorded states take: bytes a step, and the time to look one up.
 *
 *   node --expose-gc scripts/run.mjs bench/recorded.ts OBJECT PROGRAM
 */
import { readFileSync } from 'node:fs'
import { openKernel } from '../src/kernel/index.ts'
import { linkProgram, openObject } from '../src/object/index.ts'
import { verify } from '../src/verifier/index.ts'
import { unwrap } from '../src/fault/index.ts'

const [path, name] = process.argv.slice(2)
const { gc } = globalThis as { gc?: () => void }
if (path === undefined || name === undefined || gc === undefined)
  throw new Error('usage: node --expose-gc scripts/run.mjs bench/recorded.ts OBJECT PROGRAM')
const kernel = unwrap(await openKernel('6.12'))
const linked = unwrap(linkProgram(unwrap(openObject(readFileSync(path), path)), name, kernel))
const plain = timed(() => verify(linked, kernel))
gc()
const before = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers
const told = timed(() => verify(linked, kernel, { recordStates: 1_000_000 }))
const { recorded } = told.value
if (recorded === undefined) throw new Error('nothing was recorded')
gc()
const bytes = process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers - before
const looks = 10_000
const look = timed(() => {
  let insns = 0
  for (let i = 0; i < looks; i++) insns += recorded.at((i * 7919) % recorded.length).insn
  return insns
})
console.log(
  `${name}: ${recorded.length} steps, ${(bytes / recorded.length).toFixed(0)} bytes a step; walked in ${plain.ms.toFixed(0)} ms, recorded in ${told.ms.toFixed(0)}; ${((1000 * look.ms) / looks).toFixed(1)} us to look one up`,
)

function timed<T>(work: () => T): { readonly value: T; readonly ms: number } {
  const start = performance.now()
  const value = work()
  return { value, ms: performance.now() - start }
}
