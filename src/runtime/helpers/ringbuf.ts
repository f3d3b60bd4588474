// SPDX-License-Identifier: Apache-2.0
// Helpers on ring buffers.

import { flagsOf, model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { MachineError } from '../core/errors.ts'
import { commitRecord, RingBufferMap } from '../maps/ringbuf.ts'

export function ringAt(core: Core, map: number): RingBufferMap {
  const ring = core.mapAt(map)
  if (ring instanceof RingBufferMap) return ring
  throw new MachineError('misuse', `map ${ring.name} is no ring buffer`)
}

export const ringBufferHelpers: Models = {
  bpf_ringbuf_output: model(
    ['i32', 'i32', 'halves', 'halves'],
    's32',
    (core) =>
      (...[map, data, sizeLow, sizeHigh, low, high]) =>
        ringAt(core, map).output(data, flagsOf(sizeLow, sizeHigh), flagsOf(low, high)),
  ),
  bpf_ringbuf_reserve: model(
    ['i32', 'halves', 'halves'],
    'u32',
    (core) => (map, sizeLow, sizeHigh, low, high) =>
      flagsOf(low, high) === 0 ? ringAt(core, map).reserve(flagsOf(sizeLow, sizeHigh)) : 0,
  ),
  // flags only say whether a reader is woken
  bpf_ringbuf_submit: model(['i32'], 'none', (core) => (sample) => commitRecord(core, sample)),
  bpf_ringbuf_discard: model(['i32'], 'none', (core) => (sample) => commitRecord(core, sample, { discard: true })),
  bpf_ringbuf_query: model(
    ['i32', 'halves'],
    'u32',
    (core) => (map, low, high) => ringAt(core, map).query(flagsOf(low, high)),
  ),
}
