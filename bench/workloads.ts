// SPDX-License-Identifier: Apache-2.0
/**
 * Twelve small workloads (bench/run/*.c), each the same C compiled natively, to WebAssembly by clang, to BPF for uBPF's JIT and for us,
 * called by turns in one run. Printed: nanoseconds a call natively, and how many times as long the others take, at their least.
 *
 *   LAB=.lab UBPF=~/ubpf npm run bench -- run [WORKLOAD]     UBPF: a checkout of github.com/iovisor/ubpf, left out without it
 *   LAB=.lab npm run bench -- lookups                        look-ups in maps alone
 *
 * CLANG (clang-19) and WASM_LD (wasm-ld of the same LLVM; Debian has it in lld-19). libbpf's headers come from the laboratory.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Engine, hostEngine, ourEngine, wasmEngine } from './run/engines.ts'
import { buildWorkloads, lookupNames, workloadNames } from './run/build.ts'

/** Rounds in which each takes its turn, short ones and many: on a busy machine few are undisturbed. */
const ROUNDS = 100
const ROUND_NS = 2_000_000
/** Before them, for engines that compile anew what is called often; and short ones, for what is around each call. */
const WARM_UP_NS = 100_000_000
const SHORT_CALLS = 3000

/** Of native code's time: the mean of all, and each. */
interface Bounds {
  readonly mean: number
  readonly most: number
}

export const workloads = (part = ''): Promise<boolean> =>
  measured(
    workloadNames.filter((name) => name.includes(part)),
    { mean: 1.2, most: 1.6 },
  )
export const lookups = (part = ''): Promise<boolean> =>
  measured(
    lookupNames.filter((name) => name.includes(part)),
    { mean: 2, most: 2 },
  )

async function measured(names: readonly string[], bounds: Bounds): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'kfuncs-bench-'))
  try {
    const built = buildWorkloads(folder)
    const engines = [
      hostEngine('native', built.native, []),
      await wasmEngine(built.wasm),
      ...(built.ubpf === undefined ? [] : [hostEngine('uBPF', built.ubpf, [folder])]),
      await ourEngine(folder),
    ]
    const passed = await race(engines, names, bounds)
    for (const engine of engines) engine.close()
    return passed
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function race(engines: readonly Engine[], names: readonly string[], bounds: Bounds): Promise<boolean> {
  const others = engines.slice(1).map(({ name }) => name)
  const line = (cells: readonly string[]): string => cells.map((cell) => cell.padStart(10)).join('')
  console.log(`${'workload'.padEnd(14)}${line(['native ns', ...others])}`)
  const ratios = new Map<string, number[]>(others.map((name) => [name, []]))
  const notes: string[] = []
  for (const name of names) {
    const [native = Number.NaN, ...times] = await measure(engines, name, notes)
    others.forEach((other, i) => ratios.get(other)!.push(times[i]! / native))
    const shown = times.map((time) => (Number.isNaN(time) ? '-' : (time / native).toFixed(2)))
    console.log(`${name.padEnd(14)}${line([native.toFixed(1), ...shown])}`)
  }
  const means = others.map((other) => geometricMean(ratios.get(other)!).toFixed(2))
  console.log(`${'mean'.padEnd(14)}${line(['', ...means])}`)
  const ours = ratios.get('ours')!
  const ubpf = ratios.get('uBPF')
  const behind = names.filter((_, i) => ubpf !== undefined && ours[i]! >= ubpf[i]!)
  if (behind.length > 0) notes.push(`behind uBPF: ${behind.join(', ')}`)
  for (const note of notes) console.log(note)
  return notes.length === 0 && geometricMean(ours) <= bounds.mean && Math.max(...ours) <= bounds.most
}

/**
 * Nanoseconds a call, the least of the rounds, of each engine; NaN of one that cannot run it, with a note why. Throws where they do not agree
 * about what came out.
 */
async function measure(engines: readonly Engine[], name: string, notes: string[]): Promise<number[]> {
  const least = engines.map(() => Number.POSITIVE_INFINITY)
  const turn = async (count: number): Promise<void> => {
    const results = new Map<number, string>()
    for (const [i, engine] of engines.entries()) {
      if (Number.isNaN(least[i])) continue
      // the caches are as the one before left them: that is nobody's cost
      await engine.call(name, 1)
      const call = await engine.call(name, count)
      if ('missing' in call) {
        least[i] = Number.NaN
        notes.push(`${name}: ${engine.name}: ${call.missing}`)
        continue
      }
      results.set(call.result, engine.name)
      least[i] = Math.min(least[i]!, call.ns / count)
    }
    if (results.size > 1) {
      const said = [...results].map(([result, by]) => `${by} ${result}`)
      throw new Error(`${name}: not the same came out: ${said.join(', ')}`)
    }
  }
  let count = 16
  await turn(count)
  while (least[0]! * count < ROUND_NS && count < mostCalls(name)) {
    count *= 2
    await turn(count)
  }
  for (let i = 0; i < SHORT_CALLS; i++) for (const engine of engines) await engine.call(name, 1)
  for (let spent = 0; spent < WARM_UP_NS; spent += least[0]! * count) await turn(count)
  for (let round = 0; round < ROUNDS; round++) await turn(count)
  return least
}

/** Of the ring buffer: before it is full; it is drained between measurements. */
const mostCalls = (name: string): number => (name === 'ringing' ? 4096 : 1 << 20)

/** Of those that there are. */
function geometricMean(values: readonly number[]): number {
  const there = values.filter((value) => !Number.isNaN(value))
  return Math.exp(there.reduce((sum, value) => sum + Math.log(value), 0) / there.length)
}
