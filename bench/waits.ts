// SPDX-License-Identifier: Apache-2.0
/**
 * A program that loops, waits for a promise, and loops again: put aside by the engine (Node 25 and later) and, beside it, interpreted.
 *
 *   npm run build && npx --package node@26 node scripts/run.mjs bench/run.ts waits
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../conformance/lab.ts'
import { defineModule, openKernel, unwrap, withModule } from '../src/index.ts'
import { canSuspend } from '../src/jit/index.ts'
import { createMachine } from '../src/runtime/index.ts'
import { pages } from '../test/runtime/waits-module.ts'

const ROUNDS = 9

export async function waits(): Promise<boolean> {
  if (!canSuspend())
    console.log(`  this engine (V8 ${process.versions.v8}) does not put WebAssembly aside: both are interpreted`)
  const module = pages({ fetch: async () => null, text: async ({ text }) => text, count: async () => 1 })
  const kernel = unwrap(withModule(unwrap(await openKernel('6.12')), unwrap(await defineModule(module))))
  const object = readFileSync(join(root, 'test/runtime/programs/waits.bpf.o'))
  const [compiled, interpreted] = [false, true].map(
    (interpret) => unwrap(createMachine(kernel, { interpret }).load(object)).programs.get('loops')!,
  )
  for (const rounds of [0, 100, 10_000]) {
    const ctx = new Uint8Array(new Uint32Array([rounds, rounds, 0]).buffer)
    const times = Math.max(1, Math.round(20_000 / (rounds + 20)))
    const least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    for (let round = 0; round < ROUNDS; round++)
      for (const [i, program] of [compiled!, interpreted!].entries()) {
        const start = performance.now()
        for (let n = 0; n < times; n++) unwrap(await program.testRunAsync({ ctx }))
        least[i] = Math.min(least[i]!, ((performance.now() - start) / times) * 1000)
      }
    const [ours, beside] = least as [number, number]
    console.log(
      `  ${2 * rounds} rounds and a wait: ${ours.toFixed(1)} us, interpreted ${beside.toFixed(1)} us: ${(beside / ours).toFixed(1)} times`,
    )
  }
  return true
}
