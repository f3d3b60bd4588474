// SPDX-License-Identifier: Apache-2.0
// The parsed section behind the `Btf` interface. Opening finds where each type starts; types are decoded when asked for and kept;
// the name index and the decl-tag index are made at first use. parse.ts has checked every offset, id and name read here.

import { FaultError } from '../fault/index.ts'
import { flagOf, kindCode, kindOf, kindTable, linkages, vlenOf } from './layout.ts'
import { encodeName, essentialName, hashName, type StringTable } from './strings.ts'
import type { Btf, BtfHead, BtfId, BtfKind, BtfMember, BtfParam, BtfType } from './types.ts'

export interface SectionParts {
  readonly name: string
  readonly base: BtfSection | undefined
  /** The type section in host byte order. */
  readonly words: Uint32Array
  /** Word index of each own type. */
  readonly starts: Uint32Array
  readonly strings: StringTable
  /** Some int type is narrower than its bytes: bitfields in the encoding before kind_flag. */
  readonly oddInts: boolean
}

const VOID: BtfType = { kind: 'void', id: 0, name: '' }

interface NameIndex {
  /** Own type index + 1 by hash; 0 ends a chain. Chains run in id order. */
  readonly heads: Uint32Array
  readonly next: Uint32Array
}

type Tag = { readonly name: string; readonly component: number }

export class BtfSection implements Btf {
  readonly name: string
  readonly base: BtfSection | undefined
  readonly count: number
  readonly firstId: BtfId
  readonly strings: StringTable
  readonly #words: Uint32Array
  readonly #starts: Uint32Array
  /** This section or its base has ints narrower than their bytes. */
  readonly oddInts: boolean
  readonly #types: (BtfType | undefined)[]
  readonly #found = new Map<string, readonly BtfId[]>()
  #names: NameIndex | undefined
  #flavours: Map<string, BtfId[]> | undefined
  #tags: Map<BtfId, Tag[]> | undefined

  constructor(parts: SectionParts) {
    this.name = parts.name
    this.base = parts.base
    this.firstId = parts.base?.count ?? 1
    this.count = this.firstId + parts.starts.length
    this.strings = parts.strings
    this.#words = parts.words
    this.#starts = parts.starts
    this.oddInts = parts.oddInts || (this.base?.oddInts ?? false)
    this.#types = new Array(parts.starts.length)
  }

  type(id: BtfId): BtfType {
    const index = id - this.firstId
    if (index >= 0) {
      const known = this.#types[index]
      if (known !== undefined) return known
      if (index < this.#starts.length) {
        const type = this.#decode(id, this.#starts[index]!)
        this.#types[index] = type
        return type
      }
    } else {
      if (id === 0) return VOID
      if (this.base !== undefined && id > 0) return this.base.type(id)
    }
    throw new FaultError(`BTF type id ${id} is not in ${this.name} (${this.count} types)`)
  }

  /** The kind of a type without decoding it. */
  kind(id: BtfId): BtfKind {
    const index = id - this.firstId
    if (index < 0) return id === 0 || this.base === undefined ? 'void' : this.base.kind(id)
    return kindTable[kindOf(this.#words[this.#starts[index]! + 1]!)]!.kind
  }

  head(id: BtfId): BtfHead {
    const start = this.#starts[id - this.firstId]
    if (start === undefined) return { nameOffset: 0, vlen: 0, flag: false, word: 0, extra: 0, badName: false }
    const [nameOffset, info, word, extra] = [0, 1, 2, 3].map((index) => this.#words[start + index] ?? 0)
    return {
      nameOffset: nameOffset!,
      vlen: vlenOf(info!),
      flag: flagOf(info!),
      word: word!,
      extra: extra!,
      badName: this.#hasBadName(start),
    }
  }

  #hasBadName(start: number): boolean {
    const words = this.#words
    const info = words[start + 1]!
    const { kind, fixed, each } = kindTable[kindOf(info)]!
    const isBad = (offset: number): boolean =>
      offset !== 0 && !(kind === 'datasec' ? this.strings.isPrinted(offset) : this.strings.isIdentifier(offset))
    if (isBad(words[start]!)) return true
    if (each === 0 || kind === 'datasec') return false
    const first = start + 3 + fixed
    for (let i = 0; i < vlenOf(info); i++) if (isBad(words[first + each * i]!)) return true
    return false
  }

  /** For JSON.stringify: a kernel's types are megabytes, so they are told by name and number. */
  toJSON(): object {
    return { name: this.name, types: this.count, base: this.base?.name }
  }

  findAll(name: string): readonly BtfId[] {
    const known = this.#found.get(name)
    if (known !== undefined) return known
    const ids = this.#lookUp(name)
    const all = this.base === undefined ? ids : [...ids, ...this.base.findAll(name)]
    this.#found.set(name, all)
    return all
  }

  find(name: string, ...kinds: BtfKind[]): BtfId | undefined {
    const ids = this.findAll(name)
    if (kinds.length === 0) return ids[0]
    return ids.find((id) => kinds.includes(this.kind(id)))
  }

  declTags(id: BtfId): readonly Tag[] {
    this.#tags ??= this.#indexTags()
    const own = this.#tags.get(id) ?? []
    return this.base === undefined || id >= this.firstId ? own : [...this.base.declTags(id), ...own]
  }

  /**
   * Own types (not the base's) whose name without its CO-RE flavour (`___x`) is `name`, in id order. Indexed at first use: few names
   * have a flavour, so only they are kept apart.
   */
  findEssential(name: string): readonly BtfId[] {
    this.#flavours ??= this.#indexFlavours()
    const plain = this.findAll(name).filter((id) => id >= this.firstId)
    const flavoured = this.#flavours.get(name)
    return flavoured === undefined ? plain : [...plain, ...flavoured].sort((a, b) => a - b)
  }

  #indexFlavours(): Map<string, BtfId[]> {
    const flavours = new Map<string, BtfId[]>()
    for (let index = 0; index < this.#starts.length; index++) {
      const nameOffset = this.#words[this.#starts[index]!]!
      if (!this.strings.hasFlavour(nameOffset)) continue
      const name = this.strings.get(nameOffset)
      const essential = essentialName(name)
      if (essential === name) continue
      const list = flavours.get(essential)
      if (list === undefined) flavours.set(essential, [this.firstId + index])
      else list.push(this.firstId + index)
    }
    return flavours
  }

  #lookUp(name: string): BtfId[] {
    if (name === '') return []
    this.#names ??= this.#indexNames()
    const { heads, next } = this.#names
    const bytes = encodeName(name)
    const ids: BtfId[] = []
    for (let entry = heads[hashName(bytes) & (heads.length - 1)]!; entry !== 0; entry = next[entry - 1]!) {
      if (this.strings.equals(this.#words[this.#starts[entry - 1]!]!, bytes)) ids.push(this.firstId + entry - 1)
    }
    return ids
  }

  #indexNames(): NameIndex {
    const words = this.#words
    const starts = this.#starts
    const strings = this.strings
    let slots = 16
    while (slots < starts.length) slots *= 2
    const heads = new Uint32Array(slots)
    const next = new Uint32Array(starts.length)
    for (let index = starts.length - 1; index >= 0; index--) {
      const nameOffset = words[starts[index]!]!
      if (nameOffset === 0) continue
      const slot = strings.hash(nameOffset) & (slots - 1)
      next[index] = heads[slot]!
      heads[slot] = index + 1
    }
    return { heads, next }
  }

  #indexTags(): Map<BtfId, Tag[]> {
    const tags = new Map<BtfId, Tag[]>()
    for (let index = 0; index < this.#starts.length; index++) {
      if (kindOf(this.#words[this.#starts[index]! + 1]!) !== kindCode.decl_tag) continue
      const tag = this.type(this.firstId + index)
      if (tag.kind !== 'decl_tag') continue
      const list = tags.get(tag.type)
      if (list === undefined) tags.set(tag.type, [{ name: tag.name, component: tag.component }])
      else list.push({ name: tag.name, component: tag.component })
    }
    return tags
  }

  #decode(id: BtfId, start: number): BtfType {
    const words = this.#words
    const word = (index: number): number => words[start + index]!
    const info = word(1)
    const vlen = vlenOf(info)
    const name = this.strings.get(word(0))
    const { kind } = kindTable[kindOf(info)]!
    switch (kind) {
      case 'int': {
        const encoding = (word(3) >>> 24) & 0xf
        return {
          kind,
          id,
          name,
          size: word(2),
          signed: (encoding & 1) !== 0,
          char: (encoding & 2) !== 0,
          bool: (encoding & 4) !== 0,
          bitOffset: (word(3) >>> 16) & 0xff,
          bits: word(3) & 0xff,
        }
      }
      case 'ptr':
        return { kind, id, name: '', type: word(2) }
      case 'array':
        return { kind, id, name: '', type: word(3), index: word(4), count: word(5) }
      case 'struct':
      case 'union':
        return { kind, id, name, size: word(2), members: this.#members(start + 3, vlen, { kindFlag: flagOf(info) }) }
      case 'enum': {
        const signed = flagOf(info)
        const values = Array.from({ length: vlen }, (_, i) => ({
          name: this.strings.get(word(3 + 2 * i)),
          value: BigInt(signed ? word(4 + 2 * i) | 0 : word(4 + 2 * i)),
        }))
        return { kind, id, name, size: word(2), signed, values }
      }
      case 'enum64': {
        const signed = flagOf(info)
        const values = Array.from({ length: vlen }, (_, i) => {
          const value = (BigInt(word(5 + 3 * i)) << 32n) | BigInt(word(4 + 3 * i))
          return { name: this.strings.get(word(3 + 3 * i)), value: signed ? BigInt.asIntN(64, value) : value }
        })
        return { kind, id, name, size: word(2), signed, values }
      }
      case 'fwd':
        return { kind, id, name, union: flagOf(info) }
      case 'typedef':
      case 'volatile':
      case 'const':
      case 'restrict':
      case 'type_tag':
        return { kind, id, name, type: word(2) }
      case 'func':
        return { kind, id, name, type: word(2), linkage: linkages[vlen] ?? 'static' }
      case 'func_proto': {
        const params: BtfParam[] = Array.from({ length: vlen }, (_, i) => ({
          name: this.strings.get(word(3 + 2 * i)),
          type: word(4 + 2 * i),
        }))
        return { kind, id, name: '', ret: word(2), params }
      }
      case 'var':
        return { kind, id, name, type: word(2), linkage: linkages[word(3)] ?? 'static' }
      case 'datasec': {
        const entries = Array.from({ length: vlen }, (_, i) => ({
          type: word(3 + 3 * i),
          offset: word(4 + 3 * i),
          size: word(5 + 3 * i),
        }))
        return { kind, id, name, size: word(2), entries }
      }
      case 'float':
        return { kind, id, name, size: word(2) }
      case 'decl_tag':
        return { kind, id, name, type: word(2), component: word(3) | 0 }
      case 'void':
        return VOID
    }
  }

  /** btf.rst 2.2.4: with kind_flag the offset word is bitfield size and bit offset; without, a bitfield's width is its int type's. */
  #members(at: number, vlen: number, { kindFlag }: { readonly kindFlag: boolean }): BtfMember[] {
    const words = this.#words
    const members: BtfMember[] = new Array(vlen)
    for (let i = 0; i < vlen; i++, at += 3) {
      const offset = words[at + 2]!
      const member = {
        name: this.strings.get(words[at]!),
        type: words[at + 1]!,
        bitOffset: kindFlag ? offset & 0xff_ffff : offset,
        bitSize: kindFlag ? offset >>> 24 : 0,
      }
      members[i] = this.oddInts && !kindFlag ? this.#widthFromInt(member) : member
    }
    return members
  }

  #widthFromInt(member: BtfMember): BtfMember {
    let id = member.type
    for (let steps = 0; steps < 32; steps++) {
      const kind = this.kind(id)
      if (kind !== 'typedef' && kind !== 'const' && kind !== 'volatile') break
      const type = this.type(id)
      if (!('type' in type)) break
      id = type.type
    }
    if (this.kind(id) !== 'int') return member
    const int = this.type(id)
    if (int.kind !== 'int' || (int.bits === int.size * 8 && int.bitOffset === 0)) return member
    return { ...member, bitOffset: member.bitOffset + int.bitOffset, bitSize: int.bits }
  }
}
