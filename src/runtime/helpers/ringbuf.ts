// SPDX-License-Identifier: Apache-2.0
// Helpers on ring buffers.

import { caller, flagsOf, model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { MachineError } from '../core/errors.ts'
import { compiledSubmit } from '../maps/compiled-ring.ts'
import { commitRecord, dropped, kept, RingBufferMap, UserRingBufferMap } from '../maps/ringbuf.ts'
import { dynptrAt, dynptrTypes, isDynptrSize, setDynptr, setNullDynptr } from '../objects/dynptr.ts'
import { widened } from '../objects/dynptr-bytes.ts'

export function ringAt(core: Core, map: number): RingBufferMap {
  const ring = core.mapAt(map)
  if (ring instanceof RingBufferMap) return ring
  throw new MachineError('misuse', `map ${ring.name} is not a ring buffer`)
}

/** Of a dynptr that could not be made there is nothing to commit. */
const commitDynptr = (how: { readonly discard: boolean }) =>
  model(['i32'], 'none', (core) => (at) => {
    const { data } = dynptrAt(core, at)
    if (data === 0) return
    // the record begins where the dynptr did when it was made, however it was moved since
    commitRecord(core, data, how)
    setNullDynptr(core, at)
  })

const WAKEUP_FLAGS = 3

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
  bpf_ringbuf_submit: { ...model(['i32'], 'none', compiledSubmit), inline: { kind: 'ring-submit' } },
  bpf_ringbuf_discard: model(['i32'], 'none', (core) => (sample) => commitRecord(core, sample, dropped)),
  bpf_ringbuf_query: model(
    ['i32', 'halves'],
    'u32',
    (core) => (map, low, high) => ringAt(core, map).query(flagsOf(low, high)),
  ),
  bpf_ringbuf_reserve_dynptr: model(['i32', 'halves', 'halves', 'i32'], 's32', (core) => {
    const wide = widened(core)
    return (...[map, sizeLow, sizeHigh, low, high, at]) => {
      const size = wide(sizeLow, sizeHigh)
      const error = flagsOf(low, high) !== 0 ? errno.EINVAL : isDynptrSize(size) ? 0 : errno.E2BIG
      const data = error === 0 ? ringAt(core, map).reserve(size) : 0
      if (data === 0) setNullDynptr(core, at)
      else setDynptr(core, at, { data, type: dynptrTypes.ringbuf, size })
      return data === 0 ? -(error || errno.EINVAL) : 0
    }
  }),
  bpf_ringbuf_submit_dynptr: commitDynptr(kept),
  bpf_ringbuf_discard_dynptr: commitDynptr(dropped),
  bpf_user_ringbuf_drain: caller(['i32', 'i32', 'i32', 'halves'], 's32', (core) => {
    const dynptr = core.memory.allocate(16, 'dynptr of a sample')
    const busy = new Set<UserRingBufferMap>()
    return (...[map, callback, context, low, high]) => {
      if (flagsOf(low, high) > WAKEUP_FLAGS) return -errno.EINVAL
      const ring = core.mapAt(map)
      if (!(ring instanceof UserRingBufferMap)) throw new MachineError('misuse', `map ${ring.name} has no samples`)
      if (busy.has(ring)) return -errno.EBUSY
      busy.add(ring)
      try {
        const func = core.functionAt(callback)
        return ring.drain((data, size) => {
          setDynptr(core, dynptr, { data, type: dynptrTypes.local, size })
          return core.callLow(func, dynptr, context)
        })
      } finally {
        busy.delete(ring)
      }
    }
  }),
}
