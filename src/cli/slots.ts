// SPDX-License-Identifier: Apache-2.0
// Programs in slots of program arrays that the loader fills, before the object is loaded.
import type { BpfObject } from '../object/index.ts'

/** The object with these programs, by map and slot, beside those that it places itself. */
export function withSlots(object: BpfObject, filled: ReadonlyMap<string, ReadonlyMap<number, string>>): BpfObject {
  if (filled.size === 0) return object
  const maps = object.maps.map((map) => {
    const slots = filled.get(map.name)
    return slots === undefined ? map : { ...map, slots: new Map([...(map.slots ?? []), ...slots]) }
  })
  return { ...object, maps }
}
