// SPDX-License-Identifier: Apache-2.0
// Bytes of maps and variables as their types read: numbers, names, text; and where two of one type differ.
import { type Btf, type BtfId, type BtfMember, resolveType, sizeOf } from '../btf/index.ts'

/** 'counts[1]', 'flow.packets': what it was, and is. */
export interface Change {
  readonly what: string
  readonly from: string
  readonly to: string
}

interface Typed {
  readonly btf: Btf
  readonly type: BtfId
}

/** Differences that are told of one value, one by one. */
const MOST = 16
/** Characters of a struct in one piece. */
const WIDEST = 100

/** Where two values of one type differ, in their smallest named parts. Both have the type's size. */
export function differences(typed: Typed, what: string, from: Uint8Array, to: Uint8Array): readonly Change[] {
  const all = [...differing(typed, what, from, to)]
  const rest = all.length - MOST
  return rest <= 0 ? all : [...all.slice(0, MOST), { what: `${what} …`, from: '', to: `${rest} more that differ` }]
}

function* differing({ btf, type: id }: Typed, what: string, from: Uint8Array, to: Uint8Array): Generator<Change> {
  if (Buffer.compare(from, to) === 0) return
  const type = resolveType(btf, id)
  if (type.kind === 'array' && !isText(btf, type.type)) {
    const size = sizeOf(btf, type.type) ?? 0
    for (let i = 0; size > 0 && i < type.count && i * size < from.length; i++) {
      const part = (bytes: Uint8Array): Uint8Array => bytes.subarray(i * size, (i + 1) * size)
      yield* differing({ btf, type: type.type }, `${what}[${i}]`, part(from), part(to))
    }
  } else if (type.kind === 'struct' && type.members.length > 0) {
    let told = false
    for (const member of type.members) {
      const name = member.name === '' ? what : `${what}.${member.name}`
      for (const change of memberChanges(btf, member, name, from, to)) {
        told = true
        yield change
      }
    }
    // in padding, or beyond what the types tell
    if (!told) yield { what, from: hex(from), to: hex(to) }
  } else yield { what, from: valueText({ btf, type: id }, from), to: valueText({ btf, type: id }, to) }
}

function* memberChanges(
  btf: Btf,
  member: BtfMember,
  what: string,
  from: Uint8Array,
  to: Uint8Array,
): Generator<Change> {
  if (member.bitSize === 0)
    return yield* differing({ btf, type: member.type }, what, partOf(btf, member, from), partOf(btf, member, to))
  const [old, now] = [bitsOf(member, from), bitsOf(member, to)]
  if (old !== now) yield { what, from: old.toString(), to: now.toString() }
}

function partOf(btf: Btf, { type, bitOffset }: BtfMember, bytes: Uint8Array): Uint8Array {
  return bytes.subarray(bitOffset / 8, bitOffset / 8 + (sizeOf(btf, type) ?? 0))
}

/** A value in a line: 5, RUNNING, "eth0", { packets: 1, bytes: 60 }; what has no such form, or is long, in hexadecimal digits. */
export function valueText(typed: Typed, bytes: Uint8Array): string {
  const text = readable(typed, bytes)
  return text === undefined || text.length > WIDEST ? hex(bytes) : text
}

function readable({ btf, type: id }: Typed, bytes: Uint8Array): string | undefined {
  const type = resolveType(btf, id)
  switch (type.kind) {
    case 'int':
      if (type.bool) return bytes[0] === 0 ? 'false' : bytes[0] === 1 ? 'true' : `${bytes[0]}`
      return numberOf(bytes, type).toString()
    case 'enum':
    case 'enum64': {
      const value = numberOf(bytes, type)
      return type.values.find((one) => one.value === value)?.name ?? value.toString()
    }
    case 'ptr':
      return `0x${numberOf(bytes, { signed: false }).toString(16)}`
    case 'array': {
      if (isText(btf, type.type)) return textOf(bytes)
      const size = sizeOf(btf, type.type) ?? 0
      if (size === 0 || type.count > WIDEST) return undefined
      const parts = Array.from({ length: type.count }, (_, i) =>
        readable({ btf, type: type.type }, bytes.subarray(i * size, (i + 1) * size)),
      )
      return parts.includes(undefined) ? undefined : `[${parts.join(', ')}]`
    }
    case 'struct': {
      const parts = type.members.map((member) => {
        const value =
          member.bitSize > 0
            ? `${bitsOf(member, bytes)}`
            : readable({ btf, type: member.type }, partOf(btf, member, bytes))
        return value === undefined ? undefined : member.name === '' ? value : `${member.name}: ${value}`
      })
      return parts.includes(undefined) || parts.length === 0 ? undefined : `{ ${parts.join(', ')} }`
    }
    default:
      return undefined
  }
}

/** An array of it is text, as far as its bytes are. */
function isText(btf: Btf, element: BtfId): boolean {
  const type = resolveType(btf, element)
  return type.kind === 'int' && type.size === 1 && type.name === 'char'
}

function textOf(bytes: Uint8Array): string | undefined {
  const end = bytes.indexOf(0)
  const text = Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('latin1')
  const rest = end < 0 ? [] : [...bytes.subarray(end)]
  return /^[\x20-\x7e\t\n]*$/.test(text) && rest.every((byte) => byte === 0) ? JSON.stringify(text) : undefined
}

function bitsOf({ bitOffset, bitSize }: BtfMember, bytes: Uint8Array): bigint {
  let value = 0n
  for (let i = bitSize - 1; i >= 0; i--) {
    const bit = bitOffset + i
    value = (value << 1n) | BigInt(((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1)
  }
  return value
}

function numberOf(bytes: Uint8Array, { signed }: { readonly signed: boolean }): bigint {
  let value = 0n
  for (const byte of [...bytes].reverse()) value = (value << 8n) | BigInt(byte)
  return signed ? BigInt.asIntN(8 * bytes.length, value) : value
}

const LONGEST = 32

export function hex(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.subarray(0, LONGEST)).toString('hex')
  return bytes.length > LONGEST ? `${text}… (${bytes.length} bytes)` : text
}
