// SPDX-License-Identifier: Apache-2.0
// kfuncs run of programs on sockets: the socket that is given, what became of their context and of what it is about.
import { type Called, type CallOptions, type LoadedProgram, type Machine, MachineError } from '../runtime/index.ts'
import { shownStruct } from './context-bytes.ts'
import { dataBytes, parsedJson, wholeNumber } from './run-input.ts'
import { type FieldChange, structChanges } from './run-context.ts'
import { UsageError } from './usage.ts'

export interface SocketFlags {
  /** JSON: ends, protocol, state, and fields of struct sock. */
  readonly socket?: string
  readonly data?: string
}

const types = new Set(
  'CGROUP_SOCK CGROUP_SOCK_ADDR CGROUP_SOCKOPT SOCK_OPS SK_MSG SK_SKB SK_REUSEPORT'
    .split(' ')
    .map((type) => `BPF_PROG_TYPE_${type}`),
)
export const isOnSockets = ({ type }: Pick<LoadedProgram, 'type'>): boolean => types.has(type)

/** What the flags give a program on sockets; its context is told back even where none was given. */
export function socketOptions(machine: Machine, program: LoadedProgram, flags: SocketFlags): CallOptions {
  const struct = shownStruct(program)
  return {
    ...(struct === undefined ? {} : { ctx: new Uint8Array(machine.layouts.sizeOf(struct)) }),
    ...(flags.data === undefined ? {} : { data: dataBytes(flags.data) }),
    ...(flags.socket === undefined ? {} : { socket: socketFrom(machine, flags.socket) }),
  }
}

const texts = ['protocol', 'state', 'local', 'remote'] as const

function socketFrom(machine: Machine, json: string): { readonly address: number } {
  const given = parsedJson('--socket', json)
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new UsageError(`--socket ${json}: expected an object: '{"local": "10.0.0.1:80", "sk_mark": 7}'`)
  const told = new Map(Object.entries(given as Readonly<Record<string, unknown>>))
  const [protocol, ...others] = texts.map((name) => textOf(told, name))
  if (protocol !== undefined && protocol !== 'tcp' && protocol !== 'udp')
    throw new UsageError(`--socket: protocol ${protocol}: expected tcp or udp`)
  const [state, local, remote] = others
  const fields = [...told].flatMap(([name, value]) =>
    texts.some((text) => text === name) ? [] : [[name, wholeNumber(value, `--socket: ${name}`)] as const],
  )
  try {
    return machine.socket({
      ...(protocol === undefined ? {} : { protocol }),
      ...(state === undefined ? {} : { state }),
      ...(local === undefined ? {} : { local }),
      ...(remote === undefined ? {} : { remote }),
      fields: Object.fromEntries(fields),
    })
  } catch (error) {
    if (error instanceof MachineError) throw new UsageError(`--socket: ${error.message}`)
    throw error
  }
}

function textOf(told: ReadonlyMap<string, unknown>, name: string): string | undefined {
  const value = told.get(name)
  if (value === undefined || typeof value === 'string') return value
  throw new UsageError(`--socket: ${name}: expected text, not ${JSON.stringify(value)}`)
}

/** The context's fields that the program changed: `before` is the context as it would be told had it changed none. */
export function socketChanges(
  machine: Machine,
  program: LoadedProgram,
  { given, called }: { readonly given: CallOptions; readonly called: Called },
): readonly FieldChange[] {
  const struct = shownStruct(program)
  if (struct === undefined || called.before === undefined || called.ctx === undefined || given.ctx === undefined)
    return []
  return structChanges(machine, struct, called.before, called.ctx)
}

export function socketLines(called: Called, given: CallOptions, changes: readonly FieldChange[]): readonly string[] {
  const lines = changes.map(({ field, from, to }) => `  ctx->${field}: ${from} → ${to}`)
  const [from, to] = [given.data, called.data].map((bytes) => bytes && Buffer.from(bytes).toString('hex'))
  if (to !== undefined && to !== (from ?? '')) lines.push(`  data: ${from || 'none'} → ${to || 'none'}`)
  if (called.redirected !== undefined) {
    const { socket, ingress } = called.redirected
    lines.push(`  to the socket at 0x${socket.toString(16)}, ${ingress ? 'to be received' : 'to be sent'}`)
  }
  return lines
}
