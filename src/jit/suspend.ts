// SPDX-License-Identifier: Apache-2.0
// A compiled program that waits for promises, where the engine can put WebAssembly aside
// (JSPI: https://webassembly.github.io/js-promise-integration/js-api/). Others run meanwhile, so whoever goes on must be told first. Between the
// program and each function that may wait stands
//
//     (func (export NAME) (param …) (result …) (local $run i32)
//       (local.set $run (call $begin …))                            0, or the run that is to wait
//       (if (local.get $run) (then (call $wait (local.get $run))))  it is put aside
//       (call $resume (local.get $run)))                            it goes on, and is answered
//
// and around the program (func (export "run") … (call $over $run (call $first …))).

import { typeOf } from './compile.ts'
import type { Callee } from './input.ts'
import type { Imports } from './interpret.ts'
import { functionType } from './locals.ts'
import { Code } from './wasm/code.ts'
import { encodeModule, type WasmFunction, type WasmImport } from './wasm/module.ts'

interface Engine {
  readonly Suspending: new (call: (...args: never[]) => unknown) => object
  readonly promising: (call: unknown) => (...args: number[]) => Promise<void>
}
const engine = (): Partial<Engine> => WebAssembly as Partial<Engine>

/** The engine can put WebAssembly aside while it waits: Chromium 137, Node 25 and later. */
export const canSuspend = (): boolean => engine().Suspending !== undefined && engine().promising !== undefined

/** Whoever calls programs that wait. A run goes by a number of its own, which is not 0. */
export interface Host {
  /** A function that may wait is called with what crosses. The number of the run that calls, if it is to wait; else 0. */
  begin(name: string, args: readonly (number | bigint)[]): number
  /** Until the run can go on. It does not reject. */
  wait(run: number): Promise<void>
  /** What the function has answered that was called last; `run`: it goes on, 0: it did not wait. */
  resume(run: number): number | bigint | undefined
  /** The run has ended: r0, with sign. */
  over(run: number, r0: bigint): void
}

/** What stands in for the functions that may wait, among a program's imports. */
export function suspendingImports(callees: readonly Callee[], host: Host): Imports {
  const { Suspending } = engine() as Engine
  const types = callees.map(typeOf)
  const begins = callees.map(({ name }, i): WasmImport => {
    return { module: 'begin', name, type: { params: types[i]!.params, result: 'i32' } }
  })
  const resumes = callees.map(({ name }, i): WasmImport => {
    return { module: 'resume', name, type: { params: ['i32'], result: types[i]!.result } }
  })
  const wait = 2 * callees.length
  const exports = exportsOf(
    [...begins, ...resumes, { module: 'host', name: 'wait', type: { params: ['i32'], result: undefined } }],
    callees.map(({ name }, i): WasmFunction => {
      const { params } = types[i]!
      const run = params.length
      const code = new Code()
      params.forEach((_, local) => code.get(local))
      code.call(i).tee(run).open('if').get(run).call(wait).op('end')
      code
        .get(run)
        .call(callees.length + i)
        .op('end')
      return { type: types[i]!, locals: ['i32'], body: code, export: name }
    }),
    {
      begin: named(
        callees,
        (name) =>
          (...args: never[]) =>
            host.begin(name, args),
      ),
      resume: named(callees, () => host.resume),
      host: { wait: new Suspending(host.wait) },
    },
  )
  return new Map(callees.map(({ name }) => [name, exports[name] as never]))
}

/** Runs a function of a program that imports those: `run` is the run's number and where its stack ends. Rejects as the program is stopped. */
export function suspendingRun(first: unknown, { over }: Host): (context: number, run: number) => Promise<void> {
  const [context, run] = [0, 1]
  const body = new Code().get(run).get(context).op('i64.extend_i32_u')
  for (let r = 2; r <= 5; r++) body.i64(0)
  body.get(run).call(0).call(1).op('end')
  const exports = exportsOf(
    [
      { module: 'program', name: 'first', type: functionType },
      { module: 'program', name: 'over', type: { params: ['i32', 'i64'], result: undefined } },
    ],
    [{ type: { params: ['i32', 'i32'], result: undefined }, locals: [], body, export: 'run' }],
    { program: { first, over } },
  )
  return (engine() as Engine).promising(exports['run'])
}

const named = (callees: readonly Callee[], make: (name: string) => unknown): Record<string, unknown> =>
  Object.fromEntries(callees.map(({ name }) => [name, make(name)]))

function exportsOf(
  imports: readonly WasmImport[],
  functions: readonly WasmFunction[],
  given: Readonly<Record<string, unknown>>,
): WebAssembly.Exports {
  const bytes = encodeModule({ types: [], imports, functions, globals: [], pages: 0, table: false })
  const env = { memory: new WebAssembly.Memory({ initial: 0 }) }
  return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env, ...given } as WebAssembly.Imports).exports
}
