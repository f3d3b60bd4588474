// SPDX-License-Identifier: Apache-2.0
// Sections that a program enters and leaves: RCU, preemption, interrupts. A machine is one thread, so nothing happens in between anyway.

import { model, type Models } from '../core/abi.ts'

const taken = model([], 's32', () => () => 0)
const nothing = model([], 'none', () => () => {})

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
  // whoever asks has the lock
  bpf_res_spin_lock: taken,
  bpf_res_spin_unlock: nothing,
  bpf_res_spin_lock_irqsave: taken,
  bpf_res_spin_unlock_irqrestore: nothing,
}
