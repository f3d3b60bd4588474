// SPDX-License-Identifier: Apache-2.0
// What a C type of the module's text comes to below qualifiers, tags and typedefs, as far as the text itself (and the base) tells.
import { type Btf, resolveType } from '../../btf/index.ts'
import { type CType, type CUnit, impliedTypedefs } from '../../cdecl/index.ts'

export type Shape =
  | { readonly kind: 'void' }
  | { readonly kind: 'scalar' }
  /** float, double, __int128: nothing a BPF register carries. */
  | { readonly kind: 'wide'; readonly name: string }
  | { readonly kind: 'struct'; readonly tag: 'struct' | 'union'; readonly name: string }
  | { readonly kind: 'pointer'; readonly to: CType }
  | { readonly kind: 'array'; readonly of: CType }
  | { readonly kind: 'function' }
  /** A typedef that only a kernel can explain. */
  | { readonly kind: 'unknown'; readonly name: string }

export type Shaper = (type: CType) => Shape

/** A function that tells shapes in this unit. */
export function shaperOf(unit: CUnit, base: Btf | undefined): Shaper {
  const typedefs = new Map(
    unit.declarations.flatMap((each) => (each.kind === 'typedef' ? [[each.name, each.type]] : [])),
  )
  return (start) => {
    let type = start
    for (let steps = 0; steps < 200; steps++) {
      switch (type.kind) {
        case 'qualified':
        case 'tagged':
          type = type.of
          continue
        case 'name': {
          const next = typedefs.get(type.name)
          if (next === undefined) return outsideShape(type.name, base)
          type = next
          continue
        }
        case 'void':
          return { kind: 'void' }
        case 'base':
          return wideNames.has(type.name) ? { kind: 'wide', name: type.name } : { kind: 'scalar' }
        case 'enum':
          return { kind: 'scalar' }
        case 'record':
          return { kind: 'struct', tag: type.tag, name: type.name }
        case 'pointer':
          return { kind: 'pointer', to: type.to }
        case 'array':
          return { kind: 'array', of: type.of }
        case 'function':
          return { kind: 'function' }
      }
    }
    return { kind: 'unknown', name: '' }
  }
}

const wideNames = new Set(['float', 'double', 'long double', '__int128', 'unsigned __int128'])

function outsideShape(name: string, base: Btf | undefined): Shape {
  if (impliedTypedefs.has(name)) return { kind: 'scalar' }
  const id = base?.find(name, 'typedef')
  if (base === undefined || id === undefined) return { kind: 'unknown', name }
  const type = resolveType(base, id)
  if (type.kind === 'struct' || type.kind === 'union') return { kind: 'struct', tag: type.kind, name: type.name }
  if (type.kind === 'int' || type.kind === 'enum' || type.kind === 'enum64')
    return type.size > 8 ? { kind: 'wide', name } : { kind: 'scalar' }
  if (type.kind === 'float') return { kind: 'wide', name }
  return { kind: 'unknown', name }
}
