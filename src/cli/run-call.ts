// SPDX-License-Identifier: Apache-2.0
// kfuncs run of programs that BPF_PROG_TEST_RUN does not run: called with arguments, as the kernel calls them.
import { formatFault } from '../fault/index.ts'
import {
  type Argument,
  type Called,
  type CallOptions,
  type Fields,
  type LoadedProgram,
  type Machine,
  MachineError,
  type TaskOptions,
} from '../runtime/index.ts'
import { returnValueName } from '../uapi/index.ts'
import { jsonLine } from './output.ts'
import { contextBytes } from './context-bytes.ts'
import { hexBytes, isNumber, parsedJson, wholeNumber } from './run-input.ts'
import { changeLines, heldBy, hexOrNull, resultText } from './run-told.ts'
import { type Event, eventLines, eventsJson } from './run-events.ts'
import { isOnSockets, type SocketFlags, socketChanges, socketLines, socketOptions } from './run-socket.ts'
import type { Change } from './run-values.ts'
import { complain, UsageError } from './usage.ts'

export interface CallFlags extends SocketFlags {
  readonly ctx?: string
  /** JSON: a list of arguments, and the one that the function answered. */
  readonly args?: string
  readonly returned?: string
}

/** Is the program called, rather than run as BPF_PROG_TEST_RUN would run it? */
export const isCalled = (program: LoadedProgram, { args, returned }: CallFlags): boolean =>
  args !== undefined || returned !== undefined || !program.hasTestRun

/** What the flags give the program. */
function callOptions(machine: Machine, program: LoadedProgram, flags: CallFlags): CallOptions {
  const { args, returned, ctx } = flags
  const list = args === undefined ? [] : parsedJson('--args', args)
  if (!Array.isArray(list))
    throw new UsageError(`--args ${args}: expected a list: '[1, "0xffff", {"task": {"pid": 42}}]'`)
  const given = list.map((value, i) => argument(machine, value, `--args: argument ${i}`))
  return {
    args: given,
    ...(isOnSockets(program) ? socketOptions(machine, program, flags) : {}),
    ...(returned === undefined
      ? {}
      : { returned: argument(machine, parsedJson('--returned', returned), '--returned') }),
    ...(ctx === undefined ? {} : { ctx: contextBytes(machine, program, ctx, 0) }),
  }
}

type Maker = (machine: Machine, value: unknown, what: string) => Argument

/** Of an argument that is an object, by its first key: {"task": {"pid": 42}}. */
const makers: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ['text', (_, value, what) => text(value, what)],
  ['bytes', (_, value, what) => hexBytes(text(value, what), what)],
  ['task', (machine, value, what) => machine.task(taskOptions(machine, fieldsOf(value, what), what))],
  ['file', (machine, value, what) => machine.file({ path: text(value, what) })],
  ['cgroup', (machine, value, what) => machine.cgroup(text(value, what))],
  ['current', (machine) => machine.currentTask],
])

function argument(machine: Machine, value: unknown, what: string): Argument {
  if (value === null) return 0
  if (typeof value === 'boolean') return Number(value)
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  if (typeof value === 'string') return isNumber(value) ? BigInt(value) : value
  const fields = fieldsOf(value, what)
  const [key, inner] = Object.entries(fields)[0] ?? []
  const make = key === undefined ? undefined : makers.get(key)
  if (make !== undefined) return make(machine, inner, what)
  if (typeof fields.struct === 'string') return structOf(machine, fields.struct, fields, what)
  if (typeof fields.skb === 'string') return skbOf(machine, fields.skb, fields, what)
  throw new UsageError(
    `${what}: numbers, text, null, and objects of ${[...makers.keys(), 'skb', 'struct'].join(', ')} can be given, as {"file": "/etc/passwd"}, {"struct": "sock", "sk_mark": 7}`,
  )
}

type Json = Readonly<Record<string, unknown>>

const structOf = (machine: Machine, struct: string, { struct: _, ...fields }: Json, what: string): Argument =>
  made(what, () => machine.object(struct, fieldValues(fields, what)))

const skbOf = (machine: Machine, frame: string, { skb: _, ...fields }: Json, what: string): Argument =>
  made(what, () => machine.skb(hexBytes(frame, what), fieldValues(fields, what)))

/** Fields of a struct by their paths: numbers, or text as its bytes. */
const fieldValues = (fields: Json, what: string): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const isText = typeof value === 'string' && !isNumber(value)
      return [name, isText ? new TextEncoder().encode(value) : wholeNumber(asNumber(value), `${what}: ${name}`)]
    }),
  )

/** What the machine does not make is told as what is wrong with the argument. */
function made(what: string, make: () => Argument): Argument {
  try {
    return make()
  } catch (error) {
    if (error instanceof MachineError) throw new UsageError(`${what}: ${error.message}`)
    throw error
  }
}

const taskNumbers = ['pid', 'tgid', 'uid', 'gid'] as const

function taskOptions(machine: Machine, fields: Readonly<Record<string, unknown>>, what: string): TaskOptions {
  const options: { -readonly [key in keyof TaskOptions]: TaskOptions[key] } = {}
  for (const [name, value] of Object.entries(fields)) {
    const numeric = taskNumbers.find((one) => one === name)
    if (numeric !== undefined) options[numeric] = Number(wholeNumber(asNumber(value), `${what}: ${name}`))
    else if (name === 'comm') options.comm = text(value, `${what}: comm`)
    else if (name === 'cgroup') options.cgroup = machine.cgroup(text(value, `${what}: cgroup`))
    else if (name === 'executable') options.executable = machine.file({ path: text(value, `${what}: executable`) })
    else
      throw new UsageError(
        `${what}: a task has ${[...taskNumbers, 'comm', 'cgroup', 'executable'].join(', ')}, not ${name}`,
      )
  }
  return options
}

function fieldsOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UsageError(`${what}: expected a number, text, null or an object, not ${JSON.stringify(value)}`)
  return value as Readonly<Record<string, unknown>>
}

function text(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new UsageError(`${what}: expected text, not ${JSON.stringify(value)}`)
  return value
}

const asNumber = (value: unknown): unknown => (typeof value === 'boolean' ? Number(value) : value)

interface Told {
  readonly machine: Machine
  readonly program: LoadedProgram
  readonly given: CallOptions
  readonly called: Called
  readonly changes: readonly Change[]
  readonly events: readonly Event[]
}

/** Programs answer an int. */
const retvalOf = ({ called }: Told): number => Number(BigInt.asIntN(32, called.returned))

function callText(told: Told): string {
  const { machine, program, called, changes } = told
  const lines = [`${program.name}: ${resultText(program.type, retvalOf(told))}`]
  if (called.overridden !== undefined) lines.push(`  the function returns ${called.overridden} instead`)
  if (called.retval !== undefined) lines.push(`  the system call returns ${called.retval}`)
  if (called.sysctlWritten !== undefined) lines.push(`  written instead: ${called.sysctlWritten}`)
  if (called.written !== undefined)
    lines.push(
      ...new TextDecoder()
        .decode(called.written)
        .split('\n')
        .filter((line) => line !== ''),
    )
  lines.push(...socketLines(called, told.given, socketChanges(machine, program, told)))
  lines.push(...eventLines(told.events), ...changeLines(changes, machine))
  for (const { signal, pid } of machine.signals) lines.push(`  signal ${signal} to ${pid}`)
  return `${lines.join('\n')}\n`
}

function callJson(told: Told): string {
  const { machine, program, called, changes } = told
  return `${jsonLine({
    program: program.name,
    type: program.type,
    kernel: machine.kernel.release,
    retval: retvalOf(told),
    name: returnValueName(program.type, retvalOf(told)) ?? null,
    overridden: called.overridden?.toString() ?? null,
    syscall: called.retval ?? null,
    written: called.written === undefined ? null : new TextDecoder().decode(called.written),
    ctx: hexOrNull(called.ctx),
    data: hexOrNull(called.data),
    redirected: called.redirected ?? null,
    changes,
    events: eventsJson(told.events),
    printed: machine.printed,
    held: heldBy(machine),
  })}\n`
}

/** Calls it, and prints what came of it. */
export async function runCall(
  machine: Machine,
  program: LoadedProgram,
  flags: CallFlags & { readonly format: string },
  outcome: () => Pick<Told, 'changes' | 'events'>,
): Promise<number> {
  const given = callOptions(machine, program, flags)
  const called = await program.callAsync(given)
  if (!called.ok) {
    complain(formatFault(called.fault))
    return 1
  }
  const told: Told = { machine, program, given, called: called.value, ...outcome() }
  process.stdout.write(flags.format === 'json' ? callJson(told) : callText(told))
  return 0
}
