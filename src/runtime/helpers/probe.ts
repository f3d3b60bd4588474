// SPDX-License-Identifier: Apache-2.0
// Helpers that read memory which may not be there: anything in the machine's memory is, beyond its first page.

import { model, type Model, type Models } from '../core/abi.ts'
import { errno } from '../core/errno.ts'
import type { Memory } from '../core/memory.ts'

/** Is all of it memory of the machine's? */
export const isThere = (memory: Memory, at: bigint, size: number): boolean =>
  at >= 65536n && at + BigInt(size) <= BigInt(memory.u8.length)

/** Where nothing is, zeros come, and the error. */
const read: Model = model(['i32', 'i32', 'i64'], 's32', (core) => (to, size, from) => {
  const { memory } = core
  const at = BigInt.asUintN(64, from)
  if (!isThere(memory, at, size)) {
    memory.u8.fill(0, to, to + size)
    return -errno.EFAULT
  }
  memory.u8.copyWithin(to, Number(at), Number(at) + size)
  return 0
})

/** How many bytes were copied, the zero at the end among them. */
const readText: Model = model(['i32', 'i32', 'i64'], 's32', (core) => (to, size, from) => {
  const { memory } = core
  const at = BigInt.asUintN(64, from)
  if (size === 0) return 0
  if (!isThere(memory, at, 1)) {
    memory.u8.fill(0, to, to + size)
    return -errno.EFAULT
  }
  const start = Number(at)
  const bytes = memory.u8.subarray(start, Math.min(start + size - 1, memory.u8.length))
  const end = bytes.indexOf(0)
  const length = end === -1 ? bytes.length : end
  memory.u8.copyWithin(to, start, start + length)
  memory.u8[to + length] = 0
  return length + 1
})

export const probeHelpers: Models = {
  bpf_probe_read: read,
  bpf_probe_read_kernel: read,
  bpf_probe_read_user: read,
  bpf_copy_from_user: read,
  bpf_probe_read_str: readText,
  bpf_probe_read_kernel_str: readText,
  bpf_probe_read_user_str: readText,
}
