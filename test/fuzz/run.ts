// SPDX-License-Identifier: Apache-2.0
/**
 * Mutants of the example objects through check(), for as long as you like: whatever comes out is a `Fault` or a verdict.
 *
 *   node scripts/run.mjs test/fuzz/run.ts [--from SEED] [--count N] [--only NAME] [--seconds S] [--7.3] [--objects FOLDER]
 *
 * Prints what throws (once a place), and what takes more than S seconds (5). Exit status 1 if anything did.
 */
import { readFileSync, writeSync } from 'node:fs'
import { check } from '../../src/check.ts'
import { openKernel } from '../../src/kernel/index.ts'
import { mutant } from './mutate.ts'
import { objects } from './objects.ts'

const argument = (name: string, otherwise: string): string => {
  const at = process.argv.indexOf(name)
  return at < 0 ? otherwise : (process.argv[at + 1] ?? otherwise)
}
const from = Number(argument('--from', '0'))
const count = Number(argument('--count', '10000'))
const limit = Number(argument('--seconds', '5'))
const only = argument('--only', '')

const opened = await openKernel(process.argv.includes('--7.3') ? '7.3' : '6.12')
if (!opened.ok) throw new Error(opened.fault.what)
const kernel = opened.value
const folder = argument('--objects', '')
const files = (folder === '' ? objects() : objects([folder])).filter((path) => path.includes(only))
const goods = files.map((path) => readFileSync(path))
const seen = new Map<string, number>()
const tally = new Map<string, number>()
const note = (key: string): void => void tally.set(key, (tally.get(key) ?? 0) + 1)

for (let seed = from; seed < from + count; seed++) {
  const at = seed % files.length
  const name = files[at]!
  const { bytes, what } = mutant(goods[at]!, seed)
  // kept where a watcher finds it, should this one never end
  if (process.env.FUZZ_TRACE !== undefined) writeSync(2, `${seed} ${name} ${what}\n`)
  const start = performance.now()
  try {
    const checked = check(bytes, kernel, { name, legacyMaps: seed % 5 === 0 })
    if (!checked.ok) {
      note('fault')
      if (checked.fault.what === '' || checked.fault.place.object === undefined)
        throw new Error('a fault without a what or where')
    } else for (const one of checked.value) note(one.verdict)
  } catch (error) {
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const key = trace.split('\n').slice(0, 3).join('\n')
    const times = (seen.get(key) ?? 0) + 1
    seen.set(key, times)
    if (times === 1) console.log(`seed ${seed}: ${name}: ${what}\n${trace}\n`)
  }
  const took = (performance.now() - start) / 1000
  if (took > limit) {
    seen.set(`slow ${seed}`, 1)
    console.log(`seed ${seed}: ${name}: ${what}: ${took.toFixed(1)} s`)
  }
}
console.log(`${count} mutants of ${files.length} objects:`, Object.fromEntries(tally))
for (const [key, times] of seen) console.log(`${times} × ${key.split('\n').join(' | ')}`)
process.exitCode = seen.size === 0 ? 0 : 1
