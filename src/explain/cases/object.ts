// SPDX-License-Identifier: Apache-2.0
// What lies at an offset of a map value or of global data, by name: the array that an index goes into, the field.

import { type Btf, type BtfId, resolveType, sizeOf } from '../../btf/index.ts'
import type { LinkedProgram } from '../../object/index.ts'
import { type RegState, scalar } from '../../verifier/index.ts'

export interface ArrayAt {
  /** 'frames', 's.frames', the variable's name. */
  readonly name: string
  readonly count: number
  readonly elementSize: number
  /** Where it starts in the object. */
  readonly start: number
}

/**
 * The array that holds the byte at `off` of what the pointer points to; the innermost one that has a name, and elements that what varies of
 * the pointer can be a multiple of.
 */
export function arrayAt(pointer: RegState, off: number, program: LinkedProgram): ArrayAt | undefined {
  const { btf } = program
  const map = pointer.kind === 'map_value' ? program.maps[pointer.map] : undefined
  if (map === undefined || btf === undefined) return undefined
  const step = stepOf(scalar.tnumMask(pointer.var))
  if (map.data !== undefined || map.internal !== undefined) {
    const variable = variableAt(btf, map.section, off)
    return variable === undefined ? undefined : inside(btf, variable.type, off - variable.offset, { ...variable, step })
  }
  return map.valueTypeId === 0 ? undefined : inside(btf, map.valueTypeId, off, { name: '', offset: 0, step })
}

/** The largest power of two that a number is known to be a multiple of. */
const stepOf = (number: bigint): number => Number(number & -number)

/** The global variable at a byte of its section. */
export function variableAt(
  btf: Btf,
  section: string,
  off: number,
): { readonly name: string; readonly type: BtfId; readonly offset: number } | undefined {
  const id = section === '' ? undefined : btf.find(section, 'datasec')
  const type = id === undefined ? undefined : btf.type(id)
  if (type?.kind !== 'datasec') return undefined
  const entry = type.entries.find((one) => off >= one.offset && off < one.offset + one.size)
  const variable = entry === undefined ? undefined : btf.type(entry.type)
  return variable?.kind === 'var' ? { name: variable.name, type: variable.type, offset: entry!.offset } : undefined
}

const DEEPEST = 16

function inside(
  btf: Btf,
  id: BtfId,
  off: number,
  { name, offset, step }: { readonly name: string; readonly offset: number; readonly step: number },
  depth = 0,
): ArrayAt | undefined {
  const type = resolveType(btf, id)
  if (depth > DEEPEST) return undefined
  if (type.kind === 'array') {
    const elementSize = sizeOf(btf, type.type) ?? 0
    if (elementSize === 0) return undefined
    const own = { name, count: type.count, elementSize, start: offset }
    const at = off % elementSize
    const inner = inside(btf, type.type, at, { name: `${name}[…]`, offset: offset + off - at, step }, depth + 1)
    const fits = (size: number): boolean => stepOf(BigInt(size)) >= step
    return inner === undefined || (!fits(inner.elementSize) && fits(elementSize)) ? own : inner
  }
  if (type.kind !== 'struct') return undefined
  const member = type.members.findLast((one) => one.bitOffset / 8 <= off)
  if (member === undefined) return undefined
  const start = member.bitOffset / 8
  const path = name === '' ? member.name : member.name === '' ? name : `${name}.${member.name}`
  return inside(btf, member.type, off - start, { name: path, offset: offset + start, step }, depth + 1)
}
