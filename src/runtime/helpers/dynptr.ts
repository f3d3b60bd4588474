// SPDX-License-Identifier: Apache-2.0
// Helpers on dynptrs of any kind; those of ring buffers are with ring buffers.

import { model, type Models } from '../core/abi.ts'
import { errno } from '../core/errno.ts'
import { dynptrAt, dynptrTypes, openDynptr } from '../objects/dynptr.ts'
import { dynptrSlice, readDynptr, widened, widenedWhole, writeDynptr } from '../objects/dynptr-bytes.ts'

export const dynptrHelpers: Models = {
  bpf_dynptr_from_mem: model(
    ['i32', 'i32', 'i64', 'i32'],
    's32',
    (core) => (data, size, flags, at) =>
      openDynptr(core, at, flags, { data, type: dynptrTypes.local, size: size >>> 0 }),
  ),
  bpf_dynptr_read: model(['i32', 'i64', 'i32', 'i64', 'i64'], 's32', (core) => {
    const wide = widenedWhole(core)
    return (to, length, at, offset, flags) => {
      if (flags !== 0n) return -errno.EINVAL
      const part = { offset: wide(offset), length: wide(length) }
      return readDynptr(core, dynptrAt(core, at), part, to)
    }
  }),
  bpf_dynptr_write: model(['i32', 'i64', 'i32', 'i64', 'i64'], 's32', (core) => {
    const wide = widenedWhole(core)
    return (at, offset, from, length, flags) => {
      const part = { offset: wide(offset), length: wide(length) }
      return writeDynptr(core, dynptrAt(core, at), part, from, flags)
    }
  }),
  bpf_dynptr_data: model(['i32', 'halves', 'halves'], 'u32', (core) => {
    const wide = widened(core)
    return (at, offset, offsetHigh, length, lengthHigh) => {
      const dynptr = dynptrAt(core, at)
      // packets have slices only
      const isMemory = dynptr.type === dynptrTypes.local || dynptr.type === dynptrTypes.ringbuf
      if (dynptr.readOnly || !isMemory) return 0
      return dynptrSlice(core, dynptr, { offset: wide(offset, offsetHigh), length: wide(length, lengthHigh) })
    }
  }),
}
