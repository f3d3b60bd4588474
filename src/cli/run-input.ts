// SPDX-License-Identifier: Apache-2.0
// What the command line gives as text: bytes, numbers, JSON.
import { isIPv6 } from 'node:net'
import { readInput, UsageError } from './usage.ts'

/** Hexadecimal digits, or @FILE: the bytes of a file. */
export function hexBytes(text: string, option: string): Uint8Array {
  if (text.startsWith('@')) return Uint8Array.from(readInput(text.slice(1)))
  const digits = text.replaceAll(/[\s:]|^0x/g, '')
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(digits))
    throw new UsageError(`${option} ${text.slice(0, 40)}: expected two hexadecimal digits for each byte, or @FILE`)
  return Uint8Array.from(Buffer.from(digits, 'hex'))
}

/** --data: the same, or a file by its name where that ends as captures' do. */
export const dataBytes = (text: string): Uint8Array =>
  hexBytes(/\.(?:pcap|pcapng|cap)$/i.test(text) && !text.startsWith('@') ? `@${text}` : text, '--data')

/** Bytes as they cross the wire: '10.0.0.1', 'fc00::1', and what C writes as htons(80) and htonl(1). */
export function inNetworkOrder(text: string): Uint8Array | undefined {
  const four = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number)
  if (four?.every((byte) => byte <= 255) === true) return Uint8Array.from(four)
  if (isIPv6(text) && !text.includes('%')) return ipv6Bytes(text)
  const [, width, number] = /^hton([sl])\((0x[0-9a-fA-F]+|\d+)\)$/.exec(text) ?? []
  if (number === undefined) return undefined
  const bytes = new Uint8Array(4)
  const view = new DataView(bytes.buffer)
  if (width === 's') view.setUint16(0, Number(number))
  else view.setUint32(0, Number(number))
  return bytes
}

/** Of an address that is one: '::' stands for as many zeros as there is room for, and the last four bytes may be written as IPv4's. */
function ipv6Bytes(text: string): Uint8Array {
  const groups = (part: string): readonly number[] =>
    part.split(':').flatMap((group) => {
      if (group === '') return []
      if (!group.includes('.')) return [Number.parseInt(group, 16)]
      const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number)
      return [(a << 8) | b, (c << 8) | d]
    })
  const [head = [], tail = []] = text.split('::').map(groups)
  const all = [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail]
  return Uint8Array.from(all.flatMap((group) => [group >> 8, group & 0xff]))
}

/** Two hexadecimal digits for each of so many bytes, as MAC addresses are written: '02:00:00:00:00:01', '020000000001'. */
export function digitBytes(text: string, size: number): Uint8Array | undefined {
  const digits = /^[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2})*$/.test(text) ? text.replaceAll(':', '') : text
  return digits.length === 2 * size && /^[0-9a-fA-F]+$/.test(digits)
    ? Uint8Array.from(Buffer.from(digits, 'hex'))
    : undefined
}

/** The value of an option that is JSON. */
export function parsedJson(option: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UsageError(`${option} is not JSON: ${(error as Error).message}`)
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
