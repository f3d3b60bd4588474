// SPDX-License-Identifier: Apache-2.0
// Bytes of a type from what somebody writes: numbers, names of enums, text, lists, and objects with the members of structs.
import { type Btf, type BtfId, type BtfMember, resolveType, sizeOf } from '../btf/index.ts'
import { inNetworkOrder, isNumber, wholeNumber } from './run-input.ts'
import { UsageError } from './usage.ts'

export interface Typed {
  readonly btf: Btf
  readonly type: BtfId
}

/** `what` says in faults whose value it is. Members that are not told are 0. */
export function typedBytes({ btf, type: id }: Typed, value: unknown, what: string): Uint8Array {
  const size = sizeOf(btf, id) ?? 0
  const bytes = new Uint8Array(size)
  const type = resolveType(btf, id)
  const turned = typeof value === 'string' ? inNetworkOrder(value) : undefined
  if (turned !== undefined) {
    if (size > turned.length) throw new UsageError(`${what}: expected ${size} bytes, not ${JSON.stringify(value)}`)
    bytes.set(turned.subarray(0, size))
    return bytes
  }
  switch (type.kind) {
    case 'enum':
    case 'enum64': {
      const named = type.values.find(({ name }) => name === value)
      return numberBytes(named === undefined ? number(value, what) : BigInt(named.value), size, what)
    }
    case 'array':
      return arrayBytes({ btf, type: type.type }, { value, size, what })
    case 'struct':
    case 'union':
      if (typeof value !== 'object' || value === null || Array.isArray(value)) break
      for (const [name, one] of Object.entries(value)) {
        const place = memberOf(btf, type.members, name)
        if (place === undefined) throw new UsageError(`${what}: ${type.kind} ${type.name} has no ${name}`)
        if (place.member.bitSize !== 0) putBits(bytes, place, number(one, `${what}.${name}`))
        else bytes.set(typedBytes({ btf, type: place.member.type }, one, `${what}.${name}`), place.bit / 8)
      }
      return bytes
    default:
      return numberBytes(number(value, what), size, what)
  }
  throw new UsageError(`${what}: expected an object with members of ${type.kind} ${type.name}`)
}

/** Of a value without a type: a number, or bytes: a list of them, or two hexadecimal digits each. */
export function plainBytes(value: unknown, size: number, what: string): Uint8Array {
  if (Array.isArray(value)) {
    const bytes = value.map((byte) => Number(number(byte, what)))
    if (bytes.length !== size || bytes.some((byte) => byte < 0 || byte > 255))
      throw new UsageError(`${what}: expected ${size} bytes`)
    return Uint8Array.from(bytes)
  }
  if (typeof value === 'string') {
    const turned = inNetworkOrder(value)?.subarray(0, size)
    if (turned?.length === size) return turned
    const digits = value.replaceAll(/[\s:]/g, '')
    if (/^[0-9a-fA-F]+$/.test(digits) && digits.length === 2 * size && size > 8)
      return Uint8Array.from(Buffer.from(digits, 'hex'))
  }
  return numberBytes(number(value, what), size, what)
}

function arrayBytes(
  { btf, type }: Typed,
  { value, size, what }: { readonly value: unknown; readonly size: number; readonly what: string },
): Uint8Array {
  const bytes = new Uint8Array(size)
  const each = sizeOf(btf, type) ?? 1
  if (typeof value === 'string' && each === 1) {
    const text = new TextEncoder().encode(value)
    if (text.length > size) throw new UsageError(`${what}: ${text.length} bytes are more than ${size}`)
    bytes.set(text)
    return bytes
  }
  if (!Array.isArray(value)) throw new UsageError(`${what}: expected a list${each === 1 ? ' or text' : ''}`)
  if (value.length * each > size) throw new UsageError(`${what}: it has at most ${size / each} elements`)
  value.forEach((one, i) => bytes.set(typedBytes({ btf, type }, one, `${what}[${i}]`), i * each))
  return bytes
}

interface Place {
  readonly member: BtfMember
  /** From the struct's begin. */
  readonly bit: number
}

/** Members of structs and unions without a name are their owner's. */
function memberOf(btf: Btf, members: readonly BtfMember[], name: string, from = 0): Place | undefined {
  for (const member of members) {
    const bit = from + member.bitOffset
    if (member.name === name) return { member, bit }
    if (member.name !== '') continue
    const type = resolveType(btf, member.type)
    const within = type.kind === 'struct' || type.kind === 'union' ? memberOf(btf, type.members, name, bit) : undefined
    if (within !== undefined) return within
  }
  return undefined
}

function putBits(bytes: Uint8Array, { member, bit }: Place, value: bigint): void {
  for (let i = 0; i < member.bitSize; i++) {
    const at = bit + i
    if (((value >> BigInt(i)) & 1n) === 1n) bytes[at >> 3]! |= 1 << (at & 7)
  }
}

function number(value: unknown, what: string): bigint {
  if (typeof value === 'boolean') return BigInt(value)
  if (typeof value === 'string' && !isNumber(value))
    throw new UsageError(`${what}: expected a number, not ${JSON.stringify(value)}`)
  return wholeNumber(value, what)
}

function numberBytes(value: bigint, size: number, what: string): Uint8Array {
  const bits = BigInt(8 * size)
  if (value >= 1n << bits || value < -(1n << (bits - 1n)))
    throw new UsageError(`${what}: ${value} does not fit into ${size} bytes`)
  const bytes = new Uint8Array(size)
  for (let i = 0, rest = BigInt.asUintN(8 * size, value); i < size; i++, rest >>= 8n) bytes[i] = Number(rest & 0xffn)
  return bytes
}
