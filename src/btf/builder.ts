// SPDX-License-Identifier: Apache-2.0
// Makes BTF: types are added in order, each add answers its id; `nextId` lets a type refer to one that is yet to come.

import { FaultError } from '../fault/index.ts'
import { BTF_MAGIC, BTF_VERSION, HEADER_SIZE, kindCode, linkages } from './layout.ts'
import { parseBtf } from './parse.ts'
import { BtfSection } from './section.ts'
import type { Btf, BtfId, BtfMember, BtfParam, BtfType } from './types.ts'

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never
/** A type as given to `add`: as decoded, without its id. */
export type NewBtfType = WithoutId<Exclude<BtfType, { kind: 'void' }>>
type Linkage = (typeof linkages)[number]

export interface BtfBuilderOptions {
  readonly base?: Btf | undefined
  readonly littleEndian?: boolean
}

export class BtfBuilder {
  readonly #base: BtfSection | undefined
  readonly #little: boolean
  readonly #types: NewBtfType[] = []
  readonly #strings = new Map<string, number>()
  readonly #chunks: Uint8Array[] = []
  #stringEnd: number

  constructor({ base, littleEndian = true }: BtfBuilderOptions = {}) {
    if (base !== undefined && !(base instanceof BtfSection)) {
      throw new FaultError('the base of a split BTF must come from parseBtf or BtfBuilder')
    }
    this.#base = base
    this.#little = littleEndian
    this.#stringEnd = base?.strings.end ?? 0
    if (base === undefined) this.string('')
  }

  /** The id the next `add` will answer. */
  get nextId(): BtfId {
    return (this.#base?.count ?? 1) + this.#types.length
  }

  add(type: NewBtfType): BtfId {
    this.#types.push(type)
    return this.nextId - 1
  }

  int(
    name: string,
    size: number,
    how: { signed?: boolean; char?: boolean; bool?: boolean; bits?: number } = {},
  ): BtfId {
    const { signed = false, char = false, bool = false, bits = size * 8 } = how
    return this.add({ kind: 'int', name, size, signed, char, bool, bitOffset: 0, bits })
  }
  ptr(type: BtfId): BtfId {
    return this.add({ kind: 'ptr', name: '', type })
  }
  array(type: BtfId, index: BtfId, count: number): BtfId {
    return this.add({ kind: 'array', name: '', type, index, count })
  }
  struct(name: string, size: number, members: readonly NewMember[]): BtfId {
    return this.add({ kind: 'struct', name, size, members: members.map(fullMember) })
  }
  union(name: string, size: number, members: readonly NewMember[]): BtfId {
    return this.add({ kind: 'union', name, size, members: members.map(fullMember) })
  }
  enum(
    name: string,
    values: Readonly<Record<string, number | bigint>>,
    how: { size?: number; signed?: boolean } = {},
  ): BtfId {
    const { size = 4 } = how
    const list = Object.entries(values).map(([key, value]) => ({ name: key, value: BigInt(value) }))
    const signed = how.signed ?? list.some(({ value }) => value < 0n)
    return this.add({ kind: size === 8 ? 'enum64' : 'enum', name, size, signed, values: list })
  }
  fwd(name: string, how: { union?: boolean } = {}): BtfId {
    return this.add({ kind: 'fwd', name, union: how.union ?? false })
  }
  typedef(name: string, type: BtfId): BtfId {
    return this.add({ kind: 'typedef', name, type })
  }
  const(type: BtfId): BtfId {
    return this.add({ kind: 'const', name: '', type })
  }
  volatile(type: BtfId): BtfId {
    return this.add({ kind: 'volatile', name: '', type })
  }
  restrict(type: BtfId): BtfId {
    return this.add({ kind: 'restrict', name: '', type })
  }
  typeTag(name: string, type: BtfId): BtfId {
    return this.add({ kind: 'type_tag', name, type })
  }
  func(name: string, type: BtfId, linkage: Linkage = 'static'): BtfId {
    return this.add({ kind: 'func', name, type, linkage })
  }
  funcProto(ret: BtfId, params: readonly BtfParam[]): BtfId {
    return this.add({ kind: 'func_proto', name: '', ret, params })
  }
  var(name: string, type: BtfId, linkage: Linkage = 'static'): BtfId {
    return this.add({ kind: 'var', name, type, linkage })
  }
  datasec(name: string, size: number, entries: readonly { type: BtfId; offset: number; size: number }[]): BtfId {
    return this.add({ kind: 'datasec', name, size, entries })
  }
  float(name: string, size: number): BtfId {
    return this.add({ kind: 'float', name, size })
  }
  declTag(name: string, type: BtfId, component = -1): BtfId {
    return this.add({ kind: 'decl_tag', name, type, component })
  }

  /** Offset of a string, added where it is new (to the base as well). */
  string(text: string): number {
    if (text === '' && this.#base !== undefined) return 0
    const known = this.#strings.get(text)
    if (known !== undefined) return known
    const bytes = new TextEncoder().encode(`${text}\0`)
    const offset = this.#stringEnd
    this.#chunks.push(bytes)
    this.#stringEnd += bytes.length
    this.#strings.set(text, offset)
    return offset
  }

  /** The raw section. */
  bytes(): Uint8Array {
    const words: number[] = []
    for (const type of this.#types) this.#emit(type, words)
    const typeLength = words.length * 4
    const stringLength = this.#stringEnd - (this.#base?.strings.end ?? 0)
    const bytes = new Uint8Array(HEADER_SIZE + typeLength + stringLength)
    const view = new DataView(bytes.buffer)
    view.setUint16(0, BTF_MAGIC, this.#little)
    view.setUint8(2, BTF_VERSION)
    const header = [HEADER_SIZE, 0, typeLength, typeLength, stringLength]
    header.forEach((word, i) => {
      view.setUint32(4 + 4 * i, word, this.#little)
    })
    words.forEach((word, i) => {
      view.setUint32(HEADER_SIZE + 4 * i, word, this.#little)
    })
    let at = HEADER_SIZE + typeLength
    for (const chunk of this.#chunks) {
      bytes.set(chunk, at)
      at += chunk.length
    }
    return bytes
  }

  /** The section, parsed. Throws a FaultError where a type refers to one that was never added. */
  build(name: string): Btf {
    const parsed = parseBtf(this.bytes(), { name, base: this.#base })
    if (!parsed.ok) throw new FaultError(parsed.fault.what, parsed.fault.place, parsed.fault.hint)
    return parsed.value
  }

  #emit(type: NewBtfType, words: number[]): void {
    const flag = 0x8000_0000
    const head = (vlen: number, sizeOrType: number, flags = 0): void => {
      words.push(this.string(type.name), (flags | (kindCode[type.kind] << 24) | vlen) >>> 0, sizeOrType >>> 0)
    }
    switch (type.kind) {
      case 'int': {
        const encoding = (type.signed ? 1 : 0) | (type.char ? 2 : 0) | (type.bool ? 4 : 0)
        head(0, type.size)
        words.push((encoding << 24) | (type.bitOffset << 16) | type.bits)
        return
      }
      case 'array':
        head(0, 0)
        words.push(type.type, type.index, type.count)
        return
      case 'struct':
      case 'union': {
        const bitfields = type.members.some((member) => member.bitSize > 0)
        head(type.members.length, type.size, bitfields ? flag : 0)
        for (const { name, type: id, bitOffset, bitSize } of type.members) {
          words.push(this.string(name), id, bitfields ? ((bitSize << 24) | bitOffset) >>> 0 : bitOffset)
        }
        return
      }
      case 'enum':
        head(type.values.length, type.size, type.signed ? flag : 0)
        for (const { name, value } of type.values) words.push(this.string(name), Number(BigInt.asUintN(32, value)))
        return
      case 'enum64':
        head(type.values.length, type.size, type.signed ? flag : 0)
        for (const { name, value } of type.values) {
          const bits = BigInt.asUintN(64, value)
          words.push(this.string(name), Number(bits & 0xffff_ffffn), Number(bits >> 32n))
        }
        return
      case 'fwd':
        head(0, 0, type.union ? flag : 0)
        return
      case 'func':
        head(linkages.indexOf(type.linkage), type.type)
        return
      case 'func_proto':
        head(type.params.length, type.ret)
        for (const param of type.params) words.push(this.string(param.name), param.type)
        return
      case 'var':
        head(0, type.type)
        words.push(linkages.indexOf(type.linkage))
        return
      case 'datasec':
        head(type.entries.length, type.size)
        for (const entry of type.entries) words.push(entry.type, entry.offset, entry.size)
        return
      case 'float':
        head(0, type.size)
        return
      case 'decl_tag':
        head(0, type.type)
        words.push(type.component >>> 0)
        return
      default:
        head(0, type.type)
    }
  }
}

/** A member as given to `struct`: `bitOffset` or `offset` in bytes. */
export type NewMember = { readonly name: string; readonly type: BtfId; readonly bitSize?: number } & (
  | { readonly bitOffset: number }
  | { readonly offset: number }
)

const fullMember = (member: NewMember): BtfMember => ({
  name: member.name,
  type: member.type,
  bitOffset: 'bitOffset' in member ? member.bitOffset : member.offset * 8,
  bitSize: member.bitSize ?? 0,
})
