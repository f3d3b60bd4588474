// SPDX-License-Identifier: Apache-2.0
// Sections that a program enters and leaves: RCU, preemption, interrupts. A machine is one thread, so nothing happens in between anyway.

import { model, type Models } from '../core/abi.ts'
import { errno } from '../core/errno.ts'

const nothing = model([], 'none', () => () => {})

const lock = model(['i32'], 's32', ({ memory }) => (at) => {
  if (memory.u32(at) !== 0) return -errno.EDEADLK
  memory.setU32(at, 1)
  return 0
})
const unlock = model(
  ['i32'],
  'none',
  ({ memory }) =>
    (at) =>
      memory.setU32(at, 0),
)

export const sectionKfuncs: Models = {
  bpf_rcu_read_lock: nothing,
  bpf_rcu_read_unlock: nothing,
  bpf_preempt_disable: nothing,
  bpf_preempt_enable: nothing,
  bpf_local_irq_save: nothing,
  bpf_local_irq_restore: nothing,
  // statistics of cgroups are up to date
  cgroup_rstat_updated: nothing,
  cgroup_rstat_flush: nothing,
  css_rstat_updated: nothing,
  css_rstat_flush: nothing,

  // who asks for a lock that is held holds it: there is no other CPU at the same time
  bpf_res_spin_lock: lock,
  bpf_res_spin_lock_irqsave: lock,
  bpf_res_spin_unlock: unlock,
  bpf_res_spin_unlock_irqrestore: unlock,
}
