// SPDX-License-Identifier: Apache-2.0
// --ctx: the context that a program is given, as bytes, arguments, or fields of the struct that the user API shows.
import { type Btf, resolveType } from '../btf/index.ts'
import { contextStruct } from '../kernel/index.ts'
import type { LoadedProgram, Machine } from '../runtime/index.ts'
import { takesSkb } from './run-context.ts'
import { hexBytes, parsedJson, wholeNumber } from './run-input.ts'
import { type Typed, typedBytes } from './typed-bytes.ts'
import { UsageError } from './usage.ts'

/** Their context is told otherwise, or by nobody. */
const otherwise: ReadonlySet<string> = new Set(['BPF_PROG_TYPE_FLOW_DISSECTOR', 'BPF_PROG_TYPE_PERF_EVENT'])

/** The struct that a JSON context has the fields of. undefined: programs of the type have none; a tracepoint's is named after it. */
export const shownStruct = ({ type }: Pick<LoadedProgram, 'type'>): string | undefined =>
  otherwise.has(type) ? undefined : contextStruct({ type })

/** What the argument of a program points to, by the types of its object. undefined: to no struct. */
export function argumentStruct(btf: Btf | undefined, program: string): Typed | undefined {
  const id = btf?.find(program, 'func')
  const func = id === undefined ? undefined : btf?.type(id)
  const proto = func?.kind === 'func' ? btf?.type(func.type) : undefined
  const first = proto?.kind === 'func_proto' ? proto.params[0] : undefined
  const pointer = first === undefined ? undefined : resolveType(btf!, first.type)
  if (pointer?.kind !== 'ptr' || resolveType(btf!, pointer.type).kind !== 'struct') return undefined
  return { btf: btf!, type: pointer.type }
}

/** The struct that a syscall program has for its context. */
export const syscallContext = ({ type, name, linked }: LoadedProgram): Typed | undefined =>
  type === 'BPF_PROG_TYPE_SYSCALL' ? argumentStruct(linked.btf, name) : undefined

function structOf({ layouts }: Machine, { type, section }: LoadedProgram, text: string): string {
  const known = shownStruct({ type })
  if (known !== undefined) return known
  if (type === 'BPF_PROG_TYPE_SYSCALL')
    throw new UsageError(`--ctx ${text}: the program's argument points to no struct that its object has the type of`)
  const [, event] = /^(?:tp|tracepoint)\/[^/]+\/(\w+)$/.exec(section) ?? []
  if (event === undefined)
    throw new UsageError(`--ctx ${text}: programs of this type take bytes, or a list of arguments`)
  const record = `trace_event_raw_${/^sys_(?:enter|exit)_/.exec(event)?.[0].slice(0, -1) ?? event}`
  if (layouts.struct(record) === undefined)
    throw new UsageError(`--ctx ${text}: this kernel has no struct ${record}: give the bytes of the record`)
  return record
}

/** A struct __sk_buff of which only the first bytes are given: what comes back is as long as what is given. */
function whole({ layouts }: Machine, program: LoadedProgram, given: Uint8Array): Uint8Array {
  const size = takesSkb(program) ? layouts.sizeOf('__sk_buff') : 0
  if (given.length >= size) return given
  const bytes = new Uint8Array(size)
  bytes.set(given)
  return bytes
}

/** As bytes, as fields of the context ({"mark": 5}), or as a list of 64-bit arguments ([1, "0xffff"]). */
export function contextBytes(machine: Machine, program: LoadedProgram, text: string, length: number): Uint8Array {
  if (!/^\s*[[{]/.test(text)) return whole(machine, program, hexBytes(text, '--ctx'))
  const given = parsedJson('--ctx', text)
  if (Array.isArray(given)) {
    const bytes = new Uint8Array(8 * given.length)
    const view = new DataView(bytes.buffer)
    given.forEach((value, i) =>
      view.setBigUint64(8 * i, BigInt.asUintN(64, wholeNumber(value, `--ctx: argument ${i}`)), true),
    )
    return bytes
  }
  const own = syscallContext(program)
  if (own !== undefined) return typedBytes(own, given, '--ctx')
  const struct = structOf(machine, program, text)
  const { layouts } = machine
  const type = layouts.struct(struct)
  if (type === undefined) throw new UsageError(`--ctx ${text}: this kernel has no struct ${struct}`)
  const bytes = typedBytes({ btf: layouts.btf, type: type.id }, given, '--ctx')
  // the packet's end is the packet's length, unless told
  if (struct === 'xdp_md' && !Object.hasOwn(given as object, 'data_end'))
    new DataView(bytes.buffer).setUint32(layouts.offset(struct, 'data_end'), length, true)
  return bytes
}
