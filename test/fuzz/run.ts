// SPDX-License-Identifier: Apache-2.0
/**
 * Cases of every kind (kinds.ts), for as long as you like: whatever is spoilt, a verdict or a `Fault`, in bounded time and memory.
 *
 *   node scripts/run.mjs test/fuzz/run.ts [--from SEED] [--count N] [--only KIND] [--seconds S] [--megabytes M]
 *
 * Prints what throws (once a place), what takes more than S seconds of processor (2), what takes more than M megabytes (500), and what never ends or
 * dies of memory: a worker runs the cases, and one that has been silent for 60 s is given up. Exit status 1 if there was any.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { caseOf, kinds } from './kinds.ts'
import { makeWorld } from './world.ts'

const argument = (name: string, otherwise: string): string => {
  const at = process.argv.indexOf(name)
  return at < 0 ? otherwise : (process.argv[at + 1] ?? otherwise)
}

interface Plan {
  readonly from: number
  readonly to: number
  readonly only: string
  readonly seconds: number
  readonly megabytes: number
  /** The seed under way, for who watches. */
  readonly seed: Int32Array
}
type Found = { readonly seed: number; readonly what: string; readonly key: string }
type Said = { readonly found: Found } | { readonly done: number; readonly slowest: number; readonly peak: number }

/** Seconds without a word after which a case will not end. */
const patience = 60

if (isMainThread) await supervise()
else await work(workerData as Plan)

async function supervise(): Promise<void> {
  const from = Number(argument('--from', '0'))
  const count = Number(argument('--count', '10000'))
  const only = argument('--only', '')
  if (only !== '' && !Object.hasOwn(kinds, only)) throw new Error(`no kind ${only}: ${Object.keys(kinds).join(', ')}`)
  const seed = new Int32Array(new SharedArrayBuffer(4))
  const limits = { seconds: Number(argument('--seconds', '2')), megabytes: Number(argument('--megabytes', '500')) }
  const seen = new Map<string, number>()
  let [done, slowest, peak] = [0, 0, 0]
  const tell = ({ seed, what, key }: Found): void => {
    const times = (seen.get(key) ?? 0) + 1
    seen.set(key, times)
    if (times === 1) console.log(`seed ${seed}: ${what}\n${key}\n`)
  }
  const start = performance.now()
  const conclude = (): void => {
    const took = Math.round((performance.now() - start) / 1000)
    console.log(
      `${done} cases from seed ${from} in ${took} s: slowest ${slowest.toFixed(2)} s, most memory ${Math.round(peak)} MB`,
    )
    for (const [key, times] of seen) console.log(`${times} × ${key.split('\n').join(' | ')}`)
    process.exitCode = seen.size === 0 ? 0 : 1
  }
  process.once('SIGTERM', () => {
    conclude()
    process.exit()
  })
  for (let next = from; next < from + count; ) {
    const plan: Plan = { from: next, to: from + count, only, seed, ...limits }
    const lost = await run(plan, (said) => {
      if ('found' in said) return tell(said.found)
      done += said.done
      slowest = Math.max(slowest, said.slowest)
      peak = Math.max(peak, said.peak)
    })
    if (lost === undefined) break
    if (seed[0]! < 0) throw new Error(lost)
    tell({ seed: seed[0]!, what: lost, key: `lost at seed ${seed[0]}` })
    next = seed[0]! + 1
  }
  conclude()
}

/** Runs a plan in a worker; what became of it, where it did not get to the end. */
function run(plan: Plan, listen: (said: Said) => void): Promise<string | undefined> {
  return new Promise((resolve) => {
    const limits = { maxOldGenerationSizeMb: 2000 }
    const worker = new Worker(new URL(import.meta.url), {
      workerData: plan,
      argv: process.argv.slice(2),
      resourceLimits: limits,
    })
    plan.seed[0] = -1
    let [last, since] = [-1, performance.now()]
    const watch = setInterval(() => {
      // Before its first case it opens kernels, for as long as that takes.
      if (plan.seed[0] !== last || last < 0) [last, since] = [plan.seed[0]!, performance.now()]
      else if (performance.now() - since > patience * 1000) end(`no end in ${patience} s`)
    }, 1000)
    const end = (lost: string | undefined): void => {
      clearInterval(watch)
      void worker.terminate().then(() => resolve(lost))
    }
    worker.on('message', (said: Said | 'end') => (said === 'end' ? end(undefined) : listen(said)))
    worker.on('error', (error) => end(String(error)))
  })
}

/** Seconds this process has worked: others on the machine do not count. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

async function work({ from, to, only, seconds, megabytes, seed: under }: Plan): Promise<void> {
  const world = await makeWorld()
  const port = parentPort!
  let [done, slowest, peak] = [0, 0, 0]
  const report = (): void => {
    port.postMessage({ done, slowest, peak } satisfies Said)
    done = 0
  }
  for (let seed = from; seed < to; seed++) {
    under[0] = seed
    const { kind, what, run } = caseOf(world, seed)
    if (only !== '' && kind !== only) continue
    const tell = (key: string): void =>
      port.postMessage({ found: { seed, what: `${kind}: ${what}`, key } } satisfies Said)
    const before = process.memoryUsage.rss()
    const start = cpuTime()
    try {
      await run()
    } catch (error) {
      const trace = error instanceof Error ? (error.stack ?? error.message) : String(error)
      tell(trace.split('\n').slice(0, 4).join('\n'))
    }
    const took = cpuTime() - start
    const grown = (process.memoryUsage.rss() - before) / (1 << 20)
    slowest = Math.max(slowest, took)
    peak = Math.max(peak, grown)
    if (took > seconds) tell(`slow: ${took.toFixed(1)} s (seed ${seed})`)
    if (grown > megabytes) tell(`memory: ${Math.round(grown)} MB (seed ${seed})`)
    if (++done % 100 === 0) report()
  }
  report()
  port.postMessage('end')
}
