// SPDX-License-Identifier: Apache-2.0
// A compiled program made ready to run, over a machine's memory.

import type { Imports } from './interpret.ts'

export interface Instance {
  /** Runs function `number`: r1 to r5, those missing 0, and where its stack ends. r0 at the end, without sign. */
  run(number: number, registers: readonly bigint[], frame: number): bigint
  /** The same function, if it is a callback, with numbers of 32 bits: those above are 0, and the low half of r0 comes back, with sign. */
  low(number: number): LowCall
  /** The first function so many times, r1 being `context`: the low half of the last r0, with sign. */
  repeat(context: number, frame: number, times: number): number
  /** Function `number` as a table of functions takes it. */
  reference(number: number): unknown
}

/** R1 to R5, and where the stack ends. */
export type LowCall = (...registers: [...five: [number, number, number, number, number], frame: number]) => number

/** What programs of one machine have in common. */
export interface Shared {
  /** Of functions that tail calls lead to. */
  readonly table?: WebAssembly.Table | undefined
  /** A mutable i64: instructions that are left, where the program counts them. */
  readonly fuel?: WebAssembly.Global | undefined
}

/** undefined: the engine may not compile (Content-Security-Policy), or takes none as large. */
export function moduleOf(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module | undefined {
  try {
    return new WebAssembly.Module(bytes)
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error
    return undefined
  }
}

export function instantiate(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  imports: Imports = new Map(),
  { table, fuel }: Shared = {},
): Instance {
  const { exports } = new WebAssembly.Instance(module, {
    env: { memory, ...(table === undefined ? {} : { table }), ...(fuel === undefined ? {} : { fuel }) },
    kfuncs: Object.fromEntries(imports) as WebAssembly.ModuleImports,
  })
  return {
    run(number, registers, frame) {
      const [r1 = 0n, r2 = 0n, r3 = 0n, r4 = 0n, r5 = 0n] = registers
      const entry = exports[`f${number}`] as (...args: (bigint | number)[]) => bigint
      return BigInt.asUintN(64, entry(r1, r2, r3, r4, r5, frame))
    },
    low: (number) => exports[`low${number}`] as LowCall,
    repeat: exports['main'] as Instance['repeat'],
    reference: (number) => exports[`f${number}`],
  }
}
