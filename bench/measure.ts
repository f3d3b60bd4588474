// SPDX-License-Identifier: Apache-2.0
// What the cases of this folder measure with: time, bytes allocated, what a command costs from cold.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const geometricMean = (numbers: readonly number[]): number =>
  Math.exp(numbers.reduce((sum, one) => sum + Math.log(one), 0) / numbers.length)

/** The least time of one run, in ns: runs until `budget` ms are spent, at least once. */
export function leastTime(run: () => void, budget: number): number {
  let least = Number.POSITIVE_INFINITY
  for (let spent = 0; spent < budget; ) {
    const start = performance.now()
    run()
    const took = performance.now() - start
    least = Math.min(least, took)
    spent += took
  }
  return least * 1e6
}

interface Allocated {
  readonly bytes: number
  /** Who allocated, most first. */
  readonly by: readonly { readonly name: string; readonly bytes: number }[]
}

/** V8 samples one allocation in so many bytes, those that were collected too. */
const SAMPLE = 16 << 10

/**
 * Bytes that a run allocates on V8's heap, living or not: an estimate, good to a few per cent from some MB on. Runs until `budget` ms are
 * spent: the first ones, before V8 compiled them, allocate several times as much.
 */
async function allocated(run: () => void, budget = 0): Promise<Allocated> {
  const session = new Session()
  session.connect()
  const post = (method: string, params?: object): Promise<{ profile?: { head: SampleNode } }> =>
    new Promise((resolve, reject) =>
      session.post(method, params, (error, result) => (error === null ? resolve(result ?? {}) : reject(error))),
    )
  await post('HeapProfiler.startSampling', {
    samplingInterval: SAMPLE,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  })
  let runs = 0
  const measuredRun = (): void => run()
  for (const start = performance.now(); runs === 0 || performance.now() - start < budget; runs++) measuredRun()
  const { profile } = await post('HeapProfiler.stopSampling')
  session.disconnect()
  const sums = new Map<string, number>()
  let bytes = 0
  const add = ({ callFrame, selfSize, children }: SampleNode): void => {
    bytes += selfSize / runs
    sums.set(callFrame.functionName, (sums.get(callFrame.functionName) ?? 0) + selfSize / runs)
    for (const child of children) add(child)
  }
  // the profiler allocates, too: only what runs counts
  const find = (node: SampleNode): void =>
    node.children.forEach(node.callFrame.functionName === measuredRun.name ? add : find)
  if (profile !== undefined) find(profile.head)
  const by = [...sums].map(([name, size]) => ({ name, bytes: size })).sort((a, b) => b.bytes - a.bytes)
  return { bytes, by }
}

const WARMING = 1500
const WINDOWS = 3
const WINDOW = 700

/** The same once V8 has compiled what runs, which on a busy machine takes its time: the least of some windows. */
export async function allocatedWarm(run: () => void): Promise<Allocated> {
  leastTime(run, WARMING)
  let least: Allocated = { bytes: Number.POSITIVE_INFINITY, by: [] }
  for (let i = 0; i < WINDOWS; i++) {
    const seen = await allocated(run, WINDOW)
    if (seen.bytes < least.bytes) least = seen
  }
  return least
}

interface SampleNode {
  readonly callFrame: { readonly functionName: string }
  readonly selfSize: number
  readonly children: readonly SampleNode[]
}

export interface Cost {
  readonly ms: number
  readonly megabytes: number
  readonly status: number | null
}

/** What a Node command costs, from its start to its end: the least time of `rounds`, and its peak memory. */
export function costOf(args: readonly string[], rounds: number): Cost {
  const folder = mkdtempSync(join(tmpdir(), 'kfuncs-bench-'))
  const teller = join(folder, 'peak.cjs')
  const mark = 'peak-kilobytes '
  writeFileSync(
    teller,
    `process.on('exit', () => require('node:fs').writeSync(2, '\\n${mark}' + process.resourceUsage().maxRSS + '\\n'))`,
  )
  let cost: Cost = { ms: Number.POSITIVE_INFINITY, megabytes: 0, status: 0 }
  for (let i = 0; i < rounds; i++) {
    const start = performance.now()
    const { status, stderr } = spawnSync(process.execPath, ['--require', teller, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'ignore', 'pipe'],
      maxBuffer: 1 << 28,
    })
    const ms = Math.min(cost.ms, performance.now() - start)
    const at = stderr.lastIndexOf(mark)
    const peak = at < 0 ? Number.NaN : Number.parseInt(stderr.slice(at + mark.length), 10) / 1024
    cost = { ms, megabytes: Math.max(cost.megabytes, peak), status }
  }
  rmSync(folder, { recursive: true })
  return cost
}
