// SPDX-License-Identifier: Apache-2.0
// bpf_trace_printk and its kin: formats of the kernel, as far as programs may use them.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { format, wordsAt } from '../core/format.ts'
import { keepLatest, MANY } from '../core/latest.ts'

const print = (core: Core, at: number, size: number, args: readonly bigint[]): number => {
  const text = format(core, core.memory.text(at, size), args)
  if (text === undefined) return -errno.EINVAL
  keepLatest(core.printed, text, MANY)
  return new TextEncoder().encode(text).length
}

export const printHelpers: Models = {
  bpf_trace_printk: model(
    ['i32', 'i32', 'i64', 'i64', 'i64'],
    's32',
    (core) => (at, size, a, b, c) => print(core, at, size, [a, b, c]),
  ),
  bpf_trace_vprintk: model(['i32', 'i32', 'i32', 'i32'], 's32', (core) => (at, size, data, length) => {
    if ((length & 7) !== 0 || length > 12 * 8 || (length > 0 && data === 0)) return -errno.EINVAL
    return print(core, at, size, wordsAt(core, data, length))
  }),
  bpf_snprintf: model(['i32', 'i32', 'i32', 'i32', 'i32'], 's32', (core) => (to, size, at, data, length) => {
    if ((length & 7) !== 0 || length > 12 * 8 || (length > 0 && data === 0)) return -errno.EINVAL
    const text = format(core, core.memory.text(at, 4096), wordsAt(core, data, length))
    if (text === undefined) return -errno.EINVAL
    const bytes = new TextEncoder().encode(text)
    if (size > 0) {
      const kept = bytes.subarray(0, size - 1)
      core.memory.write(to, kept)
      core.memory.u8[to + kept.length] = 0
    }
    return bytes.length + 1
  }),
}
