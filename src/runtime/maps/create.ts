// SPDX-License-Identifier: Apache-2.0
// Maps by type.

import type { MapDef } from '../../object/index.ts'
import type { Core } from '../core/core.ts'
import { notModelled } from '../core/errors.ts'
import { ArrayMap } from './array.ts'
import type { RuntimeMap } from './map.ts'

const types: ReadonlyMap<string, new (core: Core, def: MapDef) => RuntimeMap> = new Map([
  ['BPF_MAP_TYPE_ARRAY', ArrayMap],
])

/** A map as the kernel would create it. Throws a MachineError that names a type there is no model of. */
export function createMap(core: Core, def: MapDef): RuntimeMap {
  const type = types.get(def.type)
  if (type === undefined) throw notModelled(`${def.type} (map ${def.name})`)
  return new type(core, def)
}
