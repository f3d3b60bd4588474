// SPDX-License-Identifier: Apache-2.0
// What iterators write: bpf_seq_printf, bpf_seq_write.

import { model, type Models } from '../core/abi.ts'
import { errno } from '../core/errno.ts'
import { format } from '../core/format.ts'
import { remember } from '../core/remember.ts'

/** Bytes that the iterator which runs, or ran last, wrote. */
export const writtenOf = remember((): number[] => [])

export const seqHelpers: Models = {
  bpf_seq_printf: model(['none', 'i32', 'i32', 'i32', 'i32'], 's32', (core) => (at, size, data, length) => {
    if ((length & 7) !== 0 || length > 12 * 8 || (length > 0 && data === 0)) return -errno.EINVAL
    const args = Array.from({ length: length >> 3 }, (_, i) => core.memory.number(data + 8 * i, 8))
    const text = format(core, core.memory.text(at, size), args)
    if (text === undefined) return -errno.EINVAL
    writtenOf(core).push(...new TextEncoder().encode(text))
    return 0
  }),
  bpf_seq_write: model(['none', 'i32', 'i32'], 's32', (core) => (at, size) => {
    writtenOf(core).push(...core.memory.read(at, size))
    return 0
  }),
}
