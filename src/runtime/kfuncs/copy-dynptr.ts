// SPDX-License-Identifier: Apache-2.0
// kfuncs that copy from anywhere into a dynptr, since 6.16: bytes, or text with its zero.

import { model, type Model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { isThere, kernelError } from '../helpers/probe.ts'
import { dynptrAt } from '../objects/dynptr.ts'
import { isWithin, type Part, writeDynptr } from '../objects/dynptr-bytes.ts'

/** What comes of one part of a dynptr, `from` being memory there is. */
type Copy = (core: Core, at: number, part: Part, from: number) => number

const bytes: Copy = (core, at, part, from) => writeDynptr(core, dynptrAt(core, at), part, from, 0n)

/** How many were copied, the zero among them, which stands at the end whatever comes. */
const text: Copy = (core, at, { offset, length }, from) => {
  if (length === 0) return 0
  const { memory } = core
  const end = memory.u8.indexOf(0, from)
  const count = Math.min(end === -1 ? memory.u8.length - from : end - from, length - 1)
  const copy = memory.allocate(count + 1, 'text that is copied')
  memory.write(copy, memory.read(from, count))
  const error = writeDynptr(core, dynptrAt(core, at), { offset, length: count + 1 }, copy, 0n)
  memory.free(copy)
  return error === 0 ? count + 1 : error
}

const usersError = (): number => -errno.EFAULT

/** `error`: where nothing is. */
const copied = (copy: Copy, error: (at: bigint) => number): Model =>
  model(['i32', 'i64', 'i64', 'i64'], 's32', (core) => (at, offset, length, from) => {
    const part = { offset: Number(BigInt.asUintN(64, offset)), length: Number(BigInt.asUintN(64, length)) }
    if (!isWithin(dynptrAt(core, at), part)) return -errno.E2BIG
    const source = BigInt.asUintN(64, from)
    if (!isThere(core.memory, source, copy === text ? Math.min(part.length, 1) : part.length))
      return part.length === 0 && error(source) === -errno.EFAULT ? 0 : error(source)
    return copy(core, at, part, Number(source))
  })

export const copyDynptrKfuncs: Models = {
  bpf_probe_read_user_dynptr: copied(bytes, usersError),
  bpf_probe_read_kernel_dynptr: copied(bytes, kernelError),
  bpf_copy_from_user_dynptr: copied(bytes, usersError),
  bpf_copy_from_user_task_dynptr: copied(bytes, usersError),
  bpf_probe_read_user_str_dynptr: copied(text, usersError),
  bpf_probe_read_kernel_str_dynptr: copied(text, kernelError),
  bpf_copy_from_user_str_dynptr: copied(text, usersError),
  bpf_copy_from_user_task_str_dynptr: copied(text, usersError),
}
