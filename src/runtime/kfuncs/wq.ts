// SPDX-License-Identifier: Apache-2.0
// Work queues and task work: what is to be done soon, once the machine's clock is told to go on, however little. And what timers have of
// kfuncs.

import { model, type Models } from '../core/abi.ts'
import { errno } from '../core/errno.ts'
import { asyncsOf, setCallback } from '../objects/async.ts'

const wqCallback = model(
  ['i32', 'i32', 'i32'],
  's32',
  (core) => (wq, callback, flags) => (flags === 0 ? setCallback(core, wq, callback) : -errno.EINVAL),
)

/** Once at a time: until its callback begins it cannot be asked for again. */
const taskWork = model(['i32', 'i32', 'i32', 'i32'], 's32', (core) => {
  const asyncs = asyncsOf(core)
  return (_task, field, map, callback) => {
    if (asyncs.at(field) === undefined) asyncs.init(field, core.mapAt(map), 'bpf_task_work')
    const one = asyncs.at(field)!
    if (one.cancel !== undefined || one === asyncs.running) return -errno.EBUSY
    setCallback(core, field, callback)
    asyncs.schedule(one, core.clock.now)
    return 0
  }
})

export const wqKfuncs: Models = {
  bpf_wq_init: model(['i32', 'i32', 'i32'], 's32', (core) => {
    const asyncs = asyncsOf(core)
    return (wq, map, flags) => (flags === 0 ? asyncs.init(wq, core.mapAt(map), 'bpf_wq') : -errno.EINVAL)
  }),
  bpf_wq_set_callback_impl: wqCallback,
  bpf_wq_set_callback: wqCallback,
  bpf_wq_start: model(['i32', 'i32'], 's32', (core) => {
    const asyncs = asyncsOf(core)
    return (wq, flags) => {
      const one = asyncs.at(wq)
      if (flags !== 0 || one?.callback === undefined) return -errno.EINVAL
      // work that waits already is not done twice
      if (one.cancel === undefined) asyncs.schedule(one, core.clock.now)
      return 0
    }
  }),
  bpf_timer_cancel_async: model(['i32'], 's32', (core) => {
    const asyncs = asyncsOf(core)
    return (timer) => {
      const one = asyncs.at(timer)
      if (one === undefined) return -errno.EINVAL
      if (one === asyncs.running) return -1
      return asyncs.takeBack(one)
    }
  }),
  bpf_task_work_schedule_signal: taskWork,
  bpf_task_work_schedule_resume: taskWork,
  bpf_task_work_schedule_signal_impl: taskWork,
  bpf_task_work_schedule_resume_impl: taskWork,
}
