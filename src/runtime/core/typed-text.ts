// SPDX-License-Identifier: Apache-2.0
// Values as the kernel tells them by its types (bpf_snprintf_btf, bpf_seq_printf_btf of bpf-helpers(7)):
//
//     (struct btf_enum){
//      .name_off = (__u32)3,
//      .val = (__s32)-1,
//     }
//
// What is zero within a struct or array is left out, unless it is asked for; so are structs and arrays of nothing else.

import {
  type Btf,
  type BtfId,
  type BtfMember,
  type BtfStruct,
  type BtfType,
  isModifier,
  skipModifiers,
  sizeOf,
} from '../../btf/index.ts'

/** BTF_F_COMPACT and so on. */
export const textFlags = { COMPACT: 1n, NONAME: 2n, PTR_RAW: 4n, ZERO: 8n } as const

export interface TypedTextOptions {
  /** No line breaks, no blanks before members. */
  readonly compact: boolean
  /** Neither names of members nor types. */
  readonly bare: boolean
  /** What is zero, too. */
  readonly zeros: boolean
  /** What an address is told as. */
  pointer(value: bigint): string
}

/** Of Latin-1. */
const isPrinted = (byte: number): boolean => (byte >= 0x20 && byte < 0x7f) || byte >= 0xa0

/** Types and typedefs that are gone through for the name of one. */
const MOST_STEPS = 8

/** `bytes`: all of a value of the type. The text is Latin-1. */
export function typedText(btf: Btf, type: BtfId, bytes: Uint8Array, options: TypedTextOptions): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return `${new Teller(btf, view, options).value({ type, at: 0, depth: 0 }) ?? ''}${options.compact ? '' : '\n'}`
}

type BtfArray = Extract<BtfType, { kind: 'array' }>

interface Place {
  readonly type: BtfId
  /** Bytes from the beginning. */
  readonly at: number
  readonly depth: number
  readonly member?: BtfMember
  /** An element of an array of bytes, which is taken for text. */
  readonly isChar?: boolean
}

class Teller {
  private readonly btf: Btf
  private readonly view: DataView
  private readonly options: TypedTextOptions
  /**
   * Elements have no label: the array says what they are. The kernel leaves out the labels of what lies in an element, too, and what opens
   * it, but for what comes behind an array within it. Where zeros are left out it has looked through the element before.
   */
  private unlabelled = false
  private readonly arrays = new Map<BtfType, boolean>()

  constructor(btf: Btf, view: DataView, options: TypedTextOptions) {
    this.btf = btf
    this.view = view
    this.options = options
  }

  /** undefined: it is left out. */
  value(place: Place): string | undefined {
    const type = this.below(place.type)
    if (type.kind !== 'struct' && type.kind !== 'union' && type.kind !== 'array') return this.scalar(place, type)
    if (place.depth > 0 && !this.options.zeros && this.hasArray(type)) this.unlabelled = false
    return type.kind === 'array' ? this.array(place, type) : this.struct(place, type)
  }

  private struct(place: Place, { members }: BtfStruct): string | undefined {
    const begin = this.label(place, '{')
    const depth = place.depth + 1
    const parts = members.map((member) =>
      this.value({ type: member.type, at: place.at + Math.floor(member.bitOffset / 8), depth, member }),
    )
    return this.joined(place, begin, parts, '}')
  }

  private array(place: Place, { type, count }: BtfArray): string | undefined {
    const begin = this.label(place, '[')
    const size = sizeOf(this.btf, type) ?? 0
    const element = this.below(type)
    // bytes are taken for text, which ends at the first that is zero
    const isChar = element.kind === 'int' && element.size === 1
    const parts: (string | undefined)[] = []
    for (let i = 0; i < count; i++) {
      const at = place.at + i * size
      const isEnd = isChar && this.view.getUint8(at) === 0
      this.unlabelled = true
      if (!isEnd) parts.push(this.value({ type, at, depth: place.depth + 1, isChar }))
      this.unlabelled = false
      if (isEnd) break
    }
    return this.joined(place, begin, parts, ']')
  }

  private joined(
    { depth }: Place,
    begin: string,
    parts: readonly (string | undefined)[],
    end: string,
  ): string | undefined {
    const { compact, zeros } = this.options
    const told = parts.filter((part) => part !== undefined)
    if (told.length === 0 && depth > 0 && !zeros) return undefined
    const line = compact ? '' : '\n'
    const indent = this.indent(depth)
    return `${indent}${begin}${line}${told.map((part) => `${part},${line}`).join('')}${indent}${end}`
  }

  /** Is it an array with elements, or is one in it? */
  private hasArray(type: BtfType): boolean {
    if (type.kind === 'array') return type.count > 0
    if (type.kind !== 'struct' && type.kind !== 'union') return false
    let known = this.arrays.get(type)
    if (known === undefined) {
      known = type.members.some((member) => this.hasArray(this.below(member.type)))
      this.arrays.set(type, known)
    }
    return known
  }

  private scalar(place: Place, type: BtfType): string | undefined {
    const { member, depth } = place
    const isField = member !== undefined && member.bitSize > 0
    const value = isField ? this.bits(place, member) : this.number(place.at, 'size' in type ? type.size : 8)
    if (value === 0n && depth > 0 && !this.options.zeros) return undefined
    return `${this.indent(depth)}${this.label(place, '')}${isField ? `0x${value.toString(16)}` : this.text(place, type, value)}`
  }

  private text({ isChar }: Place, type: BtfType, value: bigint): string {
    switch (type.kind) {
      case 'int': {
        if (isChar === true && isPrinted(Number(value))) return `'${String.fromCharCode(Number(value))}'`
        if (type.size > 8) return `0x${value.toString(16)}`
        return (type.signed ? BigInt.asIntN(8 * type.size, value) : value).toString()
      }
      case 'enum':
      case 'enum64': {
        const number = type.signed ? BigInt.asIntN(8 * type.size, value) : value
        return type.values.find((one) => one.value === number)?.name ?? number.toString()
      }
      case 'ptr':
        return this.options.pointer(value)
      default:
        return value.toString()
    }
  }

  /** '.counter = (int)' */
  private label({ type, member }: Place, parens: string): string {
    if (this.unlabelled) return ''
    if (this.options.bare) return parens
    const name = member === undefined || member.name === '' ? '' : `.${member.name} = `
    return `${name}(${this.nameOf(type)})${parens}`
  }

  /** As C has it, but without const and its kin, and with `*` and `[]` behind. */
  private nameOf(id: BtfId): string {
    const { btf } = this
    let name: string | undefined
    let [pointers, arrays] = ['', '']
    let type = btf.type(skipModifiers(btf, id))
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      if (type.kind === 'typedef') name ??= type.name
      else if (type.kind === 'ptr') pointers += '*'
      else if (type.kind === 'array') arrays += '[]'
      else break
      type = btf.type(skipModifiers(btf, type.type))
    }
    const keyword = type.kind === 'struct' || type.kind === 'union' ? type.kind : /^enum/.test(type.kind) ? 'enum' : ''
    const plain = name ?? [keyword, type.name].filter((part) => part !== '').join(' ')
    return `${plain}${pointers === '' ? '' : ` ${pointers}`}${arrays}`
  }

  private indent(depth: number): string {
    return this.options.compact ? '' : ' '.repeat(depth)
  }

  private below(id: BtfId): BtfType {
    let type = this.btf.type(id)
    for (let steps = 0; steps < MOST_STEPS && (isModifier(type) || type.kind === 'typedef'); steps++)
      type = this.btf.type(type.type)
    return type
  }

  private number(at: number, size: number): bigint {
    let value = 0n
    for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.view.getUint8(at + i))
    return value
  }

  /** Of a bitfield, which may begin within a byte. */
  private bits({ at }: Place, { bitOffset, bitSize }: BtfMember): bigint {
    const shift = bitOffset % 8
    return BigInt.asUintN(bitSize, this.number(at, (shift + bitSize + 7) >> 3) >> BigInt(shift))
  }
}
