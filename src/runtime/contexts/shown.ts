// SPDX-License-Identifier: Apache-2.0
// A context as its bytes in the user API, of an object that shows it otherwise: put into the object, and read back.

import type { Core } from '../core/core.ts'
import type { Field } from '../core/layout.ts'
import { computedName } from './fields.ts'
import { computedFields } from './computed.ts'
import type { View, ViewRow } from './views.ts'

interface Place {
  readonly address: number
  readonly size: number
}

/** Puts what the bytes say, but for zeros and pointers, where the object and those that it leads to have it. */
export function putShown(core: Core, view: View, object: number, bytes: Uint8Array): void {
  for (const row of view.rows) {
    const shown = shownField(core, view, row)
    if (shown === undefined || isElsewhere(row)) continue
    const given = bytes.subarray(shown.offset, shown.offset + shown.size)
    if (given.every((byte) => byte === 0)) continue
    const place = placeOf(core, view, row, object)
    // what is wider in the user API has zeros behind
    if (place !== undefined) core.memory.write(place.address, given.subarray(0, place.size))
    else computedStore(core, view, row)?.(object, numberIn(given))
  }
}

/** The bytes, `length` of them, with what the object says now; pointers are 0. */
export function readShown(core: Core, view: View, object: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (const row of view.rows) {
    const shown = shownField(core, view, row)
    if (shown === undefined || isElsewhere(row) || shown.offset >= length) continue
    const place = placeOf(core, view, row, object)
    if (place !== undefined) {
      const size = Math.min(place.size, shown.size, length - shown.offset)
      bytes.set(core.memory.read(place.address, size), shown.offset)
      continue
    }
    const load = computedFields.get(computedName(view, row, { write: false }))?.(core) as
      | ((object: number) => bigint)
      | undefined
    let value = load?.(object) ?? 0n
    for (let i = 0; i < Math.min(shown.size, length - shown.offset); i++, value >>= 8n)
      bytes[shown.offset + i] = Number(value & 0xffn)
  }
  return bytes
}

const shownField = (core: Core, { shown }: View, { name }: ViewRow): Field | undefined => core.layouts.find(shown, name)

/** What leads into memory is the machine's own, and what the system call answers is a note of the run: neither is put or read here. */
const isElsewhere = ({ name }: ViewRow): boolean =>
  /^(?:retval|sk|migrating_sk|data|data_end|data_meta|optval|optval_end|skb_data|skb_data_end|flow_keys)$/.test(name)

/** undefined: it is computed, this kernel does not have it, or nothing leads there. */
function placeOf(core: Core, view: View, row: ViewRow, object: number): Place | undefined {
  const shown = core.layouts.find(view.shown, row.name)
  const found = row.path === undefined ? undefined : core.layouts.follow(view.object, row.path)
  if (shown === undefined || found === undefined) return undefined
  let address = object
  for (const offset of found.through) {
    address = core.memory.pointer(address + offset)
    if (address === 0) return undefined
  }
  return { address: address + found.field.offset, size: Math.min(found.field.size, shown.size) }
}

const computedStore = (core: Core, view: View, row: ViewRow) =>
  computedFields.get(computedName(view, row, { write: true }))?.(core) as
    | ((object: number, value: bigint) => void)
    | undefined

function numberIn(bytes: Uint8Array): bigint {
  let value = 0n
  for (let i = Math.min(bytes.length, 8) - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!)
  return value
}
