// SPDX-License-Identifier: Apache-2.0
// Helpers of programs that trace: what they are attached to, what they change of the task that runs.

import { kindTable } from '../../btf/index.ts'
import { model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { notModelled } from '../core/errors.ts'
import { keepLatest, MANY } from '../core/latest.ts'
import { setFields } from '../core/objects.ts'
import { signalsOf } from '../objects/signals.ts'
import { tasksOf } from '../objects/task.ts'
import { isThere } from './probe.ts'

/** _NSIG. */
const MOST_SIGNAL = 64

/** To the current task unless told. */
export function send(
  core: Core,
  signal: number,
  whole: 'process' | 'thread',
  pid: number = tasksOf(core).current.pid,
): number {
  // pid 1 is never killed
  if (pid === 1) return -errno.EPERM
  if (signal >>> 0 > MOST_SIGNAL) return -errno.EINVAL
  keepLatest(signalsOf(core), { pid, signal, to: whole }, MANY)
  return 0
}

export const traceHelpers: Models = {
  bpf_get_branch_snapshot: model(
    ['none', 'none', 'i64'],
    's32',
    () => (flags) =>
      // no CPU of ours records branches
      flags === 0n ? -errno.ENOENT : -errno.EINVAL,
  ),
  bpf_send_signal: model(['i32'], 's32', (core) => (signal) => send(core, signal, 'process')),
  bpf_send_signal_thread: model(['i32'], 's32', (core) => (signal) => send(core, signal, 'thread')),
  bpf_override_return: model(['i32', 'i64'], 's32', (core) => (registers, value) => {
    setFields(core, registers, 'pt_regs', { ax: value })
    core.current!.notes.set('override', value)
    return 0
  }),
  bpf_probe_write_user: model(['i64', 'i32', 'i32'], 's32', (core) => (to, from, size) => {
    const { memory } = core
    const at = BigInt.asUintN(64, to)
    if (!isThere(memory, at, size)) return -errno.EFAULT
    memory.u8.copyWithin(Number(at), from, from + size)
    return 0
  }),
  bpf_copy_from_user_task: model(['i32', 'i32', 'i64', 'none', 'i64'], 's32', (core) => (to, size, from, flags) => {
    if (flags !== 0n) return -errno.EINVAL
    const { memory } = core
    const at = BigInt.asUintN(64, from)
    if (size === 0) return 0
    if (!isThere(memory, at, size)) {
      memory.u8.fill(0, to, to + size)
      return -errno.EFAULT
    }
    memory.u8.copyWithin(to, Number(at), Number(at) + size)
    return 0
  }),
  // tasks of a machine have no areas of memory
  bpf_find_vma: model(
    ['i32', 'none', 'none', 'none', 'i64'],
    's32',
    () => (task, flags) => (flags !== 0n || task === 0 ? -errno.EINVAL : -errno.ENOENT),
  ),
  bpf_bprm_opts_set: model(['i32', 'i64'], 's32', (core) => (bprm, flags) => {
    if ((flags & ~1n) !== 0n) return -errno.EINVAL
    setFields(core, bprm, 'linux_binprm', { secureexec: flags })
    return 0
  }),
  bpf_btf_find_by_name_kind: model(['i32', 'i32', 'i32', 'i32'], 's32', (core) => (name, size, kind, flags) => {
    const { memory, kernel } = core
    if (flags !== 0 || size <= 1 || memory.u8[name + size - 1] !== 0) return -errno.EINVAL
    const wanted = kindTable[kind]?.kind
    const id = wanted === undefined ? undefined : kernel.btf.find(memory.text(name, size), wanted)
    if (id === undefined && kernel.modules.length > 0) throw notModelled('types of modules by name')
    return id ?? -errno.ENOENT
  }),
  bpf_get_retval: model([], 's32', (core) => () => Number(core.current!.notes.get('retval') ?? 0)),
  bpf_set_retval: model(['i32'], 's32', (core) => (value) => {
    core.current!.notes.set('retval', value)
    return 0
  }),
}
