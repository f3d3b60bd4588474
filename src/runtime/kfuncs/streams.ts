// SPDX-License-Identifier: Apache-2.0
// What programs write to streams of their own. What the kernel writes there itself, of faults and locks, is not.

import { model, type Models } from '../core/abi.ts'
import { errno } from '../core/errno.ts'
import { format, wordsAt } from '../core/format.ts'
import { isStream, streamsOf } from '../objects/streams.ts'
import { tasksOf } from '../objects/task.ts'

/** MAX_BPRINTF_VARARGS words; the longest text, MAX_BPRINTF_BUF, with its zero. */
const MOST_BYTES = 12 * 8
const MOST_TEXT = 1023

const printed = model(['i32', 'i32', 'i32', 'i32'], 's32', (core) => (stream, at, data, size) => {
  if (!isStream(stream)) return -errno.ENOENT
  if ((size & 7) !== 0 || size >>> 0 > MOST_BYTES || (size !== 0 && data === 0)) return -errno.EINVAL
  const text = format(core, core.memory.text(at, 4096), wordsAt(core, data, size))
  if (text === undefined) return -errno.EINVAL
  return streamsOf(core).write(core.current!.program, stream, text.slice(0, MOST_TEXT))
})

/** Nothing but programs is on a machine's stack. */
const stack = model(['i32'], 's32', (core) => (stream) => {
  if (!isStream(stream)) return -errno.ENOENT
  const { pid, uid, comm } = tasksOf(core).current
  const text = `CPU: ${core.cpu} UID: ${uid} PID: ${pid} Comm: ${comm}\nCall trace:\n`
  streamsOf(core).write(core.current!.program, stream, text)
  return 0
})

export const streamKfuncs: Models = {
  bpf_stream_vprintk: printed,
  bpf_stream_vprintk_impl: printed,
  bpf_stream_print_stack: stack,
}
