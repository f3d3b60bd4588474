// SPDX-License-Identifier: Apache-2.0
// Helpers that steer: loops, tail calls, locks.

import { caller, model, type Models } from '../core/abi.ts'
import { took } from '../core/entry.ts'
import { errno } from '../core/errno.ts'
import { handlesOf } from '../host/handles.ts'
import { ownedOf } from '../objects/owned.ts'

/** BPF_MAX_LOOPS. */
const MOST_LOOPS = 8 << 20
/** MAX_TAIL_CALL_CNT. */
const MOST_TAIL_CALLS = 33

export const controlHelpers: Models = {
  bpf_loop: caller(['i32', 'i32', 'i64', 'i64'], 's32', (core) => (rounds, callback, ctx, flags) => {
    if (flags !== 0n) return -errno.EINVAL
    if (rounds >>> 0 > MOST_LOOPS) return -errno.E2BIG
    const func = core.functionAt(callback)
    for (let i = 0; i < rounds; i++) if (core.call(func, i, ctx) !== 0n) return i + 1
    return rounds
  }),
  bpf_tail_call: {
    ...model(['none', 'i32', 'i32'], 's32', (core) => (map, index) => {
      const place = core.mapAt(map).programPlace(index >>> 0)
      const current = core.current!
      if (place === undefined || current.tailCalls >= MOST_TAIL_CALLS) return -1
      current.tailCalls++
      return place
    }),
    role: 'tail-call',
    // they are counted
    ofOneRun: true,
  },
  // one thread: whoever asks has the lock
  bpf_spin_lock: model(['none'], 'none', () => () => {}),
  bpf_spin_unlock: model(['none'], 'none', () => () => {}),
  bpf_kptr_xchg: model(['i32', 'i32'], 'u32', (core) => {
    const handles = handlesOf(core)
    return (slot, to) => {
      const before = core.memory.pointer(slot)
      core.memory.setPointer(slot, to)
      if (handles.has(to)) took(core, to, -1)
      if (handles.has(before)) took(core, before, 1)
      return before
    }
  }),
  bpf_per_cpu_ptr: model(
    ['i32', 'i32'],
    'u32',
    (core) => (variable, cpu) => (cpu >>> 0 < core.cpus ? variable + cpu * ownedOf(core).strideOf(variable) : 0),
  ),
  bpf_this_cpu_ptr: model(
    ['i32'],
    'u32',
    (core) => (variable) => variable + core.cpu * ownedOf(core).strideOf(variable),
  ),
}
