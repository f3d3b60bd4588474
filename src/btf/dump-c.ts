// SPDX-License-Identifier: Apache-2.0
// A whole section as a C header, each type after what it needs: definitions for what is held by value, forward declarations for
// structs behind pointers. Two types of one name get the suffix `___2`, `___3` …, as bpftool's dumps have it.

import { attempt, FaultError, type Result } from '../fault/index.ts'
import { printC } from './declare.ts'
import { isModifier } from './resolve.ts'
import type { Btf, BtfId, BtfType } from './types.ts'

/** Types by value may nest, and typedefs chain, this deep; real kernels stay under 100. */
const MAX_DEPTH = 1000

/** vmlinux has 2.5 million characters. */
const MAX_LENGTH = 1 << 26

/**
 * Every struct, union, enum and typedef of a section (and what they need of its base), as C definitions one after another; or only
 * `wanted` ones and what they need.
 */
export function dumpC(btf: Btf, wanted?: readonly BtfId[]): Result<string> {
  return attempt({ object: btf.name }, () => new Dump(btf).all(wanted))
}

class Dump {
  readonly #btf: Btf
  readonly #out: string[] = []
  #length = 0
  readonly #state = new Map<BtfId, 'begun' | 'done'>()
  readonly #forward = new Set<string>()
  readonly #names = new Map<BtfId, string>()
  readonly #taken = new Map<string, number>()
  readonly #inline = new Set<BtfId>()
  /** Anonymous structs whose members' needs are met. */
  readonly #anonymous = new Set<BtfId>()

  constructor(btf: Btf) {
    this.#btf = btf
  }

  all(wanted?: readonly BtfId[]): string {
    const { firstId, count } = this.#btf
    for (let id = firstId; id < count; id++) this.#findInline(this.#btf.type(id))
    if (wanted !== undefined) {
      for (const id of wanted) this.#need(id, 'value', 0)
      return `${this.#out.join('\n\n')}\n`
    }
    for (let id = firstId; id < count; id++) {
      const type = this.#btf.type(id)
      if (type.kind === 'typedef' || isTagged(type)) {
        if (type.name !== '') this.#define(type, 0)
        else if ((type.kind === 'enum' || type.kind === 'enum64') && !this.#inline.has(id)) this.#define(type, 0)
      }
    }
    return `${this.#out.join('\n\n')}\n`
  }

  /** Anonymous enums that something mentions print there, not at the top level. */
  #findInline(type: BtfType): void {
    if ('type' in type) this.#inline.add(type.type)
    if (type.kind === 'struct' || type.kind === 'union')
      for (const member of type.members) this.#inline.add(member.type)
    if (type.kind === 'func_proto') for (const id of [type.ret, ...type.params.map((p) => p.type)]) this.#inline.add(id)
  }

  #name(type: BtfType): string {
    const known = this.#names.get(type.id)
    if (known !== undefined) return known
    const space = type.kind === 'typedef' ? type.name : `tag ${type.name}`
    if (type.kind === 'fwd' || type.name === '' || (type.kind !== 'typedef' && !isTagged(type))) return type.name
    const seen = (this.#taken.get(space) ?? 0) + 1
    this.#taken.set(space, seen)
    const name = seen === 1 ? type.name : `${type.name}___${seen}`
    this.#names.set(type.id, name)
    return name
  }

  /** Enumerators share C's one ordinary name space with each other (and with typedefs, which the kernel never mixes up with them). */
  #valueName(type: BtfType, index: number): string {
    if (type.kind !== 'enum' && type.kind !== 'enum64') return ''
    const { name } = type.values[index]!
    const seen = (this.#taken.get(`value ${name}`) ?? 0) + 1
    this.#taken.set(`value ${name}`, seen)
    return seen === 1 ? name : `${name}___${seen}`
  }

  #define(type: BtfType, depth: number): void {
    if (this.#state.has(type.id)) return
    if (depth > MAX_DEPTH) throw new FaultError(`BTF type ${type.id} nests too deep to print`)
    this.#state.set(type.id, 'begun')
    if (type.kind === 'typedef') this.#need(type.type, 'name', depth + 1)
    else if (type.kind === 'struct' || type.kind === 'union') this.#needMembers(type, depth)
    this.#state.set(type.id, 'done')
    // The compiler has this one built in.
    if (type.name === '__builtin_va_list') return
    const nameOf = (of: BtfType): string => this.#name(of)
    const valueNameOf = (of: BtfType, index: number): string => this.#valueName(of, index)
    this.#emit(printC(this.#btf, type.id, { tags: 'attribute', nameOf, valueNameOf }))
  }

  #needMembers(type: Extract<BtfType, { kind: 'struct' | 'union' }>, depth: number): void {
    for (const member of type.members) this.#need(member.type, 'value', depth + 1)
  }

  /** Makes a type usable: by value it must be defined, by name declared. */
  #need(id: BtfId, as: 'value' | 'name', depth: number): void {
    if (depth > MAX_DEPTH) throw new FaultError(`BTF type ${id} nests too deep to print`)
    const type = this.#btf.type(id)
    if (type.kind === 'ptr') this.#need(type.type, 'name', depth + 1)
    else if (type.kind === 'array') this.#need(type.type, 'value', depth + 1)
    else if (isModifier(type)) this.#need(type.type, as, depth + 1)
    else if (type.kind === 'typedef') {
      if (as === 'value') this.#need(type.type, 'value', depth + 1)
      this.#define(type, depth + 1)
    } else if (type.kind === 'func_proto') {
      for (const used of [type.ret, ...type.params.map((param) => param.type)]) this.#need(used, 'name', depth + 1)
    } else if (type.kind === 'enum' || type.kind === 'enum64') {
      if (type.name !== '') this.#define(type, depth + 1)
    } else if (type.kind === 'struct' || type.kind === 'union') {
      if (type.name === '') {
        if (!this.#anonymous.has(id)) this.#needMembers(type, depth)
        this.#anonymous.add(id)
      } else if (as === 'value') this.#define(type, depth + 1)
      else if (this.#state.get(id) !== 'done') this.#declare(type.kind, this.#name(type))
    } else if (type.kind === 'fwd') this.#declare(type.union ? 'union' : 'struct', type.name)
  }

  #emit(text: string): void {
    this.#length += text.length
    if (this.#length > MAX_LENGTH)
      throw new FaultError(`the C of ${this.#btf.name} is longer than ${MAX_LENGTH} characters`)
    this.#out.push(text)
  }

  #declare(kind: string, name: string): void {
    const line = `${kind} ${name};`
    if (this.#forward.has(line)) return
    this.#forward.add(line)
    this.#emit(line)
  }
}

const isTagged = (type: BtfType): boolean =>
  type.kind === 'struct' || type.kind === 'union' || type.kind === 'enum' || type.kind === 'enum64'
