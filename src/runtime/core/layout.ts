// SPDX-License-Identifier: Apache-2.0
// Where fields of the kernel's structs lie, by its BTF.

import { type Btf, type BtfId, type BtfMember, type BtfStruct, resolveType, sizeOf } from '../../btf/index.ts'
import { MachineError } from './errors.ts'

/** A field, `offset` bytes from where its struct begins; of a bitfield `shift` bits of the `size` bytes there lie below it. */
export interface Field {
  readonly offset: number
  readonly size: number
  readonly bits: number
  readonly shift: number
  readonly typeId: BtfId
}

export class Layouts {
  readonly btf: Btf
  private readonly structs = new Map<string, BtfStruct | undefined>()
  /** By struct, then by path. */
  private readonly fields = new Map<string, Map<string, Field | undefined>>()

  constructor(btf: Btf) {
    this.btf = btf
  }

  /** undefined: this kernel has no such struct or union. */
  struct(name: string): BtfStruct | undefined {
    let found = this.structs.get(name)
    if (found === undefined && !this.structs.has(name)) {
      for (const id of this.btf.findAll(name)) {
        const type = this.btf.type(id)
        if (type.kind === 'struct' || type.kind === 'union') {
          found = type
          break
        }
      }
      this.structs.set(name, found)
    }
    return found
  }

  sizeOf(name: string): number {
    const struct = this.struct(name)
    if (struct === undefined) throw new MachineError('not-modelled', `this kernel has no struct ${name}`)
    return struct.size
  }

  /** `path`: 'len', 'sk.sk_family' of what lies within, without pointers followed; '[2]' chooses an element. undefined: there is none. */
  find(struct: string, path: string): Field | undefined {
    let known = this.fields.get(struct)
    if (known === undefined) {
      known = new Map()
      this.fields.set(struct, known)
    }
    let found = known.get(path)
    if (found === undefined && !known.has(path)) {
      const type = this.struct(struct)
      found = type === undefined ? undefined : this.within(type, parts(path))
      known.set(path, found)
    }
    return found
  }

  /**
   * As `find`, with pointers followed: 'sk->sk_family', 'uaddr->(sockaddr_in)sin_port' where the pointer is of another type; and
   * 'cb(qdisc_skb_cb).data' takes what lies at a member for another struct.
   * `through`: offsets of the pointers.
   */
  follow(struct: string, path: string): { readonly through: readonly number[]; readonly field: Field } | undefined {
    let type = this.struct(struct)
    const through: number[] = []
    const steps = path.split('->')
    for (const [i, shown] of steps.entries()) {
      const [, as, step = ''] = /^(?:\((\w+)\))?(.*)$/.exec(shown)!
      if (as !== undefined) type = this.struct(as)
      if (type === undefined) return undefined
      const field = this.taken(type, step)
      if (field === undefined) return undefined
      if (i === steps.length - 1) return { through, field }
      through.push(field.offset)
      const pointer = resolveType(this.btf, field.typeId)
      const target = pointer.kind === 'ptr' ? resolveType(this.btf, pointer.type) : undefined
      type = target?.kind === 'struct' || target?.kind === 'union' ? target : undefined
    }
    return undefined
  }

  private taken(type: BtfStruct, step: string): Field | undefined {
    const cast = /^([^(]+)\((\w+)\)\.(.+)$/.exec(step)
    if (cast === null) return this.within(type, parts(step))
    const at = this.within(type, parts(cast[1]!))
    const inner = this.find(cast[2]!, cast[3]!)
    return at === undefined || inner === undefined ? undefined : { ...inner, offset: at.offset + inner.offset }
  }

  field(struct: string, path: string): Field {
    const found = this.find(struct, path)
    if (found === undefined) throw new MachineError('not-modelled', `this kernel has no ${struct}.${path}`)
    return found
  }
  offset(struct: string, path: string): number {
    return this.field(struct, path).offset
  }

  private within(struct: BtfStruct, path: readonly string[]): Field | undefined {
    const [name, ...rest] = path
    const place = memberOf(this.btf, struct, name!)
    if (place === undefined) return undefined
    return this.down(place, rest)
  }

  private down({ bitOffset, member }: Place, path: readonly string[]): Field | undefined {
    let { type: typeId } = member
    let bits = bitOffset
    for (let i = 0; i < path.length; i++) {
      const step = path[i]!
      const type = resolveType(this.btf, typeId)
      if (step.startsWith('[') && type.kind === 'array') {
        typeId = type.type
        bits += Number(step.slice(1, -1)) * (sizeOf(this.btf, typeId) ?? 0) * 8
      } else if (type.kind === 'struct' || type.kind === 'union') {
        const place = memberOf(this.btf, type, step)
        if (place === undefined) return undefined
        return this.down({ bitOffset: bits + place.bitOffset, member: place.member }, path.slice(i + 1))
      } else return undefined
    }
    const size = sizeOf(this.btf, typeId) ?? 0
    if (member.bitSize === 0) return { offset: bits >> 3, size, bits: size * 8, shift: 0, typeId }
    // the aligned unit that the bits lie in
    const offset = Math.floor(bits / 8 / size) * size
    return { offset, size, bits: member.bitSize, shift: bits - offset * 8, typeId }
  }
}

/** 'a.b[2]' → 'a', 'b', '[2]' */
const parts = (path: string): readonly string[] => path.split(/\.|(?=\[)/)

interface Place {
  readonly member: BtfMember
  readonly bitOffset: number
}

/** The member, also of structs and unions without a name within. */
function memberOf(btf: Btf, struct: BtfStruct, name: string): Place | undefined {
  for (const member of struct.members) {
    if (member.name === name) return { member, bitOffset: member.bitOffset }
    if (member.name !== '') continue
    const type = resolveType(btf, member.type)
    if (type.kind !== 'struct' && type.kind !== 'union') continue
    const found = memberOf(btf, type, name)
    if (found !== undefined) return { member: found.member, bitOffset: member.bitOffset + found.bitOffset }
  }
  return undefined
}
