// SPDX-License-Identifier: Apache-2.0
// What runs workloads: each is called so often, and says how long that took and what the last call gave.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { value } from '../../conformance/lab.ts'
import { openKernel } from '../../src/kernel/index.ts'
import { createMachine, type LoadedProgram, RingBufferMap, type RuntimeMap } from '../../src/runtime/index.ts'
import { lookupNames, workloadNames } from './build.ts'

/** `missing`: why it cannot run the workload. */
export type Call = { readonly ns: number; readonly result: number } | { readonly missing: string }

export interface Engine {
  readonly name: string
  call(workload: string, count: number): Promise<Call>
  close(): void
}

/** A process that speaks as host.c does. */
export function hostEngine(name: string, program: string, args: readonly string[]): Engine {
  const host = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: host.stdout })[Symbol.asyncIterator]()
  return {
    name,
    async call(workload, count) {
      host.stdin.write(`${workload} ${count}\n`)
      const { value: line, done } = await lines.next()
      if (done) throw new Error(`${name} ended in ${workload}`)
      const [ns, result] = line.split(' ').map(Number)
      return { ns: ns!, result: result! }
    },
    close: () => void host.stdin.end(),
  }
}

export async function wasmEngine(path: string): Promise<Engine> {
  const { instance } = await WebAssembly.instantiate(readFileSync(path))
  const functions = instance.exports as Readonly<Record<string, () => number>>
  return {
    name: 'wasm',
    async call(workload, count) {
      const run = functions[workload]!
      let result = 0
      const start = process.hrtime.bigint()
      for (let i = 0; i < count; i++) result = run()
      const ns = Number(process.hrtime.bigint() - start)
      functions.drained!()
      return { ns, result: result >>> 0 }
    },
    close: () => {},
  }
}

interface Own {
  readonly program: LoadedProgram
  readonly ring: RuntimeMap | undefined
  readonly data: Uint8Array
}

/** Our runtime, on a machine for each workload. */
export async function ourEngine(folder: string): Promise<Engine> {
  const kernel = value(await openKernel('6.12'))
  const programs = new Map<string, Own>()
  for (const name of [...workloadNames, ...lookupNames]) {
    const machine = createMachine(kernel, { cpus: 1 })
    const loaded = value(machine.load(readFileSync(join(folder, `${name}.bpf.o`)), { name }))
    const program = loaded.programs.get(name)
    if (program === undefined) throw new Error(`${name} is not accepted`)
    const data = new Uint8Array(64)
    if (name === 'packets') data.set(packet())
    programs.set(name, { program, ring: loaded.maps.get('ring'), data })
  }
  return {
    name: 'ours',
    async call(workload, count) {
      const { program, data, ring } = programs.get(workload)!
      const start = process.hrtime.bigint()
      const run = program.testRun({ data, repeat: count })
      const ns = Number(process.hrtime.bigint() - start)
      if (!run.ok) return { missing: run.fault.what }
      if (run.value.data !== undefined) data.set(run.value.data.subarray(0, data.length))
      if (ring !== undefined) drain(ring)
      return { ns, result: run.value.retval }
    },
    close: () => {},
  }
}

const copies = new Int32Array((4 << 20) / 4)
/** What a consumer would do, as maps.h has it for the others: it takes a copy of each record. */
function drain(ring: RuntimeMap): void {
  if (!(ring instanceof RingBufferMap)) return
  let words: Int32Array | undefined
  let copied = 0
  ring.consume((memory, begin, end) => {
    if (words?.buffer !== memory.buffer) words = new Int32Array(memory.buffer)
    for (let at = begin; at < end; at += 4) copies[copied++] = words[at >> 2]!
  })
}

/** As packets.c makes it where no one gives it one. */
function packet(): Uint8Array {
  const bytes = new Uint8Array(64)
  for (const [at, byte] of [
    [12, 0x08],
    [14, 0x45],
    [22, 64],
    [23, 17],
    [35, 40],
    [37, 53],
  ] as const)
    bytes[at] = byte
  return bytes
}
