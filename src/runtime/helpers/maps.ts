// SPDX-License-Identifier: Apache-2.0
// Helpers that work on maps of any type. A map arrives as the address of its struct bpf_map.

import { caller, flagsOf, model, type Models } from '../core/abi.ts'
import { errno } from '../core/errno.ts'

export const mapHelpers: Models = {
  bpf_map_lookup_elem: model(['i32', 'i32'], 'u32', (core) => (map, key) => core.mapAt(map).lookup(key)),
  bpf_map_update_elem: model(
    ['i32', 'i32', 'i32', 'halves'],
    's32',
    (core) => (map, key, value, low, high) => core.mapAt(map).update(key, value, flagsOf(low, high)),
  ),
  bpf_map_delete_elem: model(['i32', 'i32'], 's32', (core) => (map, key) => core.mapAt(map).delete(key)),
  bpf_map_push_elem: model(
    ['i32', 'i32', 'halves'],
    's32',
    (core) => (map, value, low, high) => core.mapAt(map).push(value, flagsOf(low, high)),
  ),
  bpf_map_pop_elem: model(['i32', 'i32'], 's32', (core) => (map, value) => core.mapAt(map).pop(value)),
  bpf_map_peek_elem: model(['i32', 'i32'], 's32', (core) => (map, value) => core.mapAt(map).peek(value)),
  bpf_map_lookup_percpu_elem: model(
    ['i32', 'i32', 'i32'],
    'u32',
    (core) => (map, key, cpu) => core.mapAt(map).lookupPercpu(key, cpu >>> 0),
  ),
  bpf_for_each_map_elem: caller(
    ['i32', 'i32', 'i32', 'halves'],
    's32',
    (core) =>
      (...[map, callback, ctx, low, high]) => {
        if (flagsOf(low, high) !== 0) return -errno.EINVAL
        const func = core.functionAt(callback)
        return core.mapAt(map).forEach((key, value) => core.callLow(func, map, key, value, ctx))
      },
  ),
}
