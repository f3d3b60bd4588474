// SPDX-License-Identifier: Apache-2.0
// kfuncs run OBJ: one program of an object on a machine of its own, and what changed by it.
import { check, type CheckOptions } from '../check.ts'
import { sizeOf } from '../btf/index.ts'
import { renderPretty } from '../explain/index.ts'
import { formatFault } from '../fault/index.ts'
import type { Kernel } from '../kernel/index.ts'
import { type BpfObject, openObject } from '../object/index.ts'
import {
  createMachine,
  type Loaded,
  type LoadedProgram,
  type Machine,
  SanitizerError,
  type TestRun,
  type TestRunOptions,
} from '../runtime/index.ts'
import { returnValueName } from '../uapi/index.ts'
import { objectName } from './check-object.ts'
import { coverageFor, writeCoverage } from './coverage.ts'
import { mappedPath } from './path-map.ts'
import { isCapture } from './pcap.ts'
import { type CallFlags, isCalled, runCall } from './run-call.ts'
import { runCapture } from './run-capture.ts'
import { contextChanges, contextLines, plainContext, takesSkb } from './run-context.ts'
import { contextBytes, syscallContext } from './context-bytes.ts'
import { dataBytes } from './run-input.ts'
import { changesSince } from './run-maps.ts'
import { returnedLines } from './run-returned.ts'
import { replaceFunctions } from './run-replace.ts'
import { tellContradiction } from './run-sanitized.ts'
import { elementsOf, putElements, withPrograms } from './run-elements.ts'
import { type Event, eventLines, Events, eventsJson } from './run-events.ts'
import { isOnSockets } from './run-socket.ts'
import { changeLines, heldBy, hexOrNull, resultText } from './run-told.ts'
import { type Change, differences } from './run-values.ts'
import type { KernelOptions, SettingFlags } from './flags.ts'
import { kernelOf } from './kernel.ts'
import { didYouMean } from './nearest.ts'
import { joined } from './observers.ts'
import { jsonLine } from './output.ts'
import { allOf, progTypeOf, settingsOf, targetOf } from './settings.ts'
import { tracer } from './trace.ts'
import { complain, orTell, readInput, UsageError } from './usage.ts'

export interface RunObjectFlags extends KernelOptions, SettingFlags, Omit<CallFlags, 'ctx'> {
  readonly prog?: string
  /** Of sections that libbpf does not know. */
  readonly progType?: string
  readonly data?: string
  readonly ctx?: string
  readonly repeat?: number
  readonly cpu?: number
  readonly seed?: number
  readonly sanitize?: boolean
  readonly format: string
  /** Each instruction that is executed is told of. */
  readonly trace?: boolean
  /** A file for the lines that ran. */
  readonly coverage?: string
  /** NAME[KEY]=VALUE each, or @FILE. */
  readonly map: readonly string[]
  /** Objects whose freplace programs stand in for functions of the program: OBJECT, or OBJECT:PROGRAM. */
  readonly replace: readonly string[]
  /** Structs of records: NAME, or MAP=NAME. */
  readonly type: readonly string[]
  readonly pathMap: readonly string[]
}

interface Told {
  readonly program: LoadedProgram
  readonly result: TestRun
  readonly before: Uint8Array | undefined
  /** The context that it was given. */
  readonly given: Uint8Array | undefined
  readonly changes: readonly Change[]
  readonly events: readonly Event[]
  readonly machine: Machine
  /** Nanoseconds a run. */
  readonly time: number
}

/** 0: it ran; 1: it is not accepted, or something ended it; 3: it contradicts what was proved of it. */
export async function runObject(path: string, flags: RunObjectFlags): Promise<number> {
  const kernel = await kernelOf(flags)
  const { cpu = 0, seed = 0 } = flags
  const bytes = readInput(path)
  const mapped = mappedPath(flags.pathMap)
  const coverage = coverageFor(flags.coverage)
  const observer = joined([
    ...(coverage === undefined ? [] : [coverage.observer]),
    ...(flags.trace === true ? [tracer(kernel)] : []),
  ])
  const settings = settingsOf(flags)
  const { loader, legacyMaps } = flags
  const type = progTypeOf(flags.progType)
  const { object, programs, rest } = withPrograms(
    orTell(openObject(bytes, objectName(path), { loader, legacyMaps })),
    elementsOf(flags.map),
  )
  const name = chosen(object, flags.prog)
  const asked = { loader, legacyMaps, ...(type === undefined ? {} : { type }) }
  const replacing = flags.replace.map((text) => targetOf(text)!)
  const load = (): { machine: Machine; loaded: Loaded } => {
    const machine = createMachine(kernel, {
      seed,
      cpus: cpu + 1,
      sanitize: flags.sanitize === true,
      // it takes time, which many runs are there to measure
      traceReferences: flags.module.length > 0 && (flags.repeat ?? 1) <= 1,
      ...(observer === undefined ? {} : { observer }),
    })
    machine.cpu = cpu
    const loaded = orTell(
      machine.load(object, { programs: [name, ...programs], types: allOf(object, type), ...settings }),
    )
    putElements(machine, loaded, rest)
    return { machine, loaded }
  }
  const { machine, loaded } = load()
  const missing = [name, ...programs].find((one) => !loaded.programs.has(one))
  if (missing !== undefined)
    return refused(path, { bytes, program: missing, kernel, settings: { ...settings, ...asked } })
  const program = loaded.programs.get(name)!
  const replaced = replaceFunctions(machine, program, replacing)
  if (replaced.refused !== undefined) {
    const { object: other, program: one } = replaced.refused
    const target = { bytes, name: objectName(path), program: name }
    return refused(other.name ?? '', { bytes: other.bytes, program: one, kernel, settings: { loader, target } })
  }
  const again = (input: TestRunOptions): unknown => {
    const anew = load()
    const own = anew.loaded.programs.get(name)!
    replaceFunctions(anew.machine, own, replacing)
    return own.testRun(input)
  }
  const finish = (status: number): number => {
    if (coverage !== undefined) writeCoverage(coverage, flags.coverage!, mapped)
    return status
  }
  const events = new Events({ machine, loaded, object, types: flags.type, path })
  const subject = { machine, loaded: [loaded, ...replaced.loaded], program, events }
  try {
    return finish(await (isCalled(program, flags) ? called(subject, flags) : testRun(subject, flags)))
  } catch (error) {
    if (!(error instanceof SanitizerError)) throw error
    return finish(tellContradiction(error, again))
  }
}

interface Subject {
  readonly machine: Machine
  /** The program's object, and those whose programs replace functions of it. */
  readonly loaded: readonly Loaded[]
  readonly program: LoadedProgram
  readonly events: Events
}

/** As the kernel calls what it has no test run for. */
function called({ machine, loaded, program, events }: Subject, flags: RunObjectFlags): Promise<number> {
  const unfit =
    flags.data !== undefined && !isOnSockets(program) ? 'data' : (flags.repeat ?? 1) > 1 ? 'repeat' : undefined
  if (unfit !== undefined)
    throw new UsageError(`--${unfit}: programs in ${program.section} are called, once, with --args`)
  const changes = changesSince(loaded)
  return runCall(machine, program, flags, () => ({
    changes: changes(),
    events: events.take(),
  }))
}

/** As BPF_PROG_TEST_RUN, once for each packet of a capture. */
async function testRun({ machine, loaded, program, events }: Subject, flags: RunObjectFlags): Promise<number> {
  const { repeat = 1 } = flags
  const bytesGiven = flags.data === undefined ? undefined : dataBytes(flags.data)
  if (bytesGiven !== undefined && isCapture(bytesGiven)) {
    if (repeat > 1) throw new UsageError('--repeat: a capture is run packet by packet, once')
    const text = flags.ctx
    const ctx = text === undefined ? undefined : (length: number) => contextBytes(machine, program, text, length)
    return runCapture({ machine, loaded, program, events, capture: bytesGiven, ctx, format: flags.format })
  }
  const data = bytesGiven ?? defaultData(program)
  const ctx =
    flags.ctx === undefined
      ? plainContext(machine, program)
      : contextBytes(machine, program, flags.ctx, data?.length ?? 0)
  const changed = changesSince(loaded)
  const prepared = program.prepare()
  if (!prepared.ok) {
    complain(formatFault(prepared.fault))
    return 1
  }
  const start = process.hrtime.bigint()
  const given = { repeat, ...(data === undefined ? {} : { data }), ...(ctx === undefined ? {} : { ctx }) }
  const run = await program.testRunAsync(given)
  const time = Number(process.hrtime.bigint() - start) / repeat
  if (!run.ok) {
    complain(formatFault(run.fault))
    return 1
  }
  const changes = changed()
  const told: Told = {
    program,
    result: run.value,
    before: data,
    given: ctx,
    changes,
    events: events.take(),
    machine,
    time,
  }
  process.stdout.write(flags.format === 'json' ? `${jsonOf(told)}\n` : textOf(told, { repeat }))
  return 0
}

/** The name of the program to run. */
function chosen({ programs }: BpfObject, name: string | undefined): string {
  const all = programs.map((program) => program.name)
  if (name === undefined) {
    if (all.length === 1) return all[0]!
    throw new UsageError(all.length === 0 ? 'there is no program to run' : `which program? --prog NAME: ${someOf(all)}`)
  }
  if (!all.includes(name))
    throw new UsageError(`no program ${name} — ${didYouMean(name, all) ?? `there are ${someOf(all)}`}`)
  return name
}

const someOf = (names: readonly string[]): string => `${names.slice(0, 12).join(', ')}${names.length > 12 ? ' …' : ''}`

interface Refused {
  readonly bytes: Uint8Array
  readonly program: string
  readonly kernel: Kernel
  readonly settings: CheckOptions
}

/** What is not accepted does not run: why, as `check` tells it. */
function refused(path: string, { bytes, program, kernel, settings }: Refused): number {
  const outcomes = orTell(check(bytes, kernel, { name: objectName(path), program, ...settings }))
  for (const outcome of outcomes) process.stderr.write(renderPretty(outcome, { colour: process.stderr.isTTY === true }))
  complain(`${program} is not accepted, so it does not run`)
  return 1
}

/** 64 bytes of zero, as the kernel's own tests give; a program that sees no packet gets none. */
const defaultData = ({ type }: LoadedProgram): Uint8Array | undefined =>
  takesSkb({ type }) || /_(XDP|FLOW_DISSECTOR)$/.test(type) ? new Uint8Array(64) : undefined

function textOf(told: Told, { repeat }: { readonly repeat: number }): string {
  const { program, result, before, given, changes, events, machine, time } = told
  const lines = [`${program.name}: ${resultText(program.type, result.retval)}`]
  if (before !== undefined && result.data !== undefined)
    lines.push(...returnedLines(machine, program, before, result.data))
  if (takesSkb(program)) lines.push(...contextLines(contextChanges(machine, given, result.ctx)))
  lines.push(...syscallChanges(told).map(({ what, from, to }) => `  ${what}: ${from} → ${to}`))
  lines.push(...eventLines(events), ...changeLines(changes, machine))
  if (repeat > 1)
    lines.push(`  ${repeat} runs, ${time < 1000 ? `${time.toFixed(0)} ns` : `${(time / 1000).toFixed(1)} us`} each`)
  return `${lines.join('\n')}\n`
}

/** What became of a syscall program's argument, by the fields of its struct. */
function syscallChanges({ program, given, result }: Told): readonly Change[] {
  const { ctx } = result
  if (program.type !== 'BPF_PROG_TYPE_SYSCALL' || given === undefined || ctx === undefined) return []
  const struct = syscallContext(program)
  const size = struct === undefined ? 0 : (sizeOf(struct.btf, struct.type) ?? 0)
  const part = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, size)
  const own = size > given.length || struct === undefined ? [] : differences(struct, 'ctx', part(given), part(ctx))
  if (own.length > 0 || Buffer.compare(given, ctx) === 0) return own
  // what no type tells
  return [{ what: 'ctx', from: Buffer.from(given).toString('hex'), to: Buffer.from(ctx).toString('hex') }]
}

function jsonOf(told: Told): string {
  const { program, result, given, changes, events, machine, time } = told
  return jsonLine({
    program: program.name,
    type: program.type,
    kernel: machine.kernel.release,
    retval: result.retval,
    name: returnValueName(program.type, result.retval) ?? null,
    data: hexOrNull(result.data),
    ctx: hexOrNull(result.ctx),
    context: takesSkb(program)
      ? contextChanges(machine, given, result.ctx).map(({ field, from, to }) => ({
          field,
          from: `${from}`,
          to: `${to}`,
        }))
      : syscallChanges(told).map(({ what, from, to }) => ({ field: what.replace(/^ctx\.?/, ''), from, to })),
    changes,
    events: eventsJson(events),
    printed: machine.printed,
    held: heldBy(machine),
    timeNs: Math.round(time),
  })
}
