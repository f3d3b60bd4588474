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

/** The struct that a JSON context has the fields of, by program type. */
const structs: ReadonlyMap<string, string> = new Map([
  ['BPF_PROG_TYPE_XDP', 'xdp_md'],
  ...['SCHED_CLS', 'SCHED_ACT', 'SOCKET_FILTER', 'CGROUP_SKB', 'LWT_IN', 'LWT_OUT', 'LWT_XMIT', 'LWT_SEG6LOCAL'].map(
    (type) => [`BPF_PROG_TYPE_${type}`, '__sk_buff'] as const,
  ),
])

/** As bytes, as fields of the context ({"mark": 5}), or as a list of 64-bit arguments ([1, "0xffff"]). */
export function contextBytes(machine: Machine, { type }: LoadedProgram, text: string, length: number): Uint8Array {
  if (!/^\s*[[{]/.test(text)) return hexBytes(text, '--ctx')
  const given = parsed(text)
  if (Array.isArray(given)) {
    const bytes = new Uint8Array(8 * given.length)
    const view = new DataView(bytes.buffer)
    given.forEach((value, i) => view.setBigUint64(8 * i, BigInt.asUintN(64, numberOf(value, `argument ${i}`)), true))
    return bytes
  }
  const struct = structs.get(type)
  if (struct === undefined)
    throw new UsageError(`--ctx ${text}: programs of this type take bytes, or a list of arguments`)
  const bytes = new Uint8Array(machine.layouts.sizeOf(struct))
  const view = new DataView(bytes.buffer)
  // the packet's end is the packet's length, unless told
  if (struct === 'xdp_md') view.setUint32(4, length, true)
  for (const [name, value] of Object.entries(given as object)) {
    const field = machine.layouts.find(struct, name)
    if (field === undefined) throw new UsageError(`--ctx: struct ${struct} has no ${name}`)
    const number = numberOf(value, name)
    for (let i = 0; i < field.size; i++) bytes[field.offset + i] = Number((number >> BigInt(8 * i)) & 0xffn)
  }
  return bytes
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`--ctx is no JSON: ${(error as Error).message}`)
  }
}

function numberOf(value: unknown, what: string): bigint {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  if (typeof value === 'string' && /^-?\d+$|^0x[0-9a-fA-F]+$/.test(value)) return BigInt(value)
  throw new UsageError(`--ctx: ${what} is a whole number, or one as text`)
}
