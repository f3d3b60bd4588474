// SPDX-License-Identifier: Apache-2.0
// Helpers that read memory which may not be there: anything in the machine's memory is, beyond its first page.

import { model, type Model, type Models } from '../core/abi.ts'
import { errno } from '../core/errno.ts'
import type { Memory } from '../core/memory.ts'

/** Is all of it memory of the machine's? */
export const isThere = (memory: Memory, at: bigint, size: number): boolean =>
  at >= 65536n && at + BigInt(size) <= BigInt(memory.u8.length)

/** TASK_SIZE: addresses of users lie below. */
const USERS_END = 0x7fff_ffff_f000n
/** The first that is one of the kernel's. */
const KERNEL_BEGIN = 0xffff_8000_0000_0000n

export const isKernelAddress = (at: bigint): boolean => at >= KERNEL_BEGIN

/** Where nothing is: addresses that cannot be the kernel's are told apart from those that are not there. */
export const kernelError = (at: bigint): number => (isKernelAddress(at) ? -errno.EFAULT : -errno.ERANGE)
const userError = (): number => -errno.EFAULT
/** The kernel looks whose address it is. */
const eitherError = (at: bigint): number => (at < USERS_END ? -errno.EFAULT : kernelError(at))

type ErrorAt = (at: bigint) => number

/** Where nothing is, zeros come, and the error. */
const read = (error: ErrorAt): Model =>
  model(['i32', 'i32', 'i64'], 's32', ({ memory }) => (to, size, from) => {
    const at = BigInt.asUintN(64, from)
    if (isThere(memory, at, size)) {
      memory.u8.copyWithin(to, Number(at), Number(at) + size)
      return 0
    }
    memory.u8.fill(0, to, to + size)
    const answer = error(at)
    return size === 0 && answer === -errno.EFAULT ? 0 : answer
  })

/** How many bytes were copied, the zero at the end among them. */
const readText = (error: ErrorAt): Model =>
  model(['i32', 'i32', 'i64'], 's32', ({ memory }) => (to, size, from) => {
    const at = BigInt.asUintN(64, from)
    if (size === 0) return 0
    if (!isThere(memory, at, 1)) {
      memory.u8.fill(0, to, to + size)
      return error(at)
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
  bpf_probe_read: read(eitherError),
  bpf_probe_read_kernel: read(kernelError),
  bpf_probe_read_user: read(userError),
  bpf_copy_from_user: read(userError),
  bpf_probe_read_str: readText(eitherError),
  bpf_probe_read_kernel_str: readText(kernelError),
  bpf_probe_read_user_str: readText(userError),
}
