// SPDX-License-Identifier: Apache-2.0
// Bytes of a type from what somebody writes: numbers, names of enums, text, lists, and objects with the members of structs.
import { type Btf, type BtfId, type BtfMember, resolveType, sizeOf } from '../btf/index.ts'
import { digitBytes, inNetworkOrder, isNumber, wholeNumber } from './run-input.ts'
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
  const digits = typeof value === 'string' && type.kind === 'array' ? digitBytes(value, size) : undefined
  if (digits !== undefined && turned?.length !== size) return digits
  if (turned !== undefined) {
    if (size > turned.length || (turned.length === 16 && size < 16))
      throw new UsageError(`${what}: expected ${size} bytes, not ${JSON.stringify(value)}`)
    bytes.set(turned.subarray(0, size))
    return bytes
  }
  switch (type.kind) {
    case 'enum':
    case 'enum64': {
      const named = type.values.find(({ name }) => name === value)
      const { signed } = type
      return numberBytes(named?.value ?? number(value, what), inRange({ bits: 8 * size, signed }), what)
    }
    case 'array':
      return arrayBytes({ btf, type: type.type }, { value, size, what })
    case 'struct':
    case 'union':
      if (typeof value !== 'object' || value === null || Array.isArray(value)) break
      for (const [name, one] of Object.entries(value)) {
        const place = memberOf(btf, type.members, name)
        if (place === undefined) throw new UsageError(`${what}: ${type.kind} ${type.name} has no ${name}`)
        if (place.member.bitSize !== 0) putBits(bytes, place, bitfield(btf, place, one, `${what}.${name}`))
        else bytes.set(typedBytes({ btf, type: place.member.type }, one, `${what}.${name}`), place.bit / 8)
      }
      return bytes
    case 'int':
      return numberBytes(number(value, what), inRange({ bits: 8 * size, signed: type.signed, bool: type.bool }), what)
    default:
      return numberBytes(number(value, what), either(size), what)
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
  return numberBytes(number(value, what), either(size), what)
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

/** What a bitfield is to hold: a number, or a name of its enum. */
function bitfield(btf: Btf, { member }: Place, value: unknown, what: string): bigint {
  const type = resolveType(btf, member.type)
  const isEnum = type.kind === 'enum' || type.kind === 'enum64'
  const named = isEnum ? type.values.find(({ name }) => name === value) : undefined
  const signed = (isEnum || type.kind === 'int') && type.signed
  return within(named?.value ?? number(value, what), inRange({ bits: member.bitSize, signed }), what)
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

/** The numbers that a place holds. */
interface Range {
  readonly bits: number
  readonly least: bigint
  readonly most: bigint
}

interface Width {
  readonly bits: number
  readonly signed: boolean
  readonly bool?: boolean | undefined
}

function inRange({ bits, signed, bool }: Width): Range {
  if (bool === true) return { bits, least: 0n, most: 1n }
  const all = 1n << BigInt(bits)
  return signed ? { bits, least: -(all / 2n), most: all / 2n - 1n } : { bits, least: 0n, most: all - 1n }
}

/** Of bytes without a type nobody knows whether they have a sign. */
const either = (size: number): Range => ({
  ...inRange({ bits: 8 * size, signed: false }),
  least: inRange({ bits: 8 * size, signed: true }).least,
})

function within(value: bigint, { least, most }: Range, what: string): bigint {
  if (value < least || value > most)
    throw new UsageError(`${what}: ${value} is out of range, which is ${least} to ${most}`)
  return value
}

function numberBytes(value: bigint, range: Range, what: string): Uint8Array {
  const bytes = new Uint8Array(range.bits / 8)
  let rest = BigInt.asUintN(range.bits, within(value, range, what))
  for (let i = 0; i < bytes.length; i++, rest >>= 8n) bytes[i] = Number(rest & 0xffn)
  return bytes
}
