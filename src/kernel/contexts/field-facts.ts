// SPDX-License-Identifier: Apache-2.0
// What can be said of a field of the context besides yes and no: its name, who may read or write it, what this program may instead.
import { asReplaced } from '../extension.ts'
import type { ProgramTraits } from '../types.ts'
import { type ContextField, layouts } from './layouts.ts'
import { contextRules, fieldAccess } from './rules.ts'

export interface FieldFacts {
  /** '__sk_buff' */
  readonly struct: string
  readonly field: ContextField
  readonly mayRead: boolean
  readonly mayWrite: boolean
  /** Attach types and program types that may read it, where this program may not. */
  readonly others: readonly string[]
  /** Fields that this program may read, and write. */
  readonly readable: readonly string[]
  readonly writable: readonly string[]
}

/** The field that an offset of the program's context lies in; undefined where its context is no table of fields, or none lies there. */
export function contextField(asked: ProgramTraits, off: number): FieldFacts | undefined {
  const program = asReplaced(asked)
  const rule = contextRules.get(program.type)
  if (rule === undefined) return undefined
  const fields: readonly ContextField[] = layouts[rule.layout]
  const field = fields.find((row) => off >= row.off && off < row.off + row.size)
  if (field === undefined) return undefined
  const may = (row: ContextField, { write }: { readonly write: boolean }): boolean =>
    isAccessible(program, row, { write })
  const mayRead = may(field, { write: false })
  return {
    struct: rule.layout,
    field,
    mayRead,
    mayWrite: may(field, { write: true }),
    others: mayRead ? [] : [...(rule.only?.[field.name] ?? []), ...otherTypes(rule.layout, field, program)],
    readable: fields.filter((row) => may(row, { write: false })).map(({ name }) => name),
    writable: fields.filter((row) => may(row, { write: true })).map(({ name }) => name),
  }
}

/** The struct in which programs of a type see their context: 'xdp_md'; undefined where it is none of the user API's. */
export const contextStruct = ({ type }: Pick<ProgramTraits, 'type'>): string | undefined =>
  contextRules.get(type)?.layout

function isAccessible(program: ProgramTraits, field: ContextField, { write }: { readonly write: boolean }): boolean {
  const rule = contextRules.get(program.type)!
  return [field.size, 4, 8].some(
    (size) => size <= field.size && fieldAccess(rule, program, { off: field.off, size, write }).ok,
  )
}

/** Program types that see the same struct, and this field of it. */
const otherTypes = (layout: string, field: ContextField, program: ProgramTraits): readonly string[] =>
  [...contextRules].flatMap(([type, rule]) =>
    type !== program.type &&
    rule.layout === layout &&
    isAccessible({ ...program, type, attachType: undefined }, field, { write: false })
      ? [type]
      : [],
  )
