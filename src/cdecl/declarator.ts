// SPDX-License-Identifier: Apache-2.0
// The grammar's nodes of one declaration → types. C declarators read inside out (C11 6.7.6): the walk starts with the
// specifiers' type and wraps it on the way in to the name.
import type { Node } from 'web-tree-sitter'
import { FaultError, type Place } from '../fault/index.ts'
import { attributeMacros } from './attributes.ts'
import { evaluate, type Names } from './constant.ts'
import type { CEnum, CMacro, CMember, CParam, CRecord, CType } from './types.ts'

/** What the walk needs to know around a node. */
export interface Context {
  readonly placeOf: (node: Node) => Place
  /** Offset in the file of a node's start. */
  readonly offsetOf: (node: Node) => number
  readonly attributes: readonly CMacro[]
  readonly names: Names
  /** An enumerator was defined. */
  readonly define: (name: string, value: bigint) => void
}

export interface Declarator {
  readonly name: string
  readonly type: CType
  readonly place: Place
  readonly value: Node | undefined
}

/** Pointers to arrays of functions …: C11 5.2.4.1 asks for 12. */
const maxDepth = 64

const qualifierNames = {
  const: 'const',
  __const: 'const',
  volatile: 'volatile',
  restrict: 'restrict',
  __restrict: 'restrict',
  __restrict__: 'restrict',
} as const
const baseWords = new Set([
  'void',
  'char',
  'short',
  'int',
  'long',
  'float',
  'double',
  'signed',
  'unsigned',
  '_Bool',
  'bool',
  '__int128',
  '__signed__',
])

/** The type that the specifiers of a declaration, member or parameter name. */
export function specifierType(node: Node, context: Context, depth: number): CType {
  const specifier = node.childForFieldName('type')
  if (specifier === null) throw new FaultError('a declaration without a type', context.placeOf(node))
  let type = typeOfSpecifier(specifier, context, depth)
  for (const child of node.children) {
    if (child?.type === 'type_qualifier') type = qualify(type, child.text)
  }
  return type
}

/** The type of one specifier: `unsigned long`, `u32`, `struct x { … }`. */
export function typeOfSpecifier(node: Node, context: Context, depth: number): CType {
  if (depth > maxDepth) throw new FaultError('types nested too deep', context.placeOf(node))
  switch (node.type) {
    case 'primitive_type':
    case 'type_identifier':
    case 'sized_type_specifier':
      return typeOfWords(node, context)
    case 'struct_specifier':
    case 'union_specifier':
      return recordType(node, context, depth)
    case 'enum_specifier':
      return enumType(node, context)
    default:
      throw new FaultError(`cannot read the type '${snippet(node)}'`, context.placeOf(node))
  }
}

function typeOfWords(node: Node, context: Context): CType {
  const words = node.text.split(/\s+/).filter((word) => word !== '')
  if (words.length === 1 && !baseWords.has(words[0]!)) return { kind: 'name', name: words[0]! }
  const odd = words.find((word) => !baseWords.has(word))
  if (odd !== undefined) throw new FaultError(`'${odd}' does not go with '${snippet(node)}'`, context.placeOf(node))
  if (words[0] === 'void') return { kind: 'void' }
  return { kind: 'base', name: canonicalBase(words) }
}

/** C11 6.7.2: any order of the words means the same type. */
function canonicalBase(words: readonly string[]): string {
  const has = (word: string) => words.includes(word)
  const unsigned = has('unsigned') ? 'unsigned ' : ''
  if (has('_Bool') || has('bool')) return '_Bool'
  if (has('float')) return 'float'
  if (has('double')) return has('long') ? 'long double' : 'double'
  if (has('__int128')) return `${unsigned}__int128`
  if (has('char'))
    return unsigned !== '' ? 'unsigned char' : has('signed') || has('__signed__') ? 'signed char' : 'char'
  if (has('short')) return `${unsigned}short`
  const longs = words.filter((word) => word === 'long').length
  return longs > 1 ? `${unsigned}long long` : longs === 1 ? `${unsigned}long` : `${unsigned}int`
}

function qualify(type: CType, text: string): CType {
  const qualifier = qualifierNames[text as keyof typeof qualifierNames]
  return qualifier === undefined ? type : { kind: 'qualified', qualifier, of: type }
}

/** Follows a declarator from the outside to its name; `base` is the specifiers' type. */
export function declare(start: Node | null, base: CType, from: number, context: Context, depth: number): Declarator {
  let node = start
  let type = base
  let previous = from
  let value: Node | undefined
  let place: Place | undefined
  for (let steps = 0; node !== null; steps++) {
    place ??= context.placeOf(node)
    if (steps > maxDepth || depth > maxDepth) throw new FaultError('declarator nested too deep', context.placeOf(node))
    switch (node.type) {
      case 'identifier':
      case 'field_identifier':
      case 'type_identifier':
      case 'primitive_type':
        return { name: node.text, type, place: context.placeOf(node), value }
      case 'pointer_declarator':
      case 'abstract_pointer_declarator': {
        const at = context.offsetOf(node)
        type = { kind: 'pointer', to: tagged(type, previous, at, context) }
        previous = at + 1
        for (const child of node.children) if (child?.type === 'type_qualifier') type = qualify(type, child.text)
        break
      }
      case 'array_declarator':
      case 'abstract_array_declarator':
        type = { kind: 'array', of: type, count: arrayCount(node, context) }
        break
      case 'function_declarator':
      case 'abstract_function_declarator':
        type = functionType(node, type, context, depth)
        break
      case 'init_declarator':
        value = node.childForFieldName('value') ?? undefined
        break
      case 'parenthesized_declarator':
      case 'abstract_parenthesized_declarator':
      case 'attributed_declarator':
        node =
          node.namedChildren.find(
            (child) => child?.type.endsWith('declarator') || child?.type.endsWith('identifier'),
          ) ?? null
        continue
      default:
        throw new FaultError(`cannot read the declarator '${snippet(node)}'`, context.placeOf(node))
    }
    node = node.childForFieldName('declarator')
  }
  return { name: '', type, place: place ?? {}, value }
}

/** Type tags between two places of the text belong to what the pointer there points to. */
function tagged(type: CType, from: number, to: number, context: Context): CType {
  let result = type
  for (const attribute of attributesWithin(context, from, to)) {
    const tag = attributeMacros[attribute.name]?.tag ?? typeTag(attribute)
    if (tag !== undefined) result = { kind: 'tagged', tag, of: result }
  }
  return result
}

/** `__attribute__((btf_type_tag("kptr")))` */
function typeTag(attribute: CMacro): string | undefined {
  const inner = attribute.args?.[0] ?? ''
  const at = inner.indexOf('btf_type_tag(')
  if (at < 0) return undefined
  const from = inner.indexOf('"', at)
  const to = inner.indexOf('"', from + 1)
  return from < 0 || to < 0 ? undefined : inner.slice(from + 1, to)
}

function arrayCount(node: Node, context: Context): number | undefined {
  const size = node.childForFieldName('size')
  if (size === null) return undefined
  const count = evaluate(size, context.names)
  if (count === undefined || count < 0n || count > 0xffffffffn)
    throw new FaultError(
      `cannot work out the array size '${snippet(size)}'`,
      context.placeOf(size),
      'write a number, or #define or enum the name in the same text',
    )
  return Number(count)
}

function functionType(node: Node, ret: CType, context: Context, depth: number): Extract<CType, { kind: 'function' }> {
  const list = node.childForFieldName('parameters')
  const params: CParam[] = []
  let variadic = false
  for (const child of list?.namedChildren ?? []) {
    if (child?.type === 'variadic_parameter') variadic = true
    else if (child?.type === 'parameter_declaration') {
      const specifier = child.childForFieldName('type')
      const after = specifier === null ? context.offsetOf(child) : endOf(specifier, context)
      const { name, type, place } = declare(
        child.childForFieldName('declarator'),
        specifierType(child, context, depth + 1),
        after,
        context,
        depth + 1,
      )
      params.push({ name, type, place: name === '' ? context.placeOf(child) : place })
    } else if (child !== null && child !== undefined && child.type !== 'comment')
      throw new FaultError(`cannot read the parameter '${snippet(child)}'`, context.placeOf(child))
  }
  const only = params[0]
  if (params.length === 1 && only?.type.kind === 'void' && only.name === '') params.pop()
  return { kind: 'function', ret, params, variadic }
}

function recordType(node: Node, context: Context, depth: number): CType {
  const tag = node.type === 'union_specifier' ? 'union' : 'struct'
  const name = node.childForFieldName('name')?.text ?? ''
  const body = node.childForFieldName('body')
  if (body === null) {
    if (name === '') throw new FaultError(`${tag} without name or members`, context.placeOf(node))
    return { kind: 'record', tag, name }
  }
  const members: CMember[] = []
  for (const child of body.namedChildren) {
    if (child?.type === 'field_declaration') readMembers(child, context, depth + 1, members)
    else if (child !== null && child !== undefined && child.type !== 'comment')
      throw new FaultError(`cannot read the member '${snippet(child)}'`, context.placeOf(child))
  }
  const place = context.placeOf(node)
  const start = context.offsetOf(node)
  const open = start + (body.startIndex - node.startIndex)
  const close = start + (node.endIndex - node.startIndex)
  const own = [...attributesWithin(context, start, open), ...attributesAfter(context, close)]
  const definition: CRecord = { tag, name, members, place, packed: own.some(isPacked), align: alignOf(own, context) }
  return { kind: 'record', tag, name, definition }
}

/** The attributes that begin in a range: they are in the order of the text. */
function attributesWithin({ attributes }: Context, from: number, to: number): readonly CMacro[] {
  const first = firstFrom(attributes, from)
  return attributes.slice(first, Math.max(first, firstFrom(attributes, to)))
}

/** Attributes follow the closing brace one after the other, with nothing but spaces between. */
function attributesAfter({ attributes }: Context, close: number): readonly CMacro[] {
  const found: CMacro[] = []
  let end = close
  for (let at = firstFrom(attributes, close); at < attributes.length; at++) {
    const attribute = attributes[at]!
    if (attribute.start < end) continue
    if (attribute.start - end > 80) break
    found.push(attribute)
    end = attribute.end
  }
  return found
}

function firstFrom(attributes: readonly CMacro[], place: number): number {
  let low = 0
  let high = attributes.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (attributes[middle]!.start < place) low = middle + 1
    else high = middle
  }
  return low
}
const isPacked = (attribute: CMacro) =>
  attribute.name === '__packed' ||
  (attribute.name.startsWith('__attribute') &&
    (attribute.args ?? []).some((arg) => arg.includes('packed') || arg.includes('mode(byte)')))

function alignOf(attributes: readonly CMacro[], context: Context): number {
  let align = 0
  for (const attribute of attributes) {
    const text = attribute.args?.join(',') ?? ''
    if (attribute.name === '__aligned') align = Math.max(align, alignNumber(text, context))
    const at = attribute.name.startsWith('__attribute') ? text.indexOf('aligned') : -1
    if (at < 0) continue
    const open = text.indexOf('(', at)
    align = Math.max(align, open < 0 ? 16 : alignNumber(text.slice(open + 1, text.indexOf(')', open)), context))
  }
  return align
}
function alignNumber(text: string, context: Context): number {
  const name = text.split('(').join('').split(')').join('').trim()
  const value = context.names(name) ?? (Number.isInteger(Number(name)) ? BigInt(Number(name)) : 0n)
  return value > 0n && value <= 4096n && (value & (value - 1n)) === 0n ? Number(value) : 0
}

/** `int a : 3, *b, c[4];` and the members without a name. */
function readMembers(node: Node, context: Context, depth: number, members: CMember[]): void {
  const base = specifierType(node, context, depth)
  const specifier = node.childForFieldName('type')!
  const after = endOf(specifier, context)
  const declarators: { node: Node | null; bits: number | undefined }[] = []
  const named = new Set(node.childrenForFieldName('declarator').map((child) => child?.id))
  for (const child of node.children) {
    if (child === null) continue
    if (child.type === 'bitfield_clause') {
      const bits = evaluate(child.namedChild(0), context.names)
      if (bits === undefined || bits < 0n || bits > 64n)
        throw new FaultError(`cannot use the bitfield width '${snippet(child)}'`, context.placeOf(child))
      const last = declarators.at(-1)
      if (last === undefined || last.bits !== undefined) declarators.push({ node: null, bits: Number(bits) })
      else last.bits = Number(bits)
    } else if (named.has(child.id)) declarators.push({ node: child, bits: undefined })
  }
  if (declarators.length === 0) declarators.push({ node: null, bits: undefined })
  const from = context.offsetOf(node)
  const to = from + (node.endIndex - node.startIndex)
  const bodyEnd =
    base.kind === 'record' && base.definition !== undefined
      ? context.offsetOf(specifier) + specifier.endIndex - specifier.startIndex
      : from
  const align = alignOf(attributesWithin(context, bodyEnd, to), context)
  for (const { node: inner, bits } of declarators) {
    const { name, type, place } = declare(inner, base, after, context, depth)
    members.push({ name, type, bits, align, place: inner === null ? context.placeOf(node) : place })
  }
}

function enumType(node: Node, context: Context): CType {
  const name = node.childForFieldName('name')?.text ?? ''
  const body = node.childForFieldName('body')
  if (body === null) return { kind: 'enum', name }
  const values: { name: string; value: bigint; place: Place }[] = []
  let next = 0n
  for (const child of body.namedChildren) {
    if (child?.type !== 'enumerator') continue
    const label = child.childForFieldName('name')?.text ?? ''
    const written = child.childForFieldName('value')
    const value = written === null ? next : evaluate(written, context.names)
    if (value === undefined)
      throw new FaultError(
        `cannot work out the value of ${label}: '${snippet(written ?? child)}'`,
        context.placeOf(child),
      )
    values.push({ name: label, value, place: context.placeOf(child) })
    context.define(label, value)
    next = value + 1n
  }
  const close = endOf(node, context)
  const packed = attributesAfter(context, close).some(isPacked)
  const definition: CEnum = { name, values, packed, place: context.placeOf(node) }
  return { kind: 'enum', name, definition }
}

/** Offset in the file right after a node. */
export const endOf = (node: Node, context: Context): number => context.offsetOf(node) + node.endIndex - node.startIndex

/** The text of a node, short enough for a message. */
export function snippet(node: Node): string {
  const text = node.text.split(/\s+/).join(' ').trim()
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
