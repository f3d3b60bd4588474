// SPDX-License-Identifier: Apache-2.0
// How functions of a program run: compiled to WebAssembly; or an instruction at a time, where the machine is to sanitize, or where nothing
// may be compiled. Programs of both kinds call each other.

import {
  canSuspend,
  compile,
  Code,
  encodeModule,
  functionType,
  insnsByPlace,
  type Host,
  type Imports,
  type Instance,
  instantiate,
  type InterpretOptions,
  interpreterOf,
  type JitProgram,
  type LowCall,
  moduleOf,
  type Steps,
  stepsOf,
  suspendingImports,
  suspendingRun,
  type Watcher,
} from '../jit/index.ts'
import type { Allowance } from './core/allowance.ts'
import type { LinkedProgram } from '../object/index.ts'
import type { Core, Observer } from './core/core.ts'
import { placesOf } from './core/places.ts'
import type { Sanitized } from './sanitize/index.ts'

export interface Execution {
  /** Function `number`: r1 to r5, those missing 0, and where its stack ends. r0 at the end, without sign. */
  run(number: number, registers: readonly bigint[], frame: number): bigint
  /** The same of a callback: r1 to r5 of 32 bits each, and the low half of r0, with sign. */
  low(number: number): LowCall
  /** The first function so many times; undefined: that is not one call. */
  readonly repeat: Instance['repeat'] | undefined
  /** The first function's number among those that tail calls lead to. */
  readonly place: number
  /** The first function on a context, for a run that may wait. */
  readonly start: WaitingStart
}

/** Compiled, where the engine can put WebAssembly aside; `frame`: where its stack ends. */
export type WaitingStart =
  | { readonly compiled: (context: number, frame: number) => Promise<void> }
  | { readonly steps: (context: number, frame: number) => Steps }

export interface ExecutionOptions {
  readonly jit: JitProgram
  readonly imports: Imports
  readonly linked: LinkedProgram
  /** Kfuncs whose bodies may answer promises. */
  readonly mayWait: ReadonlySet<string>
  /** Holds each run to what was proved. */
  readonly sanitized?: Sanitized | undefined
}

/** As the machine is told to; interpreted, too, where a page forbids to compile, or it is more than the engine takes. */
export function executionOf(core: Core, options: ExecutionOptions): Execution {
  return (core.interprets ? undefined : compiled(core, options)) ?? interpreted(core, options)
}

function compiled(core: Core, options: ExecutionOptions): Execution | undefined {
  const { allowance, memory, table } = core
  const { jit, imports, linked } = options
  const fuel = allowance !== undefined
  const name = placesOf(core).name(linked, () => insnsByPlace(jit, { fuel }))
  const module = moduleOf(compile(jit, { fuel, name }))
  if (module === undefined) return undefined
  const shared = { table, fuel: allowance?.left }
  const instance = instantiate(module, memory.wasm, imports, shared)
  const run: Execution['run'] = (number, registers, frame) => instance.run(number, registers, frame)
  const { low, repeat } = instance
  // what can be put aside is an instance of its own: its tail calls lead to others of the kind
  const waiting = lazily(() =>
    suspendable(core, options, (all) => instantiate(module, memory.wasm, all, { ...shared, table: core.waitingTable })),
  )
  const start = lazily((): WaitingStart => {
    if (!canSuspend()) return steps(core, options)
    const { host, first } = waiting()
    return { compiled: suspendingRun(first, host) }
  })
  return {
    run,
    low,
    repeat,
    place: core.addEntry(run, instance.reference(0), {
      reference: () => waiting().first,
      steps: stepsWith(core, options),
    }),
    get start() {
      return start()
    },
  }
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

interface Suspendable {
  readonly host: Host
  /** Its first function. */
  readonly first: unknown
}

function suspendable(
  core: Core,
  { jit, imports, mayWait }: ExecutionOptions,
  instantiated: (imports: Imports) => Instance,
): Suspendable {
  const host: Host = {
    begin(name, args) {
      const turn = core.turn!
      return turn.answered(turn.during(() => imports.get(name)!(...(args as never[])))) ? turn.frame : 0
    },
    wait: (run) => core.turns.get(run)!.wait(),
    resume: (run) => (run === 0 ? core.turn! : core.turns.get(run)!).resume() as number | bigint | undefined,
    over: (run, r0) => core.turns.get(run)!.over(r0),
  }
  const callees = new Map([...jit.callees.values()].map((callee) => [callee.name, callee]))
  const waiting = suspendingImports(
    [...callees.values()].filter(({ name }) => mayWait.has(name)),
    host,
  )
  type Imported = typeof imports extends ReadonlyMap<string, infer F> ? F : never
  const told = (call: Imported): Imported => ((...args) => core.turn!.during(() => call(...args))) as Imported
  /** Where a tail call leads to is there to be called. */
  const placed = (call: Imported): Imported =>
    ((...args) => {
      const place = Number(call(...args))
      if (place >= 0 && core.waitingTable.get(place) === null)
        core.waitingTable.set(place, core.waitingEntries[place]!.reference())
      return place
    }) as Imported
  const tailCalls = new Set([...callees.values()].filter(({ role }) => role === 'tail-call').map(({ name }) => name))
  const all = new Map(
    [...imports].map(([name, call]) => {
      const own = tailCalls.has(name) ? placed(call) : call
      return [name, waiting.get(name) ?? told(own)]
    }),
  )
  return { host, first: instantiated(all).reference(0) }
}

function interpreted(core: Core, options: ExecutionOptions): Execution {
  const { jit, sanitized } = options
  const start = interpreterOf(jit, core.memory, interpreting(core, options))
  const run: Execution['run'] = (number, registers, frame) =>
    sanitized === undefined
      ? start({ function: number, registers, frame })
      : sanitized.within((caller) => start({ function: number, registers, frame, caller }))
  const low: Execution['low'] =
    (number) =>
    (...[r1, r2, r3, r4, r5, frame]) =>
      Number(BigInt.asIntN(32, run(number, [r1, r2, r3, r4, r5].map(unsigned), frame)))
  const reference = core.interprets ? undefined : referenceTo(run)
  // compiled programs call it, and do not wait in it
  const place = core.addEntry(run, reference, { reference: () => reference, steps: stepsWith(core, options) })
  return { run, low, repeat: undefined, place, start: steps(core, options) }
}

const unsigned = (value: number): bigint => BigInt(value >>> 0)

/** By the interpreter. */
function steps(core: Core, options: ExecutionOptions): WaitingStart {
  const start = stepsWith(core, options)
  return { steps: (context, frame) => start([BigInt(context)], frame) }
}

function stepsWith(core: Core, options: ExecutionOptions): (registers: readonly bigint[], frame: number) => Steps {
  const start = lazily(() =>
    stepsOf(options.jit, core.memory, {
      ...interpreting(core, options),
      enter: (place, registers, frame) => core.waitingEntries[place]!.steps(registers, frame),
    }),
  )
  return (registers, frame) => start()({ registers, frame })
}

const interpreting = (core: Core, { imports, linked, sanitized }: ExecutionOptions): InterpretOptions => {
  const seen = core.observer === undefined ? sanitized : observed(core.observer, linked, sanitized)
  const watcher = core.traces ? followed(placesOf(core), linked, seen) : seen
  return {
    imports,
    enter: (place, registers, frame) => core.onStack(() => core.entries[place]!(0, registers, frame)),
    failed: (insn, error) => placesOf(core).failed(linked, insn, error),
    ...(watcher === undefined ? {} : ofOwn(watcher, linked.insns.length)),
    ...(core.allowance === undefined ? {} : { before: counted(core.allowance, watcher?.before) }),
  }
}

/** What stands behind the program's instructions is ours. */
const ofOwn = ({ before, after, access }: Watcher, length: number): Watcher => ({
  ...(before === undefined ? {} : { before: (insn, activation) => insn < length && before(insn, activation) }),
  ...(after === undefined ? {} : { after: (insn, activation) => insn < length && after(insn, activation) }),
  ...(access === undefined
    ? {}
    : { access: (insn, what, activation) => insn < length && access(insn, what, activation) }),
})

/** The observer is told first: of an instruction that breaks what was proved, too. */
const observed = (observer: Observer, linked: LinkedProgram, watcher: Watcher = {}): Watcher => ({
  ...watcher,
  before(insn, activation) {
    observer.before?.(linked, insn, activation.regs)
    watcher.before?.(insn, activation)
  },
  after(insn, activation) {
    observer.after?.(linked, insn, activation.regs)
    watcher.after?.(insn, activation)
  },
})

/** Where it is is known at any moment. */
const followed = (places: ReturnType<typeof placesOf>, linked: LinkedProgram, watcher: Watcher = {}): Watcher => ({
  ...watcher,
  before(insn, activation) {
    places.reached(linked, insn)
    watcher.before?.(insn, activation)
  },
})

const counted =
  (allowance: Allowance, before: NonNullable<Watcher['before']> = () => {}): NonNullable<Watcher['before']> =>
  (insn, activation) => {
    allowance.executed()
    before(insn, activation)
  }

/** As compiled programs find it in the table; undefined: there are none. */
function referenceTo(run: Execution['run']): unknown {
  const [imported, first, frame] = [0, 0, 5]
  const code = new Code()
  for (let local = first; local <= frame; local++) code.get(local)
  code.call(imported).op('end')
  const module = moduleOf(
    encodeModule({
      types: [],
      imports: [{ module: 'kfuncs', name: 'run', type: functionType }],
      functions: [{ type: functionType, locals: [], body: code, export: 'run' }],
      globals: [],
      pages: 0,
      table: false,
    }),
  )
  if (module === undefined) return undefined
  const call = (...args: (bigint | number)[]): bigint =>
    BigInt.asIntN(64, run(0, args.slice(0, frame) as bigint[], args[frame] as number))
  const memory = new WebAssembly.Memory({ initial: 0 })
  return new WebAssembly.Instance(module, { env: { memory }, kfuncs: { run: call } }).exports['run']
}
