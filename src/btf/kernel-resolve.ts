// SPDX-License-Identifier: Apache-2.0
// The second half of what the kernel asks of a program's BTF: every reference leads to a type that may stand there and has the size it
// needs, and nothing contains itself. Depth first, in id order, at most 32 deep (MAX_RESOLVE_DEPTH), as Linux 6.12 does.
import { isModifier } from './resolve.ts'
import type { BtfRefusal } from './kernel-check.ts'
import type { Btf, BtfId, BtfMember, BtfType } from './types.ts'

const MAX_DEPTH = 32

/** Thrown within this file only. */
class Refused extends Error {
  readonly refusal: BtfRefusal
  constructor(type: BtfId, message: string) {
    super(message)
    this.refusal = { type, message }
  }
}

/** The first reference that the kernel refuses. `except`: types that libbpf replaces before the kernel sees them. */
export function resolvesWithin(btf: Btf, except: ReadonlySet<BtfId>): BtfRefusal | undefined {
  const resolver = new Resolver(btf, except)
  try {
    for (let id = btf.firstId; id < btf.count; id++) resolver.start(id)
    return undefined
  } catch (error) {
    if (error instanceof Refused) return error.refusal
    throw error
  }
}

/** Through what a walk began: behind a pointer, structs need not be resolved; within a struct, pointers need not. */
type Mode = 'open' | 'pointer' | 'contents'

const follows = (type: BtfType): boolean => isModifier(type) || type.kind === 'typedef'
const refers = (type: BtfType): boolean =>
  follows(type) || ['ptr', 'struct', 'union', 'array', 'var', 'func', 'decl_tag', 'datasec'].includes(type.kind)
/** Has no size, and none can be asked of it. */
const sizeless = ({ kind }: BtfType): boolean =>
  kind === 'void' || kind === 'fwd' || kind === 'func' || kind === 'func_proto' || kind === 'decl_tag'
/** Nothing may refer to it but what declares it. */
const onlyRefers = ({ kind }: BtfType): boolean => kind === 'var' || kind === 'decl_tag' || kind === 'datasec'

class Resolver {
  private readonly btf: Btf
  private readonly except: ReadonlySet<BtfId>
  private readonly state: Uint8Array
  private readonly arraySizes = new Map<BtfId, number>()
  private begun: BtfId = 0
  constructor(btf: Btf, except: ReadonlySet<BtfId>) {
    this.btf = btf
    this.except = except
    this.state = new Uint8Array(btf.count)
  }

  start(id: BtfId): void {
    if (this.except.has(id)) return
    const type = this.btf.type(id)
    this.begun = id
    if (refers(type) && this.state[id] !== 2) this.visit(type, 'open', 0)
    if (type.kind === 'func_proto') this.checkProto(type)
  }

  private visit(type: BtfType, from: Mode, depth: number): void {
    const { id } = type
    if (depth === MAX_DEPTH) throw new Refused(this.begun, `Exceeded max resolving depth:${MAX_DEPTH}`)
    if (this.state[id] === 1) throw new Refused(this.begun, 'Loop detected')
    this.state[id] = 1
    const mode = from !== 'open' ? from : modeOf(type)
    const enter = (next: BtfId): void => {
      const target = this.btf.type(next)
      if (this.state[next] !== 2 && !isSink(target, mode)) this.visit(target, mode, depth + 1)
    }
    this.check(type, enter)
    this.state[id] = 2
  }

  private check(type: BtfType, enter: (next: BtfId) => void): void {
    const no = (message: string): never => {
      throw new Refused(type.id, message)
    }
    switch (type.kind) {
      case 'ptr':
      case 'const':
      case 'volatile':
      case 'restrict':
      case 'typedef':
      case 'type_tag': {
        if (onlyRefers(this.btf.type(type.type))) no('Invalid type_id')
        enter(type.type)
        const end = this.btf.type(this.skip(type.type))
        // a function stands for its prototype once it has been looked at
        return (end.kind === 'func' && this.state[end.id] !== 2) || onlyRefers(end) ? no('Invalid type_id') : undefined
      }
      case 'var':
        if (onlyRefers(this.btf.type(type.type))) no('Invalid type_id')
        enter(type.type)
        return this.size(type.type) === undefined ? no('Invalid type_id') : undefined
      case 'array':
        return this.checkArray(type, enter, no)
      case 'struct':
      case 'union':
        for (const member of type.members) this.checkMember(type, member, enter, no)
        return
      case 'func':
        return this.checkFunc(type, no)
      case 'datasec':
        for (const entry of type.entries) {
          const variable = this.btf.type(entry.type)
          if (variable.kind !== 'var') return no('Not a VAR kind member')
          if (this.except.has(entry.type)) continue
          enter(entry.type)
          const size = this.size(variable.type)
          if (size === undefined) no('Invalid type')
          else if (entry.size < size) no('Invalid size')
        }
        return
      case 'decl_tag':
        return this.checkTag(type, enter, no)
      default:
        return
    }
  }

  private checkArray(type: BtfType & { kind: 'array' }, enter: (next: BtfId) => void, no: (what: string) => never) {
    const index = this.btf.type(type.index)
    if (sizeless(index) || onlyRefers(index)) no('Invalid index')
    enter(type.index)
    const counted = this.btf.type(this.skip(type.index))
    if (counted.kind !== 'int' || !isRegular(counted)) no('Invalid index')
    const element = this.btf.type(type.type)
    if (sizeless(element) || onlyRefers(element)) no('Invalid elem')
    enter(type.type)
    const size = this.size(type.type)
    if (size === undefined) return no('Invalid elem')
    const held = this.btf.type(this.skip(type.type))
    if (held.kind === 'int' && !isRegular(held)) no('Invalid array of int')
    if (size * type.count > 0xffff_ffff) no('Array size overflows U32_MAX')
    this.arraySizes.set(type.id, size * type.count)
  }

  private checkMember(
    type: BtfType & { kind: 'struct' | 'union' },
    member: BtfMember,
    enter: (next: BtfId) => void,
    no: (what: string) => never,
  ): void {
    const direct = this.btf.type(member.type)
    if (sizeless(direct) || onlyRefers(direct)) no('Invalid member')
    enter(member.type)
    const held = this.btf.type(this.skip(member.type))
    const size = this.size(member.type)
    if (size === undefined) return no('Invalid member')
    const isBitfield = member.bitSize > 0
    if (isBitfield) {
      if (held.kind === 'int' && !isRegular(held)) no('Invalid member base type')
      const most = held.kind === 'int' ? held.bits : held.kind === 'enum' || held.kind === 'enum64' ? 8 * held.size : 0
      if (member.bitSize > most) no('Invalid member bitfield_size')
    } else if (member.bitOffset % 8 !== 0) {
      // before kind_flag, bitfields were ints at any bit
      if (held.kind !== 'int') no('Member is not byte aligned')
      if (this.btf.head?.(type.id).flag) no('Invalid member offset')
    }
    const bits = isBitfield ? member.bitSize : held.kind === 'int' ? held.bits : 8 * size
    if (Math.ceil((member.bitOffset + bits) / 8) > type.size) no('Member exceeds struct_size')
  }

  private checkFunc(type: BtfType & { kind: 'func' }, no: (what: string) => never): void {
    const proto = this.btf.type(type.type)
    if (proto.kind !== 'func_proto') return no('Invalid type_id')
    const unnamed = proto.params.findIndex(({ name, type: param }) => name === '' && param !== 0)
    if (unnamed >= 0) no(`Invalid arg#${unnamed + 1}`)
  }

  private checkTag(
    type: BtfType & { kind: 'decl_tag' },
    enter: (next: BtfId) => void,
    no: (what: string) => never,
  ): void {
    const target = this.btf.type(type.type)
    if (!['func', 'struct', 'union', 'var', 'typedef'].includes(target.kind)) no('Invalid type_id')
    if (this.except.has(type.type)) return
    enter(type.type)
    if (type.component === -1) return
    const proto = target.kind === 'func' ? this.btf.type(target.type) : target
    const parts =
      proto.kind === 'func_proto'
        ? proto.params.length
        : proto.kind === 'struct' || proto.kind === 'union'
          ? proto.members.length
          : 0
    if (type.component >= parts) no('Invalid component_idx')
  }

  private checkProto({ id, ret, params }: BtfType & { kind: 'func_proto' }): void {
    const part = (type: BtfId, message: string): void => {
      const direct = this.btf.type(type)
      if (onlyRefers(direct)) throw new Refused(id, message)
      if (refers(direct) && this.state[type] !== 2) {
        this.begun = type
        this.visit(direct, 'open', 0)
      }
      if (this.size(type) === undefined) throw new Refused(id, message)
    }
    if (ret !== 0) part(ret, 'Invalid return type')
    if (this.btf.head?.(id).badName === true) {
      const odd = params.findIndex(({ name }) => !/^(?:[A-Za-z_.][\w.]*)?$/.test(name))
      throw new Refused(id, `Invalid arg#${Math.max(odd, 0) + 1}`)
    }
    const last = params.at(-1)
    if (last?.type === 0 && last.name !== '') throw new Refused(id, `Invalid arg#${params.length}`)
    params.forEach(({ type }, index) => {
      if (type === 0 && index === params.length - 1) return
      const message = `Invalid arg#${index + 1}`
      part(type, message)
    })
  }

  /** What modifiers, typedefs and variables lead to; they have been resolved, so they end. */
  private skip(from: BtfId): BtfId {
    let id = from
    for (let steps = 0; steps <= 2 * MAX_DEPTH; steps++) {
      const type = this.btf.type(id)
      if (!follows(type) && type.kind !== 'var') return id
      id = (type as { readonly type: BtfId }).type
    }
    throw new Refused(this.begun, 'Loop detected')
  }

  private size(id: BtfId): number | undefined {
    const type = this.btf.type(this.skip(id))
    if (type.kind === 'ptr') return 8
    if (type.kind === 'array') return this.arraySizes.get(type.id)
    return 'size' in type ? type.size : undefined
  }
}

/** By its bits alone, however many bytes the type has. */
const isRegular = ({ bits, bitOffset }: BtfType & { kind: 'int' }): boolean =>
  bitOffset === 0 && [8, 16, 32, 64, 128].includes(bits)

function modeOf({ kind }: BtfType): Mode {
  if (kind === 'ptr') return 'pointer'
  return kind === 'struct' || kind === 'union' || kind === 'array' ? 'contents' : 'open'
}

/** Where a walk need not go on. */
function isSink(type: BtfType, mode: Mode): boolean {
  if (follows(type)) return false
  if (mode === 'pointer') return type.kind !== 'ptr'
  if (mode === 'contents') return type.kind !== 'array' && type.kind !== 'struct' && type.kind !== 'union'
  return !refers(type)
}
