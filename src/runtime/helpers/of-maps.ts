// SPDX-License-Identifier: Apache-2.0
// Calls on a map that is known when the program is compiled: they go to that map, and leave its address out.

import type { CallFact } from '../../verifier/index.ts'
import { flagsOf, model, type Model } from '../core/abi.ts'
import type { RuntimeMap } from '../maps/map.ts'
import { RingBufferMap } from '../maps/ringbuf.ts'

const inlineOf = (inline: Model['inline']): Pick<Model, 'inline'> => (inline === undefined ? {} : { inline })

const bound: ReadonlyMap<string, (map: RuntimeMap) => Model | undefined> = new Map<
  string,
  (map: RuntimeMap) => Model | undefined
>([
  [
    'bpf_ringbuf_reserve',
    (map) =>
      map instanceof RingBufferMap
        ? {
            ...model(['none', 'halves', 'halves'], 'u32', () => map.reserveCall),
            inline: { kind: 'ring-reserve', ...map.shape },
          }
        : undefined,
  ],
  [
    'bpf_map_lookup_elem',
    (map) => ({ ...model(['none', 'i32'], 'u32', () => map.lookupCall), ...inlineOf(map.lookupInline) }),
  ],
  [
    'bpf_map_update_elem',
    (map) =>
      model(
        ['none', 'i32', 'i32', 'halves'],
        's32',
        () => (key, value, low, high) => map.update(key, value, flagsOf(low, high)),
      ),
  ],
  ['bpf_map_delete_elem', (map) => model(['none', 'i32'], 's32', () => (key) => map.delete(key))],
])

export function mapCalls(
  call: CallFact,
  mapOf: (index: number) => RuntimeMap,
): { readonly name: string; readonly model: Model } | undefined {
  if (call.kind !== 'helper') return undefined
  const make = bound.get(call.name)
  const map = call.args[0]?.value
  if (make === undefined || map?.kind !== 'map_ptr' || map.map === undefined || map.mapName === '') return undefined
  const target = mapOf(map.map)
  const made = make(target)
  return made === undefined ? undefined : { name: `${call.name}@${target.address}`, model: made }
}
