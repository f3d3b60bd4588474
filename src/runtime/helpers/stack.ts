// SPDX-License-Identifier: Apache-2.0
// Helpers that tell the stack. On a machine's own there is nothing but the program that runs; what else a task has there, its options say.

import { flagsOf, model, type Models } from '../core/abi.ts'
import type { Core } from '../core/core.ts'
import { errno } from '../core/errno.ts'
import { notModelled } from '../core/errors.ts'
import { StackTraceMap } from '../maps/stack-trace.ts'
import { tasksOf } from '../objects/task.ts'
import { addressOfKernel } from '../objects/variables.ts'

const SKIP = 0xff
const USER_STACK = 1 << 8
const FAST_CMP = 1 << 9
const REUSE = 1 << 10
const USER_BUILD_ID = 1 << 11
/** kernel.perf_event_max_stack */
const MOST_DEPTH = 127
/** struct bpf_stack_build_id */
const BUILD_ID = 32
const BUILD_ID_MAP = 1 << 5

/** Innermost first. */
function addressesOf(core: Core, task: number, { user }: { readonly user: boolean }): readonly bigint[] {
  const tasks = tasksOf(core)
  const { kernel, user: users } = tasks.stacksOf(task)
  if (user) return users.slice(0, MOST_DEPTH)
  const running = task === tasks.current.address && core.current !== undefined ? [core.current.program] : []
  return [...running.map((name) => BigInt(addressOfKernel(core, `bpf_prog_${name}`))), ...kernel].slice(0, MOST_DEPTH)
}

/** Into memory, the rest zeroes; how many bytes, or an error. */
function stack(core: Core, task: number, to: number, size: number, flags: number): number {
  const { memory } = core
  memory.u8.fill(0, to, to + size)
  const user = (flags & USER_STACK) !== 0
  if (flags > (SKIP | USER_STACK | USER_BUILD_ID) || (flags & (FAST_CMP | REUSE)) !== 0) return -errno.EINVAL
  if (!user && (flags & USER_BUILD_ID) !== 0) return -errno.EINVAL
  const element = (flags & USER_BUILD_ID) === 0 ? 8 : BUILD_ID
  if (size % element !== 0) return -errno.EINVAL
  if (user && task !== tasksOf(core).current.address) return -errno.EOPNOTSUPP
  const all = addressesOf(core, task, { user })
  const skip = flags & SKIP
  if (all.length < skip) return -errno.EFAULT
  const shown = all.slice(skip, skip + size / element)
  if (element === BUILD_ID && shown.length > 0) throw notModelled('a stack of build ids')
  for (const [i, address] of shown.entries()) memory.setNumber(to + 8 * i, 8, address)
  return 8 * shown.length
}

const current = (core: Core): number => tasksOf(core).current.address

export const stackHelpers: Models = {
  bpf_get_stackid: model(['none', 'i32', 'halves'], 's32', (core) => (at, low, high) => {
    const flags = flagsOf(low, high)
    if (flags > 0x7ff) return -errno.EINVAL
    const map = core.mapAt(at)
    if (!(map instanceof StackTraceMap)) throw notModelled(`a stack in ${map.def.type}`)
    if ((map.def.flags & BUILD_ID_MAP) !== 0) throw notModelled('a stack of build ids')
    const all = addressesOf(core, current(core), { user: (flags & USER_STACK) !== 0 })
    const skip = flags & SKIP
    return all.length <= skip ? -errno.EFAULT : map.record(all.slice(skip), { reuse: (flags & REUSE) !== 0 })
  }),
  bpf_get_stack: model(
    ['none', 'i32', 'i32', 'halves'],
    's32',
    (core) => (to, size, low, high) => stack(core, current(core), to, size >>> 0, flagsOf(low, high)),
  ),
  bpf_get_task_stack: model(
    ['i32', 'i32', 'i32', 'halves'],
    's32',
    (core) => (task, to, size, low, high) => stack(core, task, to, size >>> 0, flagsOf(low, high)),
  ),
}
