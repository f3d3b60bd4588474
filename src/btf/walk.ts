// SPDX-License-Identifier: Apache-2.0
// What lies at an offset in a struct, as the verifier asks when a program reads through a pointer to a kernel type. Facts from the
// behaviour of Linux 6.12's BTF struct access; the message texts are its own, word for word.

import { isModifier, resolveType, skipModifiersAndTypedefs } from './resolve.ts'
import type { Btf, BtfId, BtfType } from './types.ts'

export type Walk =
  /** A pointer to a struct or union, read whole. `tags`: on the pointer (`rcu`, `user`, `percpu` …), outermost first. */
  | {
      readonly kind: 'ptr'
      readonly target: BtfId
      readonly tags: readonly string[]
      readonly fieldName: string
      /** The struct or union that has the field directly. */
      readonly owner: BtfId
      /** The way led through a union of several members: the pointer may be any of them. */
      readonly untrusted: boolean
    }
  | {
      readonly kind: 'scalar'
      readonly size: number
      /** A pointer, read whole, but to no struct. */
      readonly pointer?: true
    }
  /** A nested struct begins exactly here; only `stopAtStruct` asks for it. */
  | { readonly kind: 'struct'; readonly id: BtfId }
  /** `errno` as the kernel returns it. */
  | {
      readonly kind: 'error'
      readonly message: string
      readonly errno: 'EACCES' | 'EINVAL' | 'EFAULT'
      readonly beyond: boolean
    }

export interface WalkOptions {
  /** Answer with the first nested struct that begins at the offset instead of looking into it. */
  readonly stopAtStruct?: boolean
  /** A trailing `T x[]` may be read beyond the struct's size (default). Objects of a program's own types may not. */
  readonly flexArrays?: boolean
}

/** Nested structs deeper than this come only from a hostile section (the kernel resolves 32 levels). */
const MAX_DEPTH = 32

/** What a read of `size` bytes at `offset` of a struct finds: descends nested structs, unions and arrays. */
export function walkStruct(btf: Btf, structId: BtfId, offset: number, size: number, options: WalkOptions = {}): Walk {
  const { stopAtStruct = false, flexArrays = true } = options
  let id = skipModifiersAndTypedefs(btf, structId)
  let off = offset
  let untrusted = false
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    const type = btf.type(id)
    if (type.kind !== 'struct' && type.kind !== 'union') return error('EINVAL', `Type '${shown(type)}' is not a struct`)
    if (type.kind === 'union' && type.members.length !== 1) untrusted = true
    if (off + size > type.size) {
      const element = flexArrays ? flexibleElement(btf, type, off) : undefined
      if (element === undefined) {
        return beyond(`access beyond struct ${shown(type)} at off ${off >>> 0} size ${size}`)
      }
      if (element.kind === 'scalar') return { kind: 'scalar', size }
      id = element.id
      off = element.off
      continue
    }
    const found = fieldAt(btf, type, off, size, { untrusted })
    if (found.kind !== 'within') return found
    if (off === found.start && stopAtStruct) return { kind: 'struct', id: found.id }
    id = found.id
    off -= found.start
  }
  return error('EFAULT', `struct nesting in BTF of ${btf.name} has no end`)
}

/** As the kernel's log names a type. */
const shown = ({ name }: BtfType): string => (name === '' ? '(anon)' : name)

type Struct = Extract<BtfType, { kind: 'struct' | 'union' }>
type Within = { readonly kind: 'within'; readonly id: BtfId; readonly start: number }

function fieldAt(
  btf: Btf,
  type: Struct,
  off: number,
  size: number,
  { untrusted }: { readonly untrusted: boolean },
): Walk | Within {
  const { fields, reach } = fieldsOf(btf, type)
  for (let i = firstReaching(reach, off); i < fields.length; i++) {
    const field = fields[i]!
    if (off + size <= field.start) break
    if (field.bitEnd > 0) {
      if (off <= field.start && Math.ceil(field.bitEnd / 8) <= off + size) return { kind: 'scalar', size }
      continue
    }
    if (off < field.start) break
    if (field.size < 0) return error('EFAULT', `field ${field.name} doesn't have size`)
    const end = field.start + field.size
    if (off >= end) continue
    const start = field.start + Math.floor((off - field.start) / field.elementSize) * field.elementSize
    const element = btf.type(field.element)
    if (element.kind === 'struct' || element.kind === 'union') return { kind: 'within', id: field.element, start }
    if (element.kind === 'ptr') {
      if (field.elementSize !== size || off !== start) {
        const where = `with moff ${start} in struct ${shown(type)} with off ${off} size ${size}`
        return error('EACCES', `cannot access ptr member ${field.name} ${where}`)
      }
      const target = skipModifiersAndTypedefs(btf, element.type)
      const { kind } = btf.type(target)
      if (kind === 'struct' || kind === 'union') {
        const tags = tagsBelow(btf, element.type)
        return { kind: 'ptr', target, tags, fieldName: field.name, owner: type.id, untrusted }
      }
      return { kind: 'scalar', size, pointer: true }
    }
    // Inside an int or an array of ints any access is fine up to the member's end (skb->cb[] as scratch space).
    if (off + size > end && !untrusted) {
      const where = `in struct ${shown(type)} with off ${off} size ${size}`
      return beyond(`access beyond the end of member ${field.name} (mend:${end}) ${where}`)
    }
    return { kind: 'scalar', size }
  }
  return error('EINVAL', `struct ${shown(type)} doesn't have field at offset ${off}`)
}

/** The type tags between a pointer and what it points to. */
function tagsBelow(btf: Btf, id: BtfId): readonly string[] {
  const tags: string[] = []
  for (let steps = 0; steps < 64; steps++) {
    const type = btf.type(id)
    if (!isModifier(type) && type.kind !== 'typedef') break
    if (type.kind === 'type_tag') tags.push(type.name)
    id = type.type
  }
  return tags
}

interface Field {
  readonly name: string
  readonly start: number
  /** Bytes in all; -1 where the type has no size. */
  readonly size: number
  /** End of a bitfield in bits; 0 for other members. */
  readonly bitEnd: number
  /** What an array (of arrays) holds, else the type itself, without modifiers and typedefs. */
  readonly element: BtfId
  readonly elementSize: number
}

/** Members with their sizes, worked out once per struct: `task_struct` has hundreds and is asked at every access. */
interface Fields {
  readonly fields: readonly Field[]
  /** How far the fields up to each one reach: those before the first that reaches a place have nothing to say about it. */
  readonly reach: Float64Array
}
const fieldCache = new WeakMap<Struct, Fields>()

function fieldsOf(btf: Btf, type: Struct): Fields {
  const known = fieldCache.get(type)
  if (known !== undefined) return known
  const fields = type.members.map((member): Field => {
    const start = Math.floor(member.bitOffset / 8)
    const { element, size, elementSize } = elementsOf(btf, member.type)
    const bitEnd = member.bitSize > 0 ? member.bitOffset + member.bitSize : 0
    return { name: member.name, start, size, bitEnd, element, elementSize }
  })
  const reach = new Float64Array(fields.length)
  for (const [i, field] of fields.entries()) reach[i] = Math.max(endOf(field), reach[i - 1] ?? 0)
  const found = { fields, reach }
  fieldCache.set(type, found)
  return found
}

/** Where a field stops mattering: a bitfield where it starts, one without a size never. */
function endOf({ start, size, bitEnd }: Field): number {
  if (bitEnd > 0) return start + 1
  return size < 0 ? Number.POSITIVE_INFINITY : start + size
}

function firstReaching(reach: Float64Array, off: number): number {
  let low = 0
  let high = reach.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (reach[middle]! <= off) low = middle + 1
    else high = middle
  }
  return low
}

/** Linearizes arrays of arrays: the innermost element and how much there is of it. */
function elementsOf(btf: Btf, id: BtfId): { element: BtfId; size: number; elementSize: number } {
  let count = 1
  for (let steps = 0; steps < 64; steps++) {
    const type = btf.type(id)
    if (type.kind === 'array') {
      count *= type.count
      id = type.type
    } else if (isModifier(type) || type.kind === 'typedef') id = type.type
    else {
      const elementSize = type.kind === 'ptr' ? 8 : 'size' in type && type.kind !== 'datasec' ? type.size : -1
      const size = elementSize < 0 || !Number.isSafeInteger(count * elementSize) ? -1 : count * elementSize
      return { element: id, size, elementSize: Math.max(1, elementSize) }
    }
  }
  return { element: 0, size: -1, elementSize: 1 }
}

/** A struct that ends in `T x[]`: which T, and where in it, an offset at or beyond the array falls. */
function flexibleElement(
  btf: Btf,
  type: Struct,
  off: number,
): { kind: 'scalar' } | { kind: 'struct'; id: BtfId; off: number } | undefined {
  const last = type.members.at(-1)
  if (last === undefined) return undefined
  const array = resolveType(btf, last.type)
  const start = Math.floor(last.bitOffset / 8)
  if (array.kind !== 'array' || array.count !== 0 || off < start) return undefined
  const element = resolveType(btf, array.type)
  if (element.kind === 'int') return { kind: 'scalar' }
  if ((element.kind !== 'struct' && element.kind !== 'union') || element.size === 0) return undefined
  return { kind: 'struct', id: element.id, off: (off - start) % element.size }
}

const error = (errno: 'EACCES' | 'EINVAL' | 'EFAULT', message: string): Walk => ({
  kind: 'error',
  message,
  errno,
  beyond: false,
})
/** Past the end of the struct, or of a member. */
const beyond = (message: string): Walk => ({ kind: 'error', message, errno: 'EACCES', beyond: true })
