// SPDX-License-Identifier: Apache-2.0
// Types as C writes them: names, declarators, prototypes, and whole struct, union and enum bodies.

import { FaultError } from '../fault/index.ts'
import { alignOf, sizeOf } from './resolve.ts'
import type { Btf, BtfId, BtfMember, BtfType } from './types.ts'

export interface PrintOptions {
  /** Type tags as the kernel's macros (`__rcu`, the default) or as the attribute a compiler reads. */
  readonly tags?: 'macro' | 'attribute'
  /** Name to print for a named type; for dumps that must tell equal names apart. */
  readonly nameOf?: (type: BtfType) => string
  /** The same for an enumerator. */
  readonly valueNameOf?: (type: BtfType, index: number) => string
}

type Struct = Extract<BtfType, { kind: 'struct' | 'union' }>
type Enum = Extract<BtfType, { kind: 'enum' | 'enum64' }>

const MAX_DEPTH = 64

/** Anonymous types print where they are mentioned, so a small hostile section could print without end. */
const MAX_LINES = 100_000
interface Printing extends PrintOptions {
  readonly lines: { left: number }
}
const begin = (options: PrintOptions): Printing => ({ ...options, lines: { left: MAX_LINES } })

/** A type's C spelling: `const struct task_struct *`, `int (*)(void)`. Anonymous structs print whole. */
export const formatType = (btf: Btf, id: BtfId, options: PrintOptions = {}): string =>
  declare(btf, id, '', begin(options))

/** A kfunc's or any function's prototype: `struct task_struct *bpf_task_acquire(struct task_struct *p)`. */
export function formatFunc(btf: Btf, funcId: BtfId, options: PrintOptions = {}): string {
  const func = btf.type(funcId)
  if (func.kind !== 'func') throw new FaultError(`BTF type ${funcId} is ${func.kind}, not a function`)
  return declare(btf, func.type, func.name, begin(options))
}

/** A type's definition as C: a struct with its members, an enum, a typedef, a variable or function declaration; ends in `;`. */
export function printC(btf: Btf, id: BtfId, wanted: PrintOptions = {}): string {
  const options = begin(wanted)
  const type = btf.type(id)
  switch (type.kind) {
    case 'struct':
    case 'union':
      return `${structBody(btf, type, 0, options, 0)};`
    case 'enum':
    case 'enum64':
      return `${enumBody(type, 0, options)};`
    case 'fwd':
      return `${type.union ? 'union' : 'struct'} ${type.name};`
    case 'typedef':
      return `typedef ${declare(btf, type.type, nameOf(type, options), options)};`
    case 'func':
      return `${formatFunc(btf, id, options)};`
    case 'var':
      return `extern ${declare(btf, type.type, type.name, options)};`
    default:
      return `${formatType(btf, id, options)};`
  }
}

const nameOf = (type: BtfType, options: PrintOptions): string => options.nameOf?.(type) ?? type.name

/** `name` declared with a type, without the `;`. `indent`: tabs of the line it stands on. */
function declare(
  btf: Btf,
  id: BtfId,
  name: string,
  options: Printing,
  { indent = 0, depth = 0 }: { readonly indent?: number; readonly depth?: number } = {},
): string {
  let declarator = name
  let pointer = false
  let qualifiers: string[] = []
  const tags: string[] = []
  for (let steps = 0; steps < MAX_DEPTH; steps++) {
    const type = btf.type(id)
    switch (type.kind) {
      case 'const':
      case 'volatile':
      case 'restrict':
        if (!qualifiers.includes(type.kind)) qualifiers.push(type.kind)
        id = type.type
        continue
      case 'type_tag':
        tags.unshift(options.tags === 'attribute' ? `__attribute__((btf_type_tag("${type.name}")))` : `__${type.name}`)
        id = type.type
        continue
      case 'ptr': {
        const words = [...qualifiers, ...tags.splice(0)]
        declarator = words.length === 0 ? `*${declarator}` : `* ${[...words, declarator].join(' ').trimEnd()}`
        qualifiers = []
        pointer = true
        id = type.type
        continue
      }
      case 'array':
        declarator = `${pointer ? `(${declarator})` : declarator}[${type.count}]`
        pointer = false
        id = type.type
        continue
      case 'func_proto': {
        if (depth > MAX_DEPTH / 4) throw new FaultError(`BTF type ${id} nests prototypes too deep to print`)
        const params = type.params.map((param) =>
          param.type === 0 && param.name === ''
            ? '...'
            : declare(btf, param.type, param.name, options, { indent, depth: depth + 1 }),
        )
        declarator = `${pointer ? `(${declarator})` : declarator}(${params.length === 0 ? 'void' : params.join(', ')})`
        pointer = false
        qualifiers = []
        id = type.ret
        continue
      }
      default: {
        const base = [...qualifiers.reverse(), baseName(btf, type, indent, options, depth), ...tags].join(' ')
        return declarator === '' ? base : `${base} ${declarator}`
      }
    }
  }
  throw new FaultError(`BTF type ${id} of ${btf.name} is a chain without end`)
}

function baseName(btf: Btf, type: BtfType, indent: number, options: Printing, depth: number): string {
  switch (type.kind) {
    case 'void':
      return 'void'
    case 'struct':
    case 'union':
      return type.name === ''
        ? structBody(btf, type, indent, options, depth + 1)
        : `${type.kind} ${nameOf(type, options)}`
    case 'enum':
    case 'enum64':
      return type.name === '' ? enumBody(type, indent, options) : `enum ${nameOf(type, options)}`
    case 'fwd':
      return `${type.union ? 'union' : 'struct'} ${nameOf(type, options)}`
    default:
      return nameOf(type, options)
  }
}

/**
 * A member. One without a name whose struct has one (`struct freelist_counters;`, in kernels since 7.0) is C only with -fms-extensions: its
 * members are written out in its place, which lays them out the same and gives them the same names.
 */
function memberText(btf: Btf, member: BtfMember, indent: number, options: Printing, depth: number): string {
  const type = btf.type(member.type)
  return member.name === '' && (type.kind === 'struct' || type.kind === 'union') && type.name !== ''
    ? structBody(btf, { ...type, name: '' }, indent, options, depth + 1)
    : declare(btf, member.type, member.name, options, { indent, depth })
}

function structBody(btf: Btf, type: Struct, indent: number, options: Printing, depth: number): string {
  if (depth > MAX_DEPTH / 4) throw new FaultError(`BTF type ${type.id} nests structs too deep to print`)
  options.lines.left -= 1 + type.members.length
  if (options.lines.left < 0) throw new FaultError(`BTF type ${type.id} is too large to print`)
  const packed = isPacked(btf, type)
  const inner = '\t'.repeat(indent + 1)
  const lines: string[] = []
  let end = 0
  for (const member of type.members) {
    if (type.kind === 'struct') lines.push(...padding(btf, end, member, { packed }).map((pad) => `${inner}${pad};`))
    const width = member.bitSize > 0 ? `: ${member.bitSize}` : ''
    lines.push(`${inner}${memberText(btf, member, indent + 1, options, depth)}${width};`)
    const bits = member.bitSize > 0 ? member.bitSize : (sizeOf(btf, member.type) ?? 0) * 8
    end = member.bitOffset + bits
  }
  if (type.kind === 'struct') lines.push(...tailPadding(btf, type, end, { packed }).map((pad) => `${inner}${pad};`))
  const head = type.name === '' ? type.kind : `${type.kind} ${nameOf(type, options)}`
  const tail = packed ? ' __attribute__((packed))' : ''
  if (lines.length === 0) return `${head} {}${tail}`
  return `${head} {\n${lines.join('\n')}\n${'\t'.repeat(indent)}}${tail}`
}

/** Whether C's own layout rules cannot give this struct: a member off its alignment, or a size off the struct's. */
export function isPacked(btf: Btf, type: Struct): boolean {
  let align = 1
  for (const member of type.members) {
    const own = alignOf(btf, member.type) ?? 1
    if (member.bitSize === 0 && member.bitOffset % (own * 8) !== 0) return true
    align = Math.max(align, own)
  }
  return type.size % align !== 0
}

const roundUp = (value: number, to: number): number => Math.ceil(value / to) * to

/** Unnamed bitfields that take the place of what lies between two members, where alignment alone does not explain it. */
function padding(btf: Btf, end: number, member: BtfMember, { packed }: { readonly packed: boolean }): string[] {
  const align = packed || member.bitSize > 0 ? 1 : (alignOf(btf, member.type) ?? 1) * 8
  return roundUp(end, align) >= member.bitOffset ? [] : pads(end, member.bitOffset)
}

function tailPadding(btf: Btf, type: Struct, end: number, { packed }: { readonly packed: boolean }): string[] {
  const align = packed ? 8 : Math.max(8, ...type.members.map((member) => (alignOf(btf, member.type) ?? 1) * 8))
  return type.members.length === 0 || roundUp(end, align) >= type.size * 8 ? [] : pads(end, type.size * 8)
}

function pads(from: number, to: number): string[] {
  const units = [
    ['long', 64],
    ['int', 32],
    ['short', 16],
    ['char', 8],
  ] as const
  const fields: string[] = []
  for (let at = from; at < to && fields.length < 10_000; ) {
    const unit = units.find(([, bits]) => roundUp(at + 1, bits) <= to) ?? units[3]
    const next = Math.min(to, roundUp(at + 1, unit[1]))
    fields.push(`${unit[0]}: ${next - at}`)
    at = next
  }
  return fields
}

function enumBody(type: Enum, indent: number, options: Printing): string {
  options.lines.left -= type.values.length
  if (options.lines.left < 0) throw new FaultError(`BTF type ${type.id} is too large to print`)
  const inner = '\t'.repeat(indent + 1)
  const lines = type.values.map(({ name, value }, index) => {
    const suffix = type.kind === 'enum64' ? (type.signed ? 'LL' : 'ULL') : ''
    return `${inner}${options.valueNameOf?.(type, index) ?? name} = ${value}${suffix},`
  })
  const mode =
    type.kind === 'enum' && type.size === 1
      ? ' __attribute__((mode(byte)))'
      : type.size === 8
        ? ' __attribute__((mode(word)))'
        : ''
  const head = type.name === '' ? 'enum' : `enum ${nameOf(type, options)}`
  return lines.length === 0
    ? head
    : `${head} {\n${lines.join('\n')}\n${'\t'.repeat(indent)}}${type.kind === 'enum64' ? '' : mode}`
}
