// SPDX-License-Identifier: Apache-2.0
// The same programs on our runtime, in rows of the same form.
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { formatFault } from '../../src/fault/index.ts'
import type { Kernel } from '../../src/kernel/index.ts'
import {
  createMachine,
  type Loaded,
  type LoadedProgram,
  RingBufferMap,
  type Machine,
  MachineError,
  type MachineOptions,
  type RuntimeMap,
  SanitizerError,
} from '../../src/runtime/index.ts'
import { pathOf } from './corpora.ts'
import { classes, type Input, inputsOf } from './inputs.ts'
import { addTestModules } from './testmod.ts'
import { digested, type MapContents, type RunRow } from './rows.ts'

/** A run of ours; `missing`: what of the machine is not modelled, as its error says it. */
export interface OurRun {
  readonly row?: RunRow
  readonly missing?: string
  /** Sanitized: what of the facts it contradicts. */
  readonly report?: string
  /** Bodies of runs/testmod.ts were called, in this run or one before. */
  readonly bodies?: boolean
}

/** A program of an object, the kernel's rows about it. */
export interface Asked {
  readonly obj: string
  readonly prog: string
  readonly rows: readonly RunRow[]
  /** The folder that the object is in; else the laboratory's, or the repository. */
  readonly root?: string | undefined
}

/** In the order of the kernel's rows, on maps of this program alone. */
export function runOurs(kernel: Kernel, asked: Asked): OurRun[] {
  const inputs = new Map(inputsOf(classes.get(asked.rows[0]!.prog_type)!).map((input) => [input.name, input]))
  return runOn(
    kernel,
    asked,
    asked.rows.map(({ input }) => inputs.get(input)!),
  )
}

/** What is on the kernel's stack of the guest's process that has programs run, above them: as many addresses. */
const guestStack = Array.from({ length: 7 }, (_, i) => 0xffff_ffff_8100_0000n + BigInt(i))

/** On any inputs of its class. */
export function runOn(
  kernel: Kernel,
  { obj, prog, rows, root }: Asked,
  inputs: readonly Input[],
  options: MachineOptions = {},
): OurRun[] {
  const first = rows[0]!
  const machine = createMachine(kernel, { cpus: 1, ...options })
  const modules = addTestModules(machine)
  machine.currentTask.stacks = { kernel: guestStack }
  const source = readFileSync(root === undefined ? pathOf(obj) : join(root, obj))
  const loaded = machine.load(source, { name: basename(obj), programs: [prog, ...(first.with ?? [])] })
  if (!loaded.ok) return inputs.map(() => ({ missing: formatFault(loaded.fault) }))
  const program = loaded.value.programs.get(prog)
  if (program === undefined) return inputs.map(() => ({ missing: refusal(loaded.value, prog) }))
  const cannotGoOn: string[] = []
  return inputs.map((input) => {
    // maps are not what they would be once a run was not made
    if (cannotGoOn.length > 0) return { missing: cannotGoOn[0]! }
    const run = heldRun(() => runOne(machine, program, loaded.value, input))
    if ('missing' in run) cannotGoOn.push(run.missing)
    if ('missing' in run) return run
    const row = digested({ obj, prog, prog_type: first.prog_type, input: input.name, ...run })
    return { row, ...(modules.called() ? { bodies: true } : {}) }
  })
}

/** A run that contradicts what was proved is none. */
function heldRun<T>(work: () => T): T | { readonly missing: string; readonly report: string } {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof SanitizerError)) throw error
    return { missing: 'contradicts what was proved', report: error.message }
  }
}

function refusal({ refused }: Loaded, prog: string): string {
  const why = refused.get(prog)
  if (why === undefined) return 'not in the object'
  if (why.kind === 'fault') return `not loaded: ${why.fault.what}`
  return `not accepted: ${why.report.verdict}`
}

/** Of errors that the kernel's test runs give: what ours name them at the end of their text. */
const errnos: ReadonlyMap<string, number> = new Map([
  ['E2BIG', 7],
  ['ENOMEM', 12],
  ['EFAULT', 14],
  ['ENODEV', 19],
  ['EINVAL', 22],
  ['ERANGE', 34],
  ['EPROTO', 71],
  ['EOPNOTSUPP', 95],
  ['EAFNOSUPPORT', 97],
  ['ENOTSUPP', 524],
])

type Outputs = Pick<RunRow, 'errno' | 'retval' | 'data' | 'ctx' | 'maps'>

/** What passes before the oracle reads maps: timers that soon, and work, are done by then. */
const READ_AFTER_NS = 1_000_000n

function runOne(
  machine: Machine,
  program: LoadedProgram,
  loaded: Loaded,
  input: Input,
): Outputs | { readonly missing: string } {
  const { ctx } = input
  const led = program.type === 'BPF_PROG_TYPE_STRUCT_OPS' ? leading(machine, input) : undefined
  const data = led === undefined ? input.data : undefined
  const given = { ...(data === undefined ? {} : { data }), ...(ctx === undefined ? {} : { ctx: led?.ctx ?? ctx }) }
  const run = program.testRun(given)
  if (!run.ok) {
    const errno = errnos.get(/\((E\w+)\)$/.exec(run.fault.what)?.[1] ?? '')
    return errno === undefined ? { missing: run.fault.what } : { errno }
  }
  try {
    machine.clock.advance(READ_AFTER_NS)
  } catch (error) {
    if (!(error instanceof MachineError)) throw error
    return { missing: error.message }
  }
  const { retval, data: dataOut, ctx: ctxOut } = run.value
  return {
    errno: 0,
    retval,
    ...(data === undefined || dataOut === undefined ? {} : { data: hex(dataOut) }),
    ...(led === undefined ? {} : { data: hex(led.data()) }),
    ...(ctx === undefined || ctxOut === undefined ? {} : { ctx: hex(ctxOut) }),
    maps: Object.fromEntries([...loaded.maps].flatMap(([name, map]) => contentsOf(name, map))),
  }
}

/** Arguments of an operation, the first leading to the input's data; undefined: it is NULL. */
function leading({ memory }: Machine, { data, ctx }: Input): { ctx: Uint8Array; data: () => Uint8Array } | undefined {
  if (data === undefined || ctx === undefined) return undefined
  const at = memory.allocate(data.length, 'what an argument leads to')
  memory.write(at, data)
  const args = Uint8Array.from(ctx)
  new DataView(args.buffer).setBigUint64(0, BigInt(at), true)
  return { ctx: args, data: () => memory.read(at, data.length) }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const arrays = new Set(['BPF_MAP_TYPE_ARRAY', 'BPF_MAP_TYPE_PERCPU_ARRAY'])
const hashes = new Set(
  ['HASH', 'LRU_HASH', 'PERCPU_HASH', 'LRU_PERCPU_HASH', 'LPM_TRIE'].map((name) => `BPF_MAP_TYPE_${name}`),
)
/** As the oracle caps what it tells of a map: oracle/runs.h. */
const mostElements = 64
const mostBytes = 64 << 10
const mostIndices = 4096

/** As the oracle lists it; nothing for types whose contents it does not tell. */
export function contentsOf(named: string, map: RuntimeMap): [string, MapContents][] {
  // of global variables: libbpf puts the object's name before it
  const name = /^[^.]*(\.(?:bss|data|rodata|kconfig).*)$/.exec(named)?.[1] ?? named
  if (/^\.(?:rodata|kconfig)/.test(name)) return []
  const { type } = map.def
  if (type === 'BPF_MAP_TYPE_RINGBUF') return [[name, recordsOf(map)]]
  if (!arrays.has(type) && !hashes.has(type)) return []
  let entries = [...map.entries()]
  let capped = false
  if (arrays.has(type)) {
    capped = entries.length > mostIndices
    entries = entries.slice(0, mostIndices).filter(([, value]) => value.some((byte) => byte !== 0))
  } else {
    entries.sort(([a], [b]) => Buffer.compare(a, b))
  }
  const listed = upToCap(entries, ([key, value]) => key.length + value.length)
  const elements = Object.fromEntries(listed.map(([key, value]) => [hex(key), hex(value)]))
  return [[name, { elements, ...(capped || listed.length < entries.length ? { capped: true } : {}) }]]
}

/** What the program put in since the last run: as a consumer reads it. */
function recordsOf(map: RuntimeMap): MapContents {
  const records = map instanceof RingBufferMap ? map.drain() : []
  const listed = upToCap(records, (record) => record.length)
  return { records: listed.map(hex), ...(listed.length < records.length ? { capped: true } : {}) }
}

function upToCap<T>(all: readonly T[], size: (one: T) => number): T[] {
  let bytes = 0
  const over = all.findIndex((one, i) => {
    bytes += size(one)
    return i >= mostElements || bytes > mostBytes
  })
  return over < 0 ? [...all] : all.slice(0, over)
}
