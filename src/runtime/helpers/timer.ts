// SPDX-License-Identifier: Apache-2.0
// bpf_timer: what fires when the machine's clock comes to its time.

import { model, type Models } from '../core/abi.ts'
import { errno } from '../core/errno.ts'
import { asyncsOf, setCallback } from '../objects/async.ts'

/** CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME. */
const clocks: ReadonlySet<bigint> = new Set([0n, 1n, 7n])
const BPF_F_TIMER_ABS = 1n
const BPF_F_TIMER_CPU_PIN = 2n

export const timerHelpers: Models = {
  bpf_timer_init: model(['i32', 'i32', 'i64'], 's32', (core) => {
    const asyncs = asyncsOf(core)
    return (timer, map, flags) => (clocks.has(flags) ? asyncs.init(timer, core.mapAt(map), 'bpf_timer') : -errno.EINVAL)
  }),
  bpf_timer_set_callback: model(
    ['i32', 'i32'],
    's32',
    (core) => (timer, callback) => setCallback(core, timer, callback),
  ),
  bpf_timer_start: model(['i32', 'i64', 'i64'], 's32', (core) => {
    const asyncs = asyncsOf(core)
    return (timer, ns, flags) => {
      if ((flags & ~(BPF_F_TIMER_ABS | BPF_F_TIMER_CPU_PIN)) !== 0n) return -errno.EINVAL
      const one = asyncs.at(timer)
      if (one?.callback === undefined) return -errno.EINVAL
      asyncs.schedule(one, (flags & BPF_F_TIMER_ABS) === 0n ? core.clock.now + ns : ns)
      return 0
    }
  }),
  bpf_timer_cancel: model(['i32'], 's32', (core) => {
    const asyncs = asyncsOf(core)
    return (timer) => {
      const one = asyncs.at(timer)
      if (one === undefined) return -errno.EINVAL
      // its callback would wait for itself
      if (one === asyncs.running) return -errno.EDEADLK
      one.callback = undefined
      return asyncs.takeBack(one)
    }
  }),
}
