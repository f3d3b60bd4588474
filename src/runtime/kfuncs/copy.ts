// SPDX-License-Identifier: Apache-2.0
// kfuncs that copy text of users', and casts of pointers: those are what they were.

import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { isThere } from '../helpers/probe.ts'

const BPF_F_PAD_ZEROS = 1n

const unchanged = model(['i32', 'none'], 'u32', () => (pointer) => pointer)

interface Room {
  readonly to: number
  readonly size: number
}

/** Text with its zero, cut where there is no room: how many bytes. */
function copyText({ memory }: Core, { to, size }: Room, from: bigint, flags: bigint): number {
  if ((flags & ~BPF_F_PAD_ZEROS) !== 0n) return -errno.EINVAL
  if (size === 0) return 0
  const { u8 } = memory
  const at = BigInt.asUintN(64, from)
  const pads = flags !== 0n
  if (!isThere(memory, at, 1)) {
    if (pads) u8.fill(0, to, to + size)
    return -errno.EFAULT
  }
  const start = Number(at)
  const end = u8.indexOf(0, start)
  const length = Math.min(end === -1 ? u8.length - start : end - start, size - 1)
  u8.copyWithin(to, start, start + length)
  u8.fill(0, to + length, pads ? to + size : to + length + 1)
  return length + 1
}

export const copyKfuncs: Models = {
  bpf_copy_from_user_str: model(
    ['i32', 'i32', 'i64', 'i64'],
    's32',
    (core) => (to, size, from, flags) => copyText(core, { to, size }, from, flags),
  ),
  // users' memory is one, whichever task's
  bpf_copy_from_user_task_str: model(['i32', 'i32', 'i64', 'none', 'i64'], 's32', (core) => (to, size, from, flags) => {
    const copied = copyText(core, { to, size }, from, flags)
    if (copied === -errno.EFAULT) core.memory.u8[to] = 0
    return copied
  }),
  bpf_cast_to_kern_ctx: unchanged,
  bpf_rdonly_cast: model(['i64', 'none'], 'i64', () => (pointer) => pointer),
}
