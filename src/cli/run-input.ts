// SPDX-License-Identifier: Apache-2.0
// Packets and contexts from the command line.
import type { LoadedProgram, Machine } from '../runtime/index.ts'
import { readInput, UsageError } from './usage.ts'

/** Hexadecimal digits, or @FILE: the bytes of a file. */
export function hexBytes(text: string, option: string): Uint8Array {
  if (text.startsWith('@')) return Uint8Array.from(readInput(text.slice(1)))
  const digits = text.replaceAll(/[\s:]|^0x/g, '')
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(digits))
    throw new UsageError(`${option} ${text.slice(0, 40)}: two hexadecimal digits a byte are meant, or @FILE`)
  return Uint8Array.from(Buffer.from(digits, 'hex'))
}

/** --data: the same, or a file by its name where that ends as captures' do. */
export const dataBytes = (text: string): Uint8Array =>
  hexBytes(/\.(?:pcap|pcapng|cap)$/i.test(text) && !text.startsWith('@') ? `@${text}` : text, '--data')

/** The struct that a JSON context has the fields of, by program type. A tracepoint's is named after it. */
const structs: ReadonlyMap<string, string> = new Map([
  ['BPF_PROG_TYPE_XDP', 'xdp_md'],
  ...['SCHED_CLS', 'SCHED_ACT', 'SOCKET_FILTER', 'CGROUP_SKB', 'LWT_IN', 'LWT_OUT', 'LWT_XMIT', 'LWT_SEG6LOCAL'].map(
    (type) => [`BPF_PROG_TYPE_${type}`, '__sk_buff'] as const,
  ),
  ['BPF_PROG_TYPE_CGROUP_DEVICE', 'bpf_cgroup_dev_ctx'],
  ['BPF_PROG_TYPE_CGROUP_SOCK_ADDR', 'bpf_sock_addr'],
  ['BPF_PROG_TYPE_CGROUP_SYSCTL', 'bpf_sysctl'],
  ['BPF_PROG_TYPE_CGROUP_SOCK', 'bpf_sock'],
  ['BPF_PROG_TYPE_CGROUP_SOCKOPT', 'bpf_sockopt'],
  ['BPF_PROG_TYPE_SOCK_OPS', 'bpf_sock_ops'],
  ['BPF_PROG_TYPE_SK_MSG', 'sk_msg_md'],
  ['BPF_PROG_TYPE_SK_SKB', '__sk_buff'],
  ['BPF_PROG_TYPE_SK_REUSEPORT', 'sk_reuseport_md'],
])

/** undefined: programs of the type have no context of fields. */
export const contextStruct = ({ type }: Pick<LoadedProgram, 'type'>): string | undefined => structs.get(type)

function structOf({ layouts }: Machine, { type, section }: LoadedProgram, text: string): string {
  const known = structs.get(type)
  if (known !== undefined) return known
  const [, event] = /^(?:tp|tracepoint)\/[^/]+\/(\w+)$/.exec(section) ?? []
  if (event === undefined)
    throw new UsageError(`--ctx ${text}: programs of this type take bytes, or a list of arguments`)
  const record = `trace_event_raw_${/^sys_(?:enter|exit)_/.exec(event)?.[0].slice(0, -1) ?? event}`
  if (layouts.struct(record) === undefined)
    throw new UsageError(`--ctx ${text}: this kernel has no struct ${record}: give the bytes of the record`)
  return record
}

/** As bytes, as fields of the context ({"mark": 5}), or as a list of 64-bit arguments ([1, "0xffff"]). */
export function contextBytes(machine: Machine, program: LoadedProgram, text: string, length: number): Uint8Array {
  if (!/^\s*[[{]/.test(text)) return hexBytes(text, '--ctx')
  const given = parsedJson('--ctx', text)
  if (Array.isArray(given)) {
    const bytes = new Uint8Array(8 * given.length)
    const view = new DataView(bytes.buffer)
    given.forEach((value, i) =>
      view.setBigUint64(8 * i, BigInt.asUintN(64, wholeNumber(value, `--ctx: argument ${i}`)), true),
    )
    return bytes
  }
  const struct = structOf(machine, program, text)
  const bytes = new Uint8Array(machine.layouts.sizeOf(struct))
  const view = new DataView(bytes.buffer)
  // the packet's end is the packet's length, unless told
  if (struct === 'xdp_md') view.setUint32(4, length, true)
  for (const [name, value] of leaves(given, '')) {
    const field = machine.layouts.find(struct, name)
    if (field === undefined) throw new UsageError(`--ctx: struct ${struct} has no ${name}`)
    const turned = typeof value === 'string' ? inNetworkOrder(value) : undefined
    if (turned !== undefined) {
      bytes.set(turned.subarray(0, field.size), field.offset)
      continue
    }
    if (typeof value === 'string' && !isNumber(value)) {
      bytes.set(new TextEncoder().encode(value).subarray(0, field.size), field.offset)
      continue
    }
    const number = wholeNumber(value, `--ctx: ${name}`)
    for (let i = 0; i < field.size; i++) bytes[field.offset + i] = Number((number >> BigInt(8 * i)) & 0xffn)
  }
  return bytes
}

/** Bytes as they cross the wire: '10.0.0.1', and what C writes as htons(80) and htonl(1). */
export function inNetworkOrder(text: string): Uint8Array | undefined {
  const four = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number)
  if (four?.every((byte) => byte <= 255) === true) return Uint8Array.from(four)
  const [, width, number] = /^hton([sl])\((0x[0-9a-fA-F]+|\d+)\)$/.exec(text) ?? []
  if (number === undefined) return undefined
  const bytes = new Uint8Array(4)
  const view = new DataView(bytes.buffer)
  if (width === 's') view.setUint16(0, Number(number))
  else view.setUint32(0, Number(number))
  return bytes
}

/** {"a": {"b": [1, 2]}} → 'a.b[0]': 1, 'a.b[1]': 2 */
function leaves(value: unknown, path: string): readonly (readonly [string, unknown])[] {
  if (Array.isArray(value)) return value.flatMap((one, i) => leaves(one, `${path}[${i}]`))
  if (typeof value !== 'object' || value === null) return [[path, value]]
  return Object.entries(value).flatMap(([name, one]) => leaves(one, path === '' ? name : `${path}.${name}`))
}

/** The value of an option that is JSON. */
export function parsedJson(option: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${option} is no JSON: ${(error as Error).message}`)
  }
}

/** A whole number as text: '-5', '0xffff'. */
export const isNumber = (text: string): boolean => /^-?\d+$|^0x[0-9a-fA-F]+$/.test(text)

/** A whole number of JSON; `what`: the option, and what of it. */
export function wholeNumber(value: unknown, what: string): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  if (typeof value === 'string' && isNumber(value)) return BigInt(value)
  throw new UsageError(`${what} is a whole number, or one as text`)
}
