// SPDX-License-Identifier: Apache-2.0
// An access of what the user API shows as one of the kernel's object.

import type { FieldAccess } from '../../jit/index.ts'
import type { Field, Layouts } from '../core/layout.ts'
import { notModelled } from '../core/errors.ts'
import type { View, ViewRow } from './views.ts'

export interface ShownAccess {
  readonly off: number
  readonly size: number
  readonly write: boolean
}

/** Names the function that computes a field: 'ctx:__sk_buff.tstamp:load'. */
export const computedName = ({ shown }: View, { name }: ViewRow, { write }: Pick<ShownAccess, 'write'>): string =>
  `ctx:${shown}.${name}:${write ? 'store' : 'load'}`

/** Throws a MachineError where this kernel has the field otherwise than any that is known here. */
export function fieldAccess(layouts: Layouts, view: View, { off, size, write }: ShownAccess): FieldAccess {
  for (const row of view.rows) {
    const shown = layouts.find(view.shown, row.name)
    if (shown === undefined || off < shown.offset || off >= shown.offset + shown.size) continue
    return accessOf(layouts, view, row, { byte: off - shown.offset, size, write }, shown)
  }
  throw notModelled(`${view.shown} at offset ${off}`)
}

function accessOf(
  layouts: Layouts,
  view: View,
  row: ViewRow,
  { byte, size, write }: { readonly byte: number; readonly size: number; readonly write: boolean },
  shown: Field,
): FieldAccess {
  const narrowed = { shift: 8 * byte, bits: 8 * size }
  if (row.path === undefined)
    return {
      kind: 'call',
      callee: {
        name: computedName(view, row, { write }),
        params: write ? ['i32', 'i64'] : ['i32'],
        result: write ? 'none' : 'i64',
      },
      ...narrowed,
    }
  const place = layouts.follow(view.object, row.path)
  if (place === undefined) throw notModelled(`${view.shown}.${row.name} (${view.object}.${row.path})`)
  const { through, field } = place
  // pointers and arrays: bytes are bytes; the user API has four of a pointer into a packet, the object eight
  if (field.size > 8 || (size === field.size && field.shift === 0 && field.bits === 8 * field.size))
    return { kind: 'field', through, offset: field.offset + byte, size: size as 8, shift: 0, bits: 64 }
  const isPacket = shown.size === 4 && field.size === 8 && /^data/.test(row.name)
  if (isPacket) return { kind: 'field', through, offset: field.offset, size: 8, shift: 0, bits: 64 }
  if (write) return { kind: 'field', through, offset: field.offset, size: field.size as 4, shift: 0, bits: 64 }
  return {
    kind: 'field',
    through,
    offset: field.offset,
    size: field.size as 4,
    shift: field.shift + narrowed.shift,
    bits: Math.max(0, Math.min(field.bits - narrowed.shift, narrowed.bits)),
    ...(row.turned ? { turned: true } : {}),
  }
}
