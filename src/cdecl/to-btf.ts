// SPDX-License-Identifier: Apache-2.0
// C declarations → BTF, as a compiler and pahole would make it for a 64-bit machine: one type per distinct C type, structs
// laid out by the System V ABI (AMD64, 3.1.2), prototypes with their parameter names. On top of a base (a kernel's BTF), what the
// base has is referred to, not repeated; a struct that neither the text nor the base defines becomes a forward.
import {
  alignOf as btfAlign,
  type Btf,
  BtfBuilder,
  type BtfId,
  type BtfMember,
  sizeOf as btfSize,
  type NewBtfType as NewType,
} from '../btf/index.ts'
import { attempt, FaultError, type Place, type Result } from '../fault/index.ts'
import { baseTypes, impliedTypedefs } from './base-types.ts'
import type { CDeclaration, CEnum, CMember, CRecord, CType, CUnit } from './types.ts'

export interface CdeclToBtfOptions {
  /** What the new section is called: a module's name. */
  readonly name: string
  /** Types of this BTF are referred to: the result is split BTF over it. */
  readonly base?: Btf
}

/** A type too big for any kernel object; also keeps sizes in what BTF can say. */
const maxSize = 1 << 28
const maxTypes = 500_000

/** Builds BTF of every struct, union, enum, typedef and function of the unit. */
export function cdeclToBtf(unit: CUnit, options: CdeclToBtfOptions): Result<Btf> {
  return attempt({ file: unit.file }, () => new Converter(unit, options).convert())
}

interface Layout {
  readonly size: number
  readonly align: number
}

class Converter {
  private readonly unit: CUnit
  private readonly options: CdeclToBtfOptions
  private readonly base: Btf | undefined
  private readonly first: number
  private readonly types: NewType[] = []
  private readonly layouts = new Map<BtfId, Layout>()
  private readonly memo = new Map<string, BtfId>()
  private readonly records = new Map<string, CRecord>()
  private readonly enums = new Map<string, CEnum>()
  private readonly typedefs = new Map<string, CType>()
  private readonly anonymous = new Map<CRecord | CEnum, BtfId>()
  /** Structs met, by id, whose members have not been laid out. */
  private readonly waiting = new Map<BtfId, CRecord>()
  private readonly open = new Set<string>()
  private place: Place = {}
  private depth = 0

  constructor(unit: CUnit, options: CdeclToBtfOptions) {
    this.unit = unit
    this.options = options
    this.base = options.base
    this.first = options.base?.count ?? 1
    for (const declaration of unit.declarations) this.collect(declaration)
  }

  convert(): Btf {
    const functions = new Map<string, BtfId>()
    for (const declaration of this.unit.declarations) {
      this.place = declaration.place
      if (declaration.kind === 'tag') {
        if (declaration.type.definition !== undefined) this.id(declaration.type)
      } else if (declaration.kind === 'typedef') this.id({ kind: 'name', name: declaration.name })
      else if (declaration.kind === 'function') {
        const type = this.id(declaration.type)
        const known = functions.get(declaration.name)
        if (known === undefined) {
          functions.set(declaration.name, type)
          this.add({ kind: 'func', name: declaration.name, type, linkage: 'static' })
        } else if (known !== type) this.fail(`${declaration.name} is declared twice, with different types`)
      }
    }
    for (const id of this.waiting.keys()) this.layoutOfRecord(id)
    const builder = new BtfBuilder({ base: this.base })
    for (const type of this.types) builder.add(type)
    return builder.build(this.options.name)
  }

  /** Remembers what names mean before anything is converted: C allows a pointer to a struct that comes later. */
  private collect(declaration: CDeclaration): void {
    this.place = declaration.place
    if (declaration.kind === 'typedef') {
      const known = this.typedefs.get(declaration.name)
      if (known !== undefined && JSON.stringify(known, plain) !== JSON.stringify(declaration.type, plain))
        this.fail(`typedef ${declaration.name} is defined twice, differently`)
      this.typedefs.set(declaration.name, declaration.type)
    }
    this.collectType(declaration.type, 0)
  }

  private collectType(type: CType, depth: number): void {
    if (depth > 200) return
    if (type.kind === 'pointer') this.collectType(type.to, depth + 1)
    else if (type.kind === 'array' || type.kind === 'qualified' || type.kind === 'tagged')
      this.collectType(type.of, depth + 1)
    else if (type.kind === 'function') {
      this.collectType(type.ret, depth + 1)
      for (const param of type.params) this.collectType(param.type, depth + 1)
    } else if (type.kind === 'record' && type.definition !== undefined) {
      const { definition } = type
      if (definition.name !== '') this.collectTag(this.records, `${type.tag} ${type.name}`, definition)
      for (const member of definition.members) this.collectType(member.type, depth + 1)
    } else if (type.kind === 'enum' && type.definition !== undefined && type.name !== '')
      this.collectTag(this.enums, `enum ${type.name}`, type.definition)
  }

  private collectTag<T extends { readonly place: Place }>(tags: Map<string, T>, key: string, definition: T): void {
    const known = tags.get(key)
    if (known !== undefined && known !== definition) {
      this.place = definition.place
      this.fail(`${key} is defined twice, first in line ${known.place.line}`)
    }
    tags.set(key, definition)
  }

  /** The BTF id of a C type, made at first use. */
  private id(type: CType): BtfId {
    if (++this.depth > 300) this.fail('types nested too deep')
    try {
      return this.idOf(type)
    } finally {
      this.depth -= 1
    }
  }

  private idOf(type: CType): BtfId {
    switch (type.kind) {
      case 'void':
        return 0
      case 'base':
        return this.once(`base ${type.name}`, () => this.baseType(type.name))
      case 'name':
        return this.typedef(type.name)
      case 'pointer': {
        const to = this.id(type.to)
        return this.once(`* ${to}`, () => this.add({ kind: 'ptr', name: '', type: to }))
      }
      case 'qualified': {
        // C11 6.7.3 p9: a qualified array is an array of qualified elements; a qualified function means nothing.
        if (type.of.kind === 'array')
          return this.id({ ...type.of, of: { kind: 'qualified', qualifier: type.qualifier, of: type.of.of } })
        const of = this.id(type.of)
        return this.once(`${type.qualifier} ${of}`, () => this.add({ kind: type.qualifier, name: '', type: of }))
      }
      case 'tagged': {
        const of = this.id(type.of)
        return this.once(`tag ${type.tag} ${of}`, () => this.add({ kind: 'type_tag', name: type.tag, type: of }))
      }
      case 'array': {
        const of = this.id(type.of)
        if (this.sizeOf(of) === undefined) this.fail('an array of something without a size')
        const count = type.count ?? 0
        return this.once(`[${count}] ${of}`, () => {
          const index = this.id({ kind: 'base', name: 'unsigned int' })
          return this.add({ kind: 'array', name: '', type: of, index, count })
        })
      }
      case 'function':
        return this.prototype(type)
      case 'record':
        return this.record(type)
      case 'enum':
        return this.enumeration(type)
    }
  }

  private baseType(name: string): BtfId {
    const row = baseTypes.get(name)
    if (row === undefined) return this.fail(`no such built-in type: ${name}`)
    const known = this.base?.find(row.btf, row.kind) ?? this.base?.find(row.also ?? row.btf, row.kind)
    if (known !== undefined) return known
    const { size, signed = false, bool = false } = row
    if (row.kind === 'float') return this.add({ kind: 'float', name: row.btf, size })
    return this.add({ kind: 'int', name: row.btf, size, signed, char: false, bool, bitOffset: 0, bits: size * 8 })
  }

  private typedef(name: string): BtfId {
    return this.once(`typedef ${name}`, () => {
      const own = this.typedefs.get(name)
      if (own !== undefined) {
        this.enter(`typedef ${name}`)
        const type = this.id(own)
        this.open.delete(`typedef ${name}`)
        return this.add({ kind: 'typedef', name, type })
      }
      const known = this.base?.find(name, 'typedef')
      if (known !== undefined) return known
      const implied = impliedTypedefs.get(name)
      if (implied === undefined) {
        const tag = this.records.has(`struct ${name}`) ? `; did you mean 'struct ${name}'?` : ''
        return this.fail(`unknown type name '${name}'${tag}`, 'declare it in the text: a struct, an enum or a typedef')
      }
      const type = this.id(baseTypes.has(implied) ? { kind: 'base', name: implied } : { kind: 'name', name: implied })
      return this.add({ kind: 'typedef', name, type })
    })
  }

  /** C11 6.7.6.3 p7, p8: arrays and functions as parameters are pointers. */
  private prototype(type: Extract<CType, { kind: 'function' }>): BtfId {
    const ret = this.id(type.ret)
    const params = type.params.map((param) => {
      const outer = this.place
      this.place = param.place
      const decayed: CType =
        param.type.kind === 'array'
          ? { kind: 'pointer', to: param.type.of }
          : param.type.kind === 'function'
            ? { kind: 'pointer', to: param.type }
            : param.type
      const result = { name: param.name, type: this.id(decayed) }
      this.place = outer
      return result
    })
    if (type.variadic) params.push({ name: '', type: 0 })
    const key = `proto ${ret} ${params.map((param) => `${param.type}:${param.name}`).join(',')}`
    return this.once(key, () => this.add({ kind: 'func_proto', name: '', ret, params }))
  }

  private record(type: Extract<CType, { kind: 'record' }>): BtfId {
    const { tag, name } = type
    const key = `${tag} ${name}`
    const definition = name === '' ? type.definition : this.records.get(key)
    if (definition === undefined) {
      const known = this.base?.find(name, tag)
      return known ?? this.once(key, () => this.add({ kind: 'fwd', name, union: tag === 'union' }))
    }
    const made = this.anonymous.get(definition)
    if (made !== undefined) return made
    const id = this.reserve()
    this.anonymous.set(definition, id)
    this.waiting.set(id, definition)
    return id
  }

  /** Lays a struct out when its size is first asked for: a pointer to it must not, or two structs could wait for each other. */
  private layoutOfRecord(id: BtfId): Layout | undefined {
    const record = this.waiting.get(id)
    if (record === undefined) return this.layouts.get(id)
    this.waiting.delete(id)
    if (++this.depth > 300) this.fail('structs nested too deep')
    const outer = this.place
    const { size, align, members } = this.layOut(record)
    this.layouts.set(id, { size, align })
    this.types[id - this.first] = { kind: record.tag, name: record.name, size, members }
    this.place = outer
    this.depth -= 1
    return { size, align }
  }

  private layOut(record: CRecord): Layout & { readonly members: BtfMember[] } {
    const members: BtfMember[] = []
    let bit = 0
    let most = 0
    let align = Math.max(1, record.align)
    record.members.forEach((member, index) => {
      this.place = member.place
      const type = this.id(member.type)
      this.place = member.place
      const layout = this.layoutOf(type, member, { last: index === record.members.length - 1 })
      const own = record.packed ? Math.max(1, member.align) : Math.max(layout.align, member.align)
      if (record.tag === 'union') bit = 0
      if (member.bits !== undefined) {
        bit = bitfieldStart(bit, member.bits, layout.size * 8, { packed: record.packed })
        if (member.bits > layout.size * 8) this.fail(`bitfield ${member.name} is wider than its type`)
        if (member.name !== '') {
          members.push({ name: member.name, type, bitOffset: bit, bitSize: member.bits })
          align = Math.max(align, own)
        }
        bit += member.bits
      } else {
        bit = roundUp(bit, own * 8)
        const anonymousRecord = member.type.kind === 'record' && member.type.name === ''
        if (member.name !== '' || anonymousRecord) members.push({ name: member.name, type, bitOffset: bit, bitSize: 0 })
        align = Math.max(align, own)
        bit += layout.size * 8
      }
      most = Math.max(most, bit)
      if (most / 8 > maxSize) this.fail(`${record.tag} ${record.name} is larger than ${maxSize} bytes`)
    })
    return { size: roundUp(Math.ceil(most / 8), align), align, members }
  }

  private layoutOf(type: BtfId, member: CMember, { last }: { readonly last: boolean }): Layout {
    const size = this.sizeOf(type)
    if (size === undefined)
      return this.fail(
        `member ${member.name === '' ? '(unnamed)' : member.name} has a type without a size${last ? '' : ' here'}`,
      )
    return { size, align: this.alignOf(type) }
  }

  private enumeration(type: Extract<CType, { kind: 'enum' }>): BtfId {
    const definition = type.name === '' ? type.definition : (this.enums.get(`enum ${type.name}`) ?? type.definition)
    if (definition === undefined) {
      const known = this.base?.find(type.name, 'enum', 'enum64')
      const none = { kind: 'enum', name: type.name, size: 4, signed: false, values: [] } as const
      return known ?? this.once(`enum ${type.name}`, () => this.add(none))
    }
    const made = this.anonymous.get(definition)
    if (made !== undefined) return made
    const values = definition.values.map(({ name, value }) => ({ name, value }))
    const signed = values.some(({ value }) => value < 0n)
    const wide = values.some(({ value }) => value > (signed ? 0x7fffffffn : 0xffffffffn) || value < -0x80000000n)
    const id = this.add({
      kind: wide ? 'enum64' : 'enum',
      name: type.name,
      size: definition.packed ? packedSize(values, { signed }) : wide ? 8 : 4,
      signed,
      values,
    })
    this.anonymous.set(definition, id)
    return id
  }

  /** Size in bytes of a type made here or in the base. Chains of typedefs are as long as the text likes: no recursion. */
  private sizeOf(start: BtfId): number | undefined {
    let elements = 1
    for (let id = start; ; ) {
      const type = this.own(id)
      const size = type === undefined ? btfSize(this.base!, id) : this.ownSize(id, type)
      if (type?.kind === 'array') elements *= type.count
      else if (type === undefined || !isTransparent(type)) {
        const total = size === undefined ? undefined : size * elements
        return total !== undefined && total > maxSize ? this.fail(`${total} bytes: more than ${maxSize}`) : total
      }
      id = type.type
    }
  }

  private ownSize(id: BtfId, type: NewType): number | undefined {
    if (type.kind === 'struct' || type.kind === 'union') return this.layoutOfRecord(id)?.size
    if (type.kind === 'ptr') return 8
    return type.kind === 'int' || type.kind === 'enum' || type.kind === 'enum64' || type.kind === 'float'
      ? type.size
      : undefined
  }

  private alignOf(start: BtfId): number {
    for (let id = start; ; ) {
      const type = this.own(id)
      if (type === undefined) return btfAlign(this.base!, id) ?? 1
      if (type.kind === 'struct' || type.kind === 'union') return this.layoutOfRecord(id)?.align ?? 1
      if (type.kind !== 'array' && !isTransparent(type)) return this.ownSize(id, type) ?? 1
      id = type.type
    }
  }

  /** A type made here; undefined for the base's. `void` is nobody's. */
  private own(id: BtfId): NewType | undefined {
    if (id === 0) return { kind: 'fwd', name: '', union: false }
    return id < this.first ? undefined : this.types[id - this.first]
  }

  private once(key: string, make: () => BtfId): BtfId {
    const known = this.memo.get(key)
    if (known !== undefined) return known
    const id = make()
    this.memo.set(key, id)
    return id
  }

  private enter(key: string): void {
    if (this.open.has(key)) this.fail(`${key} is defined by itself`)
    this.open.add(key)
  }

  private reserve(): BtfId {
    return this.add({ kind: 'struct', name: '', size: 0, members: [] })
  }

  private add(type: NewType): BtfId {
    if (this.types.length >= maxTypes) this.fail(`more than ${maxTypes} types`)
    this.types.push(type)
    return this.first + this.types.length - 1
  }

  private fail(what: string, hint?: string): never {
    throw new FaultError(what, this.place, hint)
  }
}

/** System V ABI: a bitfield does not cross a boundary of its declared type; width 0 goes to the next one. */
function bitfieldStart(bit: number, width: number, unit: number, { packed }: { readonly packed: boolean }): number {
  if (width === 0) return roundUp(bit, unit)
  if (packed) return bit
  return Math.floor(bit / unit) === Math.floor((bit + width - 1) / unit) ? bit : roundUp(bit, unit)
}
const isTransparent = (
  type: NewType,
): type is Extract<NewType, { kind: 'typedef' | 'const' | 'volatile' | 'restrict' | 'type_tag' }> =>
  type.kind === 'typedef' ||
  type.kind === 'const' ||
  type.kind === 'volatile' ||
  type.kind === 'restrict' ||
  type.kind === 'type_tag'
const roundUp = (value: number, to: number) => Math.ceil(value / to) * to
/** Bytes of an enum that may be smaller than an int. */
function packedSize(values: readonly { readonly value: bigint }[], { signed }: { readonly signed: boolean }): number {
  const fits = (bits: number) =>
    values.every(({ value }) => value === (signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)))
  return [8, 16, 32].find(fits) === undefined ? 8 : [8, 16, 32].find(fits)! / 8
}
/** Types compared as C, without places. */
const plain = (key: string, value: unknown) =>
  key === 'place' ? undefined : typeof value === 'bigint' ? value.toString() : value
